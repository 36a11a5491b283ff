package sms

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
)

// ValidSignature tells whether Twilio signed a request with an account's auth
// token: base64(HMAC-SHA1(token, URL + name and value of each field, by name)),
// a repeated field with its different values in order. rawURL is the public URL
// as Twilio knows it, with its query; its port may be told or not. A body that
// is no form has form nil: then the URL is all that is signed, and its parameter
// bodySHA256 must be the body's (docs/reference/channels.md, 3.2). Twilio's own
// library knows only the first value of a repeated field and refuses the rest.
func ValidSignature(token, rawURL string, form url.Values, body []byte, signature string) bool {
	if token == "" || signature == "" {
		return false
	}
	if form == nil && !bodyMatches(rawURL, body) {
		return false
	}
	with, without := portForms(rawURL)
	fields := signedFields(form)
	ok := subtle.ConstantTimeCompare([]byte(sign(token, with+fields)), []byte(signature))
	ok |= subtle.ConstantTimeCompare([]byte(sign(token, without+fields)), []byte(signature))
	return ok == 1
}

func sign(token, text string) string {
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func signedFields(form url.Values) string {
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		values := slices.Clone(form[name])
		slices.Sort(values)
		for _, value := range slices.Compact(values) {
			b.WriteString(name)
			b.WriteString(value)
		}
	}
	return b.String()
}

func bodyMatches(rawURL string, body []byte) bool {
	_, query, _ := strings.Cut(rawURL, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return false
	}
	sum := sha256.Sum256(body)
	want := hex.EncodeToString(sum[:])
	return subtle.ConstantTimeCompare([]byte(strings.ToLower(values.Get("bodySHA256"))), []byte(want)) == 1
}

// portForms are a URL with its port, the scheme's own when it tells none, and
// without. Everything else stays letter for letter, as it was signed.
func portForms(rawURL string) (with, without string) {
	scheme, rest, ok := strings.Cut(rawURL, "://")
	if !ok {
		return rawURL, rawURL
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority, path := rest[:end], rest[end:]
	host := authority
	colon := strings.LastIndexByte(authority, ':')
	if colon > strings.LastIndexByte(authority, '@') && colon > strings.LastIndexByte(authority, ']') {
		host = authority[:colon]
	} else if scheme == "https" {
		authority += ":443"
	} else {
		authority += ":80"
	}
	return scheme + "://" + authority + path, scheme + "://" + host + path
}
