package zalo

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"strings"
)

// signatureHeader carries mac=<hex> (channels.md, 2.3).
const signatureHeader = "X-ZEvent-Signature"

// trusts tells whether our account's secret signed a body: by the plain SHA-256
// of application ID, body as it came, its own timestamp, and secret. The
// timestamp is in the body and thereby signed, but bounds nothing: repetitions
// come hours later, and what comes twice is known by its ID. The name before
// the digest is not insisted upon, since it proves nothing.
func (c *Channel) trusts(header string, body []byte) bool {
	var stamp struct {
		Timestamp text `json:"timestamp"`
	}
	if c.OASecret == "" || json.Unmarshal(body, &stamp) != nil {
		return false
	}
	name, given, found := strings.Cut(header, "=")
	if !found {
		name, given = "mac", name
	}
	mac, err := hex.DecodeString(strings.TrimSpace(given))
	if err != nil || strings.TrimSpace(name) != "mac" {
		return false
	}
	h := sha256.New()
	h.Write([]byte(c.AppID))
	h.Write(body)
	h.Write([]byte(stamp.Timestamp))
	h.Write([]byte(c.OASecret))
	return subtle.ConstantTimeCompare(mac, h.Sum(nil)) == 1
}
