package seal

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The hash is spelt out once more, so that a change which would leave every
// stored hash unfindable does not pass unseen.
func TestHashIsStable(t *testing.T) {
	k := testKeys(t)
	key, err := hkdf.Key(sha256.New, k.hash.master, nil, "khaibao hash 1 phone", 32)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("+84900000001"))
	want := hex.EncodeToString(mac.Sum(nil)[:16])
	for range 3 { // a pooled state starts afresh each time
		if got := k.Hash(KindPhone, "+84900000001"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		k.Hash(KindPhone, "+84900000002 and more")
	}
}

func TestHashTellsKindsAndValuesApart(t *testing.T) {
	k := testKeys(t)
	seen := map[string]string{}
	for _, kind := range []Kind{KindID, KindPhone, KindInsurance, KindCode, KindNumber, KindAddress, KindOTP, KindSession} {
		for _, value := range []string{"046090000001", "+84900000001", strings.Repeat("a", 500)} {
			h := k.Hash(kind, value)
			if len(h) != 32 || strings.ToLower(h) != h {
				t.Errorf("%s: %q is not 32 lower-case hex digits", kind, h)
			}
			if other, ok := seen[h]; ok {
				t.Errorf("%s and %s have one hash", other, kind)
			}
			seen[h] = string(kind)
		}
		if h := k.Hash(kind, ""); h != "" {
			t.Errorf("%s: nothing has the hash %q", kind, h)
		}
	}
	if h := k.Hash(KindID, "000000000"); h != "" {
		t.Errorf("nine zeros, nobody's number, have the hash %q", h)
	}
	if other := testKeys(t); other.Hash(KindID, "046090000001") == k.Hash(KindID, "046090000001") {
		t.Error("two deployments hash alike")
	}
}

func TestOpenKeysRefuses(t *testing.T) {
	kek := testKEK(t)
	data, hash := wrap(t, kek, 1, PurposeData), wrap(t, kek, 1, PurposeHash)
	changed := func(w Wrapped, change func(*Wrapped)) Wrapped {
		w.Blob = bytes.Clone(w.Blob)
		change(&w)
		return w
	}
	tests := []struct {
		name string
		kek  KEK
		rows []Wrapped
		want error
	}{
		{"another key file", testKEK(t), []Wrapped{data, hash}, ErrWrongKey},
		{"no key file", KEK{}, []Wrapped{data, hash}, ErrWrongKey},
		{"no rows", kek, nil, ErrKeyRow},
		{"no hash key", kek, []Wrapped{data}, ErrKeyRow},
		{"no data key", kek, []Wrapped{hash}, ErrKeyRow},
		{"a data key twice", kek, []Wrapped{data, data, hash}, ErrKeyRow},
		{"two hash keys", kek, []Wrapped{data, hash, wrap(t, kek, 2, PurposeHash)}, ErrKeyRow},
		{"a data key passed off as the newest", kek, []Wrapped{data, hash, changed(data, func(w *Wrapped) { w.ID = 9 })}, ErrKeyRow},
		{"a data key passed off as the hash key", kek, []Wrapped{data, changed(data, func(w *Wrapped) { w.Purpose = PurposeHash })}, ErrKeyRow},
		{"an unknown purpose", kek, []Wrapped{data, hash, changed(data, func(w *Wrapped) { w.Purpose = "mail" })}, ErrKeyRow},
		{"cut short", kek, []Wrapped{data, changed(hash, func(w *Wrapped) { w.Blob = w.Blob[:40] })}, ErrKeyRow},
		{"empty", kek, []Wrapped{data, {ID: 1, Purpose: PurposeHash}}, ErrKeyRow},
		{"one bit changed", kek, []Wrapped{data, changed(hash, func(w *Wrapped) { w.Blob[30] ^= 1 })}, ErrKeyRow},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if k, err := Open(test.kek, test.rows); !errors.Is(err, test.want) || k != nil {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func TestNewWrappedRefuses(t *testing.T) {
	kek := testKEK(t)
	for name, try := range map[string]func() (Wrapped, error){
		"no key file":     func() (Wrapped, error) { return KEK{}.NewWrapped(1, PurposeData) },
		"ID 0":            func() (Wrapped, error) { return kek.NewWrapped(0, PurposeData) },
		"unknown purpose": func() (Wrapped, error) { return kek.NewWrapped(1, "") },
	} {
		if _, err := try(); err == nil {
			t.Errorf("%s: a key was made", name)
		}
	}
}

func TestCreateFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "deeper", "khaibao.key")
	if err := CreateFile(path); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{path: 0o600, filepath.Dir(path): fs.ModeDir | 0o700} {
		if info, err := os.Stat(name); err != nil || info.Mode() != want {
			t.Errorf("%s has mode %v, %v; want %v", filepath.Base(name), info.Mode(), err, want)
		}
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := CreateFile(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("made a second time: %v, want fs.ErrExist", err)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("a second CreateFile changed the key")
	}
	one, err := LoadKEK(path)
	if err != nil {
		t.Fatal(err)
	}
	if two := testKEK(t); one == two || one.Mark() == two.Mark() {
		t.Error("two key files hold the same key")
	}
}

func TestLoadKEKRefuses(t *testing.T) {
	good := filePrefix + strings.Repeat("5a", keySize)
	tests := []struct {
		name, text string
		mode       fs.FileMode
		want       string // in the message
	}{
		{"its group may read it", good, 0o640, "chmod 600"},
		{"all may read it", good, 0o604, "chmod 600"},
		{"all may write it", good, 0o622, "chmod 600"},
		{"empty", "", 0o600, "empty"},
		{"cut short", good[:40], 0o600, "26 digits"},
		{"too long", good + "00", 0o600, "66 digits"},
		{"not hex", filePrefix + strings.Repeat("zz", keySize), 0o600, "hex"},
		{"zeros", filePrefix + strings.Repeat("00", keySize), 0o600, "zeros"},
		{"some other file", "-----BEGIN PRIVATE KEY-----", 0o600, "not a key file"},
		{"a key, then much else", good + strings.Repeat(" ", 1<<16) + "x", 0o600, "too long"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "k")
			if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, test.mode); err != nil {
				t.Fatal(err)
			}
			_, err := LoadKEK(path)
			if !errors.Is(err, ErrKeyFile) || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want ErrKeyFile that says %q", err, test.want)
			}
			if strings.Contains(err.Error(), "5a5a") || strings.Contains(err.Error(), "zz") {
				t.Errorf("the message quotes the key: %v", err)
			}
		})
	}
	if _, err := LoadKEK(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v, want fs.ErrNotExist", err)
	}
	if _, err := LoadKEK(t.TempDir()); !errors.Is(err, ErrKeyFile) {
		t.Errorf("a directory: %v, want ErrKeyFile", err)
	}
}

func TestLoadKEKFromSystemd(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "khaibao.key")
	if err := CreateFile(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o440); err != nil { // as systemd shows a credential
		t.Fatal(err)
	}
	if _, err := LoadKEK(path); !errors.Is(err, ErrKeyFile) {
		t.Errorf("readable by its group, and no credential: %v, want ErrKeyFile", err)
	}
	t.Setenv("CREDENTIALS_DIRECTORY", dir+"/")
	if _, err := LoadKEK(path); err != nil {
		t.Errorf("a credential of systemd is refused: %v", err)
	}
	if err := os.Chmod(path, 0o444); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadKEK(path); !errors.Is(err, ErrKeyFile) {
		t.Errorf("a credential that all may read: %v, want ErrKeyFile", err)
	}
}

func TestNothingPrintsAKey(t *testing.T) {
	kek := testKEK(t)
	k, err := Open(kek, []Wrapped{wrap(t, kek, 1, PurposeData), wrap(t, kek, 1, PurposeHash)})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "kek", kek, "keys", k)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "kek", kek, "keys", k)
	asJSON, err := json.Marshal(map[string]any{"kek": kek, "keys": k})
	if err != nil {
		t.Fatal(err)
	}
	out := log.String() + string(asJSON)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		out += fmt.Sprintf(verb+" "+verb+" ", kek, k)
	}
	for _, secret := range [][]byte{kek.secret[:], k.hash.master} {
		for _, form := range []string{string(secret), hex.EncodeToString(secret), fmt.Sprint(secret[0], " ", secret[1])} {
			if strings.Contains(out, form) {
				t.Errorf("a key is in what was printed")
			}
		}
	}
	if got := strings.Count(out, redacted); got != 20 {
		t.Errorf("%d of 20 prints say %s", got, redacted)
	}
}
