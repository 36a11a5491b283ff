package admin

import (
	"net/http"
	"net/url"
	"strings"
)

// A form that comes after its sign-in has ended is kept by the browser, sealed,
// and sent again by its officer after they have signed in by whatever way. The
// forms of /admin/enter have a way of their own: they are filled in again.
const (
	againPath   = "/admin/again"
	againCookie = "again"
)

// ended leads who has a form but no sign-in any more to the sign-in page, and
// back to what they were at.
func (s *Server) ended(r *request, rt route) (string, any, error) {
	if r.Method != http.MethodPost {
		return "", nil, redirect(signInURL(r.Request))
	}
	kept, err := s.keepForm(r)
	if err != nil {
		return "", nil, err
	}
	next := ""
	switch {
	case kept:
		next = againPath
	case s.shown[strings.Replace(rt.pattern, "POST ", "GET ", 1)]:
		next = r.URL.Path
	}
	if next == "" {
		return "", nil, redirect(signInPath)
	}
	return "", nil, redirect(signInPath + "?" + url.Values{"next": {next}}.Encode())
}

// keepForm keeps a form for the officer whose sign-in has ended. A password is
// typed again; a file is chosen again.
func (s *Server) keepForm(r *request) (bool, error) {
	cookie, err := r.Cookie(s.cookie)
	if err != nil || cookie.Value == "" || r.URL.Path == passwordPath || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return false, nil
	}
	by, err := s.Store.SignInBy(r.Context(), cookie.Value)
	if err != nil || by == "" || parseForm(r) != nil {
		return false, err
	}
	return s.keepAt(r, againCookie, againPath, keptForm{By: by, Fields: r.PostForm}), nil
}

// showAgain shows that a form was kept, and sends it when its officer says so.
func (s *Server) showAgain(r *request) (string, any, error) {
	k, ok := s.keptIn(r, againCookie)
	if !ok || !strings.HasPrefix(k.Path, homePath) {
		return "", nil, redirect(homePath)
	}
	return "again.html", k, nil
}

// Kept tells that a form was kept for after this sign-in.
func (f signInForm) Kept() bool { return f.Next == againPath }
