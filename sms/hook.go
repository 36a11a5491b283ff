package sms

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"

	"khaibao/core"
	"khaibao/core/channel"
)

// Gateways that sign nothing are believed by a secret behind the path that they
// were given. It is worth as much as the logs of the proxies before us are kept
// well.

// HookSecret tells whether a secret is fit to stand in a URL and too long to be
// guessed: 16 to 256 letters, digits, _ or -.
func HookSecret(secret string) bool { return hookSecret.MatchString(secret) }

var hookSecret = regexp.MustCompile(`^[A-Za-z0-9_-]{16,256}$`)

// derived is the secret of a web-hook that we ourselves tell the gateway with
// each message, so that nobody has to set one. It tells nothing of the key.
func derived(key, use string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte("khaibao web-hook " + use))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)[:20]))
}

// knows tells whether the path of a request goes on with the secret behind a
// prefix, in a time that does not depend on what stands there instead.
func knows(r *http.Request, prefix, secret string) bool {
	given := strings.TrimPrefix(r.URL.Path, prefix)
	got, want := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(secret))
	return secret != "" && subtle.ConstantTimeCompare(got[:], want[:]) == 1
}

// refuse counts a delivery that is not taken, and answers it.
func (c *Common) refuse(w http.ResponseWriter, why string, code int) {
	c.Count(why)
	http.Error(w, http.StatusText(code), code)
}

// body reads the body of a web-hook; false when it was refused.
func (c *Common) body(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	if r.ContentLength > maxHook {
		c.refuse(w, "too_large", http.StatusRequestEntityTooLarge)
		return nil, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxHook))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		c.refuse(w, "too_large", http.StatusRequestEntityTooLarge)
		return nil, false
	}
	if err != nil {
		c.refuse(w, "malformed", http.StatusBadRequest)
		return nil, false
	}
	return body, true
}

// takes gives a message in; false when it was answered that it was not stored.
func (c *Common) takes(ctx context.Context, w http.ResponseWriter, gateway string, in channel.Inbox, m core.Inbound) bool {
	err := in(ctx, m)
	if err == nil {
		return true
	}
	// The store's absence is told once, not for each message; and who hung up is
	// nobody's fault here.
	if !errors.Is(err, channel.ErrUnavailable) && ctx.Err() == nil {
		c.Log.Error("take a message of "+gateway, "external", m.ExternalID, "err", err)
	}
	c.refuse(w, "not_stored", http.StatusServiceUnavailable)
	return false
}

// reports keeps a report and answers it.
func (c *Common) reports(w http.ResponseWriter, r *http.Request, gateway string, rep report) {
	if err := c.keep(r.Context(), gateway, rep); err != nil {
		c.Log.Error("keep a report", "network_id", rep.name(), "status", rep.status, "err", err)
		c.refuse(w, "not_stored", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// homePhone is the canonical E.164 of a number as Vietnam's gateways write it:
// 84900000001, 0900000001 or +84900000001. Short codes and sender names are no
// phones.
func homePhone(from string) (string, bool) {
	from = strings.TrimSpace(from)
	switch {
	case strings.HasPrefix(from, "+"):
	case strings.HasPrefix(from, "00"):
		from = "+" + from[2:]
	case strings.HasPrefix(from, "0"):
		from = "+84" + from[1:]
	default:
		from = "+" + from
	}
	if len(from) < 9 { // +8041, a short code, would be a possible number of China
		return "", false
	}
	return phoneOf(from)
}
