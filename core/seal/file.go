package seal

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
)

const (
	keySize  = 32
	markSize = 4
	redacted = "[redacted]"
)

// ErrKeyFile says that a key file is there but cannot be trusted or read as
// one. A file that is not there at all is fs.ErrNotExist.
var ErrKeyFile = errors.New("key file refused")

// KEK is the key in the key file. It wraps the keys in the table keys and does
// nothing else. Print, log or marshal it and it shows no secret.
type KEK struct{ secret [keySize]byte }

// The file is one line of text, so that it can be printed and kept in a safe.
const filePrefix = "khaibao-key-1:"

// maxFile bounds what is read of a file that may be anything.
const maxFile = 4096

// CreateFile makes a key file with a new random key, readable by its owner
// only, and its directory if that is missing. It never touches a file that is
// there: that is fs.ErrExist. When it returns nil the key is on the disk.
func CreateFile(path string) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the key file's directory: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("make the key file: %w", err)
	}
	defer func() {
		if err != nil { // half a key must not stand in the way of the next start
			f.Close()
			os.Remove(path)
			err = fmt.Errorf("make the key file: %w", err)
		}
	}()
	var secret [keySize]byte
	rand.Read(secret[:])
	if _, err = io.WriteString(f, filePrefix+hex.EncodeToString(secret[:])+"\n"); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return syncDir(dir)
}

// syncDir makes a new file's name survive a power cut, as Sync does its bytes.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// LoadKEK reads a key file. It refuses one that others than its owner may read,
// and one that is cut short or something else.
func LoadKEK(path string) (KEK, error) {
	f, err := os.Open(path)
	if err != nil {
		return KEK{}, fmt.Errorf("read the key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return KEK{}, fmt.Errorf("read the key file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return KEK{}, fmt.Errorf("%w: %s is not a file", ErrKeyFile, path)
	}
	if loose := info.Mode().Perm() & looseBits(path); loose != 0 {
		return KEK{}, fmt.Errorf("%w: others can reach %s (mode %04o); run: chmod 600 %s",
			ErrKeyFile, path, info.Mode().Perm(), path)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return KEK{}, fmt.Errorf("read the key file: %w", err)
	}
	if len(text) > maxFile {
		return KEK{}, fmt.Errorf("%w: %s is far too long for a key file", ErrKeyFile, path)
	}
	kek, err := parseKEK(text)
	if err != nil {
		return KEK{}, fmt.Errorf("%w: %s %w", ErrKeyFile, path, err)
	}
	return kek, nil
}

// looseBits is what a key file's mode must not have. systemd gives a service
// its credentials as 0440 with an access list that names one user alone, so
// there the group's bit is that user's.
func looseBits(path string) fs.FileMode {
	dir := os.Getenv("CREDENTIALS_DIRECTORY")
	if dir != "" && filepath.Dir(filepath.Clean(path)) == filepath.Clean(dir) {
		return 0o037
	}
	return 0o077
}

func parseKEK(text []byte) (KEK, error) {
	line := string(bytes.TrimSpace(text))
	if line == "" {
		return KEK{}, errors.New("is empty: put the kept copy back, or remove it if the database is new")
	}
	digits, ok := strings.CutPrefix(line, filePrefix)
	if !ok {
		return KEK{}, fmt.Errorf("is not a key file: it does not begin with %q", filePrefix)
	}
	if len(digits) != 2*keySize {
		return KEK{}, fmt.Errorf("has %d digits of a key, not %d", len(digits), 2*keySize)
	}
	secret, err := hex.DecodeString(digits)
	if err != nil { // not wrapped: it quotes a byte of the key
		return KEK{}, errors.New("holds something other than hex digits")
	}
	kek := KEK{secret: [keySize]byte(secret)}
	if kek.isZero() {
		return KEK{}, errors.New("holds a key of zeros")
	}
	return kek, nil
}

func (kek KEK) isZero() bool { return kek == KEK{} }

func (kek KEK) mark() []byte {
	mac := hmac.New(sha256.New, kek.secret[:])
	mac.Write([]byte("khaibao mark 1"))
	return mac.Sum(nil)[:markSize]
}

// Mark is eight hex digits that tell one key file from another and give
// nothing of the key away: write it on the kept copy.
func (kek KEK) Mark() string { return hex.EncodeToString(kek.mark()) }

// Format prints no key, whatever the verb.
func (kek KEK) Format(f fmt.State, _ rune) { io.WriteString(f, redacted) }

// LogValue logs no key.
func (kek KEK) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText marshals no key.
func (kek KEK) MarshalText() ([]byte, error) { return []byte(redacted), nil }
