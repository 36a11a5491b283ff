package duty

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"
)

func TestPasswordMatchesOnlyItself(t *testing.T) {
	phc, err := Hash(t.Context(), "mưa chiều trên sông Hương")
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`).MatchString(phc) {
		t.Errorf("PHC string %s", phc)
	}
	again, err := Hash(t.Context(), "mưa chiều trên sông Hương")
	if err != nil || again == phc {
		t.Errorf("two hashes of one password are alike (%v)", err)
	}
	tests := []struct {
		name, password, phc string
		want                bool
	}{
		{"the password", "mưa chiều trên sông Hương", phc, true},
		{"typed with marks apart from letters", norm.NFD.String("mưa chiều trên sông Hương"), phc, true},
		{"another case", "Mưa chiều trên sông Hương", phc, false},
		{"cut short", "mưa chiều trên sông Hươn", phc, false},
		{"empty", "", phc, false},
		{"nobody's hash", "mưa chiều trên sông Hương", "", false},
	}
	for _, test := range tests {
		got, err := Matches(t.Context(), test.password, test.phc)
		if err != nil || got != test.want {
			t.Errorf("%s: %v, %v", test.name, got, err)
		}
	}
	for _, bad := range []string{"x", "$argon2id$v=19$m=1,t=1,p=1$AAAA$AAAA", phc[:len(phc)-1], strings.Replace(phc, "id$", "i$", 1)} {
		if ok, err := Matches(t.Context(), "mưa chiều trên sông Hương", bad); ok || err == nil {
			t.Errorf("%q matched (%v)", bad, err)
		}
	}
}

// An unknown name must cost what a known one costs. Both are measured in the
// same run and only a gross difference fails, as machines are noisy.
func TestUnknownNameTakesAsLong(t *testing.T) {
	phc, err := Hash(t.Context(), "một mật khẩu dài")
	if err != nil {
		t.Fatal(err)
	}
	least := func(phc string) time.Duration {
		best := time.Hour
		for range 5 {
			start := time.Now()
			if ok, err := Matches(t.Context(), "không phải nó đâu", phc); ok || err != nil {
				t.Fatal(ok, err)
			}
			best = min(best, time.Since(start))
		}
		return best
	}
	known, unknown := least(phc), least("")
	if unknown < known/2 || known < unknown/2 {
		t.Errorf("known name %v, unknown name %v", known, unknown)
	}
}

func TestFourHashesAtOnce(t *testing.T) {
	for range cap(hashing) {
		hashing <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := Hash(ctx, "x"); !errors.Is(err, context.Canceled) {
			t.Errorf("a fifth hash ended with %v", err)
		}
	})
	cancel()
	wg.Wait()
	for range cap(hashing) {
		<-hashing
	}
	if _, err := Hash(t.Context(), "x"); err != nil {
		t.Error(err)
	}
}

func TestCheckPassword(t *testing.T) {
	tests := []struct {
		name, password string
		want           error
	}{
		{"eleven characters", "abcdefghijk", ErrPasswordShort},
		{"eleven characters of many bytes", "ắắắắắắắắắắắ", ErrPasswordShort},
		{"129 characters", strings.Repeat("sông Hương ", 11) + "12345678", ErrPasswordLong},
		{"128 characters", strings.Repeat("sông Hương ", 11) + "1234567", nil},
		{"twelve characters", "thuyen-rong7", nil},
		{"a sentence", "mưa chiều trên sông Hương", nil},
		{"one letter", "aaaaaaaaaaaa", ErrPasswordCommon},
		{"a piece repeated", "abc1abc1abc1", ErrPasswordCommon},
		{"digits in a row", "123456789012", ErrPasswordCommon},
		{"along the keyboard", "qwertyuiopas", ErrPasswordCommon},
		{"a common word and digits", "Matkhau123456", ErrPasswordCommon},
		{"a common word twice", "passwordPassword", ErrPasswordCommon},
		{"a common sentence with blanks", "anh yeu em nhieu", ErrPasswordCommon},
		{"the sign-in name and digits", "NguyenAn2021!", ErrPasswordCommon},
	}
	for _, test := range tests {
		if got := CheckPassword(test.password, "nguyenan"); !errors.Is(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func TestFirstPassword(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		p := FirstPassword()
		if !regexp.MustCompile(`^([a-z2-9]{4}-){3}[a-z2-9]{4}$`).MatchString(p) || CheckPassword(p, "") != nil || seen[p] {
			t.Fatalf("first password %q", p)
		}
		seen[p] = true
	}
}
