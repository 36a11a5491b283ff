package admin

import (
	"net/http"

	"khaibao/core/duty"
	"khaibao/core/store"
)

// passwordForm is what the page for a new password shows.
type passwordForm struct {
	Current, New, Repeat string // locale keys of what is wrong with each field
	Wait                 string // seconds until the next try
}

func (s *Server) showPassword(r *request) (string, any, error) {
	return "password.html", passwordForm{}, nil
}

func (s *Server) changePassword(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	var form passwordForm
	password := r.PostFormValue("new")
	if err := duty.CheckPassword(password, r.Officer.SignIn); err != nil {
		form.New = "admin.password." + err.Error()
	} else if r.PostFormValue("repeat") != password {
		form.Repeat = "admin.password.differs"
	} else if password == r.PostFormValue("current") {
		form.New = "admin.password.same"
	}
	if form != (passwordForm{}) {
		return "password.html", form, status(http.StatusUnprocessableEntity)
	}
	form, err := s.checkCurrent(r)
	if err != nil {
		return "", nil, err
	}
	if form != (passwordForm{}) {
		return "password.html", form, status(http.StatusUnprocessableEntity)
	}
	phc, err := duty.Hash(r.Context(), password)
	if err != nil {
		return "", nil, err
	}
	if err := s.Store.SetPassword(r.Context(), r.At, r.Officer.ID, phc, false); err != nil {
		return "", nil, err
	}
	if err := s.beginSignIn(r, store.SignIn{Officer: *r.Officer, Way: "password"}); err != nil {
		return "", nil, err
	}
	return "", nil, redirect(homePath + "?done=password")
}

// checkCurrent asks for the password in force, as slowly as a sign-in.
func (s *Server) checkCurrent(r *request) (passwordForm, error) {
	wait, err := s.Store.TrySignIn(r.Context(), r.At, r.Officer.SignIn, s.network(r))
	if err != nil {
		return passwordForm{}, err
	}
	if wait > 0 {
		return passwordForm{Current: "admin.signin.wait", Wait: signInForm{Wait: wait}.Seconds()}, nil
	}
	_, phc, err := s.Store.OfficerBySignIn(r.Context(), r.Officer.SignIn)
	if err != nil {
		return passwordForm{}, err
	}
	right, err := duty.Matches(r.Context(), r.PostFormValue("current"), phc)
	if err != nil {
		return passwordForm{}, err
	}
	if !right {
		return passwordForm{Current: "admin.password.wrong"}, nil
	}
	return passwordForm{}, s.Store.SignInWorked(r.Context(), r.At, r.Officer.SignIn, s.network(r))
}
