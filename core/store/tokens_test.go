package store_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

var tokenTask = core.Task{Kind: store.TaskTokens, Province: "46", Due: now.Add(4 * time.Hour)}

func tokens(t *testing.T, s *store.Store) core.Tokens {
	t.Helper()
	got, err := s.Tokens(t.Context(), "zalo")
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func offer(t *testing.T, s *store.Store, refresh string) bool {
	t.Helper()
	taken, err := s.OfferToken(t.Context(), now, "zalo", refresh)
	if err != nil {
		t.Fatal(err)
	}
	return taken
}

// lease takes the refresh token of the generation in force.
func lease(t *testing.T, s *store.Store, at time.Time) (core.Tokens, bool) {
	t.Helper()
	got, ok, err := s.LeaseToken(t.Context(), "zalo", tokens(t, s).Generation, at, at.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	return got, ok
}

func keep(t *testing.T, s *store.Store, generation int64, access, refresh string) bool {
	t.Helper()
	ok, err := s.KeepTokens(t.Context(), now, "zalo", core.Tokens{Generation: generation, Access: access, Refresh: refresh, Issued: now, Expires: now.Add(25 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

func refuse(t *testing.T, s *store.Store) bool {
	t.Helper()
	first, err := s.TokensRefused(t.Context(), now, "zalo", tokens(t, s).Generation, now.Add(time.Hour), tokenTask)
	if err != nil {
		t.Fatal(err)
	}
	return first
}

func tokenTasks(t *testing.T, s *store.Store, d duty.Duty, area string) int {
	t.Helper()
	list, err := s.Tasks(t.Context(), duty.Officer{Duty: d, Area: area}, duty.Scope{Area: area}, store.OpenTask{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, task := range list {
		if task.Kind == store.TaskTokens && !task.About {
			n++
		}
	}
	return n
}

func TestTokensFollowEachOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if got := tokens(t, s); got != (core.Tokens{}) {
			t.Errorf("of a network that gave none: %d, %q", got.Generation, got.Access+got.Refresh)
		}
		if !offer(t, s, "r1") || offer(t, s, "r1") {
			t.Error("a token of the settings must be taken once, and once only")
		}
		first, ok := lease(t, s, now)
		if !ok || first.Refresh != "r1" || !first.Offered || first.Tries != 1 {
			t.Fatalf("leased %t %q, offered %t, tries %d", ok, first.Refresh, first.Offered, first.Tries)
		}
		if _, ok := lease(t, s, now.Add(59*time.Second)); ok {
			t.Error("leased twice at the same time")
		}
		if !keep(t, s, first.Generation, "a2", "r2") || keep(t, s, first.Generation, "a3", "r3") {
			t.Error("one use of a refresh token gives one pair")
		}
		got := tokens(t, s)
		if got.Access != "a2" || got.Refresh != "r2" || got.Offered || got.Tries != 0 || !got.Issued.Equal(now) || !got.Expires.Equal(now.Add(25*time.Hour)) {
			t.Errorf("kept %q, %q, offered %t, tries %d, %v to %v", got.Access, got.Refresh, got.Offered, got.Tries, got.Issued, got.Expires)
		}
		if offer(t, s, "r1") {
			t.Error("a node that starts again with the used token begins anew")
		}
		// A lease that lapses is taken over, and the answer that comes late is kept all the same.
		if _, ok := lease(t, s, now); !ok {
			t.Error("no lease after the pair was kept")
		}
		late, ok := lease(t, s, now.Add(time.Minute))
		if !ok || late.Tries != 2 {
			t.Errorf("a lapsed lease: %t, tries %d", ok, late.Tries)
		}
		if !keep(t, s, late.Generation, "a4", "r4") {
			t.Error("a late answer is lost")
		}
		if err := s.TokensLater(t.Context(), "zalo", tokens(t, s).Generation, now.Add(10*time.Minute)); err != nil {
			t.Fatal(err)
		}
		if _, ok := lease(t, s, now.Add(9*time.Minute)); ok {
			t.Error("leased before it was to be tried again")
		}
		if err := s.TokensLater(t.Context(), "zalo", tokens(t, s).Generation, now.Add(1000*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, ok := lease(t, s, now.Add(10*time.Minute)); !ok {
			t.Error("a rest that a wrong clock wrote holds for ever")
		}
	})
}

func TestTokensRefusedIsToldOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if !refuse(t, s) || refuse(t, s) { // no token at all
			t.Error("that there is no token is news once")
		}
		for _, who := range []struct {
			duty duty.Duty
			area string
			want int
		}{{duty.CDC, "46", 1}, {duty.Admin, "46", 1}, {duty.CDC, "474", 0}, {duty.Team, anDong, 0}, {duty.Admin, "48", 0}} {
			if got := tokenTasks(t, s, who.duty, who.area); got != who.want {
				t.Errorf("%s of %s sees %d tasks, want %d", who.duty, who.area, got, who.want)
			}
		}
		offer(t, s, "r1")
		got, ok := lease(t, s, now)
		if !ok || got.Refused.IsZero() {
			t.Fatalf("a new token is not tried at once: %t", ok)
		}
		keep(t, s, got.Generation, "a2", "r2")
		if got := tokens(t, s); !got.Refused.IsZero() || tokenTasks(t, s, duty.CDC, "46") != 0 {
			t.Error("a network that takes us again leaves its task open")
		}

		// A bad token in the settings costs the good pair nothing.
		offer(t, s, "bad")
		if got, ok := lease(t, s, now); !ok || got.Refresh != "bad" {
			t.Fatalf("leased %t %q", ok, got.Refresh)
		}
		if !refuse(t, s) {
			t.Error("that a new token is refused is no news")
		}
		if got := tokens(t, s); got.Access != "a2" || got.Refresh != "r2" || got.Offered || got.Tries != 0 {
			t.Errorf("left %q, %q, offered %t, tries %d", got.Access, got.Refresh, got.Offered, got.Tries)
		}
		if refuse(t, s) || tokenTasks(t, s, duty.CDC, "46") != 1 {
			t.Error("told twice")
		}
		stale, err := s.TokensRefused(t.Context(), now, "zalo", 1, now, tokenTask)
		if err != nil || stale {
			t.Errorf("a generation that has passed is news: %t, %v", stale, err)
		}
		if got := tokens(t, s); !got.Busy.Equal(now.Add(time.Hour)) {
			t.Errorf("and frees the one in force: %v", got.Busy)
		}
	})
}

// Of many nodes that reach for a token at once, one has it.
func TestOneNodeHasTheToken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		offer(t, s, "r1")
		var wg sync.WaitGroup
		var mu sync.Mutex
		had := 0
		for range 16 {
			wg.Go(func() {
				_, ok, err := s.LeaseToken(t.Context(), "zalo", 1, now, now.Add(time.Minute))
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				if ok {
					had++
				}
			})
		}
		wg.Wait()
		if had != 1 {
			t.Errorf("%d nodes have it", had)
		}
	})
}

func TestLearned(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, value := range []string{"v2", "v3", ""} {
			if err := s.Learn(t.Context(), now, "zalo", "messages", value); err != nil {
				t.Fatal(err)
			}
			if got, err := s.Learned(t.Context(), "zalo", "messages"); got != value || err != nil {
				t.Errorf("learned %q, %v, want %q", got, err, value)
			}
		}
		if got, err := s.Learned(t.Context(), "zalo", "other"); got != "" || err != nil {
			t.Errorf("never learned: %q, %v", got, err)
		}
	})
}

// Tokens are in no dump of the database, and in nothing that is printed.
func TestTokensShowNowhere(t *testing.T) {
	for _, url := range []string{"sqlite:" + t.TempDir() + "/kb.db", storetest.PostgresURL(t)} {
		s := storetest.Open(t, url)
		offer(t, s, "CANARY-offered")
		got, _ := lease(t, s, now)
		keep(t, s, got.Generation, "CANARY-access", "CANARY-refresh")
		offer(t, s, "CANARY-offered-again")
		if dump := storetest.NewLook(t, url).Dump(); bytes.Contains(dump, []byte("CANARY")) {
			t.Errorf("%.10s: a token is in the dump", url)
		}
		got = tokens(t, s)
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "tokens", got, "pointer", &got, "inside", struct{ T core.Tokens }{got})
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "tokens", got, "pointer", &got, "inside", struct{ T core.Tokens }{got})
		marshalled, err := json.Marshal(map[string]any{"a": got, "b": &got, "c": []core.Tokens{got}})
		if err != nil {
			t.Fatal(err)
		}
		shown := fmt.Sprintf("%v %+v %#v %s %q %d %x %v %+v", got, got, got, got, got, got, got, &got, []core.Tokens{got}) + log.String() + string(marshalled)
		if strings.Contains(shown, "CANARY") || strings.Contains(shown, fmt.Sprintf("%x", "CANARY")) {
			t.Errorf("a token shows in %s", shown)
		}
	}
}
