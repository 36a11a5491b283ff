package qr

import (
	"encoding/base32"
	"fmt"
	"strings"
	"testing"
)

const someCode = "ABCDEFGHIJKLMNOPQRSTUVWX5Y" // well formed: its last letter ends in two zero bits

func TestNewCode(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		code := NewCode()
		if got, ok := ParseCode(code); !ok || got != code {
			t.Fatalf("%s is made but not well formed", code)
		}
		b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(code)
		if err != nil || len(b) != 16 {
			t.Fatalf("%s holds %d bytes, %v; want 16", code, len(b), err)
		}
		if seen[code] {
			t.Fatalf("%s was made twice", code)
		}
		seen[code] = true
	}
}

func TestParseCode(t *testing.T) {
	tests := []struct {
		name, in string
		ok       bool
	}{
		{"upper case", someCode, true},
		{"lower case", strings.ToLower(someCode), true},
		{"both", "aBcDeFgHiJkLmNoPqRsTuVwX5y", true},
		{"a letter short", someCode[1:], false},
		{"a letter long", someCode + "A", false},
		{"bits past the 128th", someCode[:25] + "Z", false},
		{"0, 1, 8 and 9 are no letters", "0" + someCode[1:], false},
		{"a blank inside", someCode[:12] + " " + someCode[13:], false},
		{"26 bytes of Vietnamese", "ế" + someCode[3:], false},
		{"the Kelvin sign, a k to Unicode", "\u212a" + someCode[3:], false},
		{"nothing", "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, ok := ParseCode(test.in)
			want := ""
			if test.ok {
				want = someCode
			}
			if ok != test.ok || got != want {
				t.Errorf("got %q, %v; want %q, %v", got, ok, want, test.ok)
			}
		})
	}
}

// Of all last letters, just those are well formed that some code ends with.
func TestOneTextForEachCode(t *testing.T) {
	good := ""
	for _, last := range letters {
		if _, ok := ParseCode(someCode[:25] + string(last)); ok {
			good += string(last)
		}
	}
	if good != "AEIMQUY4" {
		t.Errorf("codes may end in %q, want AEIMQUY4", good)
	}
}

func TestCodeFromText(t *testing.T) {
	link := Link("https://khaibao.example.vn", someCode)
	tests := []struct {
		name, in string
		ok       bool
	}{
		{"a link", link, true},
		{"as a barcode reader types it", link + "\r\n", true},
		{"in upper case", strings.ToUpper(link), true},
		{"in lower case", strings.ToLower(link), true},
		{"of a host of old, with a port", "http://127.0.0.1:8080/q/" + someCode, true},
		{"under a path", "https://example.vn/khaibao/q/" + someCode, true},
		{"without https://, as in an SMS", "khaibao.example.vn/q/" + someCode, true},
		{"with a slash, a query, a mark", link + "/?utm_source=zalo#x", true},
		{"in an SMS", "Ma QR cua ban: " + link + ". Dua cho can bo khi kiem tra", true},
		{"in brackets", "(" + link + ")", true},
		{"twice the same", link + "\n" + strings.ToUpper(link), true},
		{"a code alone", " " + strings.ToLower(someCode) + " ", true},
		{"two different codes", link + " " + link[:len(link)-2] + "4Y", false},
		{"a code among words", "mã " + someCode, false},
		{"a longer code, signed, of later", link + "AAAA", false},
		{"a shorter code", link[:len(link)-1], false},
		{"more after it", link + "/x", false},
		{"no host", "/q/" + someCode, false},
		{"another path", "https://khaibao.example.vn/p/" + someCode, false},
		{"another scheme", "javascript://x/q/" + someCode, false},
		{"in the query only", "https://x.vn/?a=/q/" + someCode, false},
		{"escaped letters", "https://x.vn/q/%41" + someCode[1:], false},
		{"a CCCD", "046090000001||Nguyễn Văn An|01011990|Nam|Huế|01012022", false},
		{"the Ministry's", "046090000001|NGUYEN VAN AN|01/01/1990|1|QID|", false},
		{"a health certificate", "HC1:6BFOXN%TS3DH", false},
		{"nothing", "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, ok := CodeFromText(test.in)
			if ok != test.ok || ok && got != someCode || !ok && got != "" {
				t.Errorf("%q gives %q, %v; want %v", test.in, got, ok, test.ok)
			}
		})
	}
}

func TestLink(t *testing.T) {
	for _, public := range []string{"https://khaibao.example.vn", "https://khaibao.example.vn/"} {
		if got, want := Link(public, someCode), "https://khaibao.example.vn/q/"+someCode; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestNewNumber(t *testing.T) {
	seen := map[string]bool{}
	first := map[byte]bool{}
	for range 2000 {
		n := NewNumber()
		if !ValidNumber(n) {
			t.Fatalf("%s is made but not valid", n)
		}
		seen[n] = true
		first[n[0]] = true
	}
	if len(seen) < 1990 { // of 900 million, two alike are rare
		t.Errorf("only %d of 2000 numbers differ", len(seen))
	}
	if len(first) != 9 {
		t.Errorf("numbers begin with %d digits, want 1 to 9", len(first))
	}
}

func TestCheckDigitIsDamms(t *testing.T) {
	if got := checkDigit("572"); got != 4 { // the example in Damm's text
		t.Errorf("572 has check digit %d, want 4", got)
	}
}

// What typing goes wrong with: a digit, or two neighbours swapped.
func TestWrongNumbersAreFound(t *testing.T) {
	for range 200 {
		n := NewNumber()
		for i := range n {
			for d := byte('0'); d <= '9'; d++ {
				if wrong := n[:i] + string(d) + n[i+1:]; wrong != n && ValidNumber(wrong) {
					t.Fatalf("%s typed as %s is not noticed", n, wrong)
				}
			}
			if i > 0 && n[i] != n[i-1] {
				if wrong := n[:i-1] + string(n[i]) + string(n[i-1]) + n[i+1:]; ValidNumber(wrong) {
					t.Fatalf("%s typed as %s is not noticed", n, wrong)
				}
			}
		}
	}
}

func TestValidNumberRefuses(t *testing.T) {
	good := NewNumber()
	zero := "012345678"
	zero += fmt.Sprint(checkDigit(zero))
	for name, s := range map[string]string{
		"nothing": "", "a digit short": good[:9], "a digit long": good + "0", "first digit 0": zero,
		"a letter": good[:9] + "O", "Arabic digits": "١٢٣٤٥", "not cleaned": good[:5] + " " + good[5:],
	} {
		if ValidNumber(s) {
			t.Errorf("%s: %q is taken", name, s)
		}
	}
}

func TestCleanNumber(t *testing.T) {
	for _, in := range []string{"1234567890", " 123 456 7890\n", "123.456.78-90", "123–456\u00a07890", "\u200b1234567890"} {
		if got := CleanNumber(in); got != "1234567890" {
			t.Errorf("%q becomes %q", in, got)
		}
	}
	if got := CleanNumber("12a4/5+6"); got != "12a4/5+6" {
		t.Errorf("what is no number became %q", got)
	}
}

func FuzzParseCode(f *testing.F) {
	f.Add(someCode)
	f.Add(strings.ToLower(someCode))
	f.Add("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		code, ok := ParseCode(s)
		if !ok {
			if code != "" {
				t.Errorf("refused, yet gave %q", code)
			}
			return
		}
		if code != strings.ToUpper(s) {
			t.Errorf("%q became %q", s, code)
		}
		b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(code)
		if err != nil || base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b) != code {
			t.Errorf("%q is not the one text of its bits (%v)", code, err)
		}
	})
}

func FuzzCodeFromText(f *testing.F) {
	f.Add("https://khaibao.example.vn/q/" + someCode)
	f.Add("HTTP://X/Q/" + someCode + "?a#b")
	f.Add("Ma QR: x.vn/q/" + someCode + ".")
	f.Add("://[::1/q/" + someCode)
	f.Fuzz(func(t *testing.T, s string) {
		code, ok := CodeFromText(s)
		if !ok {
			return
		}
		if again, ok := ParseCode(code); !ok || again != code {
			t.Errorf("%q gave %q, which is not well formed", s, code)
		}
		if !strings.Contains(strings.ToUpper(s), code) {
			t.Errorf("%q gave %q, which is not in it", s, code)
		}
	})
}
