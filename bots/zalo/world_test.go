package zalo

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"khaibao/bots/sandbox"
	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// kept is the vault that the program has, over a store.
type kept struct{ s *store.Store }

func (k kept) Tokens(ctx context.Context) (core.Tokens, error) { return k.s.Tokens(ctx, Name) }
func (k kept) Offer(ctx context.Context, now time.Time, refresh string) (bool, error) {
	return k.s.OfferToken(ctx, now, Name, refresh)
}
func (k kept) Lease(ctx context.Context, g int64, now, until time.Time) (core.Tokens, bool, error) {
	return k.s.LeaseToken(ctx, Name, g, now, until)
}
func (k kept) Keep(ctx context.Context, now time.Time, t core.Tokens) (bool, error) {
	return k.s.KeepTokens(ctx, now, Name, t)
}
func (k kept) Later(ctx context.Context, g int64, until time.Time) error {
	return k.s.TokensLater(ctx, Name, g, until)
}
func (k kept) Refused(ctx context.Context, now time.Time, g int64, until time.Time) (bool, error) {
	return k.s.TokensRefused(ctx, now, Name, g, until, core.Task{Kind: store.TaskTokens, Province: "46", Due: now.Add(time.Hour)})
}
func (k kept) Learned(ctx context.Context, name string) (string, error) {
	return k.s.Learned(ctx, Name, name)
}
func (k kept) Learn(ctx context.Context, now time.Time, name, value string) error {
	return k.s.Learn(ctx, now, Name, name, value)
}

// world is an account at the imitated Zalo, a database, and a clock that a test
// turns on.
type world struct {
	t     *testing.T
	api   *sandbox.Zalo
	url   string
	open  func() *store.Store // another node's store on the same database
	first *store.Store

	mu      sync.Mutex
	now     time.Time
	log     bytes.Buffer
	running map[*watched]bool
}

// watched counts how often its node has looked at the tokens.
type watched struct {
	Vault
	looks atomic.Int64
}

func (v *watched) Tokens(ctx context.Context) (core.Tokens, error) {
	v.looks.Add(1)
	return v.Vault.Tokens(ctx)
}

func (w *world) time() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) later(by time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(by)
}

// Write keeps what all nodes log.
func (w *world) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(p)
}

func (w *world) logged(text string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Count(w.log.String(), text)
}

// said is all that was logged.
func (w *world) said() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.String()
}

const someone = "+84900000001"

// onEach runs a test on both engines.
func onEach(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	for name, database := range map[string]func(testing.TB) string{
		"sqlite":   func(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "kb.db") },
		"postgres": storetest.PostgresURL,
	} {
		t.Run(name, func(t *testing.T) {
			url, key := database(t), filepath.Join(t.TempDir(), "key")
			w := &world{t: t, now: time.Now(), running: make(map[*watched]bool)}
			w.open = func() *store.Store {
				s, err := store.Open(t.Context(), store.Options{URL: url, KeyFile: key})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(s.Close)
				return s
			}
			w.first = w.open()
			w.api = sandbox.NewZalo(sandbox.ZaloAccount{AppID: testApp, AppSecret: testSecret, OAID: testOA, OASecret: testOASeal,
				RefreshToken: testRefresh, Clock: w.time})
			server := httptest.NewServer(w.api.API())
			w.url = server.URL
			t.Cleanup(func() { w.api.Close(); server.Close() })
			w.api.Meet(sandbox.Owner{Name: "Lê Thử", Phone: someone})
			test(t, w)
			for _, part := range []string{"CANARY", "access.", "refresh."} { // how the imitation's tokens begin
				if w.logged(part) > 0 {
					t.Errorf("a token is in the log: %s", w.said())
				}
			}
		})
	}
}

// node is a channel of its own on the database.
func (w *world) node(s *store.Store, v Vault, setting string) *Channel {
	if v == nil {
		v = kept{s}
	}
	return &Channel{AppID: testApp, AppSecret: testSecret, OASecret: testOASeal, RefreshToken: setting, Vault: &watched{Vault: v},
		API: w.url + "/openapi", OAuth: w.url + "/oauth", TemplateAPI: w.url + "/business",
		Log: slog.New(slog.NewTextHandler(w, nil)), now: w.time, look: 5 * time.Millisecond}
}

// run has a node keep its tokens until the test ends, or stop is called.
func (w *world) run(c *Channel) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	v := c.Vault.(*watched)
	w.keeps(v, true)
	go func() { c.KeepTokens(ctx); close(done) }()
	stop = func() {
		w.keeps(v, false)
		cancel()
		<-done
	}
	w.t.Cleanup(stop)
	return stop
}

func (w *world) renewals() int { return w.api.Calls()["oauth/v4/oa/access_token"] }

func (w *world) eventually(what string, fact func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if fact() {
			return
		}
	}
	w.t.Fatalf("never came: %s; log: %s", what, w.said())
}

// keeps notes that a node keeps its tokens, or no longer does.
func (w *world) keeps(v *watched, on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if on {
		w.running[v] = true
		return
	}
	delete(w.running, v)
}

// looks waits until each running node has looked at the tokens once from now on,
// and done what it then found to do: the look after the next one has begun.
func (w *world) looks() {
	w.t.Helper()
	w.mu.Lock()
	until := make(map[*watched]int64, len(w.running))
	for v := range w.running {
		until[v] = v.looks.Load() + 2
	}
	w.mu.Unlock()
	for v, n := range until {
		w.eventually("two more looks at the tokens", func() bool { return v.looks.Load() >= n })
	}
}

// send has a person write first, so that the window is open.
func (w *world) send(c *Channel) error {
	w.api.Write(someone, "xin chào")
	_, err := c.Send(w.t.Context(), core.Outbound{URN: core.URN("zalo:" + w.api.UserID(someone)), Text: "Chào Anh/Chị"})
	return err
}

func (w *world) tasks() int {
	w.t.Helper()
	list, err := w.first.Tasks(w.t.Context(), duty.Officer{Duty: duty.CDC, Area: "46"}, duty.Scope{Area: "46"}, store.OpenTask{}, 10)
	if err != nil {
		w.t.Fatal(err)
	}
	return len(list)
}

func (w *world) held() core.Tokens {
	w.t.Helper()
	held, err := w.first.Tokens(w.t.Context(), Name)
	if err != nil {
		w.t.Fatal(err)
	}
	return held
}
