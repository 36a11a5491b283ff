package store_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

func TestOfficersAreAddedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := duty.Officer{SignIn: "an.nguyen", Name: "Nguyễn Văn An", Duty: duty.Team, Area: anDong, MustChange: true}
		if err := s.AddOfficer(t.Context(), now, o, "phc"); err != nil {
			t.Fatal(err)
		}
		if err := s.AddOfficer(t.Context(), now, o, "other"); !errors.Is(err, store.ErrTaken) {
			t.Errorf("the name again: %v", err)
		}
		got, phc, err := s.OfficerBySignIn(t.Context(), "an.nguyen")
		o.ID = got.ID
		if err != nil || got != o || phc != "phc" || got.ID == "" {
			t.Errorf("%+v, %q, %v", got, phc, err)
		}
		if _, _, err := s.OfficerBySignIn(t.Context(), "AN.NGUYEN"); !errors.Is(err, core.ErrNotFound) {
			t.Errorf("another name: %v", err)
		}
		if err := s.SetPassword(t.Context(), now, core.NewID(), "x", true); !errors.Is(err, core.ErrNotFound) {
			t.Errorf("a password for nobody: %v", err)
		}
	})
}

func TestSignInEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := officer(t, s, duty.Team, anDong)
		in := func(token string, at time.Time) bool {
			got, err := s.SignedIn(t.Context(), at, token)
			if err != nil && !errors.Is(err, core.ErrNotFound) {
				t.Fatal(err)
			}
			return err == nil && got.ID == o.ID
		}
		add := func(token string) {
			t.Helper()
			if err := s.AddSignIn(t.Context(), now, store.SignIn{Officer: o, Way: "password"}, token); err != nil {
				t.Fatal(err)
			}
		}
		add("idle")
		if !in("idle", now.Add(29*time.Minute)) || !in("idle", now.Add(58*time.Minute)) {
			t.Error("a sign-in in use ended")
		}
		if in("idle", now.Add(88*time.Minute)) || in("other", now) || in("", now) {
			t.Error("an idle or unknown sign-in holds")
		}
		add("whole")
		for at := time.Duration(0); at < store.SignInWhole; at += 20 * time.Minute {
			if !in("whole", now.Add(at)) {
				t.Fatalf("ended after %v", at)
			}
		}
		if in("whole", now.Add(store.SignInWhole)) {
			t.Error("a sign-in holds for more than 12 hours")
		}
		add("one")
		add("two")
		if err := s.EndSignIn(t.Context(), now, "one"); err != nil || in("one", now) || !in("two", now) {
			t.Errorf("sign-out ended the wrong one (%v)", err)
		}
		if err := s.SetPassword(t.Context(), now, o.ID, "phc", false); err != nil || in("two", now) {
			t.Errorf("a new password left a sign-in (%v)", err)
		}
		add("three")
		if err := s.DisableOfficer(t.Context(), now, o.ID); err != nil || in("three", now) {
			t.Errorf("disabling left a sign-in (%v)", err)
		}
		if err := s.EnableOfficer(t.Context(), now, o.ID); err != nil || in("three", now) {
			t.Errorf("enabling brought an old sign-in back (%v)", err)
		}
		tokens, err := s.Texts(t.Context(), `SELECT token_hash FROM sign_ins`)
		if err != nil || len(tokens) != 5 {
			t.Fatal(tokens, err)
		}
		for _, hash := range tokens {
			if len(hash) != 32 {
				t.Errorf("a token is stored as %q", hash)
			}
		}
	})
}

func TestSignInsAreSlowedDown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := now
		try := func(name, network string) time.Duration {
			t.Helper()
			wait, err := s.TrySignIn(t.Context(), at, name, network)
			if err != nil {
				t.Fatal(err)
			}
			return wait
		}
		for n := range 5 {
			if wait := try("an", "192.0.2.0"); wait != 0 {
				t.Fatalf("try %d waits %v", n+1, wait)
			}
		}
		var waits []time.Duration
		for range 9 {
			wait := try("an", "192.0.2.0")
			waits = append(waits, wait)
			at = at.Add(wait)
			if again := try("an", "198.51.100.0"); again != 0 {
				t.Fatalf("after the wait it still waits %v", again)
			}
		}
		want := []time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 60}
		for i, w := range want {
			if waits[i] != w*time.Second {
				t.Fatalf("waits %v, want %v seconds", waits, want)
			}
		}
		if wait := try("binh", "192.0.2.0"); wait != 0 {
			t.Errorf("another account waits %v", wait)
		}
		if err := s.SignInWorked(t.Context(), at, "an", "192.0.2.0"); err != nil {
			t.Fatal(err)
		}
		if wait := try("an", "192.0.2.0"); wait != 0 {
			t.Errorf("after a success it waits %v", wait)
		}
		at = at.Add(time.Second)
		for n := 0; try(core.NewID(), "203.0.113.0") == 0; n++ {
			if n > 30 {
				t.Fatal("a network tries one account after another without end")
			}
		}
		at = at.Add(time.Hour)
		if wait := try("an", "203.0.113.0"); wait != 0 {
			t.Errorf("an hour later it waits %v", wait)
		}
	})
}

func TestTriesAtOnceAreCounted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var let atomic.Int32
		var wg sync.WaitGroup
		for range 40 {
			wg.Go(func() {
				wait, err := s.TrySignIn(t.Context(), now, "an", "192.0.2.0")
				if err != nil {
					t.Error(err)
				}
				if wait == 0 {
					let.Add(1)
				}
			})
		}
		wg.Wait()
		if let.Load() != 5 {
			t.Errorf("%d of 40 tries at once were let through, want 5", let.Load())
		}
	})
}

// A clock that was an hour ahead when somebody mistyped, and was set right,
// locks nobody out until that hour comes.
func TestThrottleOfAClockSetBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ahead := now.Add(time.Hour)
		for range 20 {
			if _, err := s.TrySignIn(t.Context(), ahead, "an.nguyen", "203.0.113.0/24"); err != nil {
				t.Fatal(err)
			}
			ahead = ahead.Add(time.Minute)
		}
		if wait, err := s.TrySignIn(t.Context(), now, "an.nguyen", "203.0.113.0/24"); err != nil || wait > 5*time.Minute {
			t.Errorf("after the clock was set back the next try waits %v, %v", wait, err)
		}
	})
}
