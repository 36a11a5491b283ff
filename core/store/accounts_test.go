package store_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// keeper keeps the accounts of an area.
func keeper(t *testing.T, s *store.Store, code string) (store.Look, duty.Scope) {
	t.Helper()
	o := officer(t, s, duty.Admin, code)
	return store.Look{Officer: o, Screen: "accounts", At: now}, o.AccountScope()
}

func TestAccountsStayInTheArea(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		l, scope := keeper(t, s, "474")
		inside, outside := officer(t, s, duty.Team, anDong), officer(t, s, duty.Team, "480")
		province := officer(t, s, duty.Admin, "46")
		page, err := s.Accounts(ctx, scope, store.AccountFilter{})
		if err != nil || page.Total != 2 || slices.ContainsFunc(page.Rows, func(a store.Account) bool { return a.ID == outside.ID || a.ID == province.ID }) {
			t.Errorf("%+v, %v", page, err)
		}
		for _, code := range []string{"480", "46", "", "99999", "01"} {
			o := duty.Officer{SignIn: "x" + code, Name: "Nguyễn Văn An", Duty: duty.Team, Area: code}
			if _, _, err := s.AddAccount(ctx, l, scope, store.NewAccount{Form: core.NewID(), Officer: o, PHC: "phc"}); !errors.Is(err, core.ErrNotFound) {
				t.Errorf("an account of %q: %v", code, err)
			}
			c := store.AccountChange{Form: core.NewID(), Kind: store.AccountChanged, Version: 1, Name: "Nguyễn Văn An", Duty: duty.Team, Area: code}
			if _, err := s.ChangeAccount(ctx, l, scope, inside.ID, c); !errors.Is(err, core.ErrNotFound) {
				t.Errorf("moved to %q: %v", code, err)
			}
		}
		for _, o := range []string{outside.ID, province.ID, core.NewID(), "\x00", "\xff"} {
			if _, _, err := s.Account(ctx, scope, o); !errors.Is(err, core.ErrNotFound) {
				t.Errorf("opened: %v", err)
			}
			for _, kind := range []string{store.AccountEnded, store.AccountPassword, store.AccountFactorReset, store.AccountSignedOut} {
				if _, err := s.ChangeAccount(ctx, l, scope, o, store.AccountChange{Form: core.NewID(), Kind: kind, Version: 1, PHC: "x"}); !errors.Is(err, core.ErrNotFound) {
					t.Errorf("%s outside: %v", kind, err)
				}
			}
		}
		if _, err := s.ChangeAccount(ctx, l, scope, l.Officer.ID, store.AccountChange{Form: core.NewID(), Kind: store.AccountEnded, Version: 1}); !errors.Is(err, store.ErrOwnAccount) {
			t.Errorf("ended its own account: %v", err)
		}
		if none, err := s.Accounts(ctx, duty.Scope{}, store.AccountFilter{}); err != nil || none.Total != 0 {
			t.Errorf("who keeps none lists %d, %v", none.Total, err)
		}
	})
}

func TestAccountsAreFilteredAndSorted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		l, scope := keeper(t, s, "46")
		add := func(name string, d duty.Duty, code string) string {
			t.Helper()
			id, fresh, err := s.AddAccount(ctx, l, scope, store.NewAccount{Form: core.NewID(), Officer: duty.Officer{SignIn: core.NewID(), Name: name, Duty: d, Area: code}, PHC: "phc"})
			if err != nil || !fresh {
				t.Fatal(fresh, err)
			}
			return id
		}
		duc, an, binh := add("Trần Đức", duty.Team, anDong), add("Lê Thị Ánh", duty.CDC, "46"), add("Nguyễn Văn Bình", duty.Team, huongVan)
		if _, err := s.ChangeAccount(ctx, l, scope, binh, store.AccountChange{Form: core.NewID(), Kind: store.AccountEnded, Version: 1}); err != nil {
			t.Fatal(err)
		}
		names := func(f store.AccountFilter) string {
			t.Helper()
			page, err := s.Accounts(ctx, scope, f)
			if err != nil {
				t.Fatal(err)
			}
			var list []string
			for _, a := range page.Rows {
				if a.ID != l.Officer.ID {
					list = append(list, a.Name)
				}
			}
			return strings.Join(list, ", ")
		}
		for _, test := range []struct {
			what string
			f    store.AccountFilter
			want string
		}{
			{"by given name", store.AccountFilter{}, "Lê Thị Ánh, Nguyễn Văn Bình, Trần Đức"},
			{"by duty", store.AccountFilter{Sort: "duty"}, "Nguyễn Văn Bình, Trần Đức, Lê Thị Ánh"},
			{"by area", store.AccountFilter{Sort: "area"}, "Trần Đức, Nguyễn Văn Bình, Lê Thị Ánh"},
			{"one duty", store.AccountFilter{Duty: duty.Team}, "Nguyễn Văn Bình, Trần Đức"},
			{"one district", store.AccountFilter{Area: "474"}, "Trần Đức"},
			{"without marks", store.AccountFilter{Text: "duc"}, "Trần Đức"},
			{"ended", store.AccountFilter{State: store.AccountDisabled}, "Nguyễn Văn Bình"},
			{"first password", store.AccountFilter{State: store.AccountFirst}, "Lê Thị Ánh, Trần Đức"},
			{"an area outside", store.AccountFilter{Area: "01"}, ""},
		} {
			if got := names(test.f); got != test.want {
				t.Errorf("%s: %s, want %s", test.what, got, test.want)
			}
		}
		if err := s.AddSignIn(ctx, now, store.SignIn{Officer: duty.Officer{ID: duc}}, "t"); err != nil {
			t.Fatal(err)
		}
		if got := names(store.AccountFilter{Sort: "seen"}); !strings.HasPrefix(got, "Trần Đức") {
			t.Errorf("who signed in last is not first: %s", got)
		}
		page, err := s.Accounts(ctx, scope, store.AccountFilter{Duty: duty.Team})
		if err != nil || page.Counts[""] != 2 || page.Counts[store.AccountActive] != 1 || page.Counts[store.AccountDisabled] != 1 || page.Counts[store.AccountNever] != 0 {
			t.Errorf("counts %v, %v", page.Counts, err)
		}
		_ = an
	})
}

// Every change leaves what was before and after; the later of two that saw the
// same is told, and a form sent twice counts once.
func TestAccountChangesAreKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		l, scope := keeper(t, s, "46")
		form := core.NewID()
		o := duty.Officer{SignIn: "an.nguyen", Name: "Nguyễn Văn An", Duty: duty.Team, Area: anDong}
		id, fresh, err := s.AddAccount(ctx, l, scope, store.NewAccount{Form: form, Officer: o, PHC: "phc"})
		if err != nil || !fresh {
			t.Fatal(fresh, err)
		}
		if _, fresh, err := s.AddAccount(ctx, l, scope, store.NewAccount{Form: form, Officer: o, PHC: "phc"}); err != nil || fresh {
			t.Errorf("the form again: %v, %v", fresh, err)
		}
		if _, _, err := s.AddAccount(ctx, l, scope, store.NewAccount{Form: core.NewID(), Officer: o, PHC: "phc"}); !errors.Is(err, store.ErrTaken) {
			t.Errorf("the name again: %v", err)
		}
		if err := s.AddSignIn(ctx, now, store.SignIn{Officer: duty.Officer{ID: id}}, "t"); err != nil {
			t.Fatal(err)
		}
		change := store.AccountChange{Form: core.NewID(), Kind: store.AccountChanged, Version: 1, Name: "Nguyễn Văn Ân", Duty: duty.Station, Area: huongVan}
		for i, want := range []bool{true, false} {
			if fresh, err := s.ChangeAccount(ctx, l, scope, id, change); err != nil || fresh != want {
				t.Errorf("change %d: %v, %v", i, fresh, err)
			}
		}
		if _, err := s.SignedIn(ctx, now, "t"); !errors.Is(err, core.ErrNotFound) {
			t.Errorf("another duty left a sign-in: %v", err)
		}
		late := change
		late.Form, late.Name = core.NewID(), "Nguyễn Văn Ấn"
		if _, err := s.ChangeAccount(ctx, l, scope, id, late); !errors.Is(err, store.ErrChanged) {
			t.Errorf("over a change that was not seen: %v", err)
		}
		l.At = now.Add(time.Minute)
		for i, kind := range []string{store.AccountPassword, store.AccountEnded, store.AccountEnabled} {
			if fresh, err := s.ChangeAccount(ctx, l, scope, id, store.AccountChange{Form: core.NewID(), Kind: kind, Version: 2 + i, PHC: "new"}); err != nil || !fresh {
				t.Errorf("%s: %v, %v", kind, fresh, err)
			}
			l.At = l.At.Add(time.Minute)
		}
		a, events, err := s.Account(ctx, scope, id)
		if err != nil || a.Name != "Nguyễn Văn Ân" || a.Duty != duty.Station || a.Area != huongVan || !a.MustChange || a.Disabled || a.Version != 5 {
			t.Errorf("%+v, %v", a, err)
		}
		var kinds []string
		for _, e := range events {
			kinds = append(kinds, e.Kind)
			if e.By != l.Officer.Name || e.Own || e.Duty != duty.Admin {
				t.Errorf("%s by %q of %s", e.Kind, e.By, e.Duty)
			}
		}
		if strings.Join(kinds, " ") != "enabled disabled password changed added" {
			t.Errorf("history %v", kinds)
		}
		lines := events[3].Lines()
		if len(lines) != 3 || lines[0] != [3]string{"name", "Nguyễn Văn An", "Nguyễn Văn Ân"} || lines[2] != [3]string{"area", anDong, huongVan} {
			t.Errorf("what was changed: %v", lines)
		}
	})
}

func TestTwoKeepersAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l, scope := keeper(t, s, "46")
		o := officer(t, s, duty.Team, anDong)
		var done, told atomic.Int32
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				c := store.AccountChange{Form: core.NewID(), Kind: store.AccountChanged, Version: 1, Name: "Nguyễn Văn Ân", Duty: duty.Station, Area: anDong}
				switch fresh, err := s.ChangeAccount(t.Context(), l, scope, o.ID, c); {
				case err == nil && fresh:
					done.Add(1)
				case errors.Is(err, store.ErrChanged):
					told.Add(1)
				default:
					t.Error(fresh, err)
				}
			})
		}
		wg.Wait()
		if done.Load() != 1 || told.Load() != 7 {
			t.Errorf("%d changed it, %d were told", done.Load(), told.Load())
		}
	})
}

// The database itself refuses to change what officers saw and did.
func TestTheLogIsFixed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		o := officer(t, s, duty.CDC, "46")
		if _, err := s.CheckByID(ctx, store.Look{Officer: o, Screen: "check", At: time.Now()}, o.CheckScope(), "046055000123"); err != nil && !errors.Is(err, core.ErrNotFound) {
			t.Fatal(err)
		}
		for _, text := range []string{`UPDATE reads SET officer_id = 'x'`, `DELETE FROM reads`, `UPDATE account_events SET by_id = 'x'`} {
			if err := s.Exec(ctx, text); err == nil || !strings.Contains(err.Error(), "only ever added") {
				t.Errorf("%s: %v", text, err)
			}
		}
		if rows, err := s.Texts(ctx, `SELECT officer_id FROM reads`); err != nil || len(rows) != 1 || rows[0] != o.ID {
			t.Errorf("reads of %v, %v", rows, err)
		}
		// What is older than it is kept is the purge's.
		if err := s.Exec(ctx, `INSERT INTO reads (id, officer_id, duty, screen, found, at) VALUES ('old', 'x', 'cdc', 'check', 0, 1)`); err != nil {
			t.Fatal(err)
		}
		if err := s.Exec(ctx, `DELETE FROM reads WHERE id = 'old'`); err != nil {
			t.Errorf("the purge of an old row: %v", err)
		}
	})
}
