package admin

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/qr"
	"khaibao/core/store"
	"khaibao/flows"
)

const enterPath = "/admin/enter/"

// enterRoutes are the pages on which officers type declarations in (O3), those
// of walk-ins and of paper, and what is missing of the Ministry's QR (O2).
func (s *Server) enterRoutes() []route {
	return []route{
		{pattern: "GET /admin/enter", may: may(duty.Enter), handle: func(*request) (string, any, error) {
			return "", nil, redirect(enterPath + flows.Forms()[0].ID)
		}},
		{pattern: "GET /admin/enter/{form}", may: may(duty.Enter), handle: s.showEnter},
		{pattern: "POST /admin/enter/{form}", may: may(duty.Enter), body: maxUpload, keeps: true, handle: s.enter},
		{pattern: "GET /admin/enter/{form}/of/{id}", may: may(duty.Enter), handle: s.showUpdate},
		{pattern: "GET /admin/enter/slip/{id}", may: may(duty.Enter), handle: s.showSlip},
	}
}

// entering is one request of an entry: the form, what was typed, and how it was
// read.
type entering struct {
	*request
	form  *flows.Form
	event flows.Event
	sent  sent
	page  *flows.Page
	view  *enterView
	rec   *store.Entering // whom an update is about; nil for a new entry
}

// entering begins an entry; the form must be one.
func (s *Server) entering(r *request) (*entering, error) {
	e := &entering{request: r, form: flows.FormByID(r.PathValue("form")), sent: sent{Typed: flows.Typed{}}}
	if e.form == nil {
		return nil, core.ErrNotFound
	}
	var err error
	e.event, err = s.Dispatcher.PageEvent(r.Context(), e.look("enter"), r.Lang)
	e.view = &enterView{Form: e.form.ID}
	return e, err
}

func (e *entering) look(screen string) store.Look {
	return store.Look{Officer: *e.Officer, Screen: screen, At: e.At}
}

// showEnter shows an empty form, or what the browser kept of one: what was
// typed when the sign-in ended, what holds for the next of a queue.
func (s *Server) showEnter(r *request) (string, any, error) {
	e, err := s.entering(r)
	if err != nil {
		return "", nil, err
	}
	q := r.URL.Query()
	kept, ok := s.keptOf(r)
	switch {
	case q.Has("new"):
		s.forget(r)
	case ok:
		e.sent = kept.sent()
		e.view.Notice = "admin.enter.restored"
		if kept.Carried {
			e.view.Notice = "admin.enter.carried"
		}
	}
	if after := q.Get("after"); goodID(after) {
		e.view.After = after
	}
	if e.sent.Once == "" {
		e.sent.Once = core.NewID()
	}
	if err := s.openUpdate(e); err != nil {
		return "", nil, err
	}
	e.read()
	return e.show(nil)
}

// goodID tells whether a text has the form of our IDs.
func goodID(id string) bool { return id != "" && strings.Trim(id, "0123456789abcdef-") == "" }

// showUpdate shows the form of somebody who declared before, filled in with
// what can have stayed as it was.
func (s *Server) showUpdate(r *request) (string, any, error) {
	e, err := s.entering(r)
	if err != nil {
		return "", nil, err
	}
	e.sent.Of, e.sent.Once = r.PathValue("id"), core.NewID()
	if err := s.openUpdate(e); err != nil {
		return "", nil, err
	}
	e.sent.Typed = flows.TypedOf(e.form, e.event, e.rec.Remembered)
	e.sent.Seen = e.rec.Newest
	e.read()
	return e.show(nil)
}

// openUpdate opens whom an update is about.
func (s *Server) openUpdate(e *entering) (err error) {
	if e.sent.Of == "" {
		return nil
	}
	e.rec, err = s.Store.ToUpdate(e.Context(), e.look("update"), e.Officer.ListScope(), e.sent.Of, e.form.ID)
	if err == nil {
		e.view.Update = e.rec
	}
	return err
}

// unseen are the questions whose answers the officer's duty does not show: in
// an update they stay as they were, unless they are answered anew.
func (e *entering) unseen() (ids []string) {
	if e.rec == nil || e.rec.Form == "" {
		return nil
	}
	for i := range e.form.Questions {
		if id := e.form.Questions[i].ID; !e.rec.Shows(duty.GroupOf(id)) {
			ids = append(ids, id)
		}
	}
	return ids
}

func (e *entering) read() {
	e.page = flows.ReadPage(e.form, e.event, e.sent.Typed, e.unseen()...)
}

// enter takes a form: it fills it from a card, reads it, or stores it.
func (s *Server) enter(r *request) (string, any, error) {
	in, err := readSent(r)
	if err != nil {
		return "", nil, err
	}
	e, err := s.entering(r)
	if e != nil {
		e.sent = in
	}
	if err == nil {
		err = s.openUpdate(e)
	}
	if err != nil {
		return s.enterFailed(e, err)
	}
	if e.sent.Once == "" {
		e.sent.Once = core.NewID()
	}
	shown, err := e.fillCard()
	if err != nil {
		return "", nil, err
	}
	e.read()
	switch {
	case shown:
		e.view.Lacking = e.view.Card == ""
		return e.show(nil)
	case !slices.Contains([]string{"save", "next"}, e.sent.Step):
		return e.show(nil)
	case !e.page.Ready():
		e.view.Lacking = true
		return e.show(status(http.StatusUnprocessableEntity))
	case e.rec != nil && e.sent.Sure != e.sent.digest():
		return e.compare(nil)
	}
	return s.save(e)
}

// save stores an entry that is whole.
func (s *Server) save(e *entering) (string, any, error) {
	in := e.sent
	entry := store.Entry{Once: in.Once, Typed: url.Values(in.Typed).Encode(), Kept: e.page.Kept(), Seen: in.Seen}
	switch {
	case e.rec != nil:
		entry.Same = e.rec.Person.ID
	case in.Who == "other":
		entry.Apart = in.shownIDs()
	case in.Who != "":
		entry.Same, entry.Seen = in.Who, in.newestOf(in.Who)
	}
	out, err := s.Dispatcher.Enter(e.Context(), e.look("enter"), e.page.Declare(), entry)
	switch {
	case errors.Is(err, store.ErrChanged) && e.rec != nil:
		if err := s.openUpdate(e); err != nil {
			return s.enterFailed(e, err)
		}
		e.sent.Seen, e.view.Changed = e.rec.Newest, true
		return e.compare(status(http.StatusConflict))
	case errors.Is(err, store.ErrChanged):
		e.sent.Who = ""
		e.view.Problem = "admin.enter.changed"
		return e.show(status(http.StatusConflict))
	case errors.Is(err, store.ErrReused):
		e.sent.Once = core.NewID()
		e.view.Problem = "admin.enter.reused"
		return e.show(status(http.StatusConflict))
	case err != nil:
		return s.enterFailed(e, err)
	case len(out.Alike) > 0:
		e.view.Alike = out.Alike
		return e.show(nil)
	}
	s.forget(e.request)
	if in.Step != "next" {
		return "", nil, redirect(enterPath + "slip/" + out.DeclarationID + "?new=1")
	}
	if in.Carry {
		s.keep(e.request, keptForm{Carried: true, Fields: sent{Typed: flows.Shared(e.form, in.Typed), Carry: true}.fields()})
	}
	return "", nil, redirect(enterPath + e.form.ID + "?after=" + out.DeclarationID)
}

// enterFailed keeps what was typed when it could not be stored. What is the
// database's fault passes, and the same form can be sent again.
func (s *Server) enterFailed(e *entering, err error) (string, any, error) {
	if e == nil || errors.Is(err, core.ErrNotFound) {
		return "", nil, err
	}
	code := http.StatusServiceUnavailable
	e.view.Problem = "admin.enter.away"
	if errors.Is(err, store.ErrTooManyLooks) {
		code, e.view.Problem = http.StatusTooManyRequests, "admin.error.looks"
	} else {
		s.Log.ErrorContext(e.Context(), "an entry was not stored", slog.String("officer", e.Officer.ID), slog.Any("err", err))
		e.header.Set("Retry-After", "30")
	}
	e.read()
	return e.show(status(code))
}

// fillCard fills the form from a card: a photo of its QR, its text in the box,
// or what a reader that types put into whatever field had the focus.
func (e *entering) fillCard() (shown bool, err error) {
	text := e.sent.Card
	for name, values := range e.sent.Typed {
		if name != "card" && len(values) == 1 && strings.Count(values[0], "|") >= 4 {
			text = values[0]
			delete(e.sent.Typed, name)
		}
	}
	if len(e.sent.photo) > 0 {
		text, err = qr.Read(e.Context(), e.sent.photo)
		switch {
		case errors.Is(err, qr.ErrTooLarge):
			e.view.Card = "admin.check.large"
		case errors.Is(err, qr.ErrNotPicture):
			e.view.Card = "admin.check.picture"
		case errors.Is(err, qr.ErrNoCode):
			e.view.Card = "admin.check.noqr"
		case err != nil:
			return false, err
		}
	}
	if e.sent.tooLarge {
		e.view.Card = "admin.check.large"
	}
	if strings.TrimSpace(text) == "" || e.view.Card != "" {
		return e.view.Card != "", nil
	}
	filled, ok := flows.FillCard(e.form, e.event, e.sent.Typed, text)
	e.sent.Typed, e.sent.Card = filled, ""
	if !ok {
		e.view.Card, e.sent.Card = "admin.enter.card.unread", text
	}
	return true, nil
}
