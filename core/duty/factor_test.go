package duty

import (
	"encoding/base32"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The vectors of RFC 6238, appendix B, for SHA-1; ours have six digits, which
// are the last of its eight.
func TestCodesOfTheRFC(t *testing.T) {
	secret := base32.StdEncoding.EncodeToString([]byte("12345678901234567890"))
	for unix, code := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		step, ok := MatchCode(secret, code, time.Unix(unix, 0), 0)
		if !ok || step != unix/30 {
			t.Errorf("at %d the code %s: step %d, %v", unix, code, step, ok)
		}
	}
}

func TestACodeIsTakenOnceAndInItsTime(t *testing.T) {
	secret := base32.StdEncoding.EncodeToString([]byte("12345678901234567890"))
	at := time.Unix(1111111111, 0) // code 050471, step 37037037
	for _, test := range []struct {
		name, code string
		after      time.Duration
		last       int64
		want       bool
	}{
		{"now", "050471", 0, 0, true},
		{"as people type it", " 050 471 ", 0, 0, true},
		{"a step late", "050471", 30 * time.Second, 0, true},
		{"a step early", "050471", -30 * time.Second, 0, true},
		{"two steps late", "050471", 60 * time.Second, 0, false},
		{"two steps early", "050471", -60 * time.Second, 0, false},
		{"used", "050471", 0, 37037037, false},
		{"a later one was used", "050471", 0, 37037038, false},
		{"an earlier one was used", "050471", 0, 37037036, true},
		{"another", "050472", 0, 0, false},
		{"none", "", 0, 0, false},
		{"too long", "0504711", 0, 0, false},
		{"letters", "abcdef", 0, 0, false},
	} {
		if _, ok := MatchCode(secret, test.code, at.Add(test.after), test.last); ok != test.want {
			t.Errorf("%s: %v", test.name, ok)
		}
	}
	if _, ok := MatchCode("no base32!", "050471", at, 0); ok {
		t.Error("a secret that is none matched")
	}
}

func TestSecretsAndRecoveryCodes(t *testing.T) {
	seen := map[string]bool{}
	for range 20 {
		secret := NewSecret()
		if !regexp.MustCompile(`^[A-Z2-7]{32}$`).MatchString(secret) || seen[secret] {
			t.Fatalf("secret %q", secret)
		}
		seen[secret] = true
		codes := RecoveryCodes()
		if len(codes) != 10 {
			t.Fatalf("%d recovery codes", len(codes))
		}
		for _, c := range codes {
			if !regexp.MustCompile(`^([a-z2-9]{4}-){2}[a-z2-9]{4}$`).MatchString(c) || seen[c] || !IsRecovery(strings.ToUpper(c)) {
				t.Fatalf("recovery code %q", c)
			}
			seen[c] = true
		}
	}
	if IsRecovery("050471") {
		t.Error("a one-time code was taken for a recovery code")
	}
	u, err := url.Parse(SecretURI("ABC", "an.nguyen", "khaibao.example"))
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Khai Báo:an.nguyen" || u.Query().Get("secret") != "ABC" || u.Query().Get("issuer") != "Khai Báo khaibao.example" {
		t.Errorf("%v, %v", u, err)
	}
}
