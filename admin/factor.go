package admin

import (
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/qr"
	"khaibao/core/store"
)

// codeForm is the page that asks for a one-time code.
type codeForm struct {
	Next  string
	Error string // locale key
	Wait  string // seconds until the next try
}

func (s *Server) showCode(r *request) (string, any, error) {
	next := safeNext(r.URL.Query().Get("next"))
	if r.half == nil {
		return "", nil, redirect(next)
	}
	if r.half.Awaits != store.AwaitsCode {
		return "", nil, redirect(halfURL(r))
	}
	return "code.html", codeForm{Next: next}, nil
}

// takeCode ends a sign-in by half with a whole one, under a new cookie.
func (s *Server) takeCode(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	form := codeForm{Next: safeNext(r.PostFormValue("next"))}
	if r.half == nil {
		return "", nil, redirect(form.Next) // the form sent twice, or the back button
	}
	if r.half.Awaits != store.AwaitsCode {
		return "", nil, redirect(halfURL(r))
	}
	ok, wait, err := s.rightCode(r, func(code string) (bool, error) {
		return s.Store.UseCode(r.Context(), r.At, *r.Officer, code)
	})
	if err != nil {
		return "", nil, err
	}
	if !ok {
		form.Error, form.Wait = "admin.doors.code.wrong", wait
		if wait != "" {
			form.Error = "admin.signin.wait"
			return "code.html", form, status(http.StatusTooManyRequests)
		}
		return "code.html", form, status(http.StatusUnprocessableEntity)
	}
	if err := s.Store.SignInWorked(r.Context(), r.At, r.Officer.SignIn, s.network(r)); err != nil {
		return "", nil, err
	}
	in := *r.half
	in.Awaits = ""
	return s.goOn(r, in, form.Next)
}

// rightCode has a code of the form tried, as slowly as wrong ones before it
// demand. wait is how many seconds to wait, "" when it was tried.
func (s *Server) rightCode(r *request, try func(code string) (bool, error)) (ok bool, wait string, err error) {
	left, err := s.Store.TryCode(r.Context(), r.At, r.Officer.SignIn, s.network(r))
	if err != nil {
		return false, "", err
	}
	if left > 0 {
		wait = signInForm{Wait: left}.Seconds()
		r.header.Set("Retry-After", wait)
		return false, wait, nil
	}
	ok, err = try(r.PostFormValue("code"))
	if err != nil || !ok {
		return false, "", err
	}
	return true, "", s.Store.CodeWorked(r.Context(), r.At, r.Officer.SignIn, s.network(r))
}

// factorPage is the page on which an officer sets one-time codes up.
type factorPage struct {
	On       bool
	Must     bool         // the duty must have them
	Left     int          // recovery codes, with On
	Secret   string       // that waits for its first code
	QR       template.URL // its picture
	Recovery []string     // new codes, shown once
	Done     string       // locale key
	Next     string
	Errors   map[string]string // by what was done: on, off, recovery
	Wait     string
}

// Groups is the secret as one types it: four letters at a time.
func (p factorPage) Groups() string {
	var groups []string
	for chunk := range slices.Chunk([]byte(p.Secret), 4) {
		groups = append(groups, string(chunk))
	}
	return strings.Join(groups, " ")
}

func (s *Server) showFactor(r *request) (string, any, error) {
	if r.half != nil && r.half.Awaits == store.AwaitsCode {
		return "", nil, redirect(halfURL(r))
	}
	p, err := s.factorPage(r)
	p.Next = safeNext(r.URL.Query().Get("next"))
	return "factor.html", p, err
}

// factorPage is the page as things stand.
func (s *Server) factorPage(r *request) (*factorPage, error) {
	p := &factorPage{Must: slices.Contains(s.Factor, r.Officer.Duty), Errors: map[string]string{}}
	var err error
	if p.On, err = s.Store.HasFactor(r.Context(), r.Officer.ID); err != nil {
		return p, err
	}
	if p.On {
		p.Left, err = s.Store.RecoveryLeft(r.Context(), r.Officer.ID)
		return p, err
	}
	p.Secret, err = s.Store.BegunFactor(r.Context(), r.Officer.ID)
	if errors.Is(err, core.ErrNotFound) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	png, err := qr.PNG(duty.SecretURI(p.Secret, r.Officer.SignIn, r.Host()), 320)
	p.QR = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png))
	return p, err
}

// changeFactor begins, confirms or takes off one-time codes, or makes new
// recovery codes.
func (s *Server) changeFactor(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	if r.half != nil && r.half.Awaits == store.AwaitsCode {
		return "", nil, redirect(halfURL(r))
	}
	do, next := r.PostFormValue("do"), safeNext(r.PostFormValue("next"))
	back := factorPath + nextQuery(next)
	if do == "begin" {
		if err := s.Store.BeginFactor(r.Context(), r.At, r.Officer.ID, duty.NewSecret()); err != nil {
			return "", nil, err
		}
		return "", nil, redirect(back)
	}
	recovery := duty.RecoveryCodes()
	try := map[string]func(string) (bool, error){
		"on": func(code string) (bool, error) {
			return s.Store.ConfirmFactor(r.Context(), r.At, *r.Officer, code, recovery, r.token)
		},
		"off": func(code string) (bool, error) {
			return s.Store.DropFactor(r.Context(), r.At, *r.Officer, code, r.token)
		},
		"recovery": func(code string) (bool, error) {
			return s.Store.NewRecovery(r.Context(), r.At, *r.Officer, code, recovery)
		},
	}[do]
	if try == nil || r.half != nil && do != "on" {
		return "", nil, refusal{http.StatusBadRequest, "admin.error.form"}
	}
	ok, wait, err := s.rightCode(r, try)
	if err != nil {
		return "", nil, err
	}
	p, err := s.factorPage(r)
	if err != nil {
		return "", nil, err
	}
	p.Next = next
	switch {
	case wait != "":
		p.Errors[do], p.Wait = "admin.signin.wait", wait
		return "factor.html", p, status(http.StatusTooManyRequests)
	case !ok && do == "on" && p.On: // the form sent twice
		return "", nil, redirect(back)
	case !ok:
		p.Errors[do] = "admin.doors.code.wrong"
		return "factor.html", p, status(http.StatusUnprocessableEntity)
	case do == "off":
		p.Done = "admin.doors.factor.off.done"
		return "factor.html", p, nil
	}
	p.Recovery = recovery
	if r.half != nil { // set up on the way in: now the officer is in
		in := *r.half
		in.Awaits, r.half = "", nil
		if err := s.Store.SignInWorked(r.Context(), r.At, in.SignIn, s.network(r)); err != nil {
			return "", nil, err
		}
		return "factor.html", p, s.beginSignIn(r, in)
	}
	return "factor.html", p, nil
}
