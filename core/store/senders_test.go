package store_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// eachTwice runs a test with two nodes on one database, for both engines.
func eachTwice(t *testing.T, test func(t *testing.T, a, b *store.Store)) {
	for name, url := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "two.db") },
		"postgres": func(t *testing.T) string { return storetest.PostgresURL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			o := store.Options{URL: url(t), KeyFile: filepath.Join(t.TempDir(), "two.key")}
			var nodes [2]*store.Store
			for i := range nodes {
				s, err := store.Open(t.Context(), o)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(s.Close)
				nodes[i] = s
			}
			test(t, nodes[0], nodes[1])
		})
	}
}

// Who takes a channel over from one that died sends at once what that one had
// claimed, but for what was claimed again and again: senders may die of it.
func TestSuccessorFreesTheRowsOfTheDead(t *testing.T) {
	eachTwice(t, func(t *testing.T, dead, heir *store.Store) {
		at := now
		hold := func(s *store.Store) bool {
			t.Helper()
			held, _, err := s.HoldSender(t.Context(), "sms", at, at.Add(15*time.Second))
			if err != nil {
				t.Fatal(err)
			}
			return held
		}
		claim := func(s *store.Store) (texts, ids []string) {
			t.Helper()
			got, err := s.ClaimDue(t.Context(), "sms", at, at.Add(time.Minute), 9)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range got {
				texts, ids = append(texts, m.Say.Args["Text"]), append(ids, m.ID)
			}
			return texts, ids
		}
		take := func(id, from string) {
			t.Helper()
			if err := dead.Take(t.Context(), now, []core.Inbound{message(id, from, id)}, echo); err != nil {
				t.Fatal(err)
			}
		}
		take("deadly", "+84900000001")
		if !hold(dead) {
			t.Fatal("the channel is free and was not taken")
		}
		for range 2 {
			_, ids := claim(dead)
			if err := dead.SendLater(t.Context(), ids[0], at, "retry", 0); err != nil {
				t.Fatal(err)
			}
		}
		take("other", "+84900000002")
		if texts, _ := claim(dead); !slices.Equal(texts, []string{"deadly", "other"}) {
			t.Fatalf("claimed %v", texts)
		}
		at = at.Add(10 * time.Second)
		if !hold(dead) || hold(heir) {
			t.Fatal("the channel changed hands")
		}
		if texts, _ := claim(dead); len(texts) > 0 {
			t.Errorf("renewing the channel freed %v", texts)
		}
		at = at.Add(16 * time.Second)
		if !hold(heir) {
			t.Fatal("the channel was not taken from the dead")
		}
		if texts, _ := claim(heir); !slices.Equal(texts, []string{"other"}) {
			t.Errorf("the heir claims %v, want what was claimed once", texts)
		}
		if hold(dead) {
			t.Error("two hold one channel")
		}
		at = now.Add(time.Minute)
		if texts, _ := claim(heir); !slices.Equal(texts, []string{"deadly"}) {
			t.Errorf("when its lease has lapsed, %v are claimed", texts)
		}
	})
}
