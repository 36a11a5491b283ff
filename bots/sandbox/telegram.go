package sandbox

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Telegram imitates the Bot API for one bot, and the private chats of people
// with it. It refuses what Telegram refuses, and, more strictly, every method
// and field that the specification does not have: those are Faults of the
// program. Message texts live in memory only.
type Telegram struct {
	token string
	spec  spec
	hooks *http.Client
	retry Retry

	mu       sync.Mutex
	changed  func(chat int64)
	failures Failures
	chats    map[int64]*chat
	files    map[string]*stored
	order    []string // file IDs, oldest first
	queries  map[string]int64
	menus    map[string][]MenuEntry // by language code
	hook     hook
	queue    []*pending
	busy     map[int64]bool // chats whose deliveries somebody is making
	woken    chan struct{}  // closed and replaced when the queue grows
	polling  int            // number of the newest getUpdates call
	lastID   struct{ update, message, query int64 }
	faults   []string
	calls    map[string]int
	lost     int
	meter    meter

	life    context.Context // ends with Close
	end     context.CancelFunc
	working sync.WaitGroup
}

// Retry bounds how deliveries to the web-hook are made again.
type Retry struct {
	First, Longest time.Duration // the pause after one failure, doubling up to the longest
	Times          int           // deliveries of one update in all
	For            time.Duration // and the time they may take
}

// telegramRetry is quicker than Telegram, which waits minutes, so that a
// person who tries the switches sees the message come again.
var telegramRetry = Retry{First: 300 * time.Millisecond, Longest: 10 * time.Second, Times: 500, For: time.Hour}

// MenuEntry is one command of the bot's menu.
type MenuEntry struct{ Command, Description string }

const maxCall = 12 << 20 // bytes of one call; a picture is at most 10 MB

// NewTelegram makes an imitation for the bot with this token. The zero Retry
// is a sensible one.
func NewTelegram(token string, retry Retry) *Telegram {
	if retry == (Retry{}) {
		retry = telegramRetry
	}
	t := &Telegram{
		token: token, spec: loadSpec(), retry: retry,
		hooks: &http.Client{
			Timeout:       60 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		changed: func(int64) {},
		chats:   map[int64]*chat{}, files: map[string]*stored{}, queries: map[string]int64{},
		menus: map[string][]MenuEntry{}, calls: map[string]int{}, busy: map[int64]bool{},
		woken: make(chan struct{}),
	}
	t.life, t.end = context.WithCancel(context.Background())
	start := startID()
	t.lastID.update, t.lastID.message, t.lastID.query = start, start, start
	return t
}

// Close ends the deliveries and waits for those in hand.
func (t *Telegram) Close() {
	t.mu.Lock()
	t.end() // under the lock no new delivery begins
	t.mu.Unlock()
	t.working.Wait()
	t.hooks.CloseIdleConnections()
}

// SetRates has more messages refused than these with 429, as Telegram does.
func (t *Telegram) SetRates(r Rates) { t.meter.set(r) }

// Pace is what was seen of the program's pace.
func (t *Telegram) Pace() Pace { return t.meter.seen() }

// OnChange has changed called with a chat whenever a telephone would show
// something new. changed must be quick and must not call back.
func (t *Telegram) OnChange(changed func(chat int64)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.changed = changed
}

// Fail makes the Bot API fail from now on; the zero value lets it work.
func (t *Telegram) Fail(f Failures) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failures = f
}

// Faults are the calls that break the specification, which a program must not
// make at all: each by what is wrong with it, without what was said.
func (t *Telegram) Faults() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.faults)
}

// Calls counts the calls that were made, by method.
func (t *Telegram) Calls() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.calls)
}

// ServeHTTP answers /bot<token>/<method> and /file/bot<token>/<path>.
func (t *Telegram) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !t.survive(w, r) {
		return
	}
	path, isFile := strings.CutPrefix(r.URL.Path, "/file")
	given, rest, ok := strings.Cut(strings.TrimPrefix(path, "/bot"), "/")
	switch {
	case !ok || !strings.HasPrefix(path, "/bot") || !strings.Contains(given, ":"):
		answer(w, nil, &refusal{Code: 404, Text: "Not Found"})
	case subtle.ConstantTimeCompare([]byte(given), []byte(t.token)) != 1:
		answer(w, nil, &refusal{Code: 401, Text: "Unauthorized"})
	case isFile:
		t.serveFile(w, rest)
	default:
		values, uploads, refused := t.parse(w, r)
		if refused != nil {
			answer(w, nil, t.note(rest, refused))
			return
		}
		result, refused := t.call(r, rest, values, uploads)
		answer(w, result, refused)
	}
}

// survive fails as it was told to; false when it answered for good.
func (t *Telegram) survive(w http.ResponseWriter, r *http.Request) bool {
	t.mu.Lock()
	f := t.failures
	t.mu.Unlock()
	return f.survive(w, r, t.life, func() {
		switch {
		case f.Refused:
			answer(w, nil, &refusal{Code: 401, Text: "Unauthorized"})
		default:
			seconds := max(1, int(f.TooMany/time.Second))
			answer(w, nil, &refusal{Code: 429, Text: "Too Many Requests: retry later", RetryAfter: seconds})
		}
	})
}

// survive plays a failure and tells whether the call goes on. The network's
// own answers to a refused account and to too many calls are refuse's.
func (f Failures) survive(w http.ResponseWriter, r *http.Request, life context.Context, refuse func()) bool {
	if f.Slow > 0 {
		// The body is read first: until then the server does not notice that
		// a caller gave up.
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCall))
		if err != nil {
			return true // whoever parses it will say so
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		select {
		case <-time.After(f.Slow):
		case <-r.Context().Done():
			return false
		case <-life.Done():
			return false
		}
	}
	switch {
	case f.Cut:
		panic(http.ErrAbortHandler)
	case f.Broken:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html><body><h1>502 Bad Gateway</h1></body></html>")
	case f.Refused, f.TooMany > 0:
		refuse()
	default:
		return true
	}
	return false
}

// parse reads the fields of a call in any of the forms that Telegram takes.
func (t *Telegram) parse(w http.ResponseWriter, r *http.Request) (map[string]any, map[string][]byte, *refusal) {
	values, uploads := map[string]any{}, map[string][]byte{}
	r.Body = http.MaxBytesReader(w, r.Body, maxCall)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	switch kind {
	case "application/json":
		err = json.NewDecoder(r.Body).Decode(&values)
	case "multipart/form-data":
		err = r.ParseMultipartForm(maxCall)
		// The library announces a form for calls without fields, such as
		// getMe, and sends nothing.
		if errors.Is(err, io.EOF) || err != nil && strings.HasSuffix(err.Error(), "NextPart: EOF") {
			err = nil
		}
	default:
		err = r.ParseForm()
	}
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return nil, nil, &refusal{Code: 413, Text: "Request Entity Too Large"}
	case err != nil:
		return nil, nil, badCall("the fields cannot be parsed")
	}
	for name, all := range r.Form {
		if len(all) > 1 {
			return nil, nil, badCall("field %q is given %d times", name, len(all))
		}
		values[name] = all[0]
	}
	if r.MultipartForm == nil {
		return values, uploads, nil
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }()
	for name, all := range r.MultipartForm.File {
		f, err := all[0].Open()
		if err != nil {
			return nil, nil, badCall("file %q cannot be read", name)
		}
		uploads[name], err = io.ReadAll(f)
		_ = f.Close()
		if err != nil {
			return nil, nil, badCall("file %q cannot be read", name)
		}
	}
	return values, uploads, nil
}

// answer writes the envelope that every call is answered in.
func answer(w http.ResponseWriter, result any, refused *refusal) {
	body := map[string]any{"ok": refused == nil}
	code := http.StatusOK
	if refused != nil {
		code = refused.Code
		body["error_code"], body["description"] = refused.Code, refused.Text
		if refused.RetryAfter > 0 {
			body["parameters"] = map[string]any{"retry_after": refused.RetryAfter}
		}
	} else {
		body["result"] = result
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body) // a caller that left wants no answer
}
