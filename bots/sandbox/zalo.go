package sandbox

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Zalo imitates Zalo's servers for one Official Account (OA) and the app behind
// it, and the people who talk to it: the OAuth host, the OA's interface, the
// business host for templates by phone, and the web-hooks
// (docs/reference/channels.md, section 2). It refuses what Zalo refuses and,
// more strictly, every path and field that the reference does not have: those
// are Faults of the program. Texts and pictures live in memory only.
//
// People are named by their phone in E.164; the program knows them by UserID.
type Zalo struct {
	account ZaloAccount
	hooks   *http.Client
	lanes   *lanes
	life    context.Context // ends with Close
	end     context.CancelFunc

	mu       sync.Mutex
	changed  func(phone string)
	failures Failures
	all      int                    // the code that every call is refused with
	lose     int                    // answers that are yet to be lost
	people   map[string]*zaloPerson // by phone
	users    map[string]*zaloPerson // by user ID
	guests   map[string]*zaloPerson // by anonymous ID
	tokens   zaloTokens
	rate     zaloRate
	files    zaloFiles
	sent     map[string]*zaloSent // templates by phone, by message ID
	daily    zaloDaily
	billed   int
	stopped  bool // the web-hook failed for too long
	waiting  int  // events that were not taken yet
	lost     int
	faults   []string
	calls    map[string]int
}

// ZaloAccount is what an OA and its app are set up with.
type ZaloAccount struct {
	AppID, AppSecret string
	OAID, OAName     string
	OASecret         string   // signs the web-hooks
	RefreshToken     string   // the first one, as the developer console hands it out
	Base             string   // URL at which API is reached: people's pictures are fetched below it
	Hook             string   // where events are delivered; "" for nowhere
	Events           []string // that are ticked in the developer console; nil for all
	Templates        []ZaloTemplate
	Province         bool             // an OA of the kind whose v3 messages are answered -235; other OAs' v2 messages are answered -240
	Nights           bool             // from 22:00 to 06:00 templates by phone that are no OTP are answered -133
	PerMinute        int              // calls; 0 means 4000
	PerDay           int              // templates by phone; 0 means 500
	Ladder           []time.Duration  // the pauses before an event is delivered again; nil means a short ladder
	Patience         time.Duration    // how long the answer to an event may take; 0 means 2 s
	Clock            func() time.Time // nil for time.Now
}

// zaloLadder has as many steps as Zalo's 30 s, 5 min, 15 min, 30 min and 1 h,
// and is shorter, so that a person who tries the switches sees them.
var zaloLadder = []time.Duration{300 * time.Millisecond, time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second}

// NewZalo makes an imitation of an OA that nobody follows yet.
func NewZalo(a ZaloAccount) *Zalo {
	if a.Ladder == nil {
		a.Ladder = zaloLadder
	}
	if a.Patience == 0 {
		a.Patience = 2 * time.Second
	}
	if a.Clock == nil {
		a.Clock = time.Now
	}
	if a.OAName == "" {
		a.OAName = "Khai Báo"
	}
	if a.PerMinute == 0 {
		a.PerMinute = 4000
	}
	if a.PerDay == 0 {
		a.PerDay = 500
	}
	a.Base = strings.TrimSuffix(a.Base, "/")
	z := &Zalo{
		account: a, lanes: newLanes(),
		hooks: &http.Client{
			Timeout:       a.Patience,
			Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		changed: func(string) {},
		people:  map[string]*zaloPerson{}, users: map[string]*zaloPerson{}, guests: map[string]*zaloPerson{}, sent: map[string]*zaloSent{}, calls: map[string]int{},
		files: zaloFiles{byID: map[string]*zaloFile{}}, tokens: zaloTokens{used: map[string]bool{}},
	}
	z.life, z.end = context.WithCancel(context.Background())
	return z
}

// Close ends the deliveries and waits for those in hand.
func (z *Zalo) Close() {
	z.end()
	z.lanes.close()
	z.hooks.CloseIdleConnections()
}

// OnChange has changed called with a person's phone whenever their telephone
// would show something new. changed must be quick and must not call back.
func (z *Zalo) OnChange(changed func(phone string)) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.changed = changed
}

// Fail makes all three hosts fail from now on; the zero value lets them work.
func (z *Zalo) Fail(f Failures) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.failures = f
}

// RefuseAll has every call but the refreshing of tokens answered with a code
// of Zalo's: -209, -221, -224, … Zero ends it.
func (z *Zalo) RefuseAll(code int) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.all = code
}

// Refuse has every message to a person answered with a code of Zalo's: -217,
// -218, -227, -244 and the like, by phone -114, -119, … Zero ends it.
func (z *Zalo) Refuse(phone string, code int) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if p := z.people[phone]; p != nil {
		p.refuses = code
	}
}

// LoseAnswers has the next n calls that change something (a refreshing of the
// tokens, a message, an upload) done, and their connections cut before anything
// is answered.
func (z *Zalo) LoseAnswers(n int) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.lose = n
}

// Faults are the calls that break the reference, which a program must not make
// at all: each by what is wrong with it, without what was said.
func (z *Zalo) Faults() []string {
	z.mu.Lock()
	defer z.mu.Unlock()
	return slices.Clone(z.faults)
}

// Calls counts the calls that were made, by host and path:
// "openapi/v3.0/oa/message/cs".
func (z *Zalo) Calls() map[string]int {
	z.mu.Lock()
	defer z.mu.Unlock()
	return maps.Clone(z.calls)
}

// Billed counts the messages that no free quota covered: those between 48 hours
// and seven days after the person's last interaction, and all templates.
func (z *Zalo) Billed() int {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.billed
}

// UserID is the OA's own ID of a person, the same after a restart; "" for
// somebody without Zalo. Of a guest it is the anonymous ID.
func (z *Zalo) UserID(phone string) string {
	z.mu.Lock()
	defer z.mu.Unlock()
	if p := z.people[phone]; p != nil {
		return p.user
	}
	return ""
}

// note counts a call and keeps what is wrong with it; z.mu is held.
func (z *Zalo) note(path string, refused *zaloError) {
	if refused == nil || !refused.NoPath {
		z.calls[path]++
	}
	if refused != nil && refused.Fault && len(z.faults) < 1000 {
		z.faults = append(z.faults, path+": "+refused.Text)
	}
}
