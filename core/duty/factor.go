package duty

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// One-time codes: RFC 6238 with its defaults, which every authenticator knows:
// SHA-1, six digits, a new one each 30 s. A code is taken one step early or
// late, as telephones' clocks go wrong.
const (
	codeStep   = 30 * time.Second
	codeSkew   = 1
	secretSize = 20 // bytes: RFC 4226, section 4, R6
)

// NewSecret makes the secret of one-time codes, in base32 as authenticators take it.
func NewSecret() string {
	b := make([]byte, secretSize)
	rand.Read(b)
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
}

// SecretURI is what an authenticator scans.
func SecretURI(secret, signIn, host string) string {
	label := url.PathEscape("Khai Báo:" + signIn)
	v := url.Values{"secret": {secret}, "issuer": {"Khai Báo " + host}}
	return "otpauth://totp/" + label + "?" + strings.ReplaceAll(v.Encode(), "+", "%20")
}

// MatchCode tells which step of time a code of six digits is of. last is the
// newest step whose code was used, 0 for none: no code of it or of an earlier
// one is taken again.
func MatchCode(secret, code string, at time.Time, last int64) (step int64, ok bool) {
	code = CleanCode(code)
	if len(code) != otp.DigitsSix.Length() {
		return 0, false
	}
	now := at.Unix() / int64(codeStep/time.Second)
	for step := now - codeSkew; step <= now+codeSkew; step++ {
		want, err := hotp.GenerateCodeCustom(secret, uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && step > last && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return step, true
		}
	}
	return 0, false
}

// How many recovery codes there are, and of how many letters.
const (
	recoveryCodes   = 10
	recoveryLetters = 12
)

// RecoveryCodes makes codes that are good once each, for who lost the telephone:
// 12 letters in groups of four, 59 bits.
func RecoveryCodes() []string {
	all := make([]string, recoveryCodes)
	for i := range all {
		var b strings.Builder
		for n := range recoveryLetters {
			if n > 0 && n%4 == 0 {
				b.WriteByte('-')
			}
			b.WriteByte(firstLetters[randomBelow(len(firstLetters))])
		}
		all[i] = b.String()
	}
	return all
}

// CleanCode is a code as it is compared: small letters and digits alone.
func CleanCode(code string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(code))
}

// IsRecovery tells a recovery code from a one-time code by its length.
func IsRecovery(code string) bool { return len(CleanCode(code)) == recoveryLetters }
