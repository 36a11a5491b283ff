package admin

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
)

// request is one request as handlers see it.
type request struct {
	*http.Request
	Officer *duty.Officer // who is signed in; nil for a stranger
	Lang    string        // "vi" or "en"
	At      time.Time
	s       *Server
	header  http.Header   // of the answer
	token   string        // the sign-in cookie's value
	way     string        // by which the officer signed in
	half    *store.SignIn // a sign-in that still awaits something: its officer sees no page but that one
	failed  int           // status of an answer that is an error page; 0 for any other
}

// What a handler may return as its error beside core.ErrNotFound and
// store.ErrTooManyLooks. Anything else is ours: it is logged and answered 500.
type (
	// redirect sends the browser to another page of ours, or to the provider
	// of the single sign-on.
	redirect string
	// status shows the page all the same, with another status code.
	status int
	// refusal shows the error page with a reason.
	refusal struct {
		status int
		key    string
	}
	// raw is an answer that is no page.
	raw struct {
		mime string
		body []byte
	}
)

func (r redirect) Error() string { return "redirect to " + string(r) }
func (s status) Error() string   { return http.StatusText(int(s)) }
func (r refusal) Error() string  { return r.key }

func notFound(*request) (string, any, error) { return "", nil, core.ErrNotFound }

// wrap makes an http.Handler of a route: who asks, whether they may, what was
// answered, one log line. The log has the route's pattern and never the path,
// which may hold a code.
func (s *Server) wrap(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		start := time.Now()
		r := &request{Request: hr, s: s, At: s.Now(), Lang: langOf(hr), header: w.Header()}
		hr.Body = http.MaxBytesReader(w, hr.Body, max(rt.body, maxForm))
		page, data, err := s.answer(r, rt)
		code := s.write(w, r, rt, page, data, err)
		attrs := []slog.Attr{slog.String("route", rt.pattern), slog.String("method", hr.Method), slog.Int("status", code),
			slog.Int64("ms", time.Since(start).Milliseconds())}
		if r.Officer != nil {
			attrs = append(attrs, slog.String("officer", r.Officer.ID))
		}
		level := slog.LevelInfo
		switch {
		case hr.Context().Err() != nil: // nobody waits for the answer any more
			attrs = append(attrs, slog.Bool("gone", true))
		case code >= 500:
			level = slog.LevelError
			attrs = append(attrs, slog.Any("err", err))
		}
		s.Log.LogAttrs(context.WithoutCancel(hr.Context()), level, "page", attrs...)
	})
}

// answer finds who asks and lets the handler answer where its rule allows it.
func (s *Server) answer(r *request, rt route) (page string, data any, err error) {
	if rt.pattern != "GET /admin/assets/{name}" {
		if err := s.recognise(r); err != nil && rt.keeps {
			return s.keptAway(r, err)
		} else if err != nil {
			return "", nil, err
		}
	}
	if rt.half && r.half != nil {
		r.Officer = &r.half.Officer
	}
	switch {
	case r.Officer == nil && rt.keeps:
		s.keepSent(r)
		return "", nil, redirect(signInPath + "?" + url.Values{"next": {r.URL.Path}}.Encode())
	case r.Officer == nil && r.half != nil && !rt.may(nil):
		return "", nil, redirect(halfURL(r))
	case r.Officer == nil && !rt.may(nil):
		return s.ended(r, rt)
	case r.Officer != nil && r.Officer.MustChange && !rt.may(nil) && !rt.half && r.URL.Path != passwordPath:
		return "", nil, redirect(passwordPath)
	case !rt.may(r.Officer):
		return "", nil, core.ErrNotFound
	}
	return rt.handle(r)
}

// databaseAway tells an outage, which passes, from a fault of ours.
func (s *Server) databaseAway(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	return s.Store.Ping(ctx) != nil
}

// write turns what a handler returned into an answer and returns its status.
func (s *Server) write(w http.ResponseWriter, r *request, rt route, page string, data any, err error) int {
	s.setHeaders(w.Header())
	var to redirect
	var st status
	var no refusal
	var large *http.MaxBytesError
	code := http.StatusOK
	switch {
	case err == nil:
	case errors.As(err, &to):
		w.Header().Set("Location", string(to))
		w.WriteHeader(http.StatusSeeOther)
		return http.StatusSeeOther
	case errors.As(err, &st) && page != "":
		code = int(st)
	case errors.As(err, &no):
		code, page, data = no.status, "error.html", no.key
	case errors.Is(err, core.ErrNotFound):
		code, page, data = http.StatusNotFound, "error.html", "admin.error.absent"
	case errors.Is(err, store.ErrTooManyLooks):
		code, page, data = http.StatusTooManyRequests, "error.html", "admin.error.looks"
	case errors.As(err, &large):
		code, page, data = http.StatusRequestEntityTooLarge, "error.html", "admin.error.large"
	case errors.Is(err, store.ErrBusy), s.databaseAway(r.Context()):
		w.Header().Set("Retry-After", "30")
		code, page, data = http.StatusServiceUnavailable, "error.html", "admin.error.away"
	default:
		code, page, data = http.StatusInternalServerError, "error.html", "admin.error.ours"
	}
	if page == "error.html" {
		r.failed = code
	}
	if out, ok := data.(raw); ok {
		w.Header().Set("Content-Type", out.mime)
		return send(w, r, code, out.body)
	}
	var body bytes.Buffer
	if err := s.pages.ExecuteTemplate(&body, page, &view{request: r, Data: data}); err != nil {
		s.Log.ErrorContext(r.Context(), "page does not render", "route", rt.pattern, "template", page, "err", err)
		http.Error(w, r.T("admin.error.ours"), http.StatusInternalServerError)
		return http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	return send(w, r, code, body.Bytes())
}

func send(w http.ResponseWriter, r *request, code int, body []byte) int {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(code)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // who has gone away gets nothing
	}
	return code
}

// contentPolicy lets a page load its own style, script and icon, send its own
// forms, and nothing else; data: is for a QR drawn into the page.
const contentPolicy = "default-src 'none'; connect-src 'self'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (s *Server) setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=()") // the camera reads QRs
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	if s.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
}
