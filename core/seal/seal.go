// Package seal keeps what a database must not show in clear: it seals columns
// and makes the keyed hashes by which sealed values are found.
//
// A sealed value belongs to one row of one column and opens nowhere else, so
// that nobody with write access to the database can give one person the phone
// of another. Data keys are random and are kept wrapped in the table keys; the
// key that wraps them is in a file outside the database (KHAIBAO_KEY_FILE).
// Whoever loses that file has lost every sealed value for good.
//
// It guards dumps, disks, backups and read-only injection. It does not guard
// against a taken-over server, which holds the keys.
//
// Source: docs/reference/security.md, section 10.
package seal

import (
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// Errors that a caller acts on. None of them ever holds data.
var (
	// ErrSealed says that a value does not open: it was changed, cut short,
	// or belongs to another row or column.
	ErrSealed = errors.New("sealed value does not open")

	// ErrUnknownKey says that a value names a data key that is not loaded,
	// as when another node has begun to seal with a newer one: read the keys
	// table again, call Refresh and try once more. It is an ErrSealed too.
	ErrUnknownKey = fmt.Errorf("%w: its data key is not loaded", ErrSealed)
)

// A sealed value is version 1 byte, key ID 2, nonce 12, text, tag 16.
const (
	version     = 1
	headerSize  = 1 + 2
	overhead    = 12 + 16
	minimumSize = headerSize + overhead
)

// Overhead is how many bytes longer a sealed value is than its text.
const Overhead = minimumSize

// Keys seals columns and makes keyed hashes. It is safe for concurrent use.
//
// One data key may seal 2^32 values (random nonces, NIST SP 800-38D 8.3);
// add a newer one long before that.
type Keys struct {
	kek  KEK
	ring atomic.Pointer[ring]
	hash hasher
}

// A ring is the data keys of one reading of the table keys. It never changes.
type ring struct {
	seals uint16
	aeads map[uint16]cipher.AEAD
}

// labels lends the buffers in which associated data is put together.
var labels = sync.Pool{New: func() any { b := make([]byte, 0, 96); return &b }}

// Seal returns plain sealed by the newest data key for one row (its ID) of one
// column ("table.column"). The same text never seals to the same bytes twice.
func (k *Keys) Seal(column, row string, plain []byte) []byte {
	r := k.ring.Load()
	out := make([]byte, headerSize, headerSize+overhead+len(plain))
	out[0] = version
	binary.BigEndian.PutUint16(out[1:], r.seals)
	label := labels.Get().(*[]byte)
	*label = associate((*label)[:0], column, row)
	out = r.aeads[r.seals].Seal(out, nil, plain, *label)
	labels.Put(label)
	return out
}

// Open returns the text that Seal was given for the same column and row, with
// whichever loaded key sealed it. Its errors are ErrSealed and ErrUnknownKey.
func (k *Keys) Open(column, row string, sealed []byte) ([]byte, error) {
	if len(sealed) < minimumSize || sealed[0] != version {
		return nil, fmt.Errorf("open %s: %w", column, ErrSealed)
	}
	aead, ok := k.ring.Load().aeads[binary.BigEndian.Uint16(sealed[1:])]
	if !ok {
		return nil, fmt.Errorf("open %s: %w", column, ErrUnknownKey)
	}
	label := labels.Get().(*[]byte)
	*label = associate((*label)[:0], column, row)
	plain, err := aead.Open(nil, nil, sealed[headerSize:], *label)
	labels.Put(label)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", column, ErrSealed)
	}
	return plain, nil
}

// SealString is Seal for a text. The empty text is sealed like any other.
func (k *Keys) SealString(column, row, plain string) []byte {
	return k.Seal(column, row, []byte(plain))
}

// OpenString is Open for a text. No bytes at all, as read from a column that
// is NULL, are the empty text.
func (k *Keys) OpenString(column, row string, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := k.Open(column, row, sealed)
	return string(plain), err
}

// KeyID returns the ID of the data key that sealed a value, without opening
// it: what a job that rewrites old rows looks for.
func KeyID(sealed []byte) (id uint16, ok bool) {
	if len(sealed) < minimumSize || sealed[0] != version {
		return 0, false
	}
	return binary.BigEndian.Uint16(sealed[1:]), true
}

// associate appends "table.column|row". A column's name holds no bar, so no
// two pairs of column and row give the same text.
func associate(b []byte, column, row string) []byte {
	b = append(b, column...)
	b = append(b, '|')
	return append(b, row...)
}
