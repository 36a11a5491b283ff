// Package admin is the pages for officers, and the page behind a QR.
//
// Pages are plain HTML that works without JavaScript; a form that carries
// anything personal is a POST, since addresses end up in histories and logs.
// Each route of the table in routes names the rule that says who may use it;
// whoever may not gets the words of a page that does not exist. What an
// officer sees of a person is cut by the store, never by a template.
//
// Source: docs/architecture.md, Safe from the first row and QR;
// docs/reference/security.md, sections 4, 6, 7 and 8.
package admin

import (
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"khaibao/core/duty"
	"khaibao/core/qr"
	"khaibao/core/store"
	"khaibao/flows"
	"khaibao/locales"
)

// Options make a Server.
type Options struct {
	Store     *store.Store
	PublicURL string // as in the setting, without a slash at its end
	Hotline   string // as dialled
	// Text is a locale key's text in a language with its placeholders filled
	// in; the key itself when there is none.
	Text func(lang, key string, args map[string]string) string
	// Factor are the duties that must sign in with one-time codes; officers of
	// the others may.
	SSO        *SSO // a single sign-on; nil for none
	Factor     []duty.Duty
	Words      *locales.Bundle
	Dispatcher *flows.Dispatcher // reads and stores what officers type in
	Now        func() time.Time  // nil takes the clock
	Log        *slog.Logger      // nil takes the default
}

// Server answers under /admin/, /q/ and /Q/.
type Server struct {
	Options
	secure  bool            // the public address is https
	cookie  string          // name of the sign-in cookie
	shown   map[string]bool // patterns of routes
	pages   *template.Template
	handler http.Handler
}

// New makes a Server. It panics when a template that was built in does not
// parse, or when the public URL, which the settings have checked, is none.
func New(o Options) *Server {
	s := &Server{Options: o, cookie: "officer", pages: template.Must(parsePages())}
	s.PublicURL = strings.TrimRight(o.PublicURL, "/")
	public, err := url.Parse(s.PublicURL)
	if err != nil || public.Host == "" {
		panic("officers' pages: the public URL is no URL")
	}
	if public.Scheme == "https" {
		s.secure, s.cookie = true, "__Host-officer"
	}
	if s.Log == nil {
		s.Log = slog.Default()
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	origins := http.NewCrossOriginProtection()
	if err := origins.AddTrustedOrigin(public.Scheme + "://" + public.Host); err != nil {
		panic("officers' pages: " + err.Error())
	}
	origins.SetDenyHandler(s.wrap(route{pattern: "cross-origin", may: anyone, handle: refuseOrigin}))
	mux := http.NewServeMux()
	s.shown = make(map[string]bool)
	for _, rt := range s.routes() {
		s.shown[rt.pattern] = true
		mux.Handle(rt.pattern, s.wrap(rt))
	}
	s.handler = origins.Handler(mux)
	return s
}

func refuseOrigin(*request) (string, any, error) {
	return "", nil, refusal{http.StatusForbidden, "admin.error.origin"}
}

// Handler is the routes under /admin/, /q/ and /Q/.
func (s *Server) Handler() http.Handler { return s.handler }

// A route is a pattern of net/http, who may use it, and what it does.
type route struct {
	pattern string
	may     rule
	body    int64 // most bytes of a request's body; 0 takes maxForm
	half    bool  // also for who has signed in by half: what the sign-in still awaits
	keeps   bool  // a form of which nothing typed may be lost
	handle  handler
}

// maxForm is more than any form without a file holds.
const maxForm = 64 << 10

// maxUpload lets a photo that is too large be taken in and refused in words;
// beyond it the connection is cut.
const maxUpload = 3*qr.MaxBytes + maxForm

// A handler reads, asks the store and names a template. Status codes, headers
// and log lines live in wrap.
type handler func(*request) (page string, data any, err error)

// A rule says whether a route is open to an officer, nil for a stranger.
type rule func(o *duty.Officer) bool

func anyone(*duty.Officer) bool         { return true }
func anyOfficer(o *duty.Officer) bool   { return o != nil }
func checks(o *duty.Officer) bool       { return o != nil && duty.MayCheck(o.Duty) }
func lists(o *duty.Officer) bool        { return o != nil && duty.MayList(o.Duty) }
func corrects(o *duty.Officer) bool     { return o != nil && duty.MayCorrect(o.Duty) }
func worksOnTasks(o *duty.Officer) bool { return o != nil && taskScope(*o) != duty.Scope{} }

// callsPeople is for who sees whom a task is about.
func callsPeople(o *duty.Officer) bool {
	return worksOnTasks(o) && duty.May(o.Duty, duty.InArea, duty.FullIdentity) == duty.Yes
}

// routes is the whole table. A test walks it as every duty.
func (s *Server) routes() []route {
	var acts []route
	for _, a := range watchActs {
		path := watchPath + "/{id}/" + a.Name
		acts = append(acts, route{pattern: "GET " + path, may: may(a.may), handle: s.showAct(a.Name)},
			route{pattern: "POST " + path, may: may(a.may), handle: s.doAct(a.Name)})
	}
	acts = append(acts, s.doorsRoutes()...)
	acts = append(append(acts, s.arrivalRoutes()...), s.triageRoutes()...)
	acts = append(acts, s.enterRoutes()...)
	acts = append(acts, s.exportRoutes()...)
	acts = append(acts, s.figureRoutes()...)
	acts = append(acts, s.importRoutes()...)
	return append(acts, []route{
		{pattern: "GET /admin/assets/{name}", may: anyone, handle: s.showAsset},
		{pattern: "GET /admin/sign-in", may: anyone, handle: s.showSignIn},
		{pattern: "POST /admin/sign-in", may: anyone, handle: s.signIn},
		{pattern: "POST /admin/language", may: anyone, handle: s.changeLanguage},
		{pattern: "POST /admin/sign-out", may: anyOfficer, half: true, handle: s.signOut},
		{pattern: "GET /admin/password", may: anyOfficer, handle: s.showPassword},
		{pattern: "POST /admin/password", may: anyOfficer, handle: s.changePassword},
		{pattern: "GET " + againPath, may: anyOfficer, handle: s.showAgain},
		{pattern: "GET /admin/{$}", may: anyOfficer, handle: s.showHome},
		{pattern: "GET /admin/check", may: checks, handle: s.showCheck},
		{pattern: "POST /admin/check", may: checks, body: maxUpload, handle: s.check},
		{pattern: "GET /admin/declarations", may: lists, handle: s.showDeclarations},
		{pattern: "POST /admin/declarations", may: lists, handle: s.searchDeclarations},
		{pattern: "GET /admin/declarations/{id}", may: lists, handle: s.showDeclaration},
		{pattern: "GET /admin/people/compare", may: corrects, handle: s.showCompare},
		{pattern: "POST /admin/people/same", may: corrects, handle: s.judgePair},
		{pattern: "GET /admin/tasks", may: worksOnTasks, handle: s.showTasks},
		{pattern: "GET /admin/tasks/{id}", may: worksOnTasks, handle: s.showTask},
		{pattern: "POST /admin/tasks/{id}", may: callsPeople, handle: s.workOnTask},
		{pattern: "GET /admin/monitoring", may: may(duty.Watch), handle: s.showWatch},
		{pattern: "GET /admin/monitoring/open", may: may(duty.Manage), handle: s.showOpen},
		{pattern: "POST /admin/monitoring/open", may: may(duty.Manage), handle: s.doOpen},
		{pattern: "GET /admin/monitoring/{id}", may: may(duty.Watch), handle: s.showWatched},
		{pattern: "GET /admin/monitoring/{id}/print", may: may(duty.Watch), handle: s.showPrint},
		{pattern: "GET /admin/alerts", may: may(duty.Call), handle: s.showAlerts},
		{pattern: "POST /admin/alerts", may: may(duty.Call), handle: s.changeAlerts},
		{pattern: "GET /admin/policy", may: may(duty.SeePolicy), handle: s.showPolicy},
		{pattern: "GET /admin/policy/rules", may: may(duty.EditPolicy), handle: s.showNewRules},
		{pattern: "POST /admin/policy/rules", may: may(duty.EditPolicy), body: 2*maxRules + maxForm, handle: s.saveRules},
		{pattern: "GET /admin/policy/rules/{version}", may: may(duty.SeePolicy), handle: s.showRules},
		{pattern: "POST /admin/policy/rules/{version}", may: may(duty.EditPolicy), handle: s.changeRules},
		{pattern: "GET /admin/policy/areas", may: may(duty.SeePolicy), handle: s.showAreas},
		{pattern: "GET /admin/policy/areas/new", may: may(duty.EditPolicy), handle: s.showNewArea},
		{pattern: "POST /admin/policy/areas/new", may: may(duty.EditPolicy), handle: s.saveArea},
		{pattern: "POST /admin/policy/areas/{area}", may: may(duty.EditPolicy), handle: s.changeArea},
		{pattern: "GET /admin/policy/jobs/{job}", may: may(duty.SeePolicy), handle: s.showJob},
		{pattern: "POST /admin/policy/jobs/{job}", may: may(duty.EditPolicy), handle: s.cancelJob},
		{pattern: "GET /q/{code}", may: anyone, handle: s.showQR},
		{pattern: "GET /Q/{code}", may: anyone, handle: s.showQR},
		// Whatever else stands under these roads is not there, for everyone alike.
		{pattern: "/admin/", may: anyOfficer, handle: notFound},
		{pattern: "/q/", may: anyone, handle: s.showQR},
		{pattern: "/Q/", may: anyone, handle: s.showQR},
	}...)
}
