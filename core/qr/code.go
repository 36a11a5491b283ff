// Package qr makes the codes that stand for a declared person, draws them as
// QR pictures and reads pictures of QRs.
//
// A code says nothing of the person: it is 128 random bits that an officer's
// look-up turns into a record. What a picture taken in a queue looks like
// (turned, blurred, dark, pressed into a small JPEG) is what Read is made for.
//
// Source: docs/architecture.md, QR; docs/reference/security.md, sections 6 and 9.
package qr

import (
	"crypto/rand"
	"encoding/base32"
	"net/url"
	"strings"
)

// CodeLength is the length of a code in letters: 128 bits by five.
const CodeLength = 26

// letters is the alphabet of RFC 4648 base32.
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

// NewCode makes a code: 128 random bits as 26 letters of base32 (RFC 4648
// without padding), in upper case.
func NewCode() string {
	var b [16]byte
	rand.Read(b[:])
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])
}

// ParseCode reads a code written in either case and returns it in upper case.
// It says whether the code is well formed, not whether anyone has it.
func ParseCode(s string) (code string, ok bool) {
	if len(s) != CodeLength {
		return "", false
	}
	var b [CodeLength]byte
	for i := range CodeLength {
		c := s[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		if strings.IndexByte(letters, c) < 0 {
			return "", false
		}
		b[i] = c
	}
	// 26 letters hold 130 bits. Unless the two left over are zero, four texts
	// would be one code.
	if strings.IndexByte(letters, b[CodeLength-1])&3 != 0 {
		return "", false
	}
	return string(b[:]), true
}

// Link returns the address that a QR picture holds: publicURL (as in the
// setting PUBLIC_URL), then /q/ and the code.
func Link(publicURL, code string) string {
	return strings.TrimRight(publicURL, "/") + "/q/" + code
}

// CodeFromText finds the code in what an officer typed, pasted or scanned: a
// code alone, or our link anywhere in the text, in either case and with or
// without https://. Any host will do, as a code printed before the service
// moved must still be read and a code is only ever looked up, never opened.
// A text that holds two different codes has none.
func CodeFromText(text string) (code string, ok bool) {
	for word := range strings.FieldsSeq(text) {
		found, is := codeFromWord(word)
		if !is {
			continue
		}
		if code != "" && found != code {
			return "", false
		}
		code = found
	}
	if code != "" {
		return code, true
	}
	return ParseCode(strings.TrimSpace(text))
}

// codeFromWord reads a link that may have a sentence's punctuation around it.
func codeFromWord(word string) (string, bool) {
	word = strings.Trim(word, `<>()[]{}"'“”‘’,;.!`)
	if i := strings.Index(word, "://"); i < 0 {
		word = "https://" + word
	} else if scheme := word[:i]; !strings.EqualFold(scheme, "https") && !strings.EqualFold(scheme, "http") {
		return "", false
	}
	u, err := url.Parse(word)
	if err != nil || u.Host == "" {
		return "", false
	}
	path := strings.TrimSuffix(u.EscapedPath(), "/")
	at := len(path) - CodeLength
	if at < 3 || !strings.EqualFold(path[at-3:at], "/q/") {
		return "", false
	}
	return ParseCode(path[at:])
}
