package admin

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"khaibao/core"
	"khaibao/core/store"
)

// SSO is a single sign-on by OpenID Connect: the accounts of the province's own
// provider open the officers' pages. Officers are made here all the same, never
// by a sign-in, and a password goes on working when the provider does not.
//
// Source: OpenID Connect Core 1.0, section 3.1 (code flow); RFC 7636 (PKCE);
// docs/reference/security.md, section 7.
type SSO struct {
	Issuer, ClientID, ClientSecret string
	// Claim is the claim that says the name to sign in with: preferred_username,
	// or email, which counts only when the provider has verified it.
	Claim string

	mu       sync.Mutex
	provider *oidc.Provider
	end      string // where the provider ends its own session; "" for nowhere
}

const (
	ssoPath     = "/admin/sso"
	ssoBackPath = "/admin/sso/back"
	ssoOutPath  = "/admin/sso/out"
)

// ssoTime is how long somebody may take at the provider.
const ssoTime = 10 * time.Minute

// ssoClient asks the provider. It follows no redirects: what a provider says of
// itself stands at its own address.
var ssoClient = &http.Client{Timeout: 10 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// algorithms are those with which a provider may sign; none is not among them,
// nor any with a shared secret.
var algorithms = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA}

// strong are the ways of signing in (RFC 8176) that make our own one-time code
// needless.
var strong = []string{"mfa", "otp", "hwk", "sc"}

// ready finds the provider, once it can be reached; until then each sign-in
// tries again.
func (o *SSO) ready(ctx context.Context) (*oidc.Provider, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.provider != nil {
		return o.provider, nil
	}
	p, err := oidc.NewProvider(oidc.ClientContext(ctx, ssoClient), o.Issuer)
	if err != nil {
		return nil, err
	}
	var more struct {
		End string `json:"end_session_endpoint"`
	}
	if err := p.Claims(&more); err != nil {
		return nil, err
	}
	o.provider, o.end = p, more.End
	return p, nil
}

func (s *Server) oauth(p *oidc.Provider) *oauth2.Config {
	scopes := []string{oidc.ScopeOpenID, "profile", "email"}
	return &oauth2.Config{ClientID: s.SSO.ClientID, ClientSecret: s.SSO.ClientSecret, Endpoint: p.Endpoint(), RedirectURL: s.PublicURL + ssoBackPath, Scopes: scopes}
}

// ssoTry is one sign-in on its way through the provider, kept in a cookie of the
// browser that began it: no other browser can end it.
type ssoTry struct{ state, nonce, verifier, next string }

func (t ssoTry) text() string {
	return strings.Join([]string{t.state, t.nonce, t.verifier, base64.RawURLEncoding.EncodeToString([]byte(t.next))}, ".")
}

func readTry(text string) (t ssoTry, ok bool) {
	parts := strings.Split(text, ".")
	if len(parts) != 4 || slices.Contains(parts[:3], "") {
		return t, false
	}
	next, err := base64.RawURLEncoding.DecodeString(parts[3])
	return ssoTry{parts[0], parts[1], parts[2], safeNext(string(next))}, err == nil
}

// keepTry sets or, with an empty text, drops the cookie of a try. Lax: the
// provider sends the browser back from another site.
func (s *Server) keepTry(r *request, text string) {
	c := http.Cookie{Name: s.cookie + "_sso", Value: text, Path: "/", MaxAge: int(ssoTime / time.Second), Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if text == "" {
		c.MaxAge = -1
	}
	r.header.Add("Set-Cookie", c.String())
}

// beginSSO sends the browser to the provider.
func (s *Server) beginSSO(r *request) (string, any, error) {
	next := safeNext(r.URL.Query().Get("next"))
	if s.SSO == nil {
		return "", nil, core.ErrNotFound
	}
	if r.Officer != nil {
		return "", nil, redirect(next)
	}
	p, err := s.SSO.ready(r.Context())
	if err != nil {
		return s.ssoRefused(r, "discovery", err, "admin.doors.sso.away", http.StatusServiceUnavailable)
	}
	t := ssoTry{newToken(), newToken(), oauth2.GenerateVerifier(), next}
	s.keepTry(r, t.text())
	return "", nil, redirect(s.oauth(p).AuthCodeURL(t.state, oidc.Nonce(t.nonce), oauth2.S256ChallengeOption(t.verifier),
		oauth2.SetAuthURLParam("max_age", strconv.Itoa(int(store.SignInWhole/time.Second)))))
}

// ssoRefused shows the sign-in page with the reason, and the password beside it.
// The log has the step alone: what a provider says may hold a name.
func (s *Server) ssoRefused(r *request, step string, err error, key string, code int) (string, any, error) {
	attrs := []any{"step", step}
	if step == "discovery" && err != nil {
		attrs = append(attrs, "err", err)
	}
	s.Log.WarnContext(r.Context(), "single sign-on refused", attrs...)
	return "sign-in.html", signInForm{SSOError: key, Next: homePath}, status(code)
}

// endSSO takes the provider's answer.
func (s *Server) endSSO(r *request) (string, any, error) {
	if s.SSO == nil {
		return "", nil, core.ErrNotFound
	}
	cookie, err := r.Cookie(s.cookie + "_sso")
	s.keepTry(r, "") // good for one answer
	if err != nil {
		return s.ssoRefused(r, "cookie", nil, "admin.doors.sso.again", http.StatusBadRequest)
	}
	q := r.URL.Query()
	t, ok := readTry(cookie.Value)
	if !ok || subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(t.state)) != 1 {
		return s.ssoRefused(r, "state", nil, "admin.doors.sso.again", http.StatusBadRequest)
	}
	if q.Get("error") != "" || q.Get("code") == "" {
		return s.ssoRefused(r, "answer", nil, "admin.doors.sso.refused", http.StatusUnauthorized)
	}
	// Slowed down by network alone: the provider slows down who guesses there.
	wait, err := s.Store.TrySignIn(r.Context(), r.At, "sso|"+t.state, s.network(r))
	if err != nil {
		return "", nil, err
	}
	if wait > 0 {
		form := signInForm{Error: "admin.signin.wait", Wait: wait, Next: t.next}
		r.header.Set("Retry-After", form.Seconds())
		return "sign-in.html", form, status(http.StatusTooManyRequests)
	}
	who, step, err := s.askProvider(r, q.Get("code"), t)
	if err != nil {
		key, code := "admin.doors.sso.refused", http.StatusUnauthorized
		if step == "discovery" || step == "exchange" && !errors.As(err, new(*oauth2.RetrieveError)) {
			key, code = "admin.doors.sso.away", http.StatusServiceUnavailable
		}
		return s.ssoRefused(r, step, err, key, code)
	}
	o, err := s.Store.OfficerBySubject(r.Context(), r.At, s.SSO.Issuer, who.subject, cleanSignIn(who.signIn))
	if errors.Is(err, core.ErrNotFound) {
		return s.ssoRefused(r, "account", nil, "admin.doors.sso.unknown", http.StatusForbidden)
	}
	if err != nil {
		return "", nil, err
	}
	if err := s.Store.SignInWorked(r.Context(), r.At, "sso|"+t.state, s.network(r)); err != nil {
		return "", nil, err
	}
	in := store.SignIn{Officer: o}
	if !who.strong {
		if in, err = s.halfWay(r, o); err != nil {
			return "", nil, err
		}
	}
	in.Way, in.MustChange = "sso", false
	return s.goOn(r, in, t.next)
}

// identity is whom the provider answers for.
type identity struct {
	subject string
	signIn  string // of the claim
	strong  bool   // signed in by more than a password
}

// askProvider changes the code for a token and reads it. step says where it
// went wrong.
func (s *Server) askProvider(r *request, code string, t ssoTry) (who identity, step string, err error) {
	p, err := s.SSO.ready(r.Context())
	if err != nil {
		return who, "discovery", err
	}
	ctx := oidc.ClientContext(r.Context(), ssoClient)
	token, err := s.oauth(p).Exchange(ctx, code, oauth2.VerifierOption(t.verifier))
	if err != nil {
		return who, "exchange", err
	}
	text, ok := token.Extra("id_token").(string)
	if !ok {
		return who, "token", errors.New("no ID token")
	}
	checks := &oidc.Config{ClientID: s.SSO.ClientID, SupportedSigningAlgs: algorithms, Now: func() time.Time { return r.At }}
	id, err := p.Verifier(checks).Verify(ctx, text)
	if err != nil {
		return who, "token", err
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(t.nonce)) != 1 {
		return who, "nonce", errors.New("another nonce")
	}
	who, err = s.readClaims(id, r.At)
	return who, "claims", err
}

func (s *Server) readClaims(id *oidc.IDToken, now time.Time) (who identity, err error) {
	var all map[string]any
	if err := id.Claims(&all); err != nil {
		return who, err
	}
	who.subject = id.Subject
	who.signIn, _ = all[s.SSO.Claim].(string)
	switch verified, _ := all["email_verified"].(bool); {
	case who.subject == "":
		return who, errors.New("no subject")
	case s.SSO.Claim == "email" && !verified:
		return who, errors.New("the address was not verified")
	}
	if at, ok := all["auth_time"].(float64); ok && now.Sub(time.Unix(int64(at), 0)) > store.SignInWhole+time.Minute {
		return who, fmt.Errorf("signed in at the provider more than %v ago", store.SignInWhole)
	}
	ways, _ := all["amr"].([]any)
	for _, way := range ways {
		name, _ := way.(string)
		who.strong = who.strong || slices.Contains(strong, name)
	}
	return who, nil
}

// endAtProvider leads to where the provider ends its own session (OpenID Connect
// RP-Initiated Logout 1.0). It is a link of its own: our forms may lead nowhere
// but to our pages.
func (s *Server) endAtProvider(r *request) (string, any, error) {
	if s.SSO == nil {
		return "", nil, core.ErrNotFound
	}
	if _, err := s.SSO.ready(r.Context()); err != nil {
		return s.ssoRefused(r, "discovery", err, "admin.doors.sso.away", http.StatusServiceUnavailable)
	}
	to, err := url.Parse(s.SSO.end)
	if err != nil || to.Host == "" {
		return "", nil, redirect(signInPath)
	}
	q := to.Query()
	q.Set("client_id", s.SSO.ClientID)
	q.Set("post_logout_redirect_uri", s.PublicURL+signInPath)
	to.RawQuery = q.Encode()
	return "", nil, redirect(to.String())
}

// HasSSO tells whether there is a single sign-on.
func (r *request) HasSSO() bool { return r.s.SSO != nil }

// SSONext is what the way to the single sign-on carries of the page asked for.
func (r *request) SSONext(next string) template.URL { return template.URL(nextQuery(next)) }
