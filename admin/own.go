package admin

import (
	"slices"

	"khaibao/core/store"
)

// ownPage is an officer's own account.
type ownPage struct {
	SignIns []store.SeenSignIn
	Factor  bool
	Must    bool
	Done    bool
}

func (s *Server) showOwn(r *request) (string, any, error) {
	p := ownPage{Must: slices.Contains(s.Factor, r.Officer.Duty), Done: r.URL.Query().Get("done") != ""}
	var err error
	if p.Factor, err = s.Store.HasFactor(r.Context(), r.Officer.ID); err != nil {
		return "", nil, err
	}
	p.SignIns, err = s.Store.SignIns(r.Context(), r.At, r.Officer.ID, r.token)
	return "own.html", p, err
}

// endSignIns ends one sign-in of the officer, or all others.
func (s *Server) endSignIns(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	var err error
	if id := r.PostFormValue("one"); id != "" {
		err = s.Store.EndOne(r.Context(), r.At, r.Officer.ID, id)
	} else {
		err = s.Store.EndOthers(r.Context(), r.At, r.Officer.ID, r.token)
	}
	if err != nil {
		return "", nil, err
	}
	return "", nil, redirect(ownPath + "?done=ended")
}

// IsOwn tells the page of the officer's own account.
func (r *request) IsOwn() bool { return r.URL.Path == ownPath }

// AccountLines names what one event changed of an account.
func (r *request) AccountLines(e store.AccountEvent) []fieldChange {
	name := func(field, value string) string {
		switch {
		case value == "":
			return ""
		case field == "duty":
			return r.T("admin.duty." + value)
		case field == "area":
			return r.Area(value)
		}
		return value
	}
	var list []fieldChange
	for _, l := range e.Lines() {
		list = append(list, fieldChange{r.T("admin.doors." + l[0]), name(l[0], l[1]), name(l[0], l[2])})
	}
	return list
}

// wanted hands a template a field for a code: its name, what is wrong with it
// as a locale key, and the seconds to wait.
func wanted(root *view, name, wrong, wait string) any {
	return struct {
		Root              *view
		Name, Error, Wait string
	}{root, name, wrong, wait}
}
