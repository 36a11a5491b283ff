package sandbox

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Twilio imitates Twilio's Messages API for one account, and the telephones
// that text with its number. It refuses what Twilio refuses and, more strictly,
// every field that the specification does not have: those are Faults of the
// program. As at Twilio, what could not be delivered to the program is not
// delivered again, but stays in the list. Texts live in memory only.
type Twilio struct {
	account TwilioAccount
	spec    twilioSpec
	hooks   *http.Client
	now     func() time.Time

	mu        sync.Mutex
	changed   func(phone string)
	failures  Failures
	messages  []*twilioMessage // oldest first
	bySID     map[string]*twilioMessage
	byPhone   map[string][]*twilioMessage
	out       map[string]bool // opted out, by phone
	dead      map[string]int  // error code by phone
	lose      int             // answers to sent messages that are yet to be lost
	backwards bool
	faults    []string
	calls     map[string]int
	lost      int
	meter     meter

	lanes *lanes          // by phone
	life  context.Context // ends with Close
	end   context.CancelFunc
}

// TwilioAccount is what an account is set up with.
type TwilioAccount struct {
	SID, Token string
	Number     string   // that people text, in E.164 or as a short code
	Names      []string // sender names that are registered beside it
	Hook       string   // where incoming messages are delivered to
	// Advanced has every delivery of STOP, START and HELP carry OptOutType, as
	// a Messaging Service with Advanced Opt-Out does.
	Advanced bool
	Clock    func() time.Time // nil for time.Now
}

const (
	twilioVersion = "2010-04-01"
	maxTwilio     = 20_000 // messages that are kept
)

// NewTwilio makes an imitation of an account.
func NewTwilio(a TwilioAccount) *Twilio {
	t := &Twilio{
		account: a, spec: loadTwilioSpec(), now: time.Now,
		hooks: &http.Client{
			Timeout:       15 * time.Second, // as Twilio waits
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		changed: func(string) {},
		bySID:   map[string]*twilioMessage{}, byPhone: map[string][]*twilioMessage{},
		out: map[string]bool{}, dead: map[string]int{}, calls: map[string]int{}, lanes: newLanes(),
	}
	if a.Clock != nil {
		t.now = a.Clock
	}
	t.life, t.end = context.WithCancel(context.Background())
	return t
}

var _ SMSNetwork = (*Twilio)(nil)

// Close ends the deliveries and waits for those in hand.
func (t *Twilio) Close() {
	t.end()
	t.lanes.close()
	t.hooks.CloseIdleConnections()
}

// Settle waits until all that was sent and texted so far is delivered.
func (t *Twilio) Settle() { t.lanes.settle() }

// OnChange implements SMSNetwork.
func (t *Twilio) OnChange(changed func(phone string)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.changed = changed
}

// Fail implements SMSNetwork.
func (t *Twilio) Fail(f Failures) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failures = f
}

// Block implements SMSNetwork: the telephone has texted STOP, or START.
func (t *Twilio) Block(phone string, on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.out[phone] = on
}

// Kill has every message to a phone fail with a code of Twilio's: at once for
// those of the API (21211, 21614, …), later, in a status call-back, for those
// of delivery (30003, 30005, …). Zero heals it.
func (t *Twilio) Kill(phone string, code int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dead[phone] = code
}

// LoseAnswers has the next n messages taken and the connections cut before
// anything is answered.
func (t *Twilio) LoseAnswers(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lose = n
}

// Backwards has the status call-backs of a message come last one first.
func (t *Twilio) Backwards(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.backwards = on
}

// Faults are the calls and answers that break the specification, which a
// program must not make at all, without what was said.
func (t *Twilio) Faults() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.faults)
}

// Calls counts the calls that were made: "send", "list", "fetch".
func (t *Twilio) Calls() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.calls)
}

// SetRates has more segments refused than these with 429. Twilio itself keeps
// them waiting for hours, which is worse for whoever waits for a code.
func (t *Twilio) SetRates(r Rates) { t.meter.set(r) }

// Pace is what was seen of the program's pace, in segments.
func (t *Twilio) Pace() Pace { return t.meter.seen() }

// Lost counts the deliveries that the program did not take.
func (t *Twilio) Lost() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lost
}

func (t *Twilio) fault(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.faults = append(t.faults, fmt.Sprintf(format, args...))
}

func (t *Twilio) count(call string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls[call]++
}

// API implements SMSNetwork: /2010-04-01/Accounts/{SID}/Messages.json and
// …/Messages/{SID}.json.
func (t *Twilio) API() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.mu.Lock()
		f := t.failures
		t.mu.Unlock()
		goesOn := f.survive(w, r, t.life, func() {
			if f.Refused {
				twilioAnswer(w, 0, nil, twilioDenied)
				return
			}
			w.Header().Set("Retry-After", strconv.Itoa(max(1, int(f.TooMany/time.Second))))
			twilioAnswer(w, 0, nil, &twilioError{429, 20429, "Too Many Requests"})
		})
		if goesOn {
			status, body, refused := t.serve(w, r)
			twilioAnswer(w, status, body, refused)
		}
	})
}

func (t *Twilio) serve(w http.ResponseWriter, r *http.Request) (status int, body any, refused *twilioError) {
	name, password, ok := r.BasicAuth()
	if !ok || subtle.ConstantTimeCompare([]byte(name+":"+password), []byte(t.account.SID+":"+t.account.Token)) != 1 {
		return 0, nil, twilioDenied
	}
	rest, ok := strings.CutPrefix(r.URL.Path, "/"+twilioVersion+"/Accounts/"+t.account.SID+"/Messages")
	if !ok {
		return 0, nil, twilioMissing(r.URL.Path)
	}
	sid, isOne := strings.CutPrefix(strings.TrimSuffix(rest, ".json"), "/")
	switch {
	case rest == ".json" && r.Method == http.MethodPost:
		t.count("send")
		return t.create(w, r)
	case rest == ".json" && r.Method == http.MethodGet:
		t.count("list")
		return t.list(r)
	case isOne && strings.HasSuffix(rest, ".json") && r.Method == http.MethodGet:
		t.count("fetch")
		return t.fetch(sid)
	case rest == ".json" || isOne:
		return 0, nil, &twilioError{405, 20004, "Method not allowed"}
	}
	return 0, nil, twilioMissing(r.URL.Path)
}

// twilioError is an error answer.
type twilioError struct {
	Status  int    `json:"status"`
	Code    int    `json:"code"`
	Message string `json:"message"`
}

var twilioDenied = &twilioError{401, 20003, "Authenticate"}

func twilioMissing(path string) *twilioError {
	return &twilioError{404, 20404, "The requested resource " + path + " was not found"}
}

func twilioAnswer(w http.ResponseWriter, status int, body any, refused *twilioError) {
	if refused != nil {
		status = refused.Status
		body = struct {
			*twilioError
			MoreInfo string `json:"more_info"`
		}{refused, fmt.Sprintf("https://www.twilio.com/docs/errors/%d", refused.Code)}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a caller that left wants no answer
}

func twilioSID(kind string) string {
	var b [16]byte
	rand.Read(b[:])
	return kind + hex.EncodeToString(b[:])
}
