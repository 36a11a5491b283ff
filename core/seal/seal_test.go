package seal

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// testKEK makes a key file of its own for a test.
func testKEK(t testing.TB) KEK {
	t.Helper()
	path := t.TempDir() + "/khaibao.key"
	if err := CreateFile(path); err != nil {
		t.Fatal(err)
	}
	kek, err := LoadKEK(path)
	if err != nil {
		t.Fatal(err)
	}
	return kek
}

func wrap(t testing.TB, kek KEK, id uint16, purpose string) Wrapped {
	t.Helper()
	w, err := kek.NewWrapped(id, purpose)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func testKeys(t testing.TB) *Keys {
	t.Helper()
	kek := testKEK(t)
	k, err := Open(kek, []Wrapped{wrap(t, kek, 1, PurposeData), wrap(t, kek, 1, PurposeHash)})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

const (
	column = "phones.number"
	row    = "01890b5c-0000-7000-8000-000000000001"
)

func TestOpenGivesBackWhatWasSealed(t *testing.T) {
	k := testKeys(t)
	for _, plain := range []string{"", "0", "+84900000001", "12/4 Nguyễn Huệ, tổ 5", strings.Repeat("x", 70_000), "\x00\xff"} {
		sealed := k.Seal(column, row, []byte(plain))
		if len(sealed) != len(plain)+Overhead {
			t.Errorf("%d bytes seal to %d, want %d more", len(plain), len(sealed), Overhead)
		}
		if len(plain) > 1 && bytes.Contains(sealed, []byte(plain)) {
			t.Errorf("a sealed value holds its text")
		}
		if bytes.Equal(sealed, k.Seal(column, row, []byte(plain))) {
			t.Errorf("the same text sealed twice to the same bytes")
		}
		got, err := k.Open(column, row, sealed)
		if err != nil || string(got) != plain {
			t.Errorf("opened %d bytes, %v; want the %d sealed", len(got), err, len(plain))
		}
	}
}

func TestStrings(t *testing.T) {
	k := testKeys(t)
	for _, plain := range []string{"", "số nhà 7"} {
		if got, err := k.OpenString(column, row, k.SealString(column, row, plain)); err != nil || got != plain {
			t.Errorf("%q came back as %q, %v", plain, got, err)
		}
	}
	if got, err := k.OpenString(column, row, nil); got != "" || err != nil {
		t.Errorf("NULL opened as %q, %v; want the empty text", got, err)
	}
	if _, err := k.Open(column, row, nil); !errors.Is(err, ErrSealed) {
		t.Errorf("no bytes opened with %v, want ErrSealed", err)
	}
}

func TestValueOpensOnlyInItsPlace(t *testing.T) {
	k := testKeys(t)
	const plain = "+84900000001"
	sealed := k.SealString(column, row, plain)
	other := testKeys(t)
	tests := []struct {
		name        string
		keys        *Keys
		column, row string
		sealed      []byte
	}{
		{"moved to another row", k, column, row + "2", sealed},
		{"moved to another column", k, "people.id_number", row, sealed},
		{"the bar between column and row moved", k, column + "|" + row, "", sealed},
		{"opened by another deployment's keys", other, column, row, sealed},
		{"cut by one byte", k, column, row, sealed[:len(sealed)-1]},
		{"cut to its header", k, column, row, sealed[:3]},
		{"one byte too many", k, column, row, append(bytes.Clone(sealed), 0)},
		{"text never sealed", k, column, row, []byte(strings.Repeat(plain, 4))},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.keys.Open(test.column, test.row, test.sealed)
			if !errors.Is(err, ErrSealed) || got != nil {
				t.Fatalf("got %d bytes and %v, want ErrSealed alone", len(got), err)
			}
			if strings.Contains(err.Error(), plain) {
				t.Errorf("the error tells too much: %v", err)
			}
		})
	}
}

func TestEveryFlippedBitFails(t *testing.T) {
	k := testKeys(t)
	sealed := k.SealString(column, row, "+84900000001")
	for i := range len(sealed) * 8 {
		bad := bytes.Clone(sealed)
		bad[i/8] ^= 1 << (i % 8)
		if _, err := k.Open(column, row, bad); !errors.Is(err, ErrSealed) {
			t.Errorf("bit %d flipped: %v, want ErrSealed", i, err)
		}
	}
}

func TestNewestKeySealsAndAllOpen(t *testing.T) {
	kek := testKEK(t)
	first, hash := wrap(t, kek, 1, PurposeData), wrap(t, kek, 1, PurposeHash)
	k, err := Open(kek, []Wrapped{first, hash})
	if err != nil {
		t.Fatal(err)
	}
	old, found := k.SealString(column, row, "cũ"), k.Hash(KindPhone, "+84900000001")

	second := wrap(t, kek, 2, PurposeData)
	rotated, err := Open(kek, []Wrapped{second, hash, first}) // in any order
	if err != nil {
		t.Fatal(err)
	}
	fresh := rotated.SealString(column, row, "mới")
	if id, ok := KeyID(fresh); !ok || id != 2 {
		t.Errorf("sealed by key %d, want the newest, 2", id)
	}
	for want, sealed := range map[string][]byte{"cũ": old, "mới": fresh} {
		if got, err := rotated.OpenString(column, row, sealed); err != nil || got != want {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
	if rotated.Hash(KindPhone, "+84900000001") != found {
		t.Error("a new data key changed the keyed hashes: nothing would be found again")
	}

	// A node that has not read the keys again meets a value sealed by the new key.
	if _, err := k.OpenString(column, row, fresh); !errors.Is(err, ErrUnknownKey) || !errors.Is(err, ErrSealed) {
		t.Errorf("a value of an unknown key gave %v, want ErrUnknownKey", err)
	}
	if err := k.Refresh([]Wrapped{first, second, hash}); err != nil {
		t.Fatal(err)
	}
	if got, err := k.OpenString(column, row, fresh); err != nil || got != "mới" {
		t.Errorf("after Refresh: %q, %v", got, err)
	}
	if s := fmt.Sprint(k.Status().Seals, k.Status().Data); s != "2 [1 2]" {
		t.Errorf("status says %s, want 2 [1 2]", s)
	}

	// The old key goes when nothing is sealed with it any more.
	if err := k.Refresh([]Wrapped{second, hash}); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Open(column, row, old); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("a dropped key still opens: %v", err)
	}
	if err := k.Refresh([]Wrapped{second, wrap(t, kek, 1, PurposeHash)}); !errors.Is(err, ErrKeyRow) {
		t.Errorf("Refresh took another hash key: %v", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	kek := testKEK(t)
	first, second, hash := wrap(t, kek, 1, PurposeData), wrap(t, kek, 2, PurposeData), wrap(t, kek, 1, PurposeHash)
	k, err := Open(kek, []Wrapped{first, hash})
	if err != nil {
		t.Fatal(err)
	}
	want := k.Hash(KindPhone, "+84900000001")
	var all sync.WaitGroup
	for n := range 16 {
		all.Go(func() {
			for i := range 200 {
				place := fmt.Sprint(n, "-", i)
				if n == 0 && i == 100 {
					if err := k.Refresh([]Wrapped{first, second, hash}); err != nil {
						t.Error(err)
					}
				}
				plain := strings.Repeat(place, 1+i%7)
				if got, err := k.OpenString(column, place, k.SealString(column, place, plain)); err != nil || got != plain {
					t.Errorf("%s came back as %q, %v", plain, got, err)
				}
				if got := k.Hash(KindPhone, "+84900000001"); got != want {
					t.Errorf("hash %s, want %s", got, want)
				}
				if k.Hash(Kind(place), "x") == k.Hash(KindID, "x") {
					t.Errorf("kinds %s and id share a key", place)
				}
			}
		})
	}
	all.Wait()
}

func BenchmarkSeal(b *testing.B) {
	k := testKeys(b)
	plain := []byte("+84900000001")
	b.ReportAllocs()
	for b.Loop() {
		k.Seal(column, row, plain)
	}
}

func BenchmarkOpen(b *testing.B) {
	k := testKeys(b)
	sealed := k.SealString(column, row, "+84900000001")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Open(column, row, sealed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHash(b *testing.B) {
	k := testKeys(b)
	b.ReportAllocs()
	for b.Loop() {
		k.Hash(KindPhone, "+84900000001")
	}
}
