package admin

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/reading"
	"khaibao/core/store"
)

// accountForm is the form of an account as it was filled in.
type accountForm struct {
	Value    map[string]string
	Errors   map[string]string // field -> locale key
	Account  *store.Account    // nil for a new one
	Events   []store.AccountEvent
	SignIns  []store.SeenSignIn
	Own      bool
	Changed  bool   // somebody else changed it since the officer saw it
	Password string // the new first password, shown once
	Done     string // locale key
	Areas    []areaChoice
	Factor   bool // the duty must sign in with one-time codes
}

// V is what was filled in.
func (f *accountForm) V(name string) string { return f.Value[name] }

// Duties lists what one chooses among.
func (f *accountForm) Duties() []duty.Duty { return duty.All() }

// Differs tells whether what was typed is not what stands now.
func (f *accountForm) Differs(field string) bool {
	return f.Changed && f.Value[field] != f.now()[field]
}

func (f *accountForm) now() map[string]string {
	return map[string]string{"name": f.Account.Name, "duty": string(f.Account.Duty), "area": f.Account.Area}
}

// read takes the fields that both forms have and says what is wrong with each.
func (f *accountForm) read(r *request) duty.Officer {
	var o duty.Officer
	name, err := reading.ReadName(f.Value["name"])
	if o.Name = name.Full; err != nil {
		f.Errors["name"] = "admin.doors.wrong.name"
	}
	if o.Duty = duty.Duty(f.Value["duty"]); !o.Duty.Valid() {
		f.Errors["duty"] = "admin.doors.wrong.duty"
	}
	if o.Area = f.Value["area"]; !r.Officer.AccountScope().Holds(o.Area) {
		f.Errors["area"] = "admin.doors.wrong.area"
	}
	return o
}

func (s *Server) newAccountForm(r *request) (*accountForm, error) {
	f := &accountForm{Value: map[string]string{}, Errors: map[string]string{}, Areas: areaChoices(r.Officer.Area)}
	if r.Method != http.MethodPost {
		return f, nil
	}
	err := parseForm(r)
	for key := range r.PostForm {
		f.Value[key] = strings.ToValidUTF8(strings.ReplaceAll(r.PostFormValue(key), "\x00", ""), "")
	}
	return f, err
}

func (s *Server) showNewAccount(r *request) (string, any, error) {
	f, err := s.newAccountForm(r)
	f.Value = map[string]string{"once": core.NewID(), "area": r.URL.Query().Get("area"), "duty": r.URL.Query().Get("duty")}
	return "account-new.html", f, err
}

// addAccount makes an account and shows its first password, once.
func (s *Server) addAccount(r *request) (string, any, error) {
	f, err := s.newAccountForm(r)
	if err != nil {
		return "", nil, err
	}
	o := f.read(r)
	typed := strings.TrimSpace(f.Value["sign_in"])
	if typed == "" {
		typed = signInOf(o.Name)
	}
	if o.SignIn = cleanSignIn(typed); o.SignIn == "" && f.Errors["name"] == "" {
		f.Errors["sign_in"] = "admin.doors.wrong.sign_in"
	}
	if len(f.Errors) > 0 {
		return "account-new.html", f, status(http.StatusUnprocessableEntity)
	}
	password, phc, err := firstPassword(r.Context())
	if err != nil {
		return "", nil, err
	}
	look := store.Look{Officer: *r.Officer, Screen: "accounts", At: r.At}
	id, fresh, err := s.Store.AddAccount(r.Context(), look, r.Officer.AccountScope(), store.NewAccount{Form: f.Value["once"], Officer: o, PHC: phc})
	switch {
	case errors.Is(err, store.ErrTaken):
		f.Errors["sign_in"] = "admin.doors.wrong.taken"
		f.Value["sign_in"] = o.SignIn
		return "account-new.html", f, status(http.StatusConflict)
	case err != nil:
		return "", nil, err
	case !fresh:
		return "", nil, refusal{http.StatusConflict, "admin.doors.twice"}
	}
	f.Password, f.Done = password, "admin.doors.added"
	return s.accountPage(r, f, id, nil)
}

// signInOf makes a name to sign in with of an officer's name.
func signInOf(name string) string { return strings.ReplaceAll(reading.Fold(name), " ", ".") }

func (s *Server) showAccount(r *request) (string, any, error) {
	f, err := s.newAccountForm(r)
	if err != nil {
		return "", nil, err
	}
	if done := r.URL.Query().Get("done"); slices.Contains(accountActs, done) {
		f.Done = "admin.doors.done." + done
	}
	return s.accountPage(r, f, r.PathValue("officer"), nil)
}

// accountPage shows an account as it stands, with what was typed where that
// must be typed again.
func (s *Server) accountPage(r *request, f *accountForm, id string, answer error) (string, any, error) {
	a, events, err := s.Store.Account(r.Context(), r.Officer.AccountScope(), id)
	if err != nil {
		return "", nil, err
	}
	if f.SignIns, err = s.Store.SignIns(r.Context(), r.At, id, ""); err != nil {
		return "", nil, err
	}
	f.Account, f.Events, f.Own = &a, events, a.ID == r.Officer.ID
	f.Factor = slices.Contains(s.Factor, a.Duty)
	if answer == nil {
		f.Value = f.now()
	}
	f.Value["once"], f.Value["version"] = core.NewID(), strconv.Itoa(a.Version)
	return "account.html", f, answer
}

// accountActs are what is done about an account.
var accountActs = []string{store.AccountChanged, store.AccountEnded, store.AccountEnabled, store.AccountPassword, store.AccountFactorReset, store.AccountSignedOut}

// changeAccount takes one change; a new first password is shown once.
func (s *Server) changeAccount(r *request) (string, any, error) {
	f, err := s.newAccountForm(r)
	if err != nil {
		return "", nil, err
	}
	id := r.PathValue("officer")
	if _, _, err := s.Store.Account(r.Context(), r.Officer.AccountScope(), id); err != nil {
		return "", nil, err
	}
	c := store.AccountChange{Form: f.Value["once"], Kind: f.Value["do"]}
	c.Version, err = strconv.Atoi(f.Value["version"])
	if err != nil || !slices.Contains(accountActs, c.Kind) || c.Form == "" {
		return "", nil, refusal{http.StatusBadRequest, "admin.error.form"}
	}
	switch c.Kind {
	case store.AccountChanged:
		o := f.read(r)
		if len(f.Errors) > 0 {
			return s.accountPage(r, f, id, status(http.StatusUnprocessableEntity))
		}
		c.Name, c.Duty, c.Area = o.Name, o.Duty, o.Area
	case store.AccountPassword:
		if f.Password, c.PHC, err = firstPassword(r.Context()); err != nil {
			return "", nil, err
		}
	}
	look := store.Look{Officer: *r.Officer, Screen: "accounts", At: r.At}
	fresh, err := s.Store.ChangeAccount(r.Context(), look, r.Officer.AccountScope(), id, c)
	switch {
	case errors.Is(err, store.ErrChanged):
		f.Changed, f.Password = true, ""
		return s.accountPage(r, f, id, status(http.StatusConflict))
	case errors.Is(err, store.ErrOwnAccount):
		return "", nil, refusal{http.StatusConflict, "admin.doors.own.not"}
	case err != nil:
		return "", nil, err
	case !fresh && c.Kind == store.AccountPassword:
		return "", nil, refusal{http.StatusConflict, "admin.doors.twice"}
	case c.Kind == store.AccountPassword:
		f.Done = "admin.doors.done.password"
		return s.accountPage(r, f, id, nil)
	}
	return "", nil, redirect(accountsPath + "/" + id + "?done=" + c.Kind)
}
