package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"io"
	"strconv"
	"strings"
	"time"
)

// How long tokens live.
const (
	zaloAccess  = 25 * time.Hour
	zaloRefresh = 90 * 24 * time.Hour
)

// zaloTokens are the tokens of one app. A token tells when it was made and is
// signed with the app's secret, so that those of an earlier run still open: the
// program keeps them in its database, the imitation nowhere.
type zaloTokens struct {
	last    int64           // the newest token's moment, in nanoseconds
	used    map[string]bool // refresh tokens
	expired int64           // access tokens made up to here are -216
	removed int64           // all tokens made up to here are removed
}

// make makes a token; no two are of the same moment.
func (t *zaloTokens) make(kind string, a ZaloAccount) string {
	t.last = max(t.last+1, a.Clock().UnixNano())
	text := kind + "." + strconv.FormatInt(t.last, 36)
	return text + "." + zaloTokenMAC(text, a.AppSecret)
}

func zaloTokenMAC(text, secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	io.WriteString(mac, text)
	return hex.EncodeToString(mac.Sum(nil))
}

// made is the moment of a token; ok is false for one that is none of ours.
func (t *zaloTokens) made(kind, token string, a ZaloAccount) (at int64, ok bool) {
	i := strings.LastIndexByte(token, '.')
	if i < 0 || subtle.ConstantTimeCompare([]byte(token[i+1:]), []byte(zaloTokenMAC(token[:i], a.AppSecret))) != 1 {
		return 0, false
	}
	of, stamp, _ := strings.Cut(token[:i], ".")
	at, err := strconv.ParseInt(stamp, 36, 64)
	return at, err == nil && of == kind
}

// admits tells whether an access token opens a host.
func (t *zaloTokens) admits(token string, a ZaloAccount, host string) *zaloError {
	at, ok := t.made("access", token, a)
	code := 0
	switch {
	case !ok, at <= t.expired, a.Clock().Sub(time.Unix(0, at)) >= zaloAccess:
		code = -216
	case at <= t.removed:
		code = -220
	}
	switch {
	case code == 0:
		return nil
	case host == "business":
		return zaloCode(-124)
	}
	return zaloCode(code)
}

// spends tells whether a refresh token is taken, which it is once.
func (t *zaloTokens) spends(token string, a ZaloAccount) bool {
	at, ok := t.made("refresh", token, a)
	first := token != "" && token == a.RefreshToken && t.removed == 0
	if t.used[token] || !first && (!ok || at <= t.removed || a.Clock().Sub(time.Unix(0, at)) >= zaloRefresh) {
		return false
	}
	t.used[token] = true
	return true
}

// The reference names -14002 and no other code of the OAuth host: these are of
// its family, and nothing must hang on them.
var (
	zaloBadApp     = &zaloError{Code: -14002, Text: "Invalid appId"}
	zaloBadSecret  = &zaloError{Code: -14004, Text: "Invalid secret key"}
	zaloBadGrant   = &zaloError{Code: -14005, Text: "Invalid grant type", Fault: true}
	zaloBadRefresh = &zaloError{Code: -14014, Text: "Invalid refresh token"}
)

// accessToken gives a new pair of tokens for a refresh token, which is spent
// by it.
func (z *Zalo) accessToken(c zaloCall) (map[string]any, *zaloError) {
	text := func(name string) string { s, _ := c.fields[name].(string); return s }
	for name := range c.fields {
		switch name {
		case "secret_key", "refresh_token", "app_id", "grant_type":
		default:
			return nil, zaloFault("oauth", "there is no field "+strconv.Quote(name))
		}
	}
	switch {
	case text("grant_type") != "refresh_token":
		return nil, zaloBadGrant
	case text("app_id") != z.account.AppID:
		return nil, zaloBadApp
	case subtle.ConstantTimeCompare([]byte(text("secret_key")), []byte(z.account.AppSecret)) != 1:
		return nil, zaloBadSecret
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if !z.tokens.spends(text("refresh_token"), z.account) {
		return nil, zaloBadRefresh
	}
	return map[string]any{
		"access_token": z.tokens.make("access", z.account), "refresh_token": z.tokens.make("refresh", z.account),
		"expires_in": strconv.Itoa(int(zaloAccess / time.Second)),
	}, nil
}

// ExpireTokens has every access token made so far answered -216.
func (z *Zalo) ExpireTokens() {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.tokens.last = max(z.tokens.last, z.account.Clock().UnixNano())
	z.tokens.expired = z.tokens.last
}

// Disconnect takes the app's permission away, as the OA's owner can: every
// token made so far is dead for good. Authorize gives it again.
func (z *Zalo) Disconnect() {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.tokens.last = max(z.tokens.last, z.account.Clock().UnixNano())
	z.tokens.removed = z.tokens.last
}

// Authorize is a person who connects the app with the OA in the developer
// console: it gives a new refresh token.
func (z *Zalo) Authorize() (refreshToken string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.tokens.make("refresh", z.account)
}
