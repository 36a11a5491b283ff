package seal

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"sync"
)

// Kind is what a keyed hash is of. Each kind has a key of its own, so that
// tables join on one kind and nothing is learnt from comparing two.
type Kind string

// The kinds of values that are looked up or compared by their hash. The hash
// of a tel: URN is the phone's, KindPhone; KindAddress is for all others.
const (
	KindID        Kind = "id"        // ID numbers, upper case, no blanks
	KindPhone     Kind = "phone"     // phones in E.164
	KindInsurance Kind = "insurance" // insurance numbers, upper case, no blanks
	KindCode      Kind = "code"      // QR codes, 26 letters
	KindNumber    Kind = "number"    // ten-digit numbers that stand for a QR
	KindAddress   Kind = "address"   // channel addresses, as URNs
	KindOTP       Kind = "otp"       // codes sent to prove a phone
	KindSession   Kind = "session"   // cookie values
	KindToken     Kind = "token"     // tokens of networks that the settings offered
	KindEntry     Kind = "entry"     // forms that officers typed, whole
)

// nobody is written for a child without papers and shared by many, so it finds
// no one (docs/reference/vietnam.md, id_number).
const nobody = "000000000"

const hashSize = 16

// hasher makes keyed hashes: a pool of ready HMAC states for each kind.
type hasher struct {
	master []byte
	pools  sync.Map // Kind -> *sync.Pool of *state
}

type state struct {
	mac hash.Hash
	in  []byte
	sum [sha256.Size]byte
}

// Hash returns the keyed hash of a canonical value as 32 lower-case hex digits:
// the first 16 bytes of HMAC-SHA-256 under the key of the kind. The caller
// brings the value into its canonical form first. The empty value has no hash,
// nor has the ID number 000000000, which is nobody's: both give "", which must
// be stored as NULL or at least never searched for.
func (k *Keys) Hash(kind Kind, canonical string) string {
	if canonical == "" || kind == KindID && canonical == nobody {
		return ""
	}
	pool := k.hash.pool(kind)
	s := pool.Get().(*state)
	s.in = append(s.in[:0], canonical...)
	s.mac.Reset()
	s.mac.Write(s.in)
	s.mac.Sum(s.sum[:0])
	var text [2 * hashSize]byte
	hex.Encode(text[:], s.sum[:hashSize])
	clear(s.in)
	pool.Put(s)
	return string(text[:])
}

func (h *hasher) pool(kind Kind) *sync.Pool {
	if p, ok := h.pools.Load(kind); ok {
		return p.(*sync.Pool)
	}
	key := derive(h.master, "khaibao hash 1 "+string(kind))
	p, _ := h.pools.LoadOrStore(kind, &sync.Pool{New: func() any {
		return &state{mac: hmac.New(sha256.New, key)}
	}})
	return p.(*sync.Pool)
}

// derive makes a key of its own for one use of a secret.
func derive(secret []byte, use string) []byte {
	key, err := hkdf.Key(sha256.New, secret, nil, use, keySize)
	if err != nil {
		// Only a size that HKDF cannot give or a FIPS refusal: no data does it.
		panic(fmt.Sprintf("derive a key: %v", err))
	}
	return key
}
