package admin

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/qr"
	"khaibao/core/store"
)

const (
	homePath     = "/admin/"
	signInPath   = "/admin/sign-in"
	signOutPath  = "/admin/sign-out"
	passwordPath = "/admin/password"
)

// recognise finds who asks by the sign-in cookie.
func (s *Server) recognise(r *request) error {
	cookie, err := r.Cookie(s.cookie)
	if err != nil || cookie.Value == "" {
		return nil
	}
	in, err := s.Store.SignedIn(r.Context(), r.At, cookie.Value)
	if errors.Is(err, core.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	r.token, r.way = cookie.Value, in.Way
	if in.Way == "sso" { // the provider knows the officer; the password is not used
		in.MustChange = false
	}
	if in.Awaits != "" {
		r.half = &in
	} else {
		r.Officer = &in.Officer
	}
	return nil
}

// setCookie keeps or, when value is "", drops the sign-in cookie.
func (s *Server) setCookie(r *request, value string) {
	c := http.Cookie{Name: s.cookie, Value: value, Path: "/", MaxAge: int((store.SignInWhole + keptTime) / time.Second), // a little longer than it opens pages: it tells whose form came too late
		Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode} // Lax: a QR opened from a chat must find it
	if value == "" {
		c.MaxAge = -1
	}
	r.header.Add("Set-Cookie", c.String())
}

// signInURL is the sign-in page that comes back to the page asked for.
func signInURL(r *http.Request) string {
	if r.Method != http.MethodGet || r.URL.Path == homePath {
		return signInPath
	}
	return signInPath + "?" + url.Values{"next": {r.URL.RequestURI()}}.Encode()
}

// safeNext lets a sign-in go on only to a page of ours.
func safeNext(next string) string {
	if rest, ok := strings.CutPrefix(next, "/q/"); ok {
		if code, ok := qr.ParseCode(rest); ok {
			return "/q/" + code
		}
		return homePath
	}
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || !strings.HasPrefix(next, homePath) ||
		strings.Contains(next, `\`) || strings.Contains(u.Path, "..") || u.Path == signInPath {
		return homePath
	}
	return next
}

// signInForm is what the sign-in page shows.
type signInForm struct {
	Name, Next string
	Error      string        // locale key
	Wait       time.Duration // with Error: how long until the next try
	SSOError   string        // locale key of why the single sign-on did not work
	SignedOut  bool          // of a sign-in by the single sign-on
}

func (f signInForm) Seconds() string {
	return strconv.Itoa(int((f.Wait + time.Second - 1) / time.Second))
}

func (s *Server) showSignIn(r *request) (string, any, error) {
	next := safeNext(r.URL.Query().Get("next"))
	if r.Officer != nil {
		return "", nil, redirect(next)
	}
	return "sign-in.html", signInForm{Next: next, SignedOut: s.SSO != nil && r.URL.Query().Get("out") == "sso"}, nil
}

// signIn says the same of a wrong password, an unknown name and a disabled
// account, after the same time.
func (s *Server) signIn(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	form := signInForm{Name: r.PostFormValue("name"), Next: safeNext(r.PostFormValue("next"))}
	name := cleanSignIn(form.Name)
	wait, err := s.Store.TrySignIn(r.Context(), r.At, name, s.network(r))
	if err != nil {
		return "", nil, err
	}
	if wait > 0 {
		form.Error, form.Wait = "admin.signin.wait", wait
		r.header.Set("Retry-After", form.Seconds())
		return "sign-in.html", form, status(http.StatusTooManyRequests)
	}
	o, phc, err := s.Store.OfficerBySignIn(r.Context(), name)
	if err != nil && !errors.Is(err, core.ErrNotFound) {
		return "", nil, err
	}
	right, err := duty.Matches(r.Context(), r.PostFormValue("password"), phc)
	if err != nil {
		return "", nil, err
	}
	if !right || o.Disabled {
		form.Error = "admin.signin.wrong"
		return "sign-in.html", form, status(http.StatusUnauthorized)
	}
	in, err := s.halfWay(r, o)
	if err != nil {
		return "", nil, err
	}
	if in.Awaits != store.AwaitsCode { // else the code is what shows that it worked
		if err := s.Store.SignInWorked(r.Context(), r.At, name, s.network(r)); err != nil {
			return "", nil, err
		}
	}
	return s.goOn(r, in, form.Next)
}

// halfWay is a sign-in with what it still awaits.
func (s *Server) halfWay(r *request, o duty.Officer) (store.SignIn, error) {
	in := store.SignIn{Officer: o, Way: "password"}
	has, err := s.Store.HasFactor(r.Context(), o.ID)
	switch {
	case err != nil:
		return in, err
	case has:
		in.Awaits = store.AwaitsCode
	case slices.Contains(s.Factor, o.Duty):
		in.Awaits = store.AwaitsFactor
	}
	return in, nil
}

// goOn begins a sign-in and leads to what it awaits, or to the page asked for.
func (s *Server) goOn(r *request, in store.SignIn, next string) (string, any, error) {
	if err := s.beginSignIn(r, in); err != nil {
		return "", nil, err
	}
	to := next
	switch {
	case in.Awaits == store.AwaitsCode:
		to = codePath + nextQuery(next)
	case in.Awaits == store.AwaitsFactor:
		to = factorPath + nextQuery(next)
	case in.MustChange:
		to = passwordPath
	}
	return "", nil, redirect(to)
}

// beginSignIn gives the browser a new cookie; what it had before is ended.
func (s *Server) beginSignIn(r *request, in store.SignIn) error {
	if r.token != "" {
		if err := s.Store.EndSignIn(r.Context(), r.At, r.token); err != nil {
			return err
		}
	}
	token := newToken()
	s.setCookie(r, token)
	in.Browser = browserOf(r.UserAgent())
	return s.Store.AddSignIn(r.Context(), r.At, in, token)
}

// newToken is 32 random bytes as text.
func newToken() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

func (s *Server) signOut(r *request) (string, any, error) {
	s.setCookie(r, "")
	if err := s.Store.EndSignIn(r.Context(), r.At, r.token); err != nil {
		return "", nil, err
	}
	if r.way == "sso" {
		return "", nil, redirect(signInPath + "?out=sso")
	}
	return "", nil, redirect(signInPath)
}

// network is where a try to sign in comes from: a /24, or a /48 of IPv6. The
// client's own address is expected in RemoteAddr, also behind a proxy.
func (s *Server) network(r *request) string {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return "unknown"
	}
	addr, bits := from.Addr().Unmap(), 24
	if addr.Is6() {
		bits = 48
	}
	return netip.PrefixFrom(addr.WithZone(""), bits).Masked().String()
}

// cleanSignIn is the form in which sign-in names are kept and compared; "" is
// what no account is called.
func cleanSignIn(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if len(name) < 2 || len(name) > 60 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789.-_@") != "" {
		return ""
	}
	return name
}
