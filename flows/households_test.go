package flows_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/codes"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
	"khaibao/flows"
)

// Very many people declare for their households at once, over all channels, some
// of their messages delivered twice, and again the next day: every declared
// person has exactly one current declaration, one QR and the right household.
// make soak has ten thousand of them.
func TestHouseholdsAtOnce(t *testing.T) {
	many := 120
	if os.Getenv("KHAIBAO_SOAK") != "" {
		many = 10_000
	}
	t.Run("sqlite", func(t *testing.T) {
		declareHouseholds(t, "sqlite:"+filepath.Join(t.TempDir(), "households.db"), many, 1)
	})
	t.Run("postgres", func(t *testing.T) {
		declareHouseholds(t, storetest.PostgresURL(t), many, 2)
	})
}

// town is where the households live: a dispatcher, and somebody who carries
// the codes sent by SMS to those who wait for them.
type town struct {
	t     *testing.T
	d     *flows.Dispatcher
	s     *store.Store
	day   atomic.Int64 // days after noon's
	mu    sync.Mutex
	codes map[string]string // by phone
	again atomic.Int64      // messages delivered twice
}

func (w *town) now() time.Time { return noon.Add(time.Duration(w.day.Load()) * 24 * time.Hour) }

func declareHouseholds(t *testing.T, url string, many, workers int) {
	s := storetest.Open(t, url)
	w := &town{t: t, s: s, codes: make(map[string]string)}
	limits := codes.Default()
	limits.PerDay = 2 * many
	w.d = flows.New(flows.Options{Store: s, Setting: fixedSetting, Now: w.now, Limits: limits,
		Features: map[string]channel.Features{
			"sms":      {Plain: true, Proven: true, MaxText: 160},
			"telegram": {MaxText: 4096, MaxButtons: 24, MaxColumns: 2, Pictures: true, Album: 10, Edits: true, AskContact: true},
			"zalo":     {MaxText: 2000, MaxButtons: 5, MaxColumns: 1, Pictures: true},
			"web":      {MaxButtons: 40, MaxColumns: 2, Pictures: true, Edits: true},
		}})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { w.d.Run(ctx, workers) })
	running.Go(func() { w.carryCodes(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })

	all := make([]household, many)
	for i := range all {
		all[i] = newHousehold(i)
	}
	w.each(all, func(h *household) { h.declare(w) })
	if t.Failed() {
		return
	}
	w.day.Add(1)
	w.each(all, func(h *household) {
		if h.n%3 == 0 {
			h.again(w)
		}
	})
	check(t, storetest.NewLook(t, url), all)
	if w.again.Load() == 0 {
		t.Error("no message was delivered twice")
	}
}

// each lets many households talk at once.
func (w *town) each(all []household, do func(*household)) {
	next := make(chan *household)
	var talking sync.WaitGroup
	for range 128 {
		talking.Go(func() {
			for h := range next {
				if !w.t.Failed() {
					do(h)
				}
			}
		})
	}
	for i := range all {
		next <- &all[i]
	}
	close(next)
	talking.Wait()
}

// carryCodes takes what is sent by SMS, until ctx ends.
func (w *town) carryCodes(ctx context.Context) {
	for ctx.Err() == nil {
		due, err := w.s.ClaimDue(ctx, "sms", w.now(), w.now().Add(time.Minute), 500)
		if err != nil || len(due) == 0 {
			select {
			case <-ctx.Done():
			case <-time.After(5 * time.Millisecond):
			}
			continue
		}
		sent := make([]store.Sent, len(due))
		w.mu.Lock()
		for i, m := range due {
			sent[i] = store.Sent{ID: m.ID, NetworkID: m.ID}
			if code := m.Say.Args["code"]; code != "" {
				w.codes[m.URN.Path()] = code
			}
		}
		w.mu.Unlock()
		if err := w.s.MarkSent(ctx, w.now(), sent); err != nil && ctx.Err() == nil {
			w.t.Errorf("mark sent: %v", err)
		}
	}
}

// code waits for the code that was sent to a phone.
func (w *town) code(phone string) string {
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		w.mu.Lock()
		code := w.codes[phone]
		w.mu.Unlock()
		if code != "" {
			return code
		}
	}
	w.t.Errorf("no code came to household phone")
	return ""
}

// household is one declarer and whom they declare for.
type household struct {
	n       int
	channel string
	phone   string
	urn     core.URN
	family  string // the first words of everybody's name: nobody else has them
	members []member
	said    int
}

type member struct{ name, birth, paper, sex string }

var (
	syllables = strings.Fields("Ba Bich Canh Chi Cong Dinh Duc Gia Hai Hoang Hung Khac Kim Lan Mai Minh Ngoc Nhat Phuc Phuong Quang Quoc Thanh Thi Tuan Van Xuan Anh Bao Dang")
	given     = strings.Fields("An Binh Hoa Lam")
	channels  = []string{"sms", "telegram", "zalo", "web"}
)

func newHousehold(n int) household {
	h := household{n: n, channel: channels[n%len(channels)], phone: fmt.Sprintf("+849005%05d", n)}
	h.urn = core.URN(fmt.Sprintf("%s:household%d", h.channel, n))
	if h.channel == "sms" {
		h.urn = core.TelURN(h.phone)
	}
	h.family = "Le " + syllables[n%30] + " " + syllables[n/30%30] + " " + syllables[n/900%30]
	for i := range 1 + n/4%len(given) {
		m := member{name: h.family + " " + given[i], birth: fmt.Sprint(1950 + n%40), paper: fmt.Sprintf("%09d", 100_000_000+4*n+i), sex: []string{"nam", "nu"}[(n+i)%2]}
		if i == 2 { // a child without papers: nobody's number
			m.birth, m.paper = "2015", "khong co"
		}
		h.members = append(h.members, m)
	}
	return h
}

// say sends one message, now and then twice, as networks do.
func (h *household) say(w *town, text string) {
	h.said++
	m := core.Inbound{Channel: h.channel, ExternalID: fmt.Sprintf("h%d-%d", h.n, h.said), URN: h.urn, Text: text, At: w.now()}
	if text == "(contact)" {
		m.Text, m.Contact = "", h.phone
	}
	times := 1
	if (h.n+h.said)%11 == 0 {
		times = 2
		w.again.Add(1)
	}
	for range times {
		for tries := 0; ; tries++ {
			err := w.d.Take(w.t.Context(), m)
			if err == nil {
				break
			}
			if tries == 100 { // turned away at a full door, networks come again
				w.t.Errorf("household %d, %q: %v", h.n, text, err)
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
}

func (h *household) declare(w *town) {
	h.say(w, "kb")
	switch h.channel {
	case "telegram":
		h.say(w, "(contact)")
	case "zalo", "web":
		h.say(w, "0"+strings.TrimPrefix(h.phone, "+84"))
		h.say(w, w.code(h.phone))
	}
	me := h.members[0]
	for _, text := range []string{me.name, me.birth, me.paper, me.sex, "to 3 phuong vy da hue", "1", "0", "khong", "ko", "0"} {
		h.say(w, text)
	}
	if len(h.members) > 1 {
		h.say(w, "them")
		for _, m := range h.members[1:] {
			for _, text := range []string{m.name, m.birth, m.paper, m.sex, "0"} {
				h.say(w, text)
			}
		}
		for _, text := range []string{"0", "0", "0", "0"} { // nobody else; nobody concerned
			h.say(w, text)
		}
	}
	h.say(w, "ok")
}

// again declares the same on another day.
func (h *household) again(w *town) {
	h.say(w, "nhu cu")
	if len(h.members) > 1 {
		h.say(w, "tat ca")
	}
}

// check compares the database with the households.
func check(t *testing.T, look *storetest.Look, all []household) {
	t.Helper()
	people := 0
	for _, h := range all {
		people += len(h.members)
	}
	count := func(what, query string, want int) {
		t.Helper()
		if got := look.Texts(query)[0][0]; got != fmt.Sprint(want) {
			t.Errorf("%s: %s, want %d", what, got, want)
		}
	}
	count("people", `SELECT COUNT(*) FROM people`, people)
	count("living QR codes", `SELECT COUNT(*) FROM qr_codes WHERE revoked_at = 0`, people)
	count("people with one living QR code", `SELECT COUNT(*) FROM (SELECT person_id FROM qr_codes WHERE revoked_at = 0 GROUP BY person_id HAVING COUNT(*) = 1) one`, people)
	count("newest declarations that are of their person and the last version",
		`SELECT COUNT(*) FROM people p JOIN declarations d ON d.id = p.newest AND d.person_id = p.id
			AND d.version = (SELECT MAX(v.version) FROM declarations v WHERE v.person_id = p.id AND v.form = d.form)`, people)
	count("versions told twice", `SELECT COUNT(*) FROM (SELECT 1 AS one FROM declarations GROUP BY person_id, form, version HAVING COUNT(*) > 1) twice`, 0)

	homes := make(map[string][]string) // phone hash -> names
	for _, row := range look.Texts(`SELECT t.phone_hash, p.name FROM ties t JOIN people p ON p.id = t.person_id WHERE t.phone_hash <> '' ORDER BY p.name`) {
		homes[row[0]] = append(homes[row[0]], row[1])
	}
	byNames := make(map[string]bool)
	for _, names := range homes {
		byNames[strings.Join(names, ", ")] = true
	}
	versions := make(map[string]string)
	for _, row := range look.Texts(`SELECT p.name, MAX(d.version) FROM people p JOIN declarations d ON d.person_id = p.id GROUP BY p.id, p.name`) {
		versions[row[0]] = row[1]
	}
	wrong := 0
	for _, h := range all {
		var names []string
		for _, m := range h.members {
			names = append(names, m.name)
		}
		slices.Sort(names)
		want := "1"
		if h.n%3 == 0 {
			want = "2"
		}
		ok := byNames[strings.Join(names, ", ")]
		for _, name := range names {
			ok = ok && versions[name] == want
		}
		if !ok {
			if wrong++; wrong < 5 {
				t.Errorf("household %d by %s of %v is not tied as one, or not declared %s times: %v", h.n, h.channel, names, want, versions[names[0]])
			}
		}
	}
	if len(homes) != len(all) || wrong > 0 {
		t.Errorf("%d households by phone, want %d; %d wrong", len(homes), len(all), wrong)
	}
}
