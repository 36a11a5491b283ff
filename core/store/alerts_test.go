package store_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// linked gives an officer a chat on Telegram, by a one-time code.
func linked(t *testing.T, s *store.Store, o duty.Officer, urn core.URN, at time.Time) {
	t.Helper()
	code, err := s.NewOfficerCode(t.Context(), at, o)
	if err != nil {
		t.Fatal(err)
	}
	if got := link(t, s, urn, code, at); !got.Done || got.Name != o.Name || got.Area != o.Area {
		t.Fatalf("linking by the code gave %+v", got)
	}
}

func link(t *testing.T, s *store.Store, urn core.URN, code string, at time.Time) (got core.OfficerChat) {
	t.Helper()
	turnOf(t, s, "telegram", urn, at, func(ctx context.Context, tx *store.Tx, a *core.Address) (err error) {
		got, err = tx.LinkOfficer(ctx, a, code)
		return err
	})
	return got
}

func take(t *testing.T, s *store.Store, urn core.URN, short string, at time.Time) (got core.OfficerChat) {
	t.Helper()
	turnOf(t, s, "telegram", urn, at, func(ctx context.Context, tx *store.Tx, a *core.Address) (err error) {
		got, err = tx.TakeAlert(ctx, a, short)
		return err
	})
	return got
}

// alerted is who hears of alerts now: "chat key", and the newest short ID.
func alerted(t *testing.T, s *store.Store, at time.Time) (heard []string, short string) {
	t.Helper()
	for {
		due, err := s.ClaimDue(t.Context(), "telegram", at, at.Add(time.Minute), 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(due) == 0 {
			slices.Sort(heard)
			return heard, short
		}
		var sent []store.Sent
		for _, m := range due {
			if m.Say.Key == core.OfficerAlert {
				heard, short = append(heard, m.URN.Path()), m.Say.Args["task"]
				if m.Priority != core.PriorityRed {
					t.Errorf("an alert of priority %d", m.Priority)
				}
				for _, v := range m.Say.Args {
					if strings.Contains(v, "Người") || strings.Contains(v, "Trần") {
						t.Errorf("an alert names somebody: %q", v)
					}
				}
			}
			sent = append(sent, store.Sent{ID: m.ID, NetworkID: m.ID, Way: "telegram"})
		}
		if err := s.MarkSent(t.Context(), at, sent); err != nil {
			t.Fatal(err)
		}
	}
}

// redAnswer has somebody in a commune tell of red signs.
func redAnswer(t *testing.T, s *store.Store, n int, commune string, at time.Time) (monitoring string) {
	t.Helper()
	id, phone := person(t, s, n, commune)
	monitoring = open(t, s, at, wish(id, core.KindHome)).ID
	answer(t, s, phone, at, ill(monitoring, core.ColourRed, "short_of_breath"))
	turnOf(t, s, "sms", core.TelURN(phone), at, func(ctx context.Context, tx *store.Tx, _ *core.Address) error {
		return tx.AlertRed(ctx, monitoring, []string{"symptom.short_of_breath"})
	})
	return monitoring
}

func TestRedAlertsGoUpUntilSomebodyTakesThem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		station, district, cdc := officer(t, s, duty.Station, anDong), officer(t, s, duty.CDC, "474"), officer(t, s, duty.CDC, "46")
		other, leader := officer(t, s, duty.Station, huongVan), officer(t, s, duty.Leader, anDong)
		at := clock(0, 22, 0) // in the night too
		for i, o := range []duty.Officer{station, district, cdc, other} {
			linked(t, s, o, core.URN("telegram:"+string(rune('1'+i))), at)
		}
		if _, err := s.NewOfficerCode(t.Context(), at, leader); !errors.Is(err, core.ErrNotFound) {
			t.Errorf("a leader, who calls nobody, gets a code: %v", err)
		}
		monitoring := redAnswer(t, s, 1, anDong, at)
		heard, short := alerted(t, s, at)
		wantTexts(t, "at once the commune", heard, "1")
		again := func(minutes int) []string {
			if _, err := s.RepeatAlerts(t.Context(), at.Add(time.Duration(minutes)*time.Minute), 100); err != nil {
				t.Fatal(err)
			}
			heard, _ := alerted(t, s, at.Add(time.Duration(minutes)*time.Minute))
			return heard
		}
		wantTexts(t, "after four minutes", again(4))
		wantTexts(t, "after five the district too", again(5), "1", "2")
		wantTexts(t, "after ten the province too", again(10), "1", "2", "3")
		if n, err := s.OpenAlerts(t.Context(), duty.Scope{Area: "46"}); err != nil || n != 1 {
			t.Errorf("%d alerts nobody has taken, %v", n, err)
		}
		if got := take(t, s, "telegram:4", short, at); got.Done || got.Not || got.Who != "" {
			t.Errorf("an officer of another commune takes it: %+v", got)
		}
		if got := take(t, s, "telegram:8", short, at); !got.Not {
			t.Errorf("a citizen takes it: %+v", got)
		}
		if got := take(t, s, "telegram:2", strings.ToLower(short), at.Add(11*time.Minute)); !got.Done || got.Who != "T. T. N." {
			t.Errorf("the district takes it: %+v", got)
		}
		if got := take(t, s, "telegram:1", short, at.Add(12*time.Minute)); got.Done || got.Name != district.Name {
			t.Errorf("who comes second hears %+v", got)
		}
		wantTexts(t, "taken, nobody is told", again(20))
		wantTexts(t, "whose task it is", tasksOf(t, s, monitoring), "red "+district.ID)
	})
}

// A second red answer of somebody whom an officer has taken may be worse.
func TestRedAgainIsToldAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := clock(0, 9, 0)
		linked(t, s, officer(t, s, duty.Station, anDong), "telegram:1", at)
		monitoring := redAnswer(t, s, 1, anDong, at)
		_, short := alerted(t, s, at)
		take(t, s, "telegram:1", short, at)
		turnOf(t, s, "sms", "tel:+84900000001", at.Add(time.Minute), func(ctx context.Context, tx *store.Tx, _ *core.Address) error {
			return tx.AlertRed(ctx, monitoring, []string{"symptom.hard_to_wake"})
		})
		heard, _ := alerted(t, s, at.Add(time.Minute))
		wantTexts(t, "a further red sign", heard, "1")
	})
}

func TestWhoMayNotIsToldNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := clock(0, 9, 0)
		gone, stays := officer(t, s, duty.Station, anDong), officer(t, s, duty.Team, anDong)
		linked(t, s, gone, "telegram:1", at)
		linked(t, s, stays, "telegram:2", at)
		if err := s.DisableOfficer(t.Context(), at, gone.ID); err != nil {
			t.Fatal(err)
		}
		redAnswer(t, s, 1, anDong, at)
		heard, short := alerted(t, s, at)
		wantTexts(t, "the disabled account hears nothing", heard, "2")
		if got := take(t, s, "telegram:1", short, at); !got.Not {
			t.Errorf("a disabled account takes an alert: %+v", got)
		}
		if _, err := s.NewOfficerCode(t.Context(), at, duty.Officer{ID: gone.ID, Duty: gone.Duty, Area: gone.Area, Disabled: true}); !errors.Is(err, core.ErrNotFound) {
			t.Errorf("a disabled account gets a code: %v", err)
		}
		if err := s.UnlinkChats(t.Context(), stays.ID); err != nil {
			t.Fatal(err)
		}
		if n, err := s.OfficerChats(t.Context(), stays.ID); err != nil || n != 0 {
			t.Errorf("%d chats after all were unlinked, %v", n, err)
		}
	})
}

// Ten wrong codes of anybody kill those that are still good; a code is good once
// and for ten minutes.
func TestOfficerCodeCannotBeGuessed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := clock(0, 9, 0)
		o := officer(t, s, duty.Station, anDong)
		code := func() string {
			code, err := s.NewOfficerCode(t.Context(), at, o)
			if err != nil || len(code) != 6 {
				t.Fatalf("code %q, %v", code, err)
			}
			return code
		}
		wrong := func(c string) string {
			if c == "000000" {
				return "000001"
			}
			return "000000"
		}
		first := code()
		for range 10 {
			if link(t, s, "telegram:7", wrong(first), at).Done {
				t.Fatal("a wrong code links")
			}
		}
		if link(t, s, "telegram:1", first, at).Done {
			t.Error("a code survives ten guesses")
		}
		if link(t, s, "telegram:1", code(), at.Add(10*time.Minute)).Done {
			t.Error("a code is good after ten minutes")
		}
		old, newest := code(), code()
		if old != newest && link(t, s, "telegram:1", old, at).Done {
			t.Error("a code that was replaced is good")
		}
		if !link(t, s, "telegram:1", newest, at).Done || link(t, s, "telegram:2", newest, at).Done {
			t.Error("a code is good once")
		}
	})
}

func TestDigestOnceAnHourAndNotAtNight(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := clock(0, 9, 3)
		linked(t, s, officer(t, s, duty.Station, anDong), "telegram:1", at)
		linked(t, s, officer(t, s, duty.Station, huongVan), "telegram:2", at)
		send := func(at time.Time, want int) {
			t.Helper()
			if n, err := s.SendDigests(t.Context(), at); err != nil || n != want {
				t.Errorf("at %s %d digests, %v, want %d", at.In(core.Zone).Format("15:04"), n, err, want)
			}
		}
		send(at, 0) // nobody stands on any list
		redAnswer(t, s, 1, anDong, at)
		send(at.Add(time.Hour), 1) // of the one area alone
		send(at.Add(time.Hour+time.Minute), 0)
		send(at.Add(2*time.Hour), 1)
		send(clock(0, 21, 3), 0)
		due, err := s.ClaimDue(t.Context(), "telegram", at.Add(3*time.Hour), at.Add(4*time.Hour), 100)
		if err != nil {
			t.Fatal(err)
		}
		at1 := slices.IndexFunc(due, func(m core.Queued) bool { return m.Say.Key == core.OfficerDigest })
		if at1 < 0 || due[at1].Say.Args["red"] != "1" || due[at1].URN != "telegram:1" {
			t.Errorf("the digest is %+v", due)
		}
	})
}

// What an officer asked for has come: of a photo no more than that is kept.
func TestWhatWasAskedForHasCome(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := clock(0, 9, 0)
		o := officer(t, s, duty.Station, anDong)
		id, phone := person(t, s, 1, anDong)
		monitoring := open(t, s, at, wish(id, core.KindHome)).ID
		wanted := func(at time.Time) (what string) {
			turnOf(t, s, "sms", core.TelURN(phone), at, func(ctx context.Context, tx *store.Tx, a *core.Address) (err error) {
				what, err = tx.Wanted(ctx, a)
				return err
			})
			return what
		}
		if got := wanted(at); got != "" {
			t.Errorf("%q is wanted that nobody asked for", got)
		}
		if err := s.ChangeWatch(t.Context(), look(o, at), o.WatchScope(), monitoring, store.WatchChange{Act: "ask", Ask: "location"}); err != nil {
			t.Fatal(err)
		}
		if got := wanted(at); got != "location" {
			t.Errorf("%q is wanted, an officer asked for the place", got)
		}
		turnOf(t, s, "sms", core.TelURN(phone), at.Add(time.Minute), func(ctx context.Context, tx *store.Tx, a *core.Address) error {
			return tx.KeepSent(ctx, a, "location", &core.Location{Lat: 16.46, Lon: 107.59})
		})
		if got := wanted(at.Add(2 * time.Minute)); got != "" {
			t.Errorf("%q is wanted after it came", got)
		}
		if got := wanted(at.Add(25 * time.Hour)); got != "" {
			t.Errorf("%q is wanted a day later", got)
		}
	})
}

func look(o duty.Officer, at time.Time) store.Look {
	return store.Look{Officer: o, At: at, Screen: "watch"}
}
