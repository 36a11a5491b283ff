package duty

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Argon2id with 19 MiB, two passes and one lane, the least that OWASP advises;
// 37 ms on our machines (docs/reference/security.md, section 7).
const (
	memory   = 19 * 1024 // KiB
	passes   = 2
	lanes    = 1
	saltSize = 16
	hashSize = 32
)

// hashing lets four hashes be made at a time: 76 MiB at most, however many
// people sign in at once.
var hashing = make(chan struct{}, 4)

// Bounds of a password, in characters.
const (
	MinPassword = 12
	MaxPassword = 128
)

// Why a password is refused. The texts are locale keys' last words.
var (
	ErrPasswordShort  = errors.New("short")
	ErrPasswordLong   = errors.New("long")
	ErrPasswordCommon = errors.New("common")
)

// Hash returns the PHC string of a password with a new salt. It waits while
// four others are made.
func Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltSize)
	rand.Read(salt)
	sum, err := derive(ctx, password, salt)
	if err != nil {
		return "", err
	}
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, lanes,
		enc.EncodeToString(salt), enc.EncodeToString(sum)), nil
}

// Matches tells whether a password is the one behind a PHC string. An empty
// string, as for a name that nobody has, takes as long and matches nothing.
func Matches(ctx context.Context, password, phc string) (bool, error) {
	salt, want, err := parsePHC(phc)
	if err != nil {
		salt, want = make([]byte, saltSize), nil
		if phc != "" {
			return false, err
		}
	}
	got, err := derive(ctx, password, salt)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

func derive(ctx context.Context, password string, salt []byte) ([]byte, error) {
	select {
	case hashing <- struct{}{}:
		defer func() { <-hashing }()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
	return argon2.IDKey([]byte(canonical(password)), salt, passes, memory, lanes, hashSize), nil
}

// canonical makes one text of what keyboards type differently: a Vietnamese
// letter may come as one rune or as a letter and its marks.
func canonical(password string) string { return norm.NFC.String(password) }

var errPHC = errors.New("a stored password has an unknown form")

// parsePHC reads only what Hash writes: another cost would need another code.
func parsePHC(phc string) (salt, sum []byte, err error) {
	rest, ok := strings.CutPrefix(phc, fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, memory, passes, lanes))
	saltText, sumText, both := strings.Cut(rest, "$")
	if !ok || !both {
		return nil, nil, errPHC
	}
	salt, errSalt := base64.RawStdEncoding.DecodeString(saltText)
	sum, errSum := base64.RawStdEncoding.DecodeString(sumText)
	if errSalt != nil || errSum != nil || len(salt) != saltSize || len(sum) != hashSize {
		return nil, nil, errPHC
	}
	return salt, sum, nil
}

//go:embed common.txt
var commonText string

var common = sync.OnceValue(func() map[string]bool {
	set := make(map[string]bool)
	for line := range strings.Lines(commonText) {
		set[strings.TrimSpace(line)] = true
	}
	return set
})

// CheckPassword says what is wrong with a new password of an officer:
// ErrPasswordShort, ErrPasswordLong, ErrPasswordCommon or nil.
func CheckPassword(password, signIn string) error {
	password = canonical(password)
	switch n := utf8.RuneCountInString(password); {
	case n < MinPassword:
		return ErrPasswordShort
	case n > MaxPassword:
		return ErrPasswordLong
	}
	folded := strings.ToLower(strings.Join(strings.Fields(password), ""))
	core := strings.TrimFunc(folded, func(r rune) bool { return r < 'a' || r > 'z' })
	if common()[folded] || common()[core] || core != "" && core == strings.ToLower(signIn) || monotone(folded) {
		return ErrPasswordCommon
	}
	return nil
}

// monotone finds one short piece said again and again, and runs along the
// keyboard or the alphabet.
func monotone(s string) bool {
	for n := 1; n <= len(s)/3; n++ {
		if strings.HasPrefix(strings.Repeat(s[:n], len(s)/n+1), s) {
			return true
		}
	}
	for _, run := range []string{"01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz",
		"qwertyuiopasdfghjklzxcvbnm", "qwertyuiop1234567890"} {
		if strings.Contains(run, s) {
			return true
		}
	}
	return false
}

// firstLetters leaves out what is mistaken for something else when read out.
const firstLetters = "abcdefghjkmnpqrstuvwxyz23456789"

// FirstPassword makes a password to be told once and changed at the first
// sign-in: 16 letters in groups of four, 79 bits.
func FirstPassword() string {
	var b strings.Builder
	for i := range 16 {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(firstLetters[randomBelow(len(firstLetters))])
	}
	return b.String()
}

// randomBelow draws again when the byte would make some values likelier.
func randomBelow(n int) int {
	for {
		var r [1]byte
		rand.Read(r[:])
		if int(r[0]) < 256-256%n {
			return int(r[0]) % n
		}
	}
}
