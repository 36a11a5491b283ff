package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"net/http"
	"strings"

	"khaibao/core"
)

// keep is how long a browser is known after its last visit, in seconds: 180
// days, after which a phone has to be proved again anyway
// (docs/reference/security.md, 5).
const keep = 180 * 24 * 60 * 60

var letters = base32.StdEncoding.WithPadding(base32.NoPadding)

// short is the start of a hash of several parts, 130 bits as 26 small letters.
func short(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		sum := sha256.Sum256([]byte(p)) // so that no two lists of parts run together
		h.Write(sum[:])
	}
	return strings.ToLower(letters.EncodeToString(h.Sum(nil)))[:26]
}

// cookieName is __Host-kb, which no other host and no plain http can set. Over
// http, for the sandbox, browsers would refuse that name.
func (c *Channel) cookieName() string {
	if c.secure {
		return "__Host-kb"
	}
	return "kb"
}

func (c *Channel) cookie(value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: c.cookieName(), Value: value, Path: "/", MaxAge: age,
		Secure: c.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// browser is the address of the browser that asks, false when it has none.
func (c *Channel) browser(r *http.Request) (core.URN, bool) {
	cookie, err := r.Cookie(c.cookieName())
	if err != nil {
		return "", false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cookie.Value)
	if err != nil || len(raw) != 32 {
		return "", false
	}
	return urnOf(cookie.Value), true
}

func urnOf(secret string) core.URN { return core.URN("web:" + short("khaibao web chat", secret)) }

// greet makes sure that the browser holds a cookie for another 180 days.
// Nothing is stored for a browser that never writes.
func (c *Channel) greet(w http.ResponseWriter, r *http.Request) core.URN {
	if urn, ok := c.browser(r); ok {
		cookie, _ := r.Cookie(c.cookieName())
		http.SetCookie(w, c.cookie(cookie.Value, keep))
		return urn
	}
	var raw [32]byte
	rand.Read(raw[:])
	secret := base64.RawURLEncoding.EncodeToString(raw[:])
	http.SetCookie(w, c.cookie(secret, keep))
	return urnOf(secret)
}

// newToken is a random ID for a message to come.
func newToken() string { return rand.Text() }
