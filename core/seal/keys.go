package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
)

// What a wrapped key is for.
const (
	PurposeData = "data" // seals columns; the newest seals, all open
	PurposeHash = "hash" // the one secret all keyed hashes come from
)

var (
	// ErrWrongKey says that the key file is not the one these keys were
	// wrapped with.
	ErrWrongKey = errors.New("the key file is not the one that belongs to this database")

	// ErrKeyRow says that the table keys is not whole: a row is missing,
	// double, changed or cut short.
	ErrKeyRow = errors.New("the table keys is damaged")
)

// Wrapped is a row of the table keys: a random key that only the key file
// opens. IDs count up from 1 within a purpose.
type Wrapped struct {
	ID      uint16
	Purpose string // PurposeData or PurposeHash
	Blob    []byte
}

// A blob is version 1 byte, mark of the KEK 4, nonce 12, key 32, tag 16.
const (
	wrapVersion = 1
	wrapHeader  = 1 + markSize
	wrapSize    = wrapHeader + overhead + keySize
)

// NewWrapped makes a new random key and wraps it.
func (kek KEK) NewWrapped(id uint16, purpose string) (Wrapped, error) {
	switch {
	case kek.isZero():
		return Wrapped{}, errors.New("wrap a key: no key file is loaded")
	case id == 0:
		return Wrapped{}, errors.New("wrap a key: its ID is 0, but IDs count from 1")
	case purpose != PurposeData && purpose != PurposeHash:
		return Wrapped{}, fmt.Errorf("wrap a key: unknown purpose %q", purpose)
	}
	key := make([]byte, keySize)
	rand.Read(key)
	blob := make([]byte, 0, wrapSize)
	blob = append(blob, wrapVersion)
	blob = append(blob, kek.mark()...)
	blob = kek.wrapper().Seal(blob, nil, key, wrapLabel(id, purpose, blob))
	clear(key)
	return Wrapped{ID: id, Purpose: purpose, Blob: blob}, nil
}

// unwrap returns the key in a row.
func (kek KEK) unwrap(w Wrapped) ([]byte, error) {
	if len(w.Blob) != wrapSize || w.Blob[0] != wrapVersion {
		return nil, fmt.Errorf("%w: %s key %d has an unknown form", ErrKeyRow, w.Purpose, w.ID)
	}
	header, body := w.Blob[:wrapHeader], w.Blob[wrapHeader:]
	if subtle.ConstantTimeCompare(header[1:], kek.mark()) != 1 {
		return nil, ErrWrongKey
	}
	key, err := kek.wrapper().Open(nil, nil, body, wrapLabel(w.ID, w.Purpose, header))
	if err != nil {
		return nil, fmt.Errorf("%w: %s key %d was changed", ErrKeyRow, w.Purpose, w.ID)
	}
	return key, nil
}

func (kek KEK) wrapper() cipher.AEAD { return newAEAD(derive(kek.secret[:], "khaibao wrap 1")) }

// wrapLabel binds a key to its row, so that an old key cannot be passed off as
// the newest, nor a data key as the hash key.
func wrapLabel(id uint16, purpose string, header []byte) []byte {
	return fmt.Appendf(nil, "keys.blob|%s|%d|%x", purpose, id, header)
}

// Open unwraps the rows of the table keys: at least one data key and exactly
// one hash key. Its errors are ErrWrongKey and ErrKeyRow.
func Open(kek KEK, rows []Wrapped) (*Keys, error) {
	r, master, err := unwrapAll(kek, rows)
	if err != nil {
		return nil, fmt.Errorf("open keys: %w", err)
	}
	k := &Keys{kek: kek}
	k.hash.master = master
	k.ring.Store(r)
	return k, nil
}

// Refresh takes up the rows of the table keys as they are now, so that a
// running node follows a rotation. The hash key must be the one it was.
func (k *Keys) Refresh(rows []Wrapped) error {
	r, master, err := unwrapAll(k.kek, rows)
	if err == nil && subtle.ConstantTimeCompare(master, k.hash.master) != 1 {
		err = fmt.Errorf("%w: the hash key is another one", ErrKeyRow)
	}
	if err != nil {
		return fmt.Errorf("refresh keys: %w", err)
	}
	k.ring.Store(r)
	return nil
}

func unwrapAll(kek KEK, rows []Wrapped) (*ring, []byte, error) {
	if kek.isZero() {
		return nil, nil, ErrWrongKey
	}
	var master []byte
	r := &ring{aeads: make(map[uint16]cipher.AEAD, len(rows))}
	for _, w := range rows {
		key, err := kek.unwrap(w)
		if err != nil {
			return nil, nil, err
		}
		switch w.Purpose {
		case PurposeData:
			if r.aeads[w.ID] != nil {
				return nil, nil, fmt.Errorf("%w: data key %d is there twice", ErrKeyRow, w.ID)
			}
			r.aeads[w.ID] = newAEAD(key)
			r.seals = max(r.seals, w.ID)
		case PurposeHash:
			if master != nil {
				return nil, nil, fmt.Errorf("%w: there are two hash keys", ErrKeyRow)
			}
			master = key
		default:
			return nil, nil, fmt.Errorf("%w: key %d has an unknown purpose", ErrKeyRow, w.ID)
		}
	}
	if len(r.aeads) == 0 || master == nil {
		return nil, nil, fmt.Errorf("%w: it needs a data key and a hash key", ErrKeyRow)
	}
	return r, master, nil
}

func newAEAD(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(fmt.Sprintf("make a cipher: %v", err)) // only a key of the wrong size
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(fmt.Sprintf("make a cipher: %v", err)) // AES always fits GCM
	}
	return aead
}

// Status is what `khaibao keys status` may show: no secrets.
type Status struct {
	KeyFile string   // mark of the key file, 8 hex digits, to tell copies apart
	Seals   uint16   // the data key that seals now
	Data    []uint16 // data keys that open, oldest first
}

// Status tells which keys are loaded.
func (k *Keys) Status() Status {
	r := k.ring.Load()
	s := Status{KeyFile: k.kek.Mark(), Seals: r.seals}
	for id := range r.aeads {
		s.Data = append(s.Data, id)
	}
	slices.Sort(s.Data)
	return s
}

// Format prints no key, whatever the verb.
func (k *Keys) Format(f fmt.State, _ rune) { io.WriteString(f, redacted) }

// LogValue logs no key.
func (k *Keys) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText marshals no key.
func (k *Keys) MarshalText() ([]byte, error) { return []byte(redacted), nil }
