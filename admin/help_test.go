package admin

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/reading"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
	"khaibao/core/triage"
	"khaibao/flows"
	"khaibao/locales"
)

// Wards of two districts.
const (
	anDong   = "19815" // TP Huế
	huongVan = "20008" // TX Hương Trà
)

// started is when each test begins; the site's clock goes on by itself, 3 s a
// request, so that officers stay under their look-ups a minute.
var started = time.Date(2021, 8, 15, 3, 0, 0, 0, time.UTC)

// site is the officers' pages over a store of their own.
type site struct {
	t      *testing.T
	s      *store.Store
	server *Server
	web    *httptest.Server
	log    *bytes.Buffer

	mu   sync.Mutex
	now  time.Time
	step time.Duration // by which the clock goes on with each request
}

func words(t testing.TB) *locales.Bundle {
	t.Helper()
	bundle, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	return bundle
}

func newSite(t *testing.T, s *store.Store) *site {
	t.Helper()
	x := &site{t: t, s: s, log: &bytes.Buffer{}, now: started, step: 3 * time.Second}
	x.web = httptest.NewUnstartedServer(nil)
	x.server = New(Options{Store: s, PublicURL: "http://" + x.web.Listener.Addr().String(), Hotline: "19001075", Text: words(t).Text, Words: words(t), Dispatcher: dispatcher(s),
		Now: x.tick, Log: slog.New(slog.NewJSONHandler(x.log, nil))})
	x.web.Config.Handler = x.server.Handler()
	x.web.Start()
	t.Cleanup(x.web.Close)
	return x
}

// dispatcher is what the program gives these pages to store entries by.
func dispatcher(s *store.Store) *flows.Dispatcher {
	return flows.New(flows.Options{Store: s, Setting: func(context.Context, time.Time) (flows.Setting, error) {
		return flows.Setting{Province: "46", Hotline: "19001075", Disease: "COVID-19", LookBack: 21, Notice: 1, PublicURL: "http://khaibao.test"}, nil
	}})
}

func (x *site) tick() time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.now = x.now.Add(x.step)
	return x.now
}

func (x *site) pass(d time.Duration) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.now = x.now.Add(d)
}

// eachSite runs a test on both databases.
func eachSite(t *testing.T, test func(t *testing.T, x *site)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) { test(t, newSite(t, s)) })
}

const password = "sông Hương chảy chậm"

// hashed is the one hash of that password: making it takes its time.
var hashed = sync.OnceValues(func() (string, error) { return duty.Hash(context.Background(), password) })

// officer adds an account and returns it with its password.
func (x *site) officer(d duty.Duty, code string, mustChange bool) (duty.Officer, string) {
	x.t.Helper()
	phc, err := hashed()
	if err != nil {
		x.t.Fatal(err)
	}
	o := duty.Officer{ID: core.NewID(), SignIn: fmt.Sprintf("%s.%s.%s", d, code, core.NewID()[24:]), Name: "Lê Thị Cán Bộ", Duty: d, Area: code, MustChange: mustChange}
	if err := x.s.AddOfficer(x.t.Context(), started, o, phc); err != nil {
		x.t.Fatal(err)
	}
	return o, password
}

// said is one declaration of a test.
type said struct {
	name, birth, id, phone, commune, house string
	symptoms, exposures, conditions        []string
	at                                     time.Time
	unproven, proxy                        bool
	judged                                 bool           // by the rules in force
	notify                                 string         // the person's own phone, as who declared for them said
	form                                   string         // "" for resident
	facts, private                         map[string]any // besides what all have
}

// and is a map with what another has beside it.
func and(more, m map[string]any) map[string]any {
	maps.Copy(m, more)
	return m
}

// declare stores a declaration as the dispatcher does.
func (x *site) declare(d said) store.Stored {
	x.t.Helper()
	if d.at.IsZero() {
		d.at = started.Add(-12 * time.Minute)
	}
	list := func(l []string) []string { return append([]string{}, l...) }
	var stored store.Stored
	rules, areas, err := x.s.Policy(x.t.Context(), core.DayOf(d.at))
	if err != nil {
		x.t.Fatal(err)
	}
	turn := func(ctx context.Context, tx *store.Tx, at *core.Address, _ core.Inbound, _ string) (err error) {
		made := core.Declaration{Form: cmp.Or(d.form, "resident"), Day: core.DayOf(d.at), At: d.at, Channel: "telegram",
			AddressID: at.ID, Phone: d.phone, Proven: !d.unproven, Proxy: d.proxy, Notify: d.notify, Notice: 1,
			Facts: and(d.facts, map[string]any{"symptoms": list(d.symptoms), "exposures": list(d.exposures), "conditions": list(d.conditions),
				"sex": "female", "nationality": "VN", "commune": d.commune, "permanent_commune": "19750", "sub": "TDP 3"}),
			Private: and(d.private, map[string]any{"id_number": d.id, "house": d.house, "workplace": "chợ Đông Ba", "occupation": "buôn bán"}),
			Person: core.PersonFacts{Name: d.name, Folded: reading.Fold(d.name), SortKey: reading.Fold(d.name), Birth: d.birth, Sex: "female",
				IDType: "cccd", ID: d.id, Commune: d.commune, District: area.District(d.commune), Province: area.Province(d.commune),
				Sub: "TDP 3", House: d.house}}
		if d.judged {
			made.Judge = func(p core.PersonFacts, class core.Class, since core.Day) core.Verdict {
				said := triage.Facts(made.Form, made.Day, p, made.Facts)
				said.Class, said.ClassSince = class, since
				return rules.Judge(areas, said)
			}
		}
		stored, err = tx.Declare(ctx, made)
		return err
	}
	m := core.Inbound{Channel: "telegram", ExternalID: core.NewID(), URN: core.URN("telegram:" + core.NewID()), Text: "x", At: d.at}
	if err := x.s.Take(x.t.Context(), d.at, []core.Inbound{m}, turn); err != nil {
		x.t.Fatal(err)
	}
	return stored
}

// openTask opens a task that was due an hour ago and returns its ID.
func (x *site) openTask(kind, code, note string) string {
	x.t.Helper()
	at := started.Add(-time.Hour)
	turn := func(ctx context.Context, tx *store.Tx, address *core.Address, _ core.Inbound, _ string) error {
		return tx.OpenTask(ctx, core.Task{Kind: kind, AddressID: address.ID, Commune: code, District: area.District(code),
			Province: area.Province(code), Note: note, Due: at})
	}
	m := core.Inbound{Channel: "sms", ExternalID: core.NewID(), URN: "tel:+84900000777", Text: "x", At: at}
	if err := x.s.Take(x.t.Context(), at, []core.Inbound{m}, turn); err != nil {
		x.t.Fatal(err)
	}
	list, err := x.s.Tasks(x.t.Context(), duty.Officer{Duty: duty.CDC, Area: "46"}, duty.Scope{Area: "46"}, store.OpenTask{}, 1)
	if err != nil || len(list) != 1 {
		x.t.Fatal(list, err)
	}
	return list[0].ID
}

// browser is one browser with its cookies; it follows no redirects.
type browser struct {
	x      *site
	client *http.Client
}

func (x *site) browser() *browser {
	x.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		x.t.Fatal(err)
	}
	return &browser{x, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// signedIn is a browser in which an officer has signed in.
func (x *site) signedIn(o duty.Officer, password string) *browser {
	x.t.Helper()
	b := x.browser()
	if a := b.post("/admin/sign-in", url.Values{"name": {o.SignIn}, "password": {password}}); a.status != http.StatusSeeOther {
		x.t.Fatalf("sign-in of %s: %d\n%s", o.SignIn, a.status, a.body)
	}
	return b
}

// as is a new officer's browser.
func (x *site) as(d duty.Duty, code string) *browser {
	x.t.Helper()
	return x.signedIn(x.officer(d, code, false))
}

type reply struct {
	status int
	header http.Header
	body   string
}

func (b *browser) do(r *http.Request) reply {
	b.x.t.Helper()
	res, err := b.client.Do(r)
	if err != nil {
		b.x.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.x.t.Fatal(err)
	}
	return reply{res.StatusCode, res.Header, string(body)}
}

func (b *browser) request(method, path, kind string, body io.Reader) *http.Request {
	b.x.t.Helper()
	r, err := http.NewRequestWithContext(b.x.t.Context(), method, b.x.web.URL+path, body)
	if err != nil {
		b.x.t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	return r
}

func (b *browser) get(path string) reply {
	b.x.t.Helper()
	return b.do(b.request("GET", path, "", nil))
}

func (b *browser) post(path string, form url.Values) reply {
	b.x.t.Helper()
	return b.do(b.request("POST", path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode())))
}

// check posts the form of a check as a browser does; photo may be nil.
func (b *browser) check(q string, photo []byte) reply {
	b.x.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part := func(name, file string, content []byte) {
		var p io.Writer
		var err error
		if file == "" {
			p, err = w.CreateFormField(name)
		} else {
			p, err = w.CreateFormFile(name, file)
		}
		if err == nil {
			_, err = p.Write(content)
		}
		if err != nil {
			b.x.t.Fatal(err)
		}
	}
	part("q", "", []byte(q))
	part("photo", "qr.jpg", photo)
	if err := w.Close(); err != nil {
		b.x.t.Fatal(err)
	}
	return b.do(b.request("POST", "/admin/check", w.FormDataContentType(), &body))
}

// wants fails when a page lacks a text, or has one that stands behind "no:".
func (r reply) wants(t *testing.T, what string, status int, texts ...string) {
	t.Helper()
	if r.status != status {
		t.Errorf("%s: status %d, want %d", what, r.status, status)
	}
	for _, text := range texts {
		if absent, no := strings.CutPrefix(text, "no:"); no && strings.Contains(r.body, absent) {
			t.Errorf("%s: the page says %q\n%s", what, absent, r.body)
		} else if !no && !strings.Contains(r.body, text) {
			t.Errorf("%s: the page does not say %q\n%s", what, text, r.body)
		}
	}
}
