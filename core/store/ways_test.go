package store_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
	"khaibao/core/ways"
)

const toldPhone = "+84900000007"

// turnOf runs one turn of an address.
func turnOf(t *testing.T, s *store.Store, channel string, urn core.URN, at time.Time, do func(ctx context.Context, tx *store.Tx, at *core.Address) error) {
	t.Helper()
	m := core.Inbound{Channel: channel, ExternalID: core.NewID(), URN: urn, Text: "x"}
	err := s.Take(t.Context(), at, []core.Inbound{m}, func(ctx context.Context, tx *store.Tx, a *core.Address, _ core.Inbound, _ string) error {
		tx.SaveSession(a) // so that it was heard
		return do(ctx, tx, a)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// proves has an address prove a phone at a moment.
func proves(t *testing.T, s *store.Store, channel string, urn core.URN, phone string, at time.Time) {
	t.Helper()
	turnOf(t, s, channel, urn, at, func(ctx context.Context, tx *store.Tx, a *core.Address) error {
		return tx.Prove(ctx, a, phone, "contact")
	})
}

func notify(t *testing.T, s *store.Store, phone string, m core.Queued) {
	t.Helper()
	turnOf(t, s, "web", "web:asker", now, func(ctx context.Context, tx *store.Tx, _ *core.Address) error { return tx.Notify(ctx, phone, m) })
}

func notice() core.Queued {
	return core.Queued{Priority: core.PriorityNotice, Lang: "vi", Say: core.Say{Key: "told", Args: map[string]string{"by": "Trần Thị Tám"}},
		Unreached: &core.Task{PersonID: "someone", Commune: "19801", District: "474", Province: "46"}}
}

func claimOne(t *testing.T, s *store.Store, channel string, at time.Time) core.Queued {
	t.Helper()
	got, err := s.ClaimDue(t.Context(), channel, at, at.Add(time.Minute), 9)
	if err != nil || len(got) != 1 {
		t.Fatalf("%s: %d claimed, %v", channel, len(got), err)
	}
	return got[0]
}

// book has every way.
var book = &ways.Book{SMS: "sms", Telegram: true, Zalo: true, Province: "46", Prices: ways.Prices{"sms": 350}, Templates: ways.Templates{
	"told": {Zalo: &ways.ZaloTemplate{ID: "77", Params: map[string]string{"by": "name:30"}}}}}

func TestNotifyTakesTheBestWay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		s.UseWays(book, nil)
		proves(t, s, "telegram", "telegram:5", toldPhone, now.Add(-time.Hour))
		proves(t, s, "zalo", "zalo:8", toldPhone, now.Add(-3*24*time.Hour))
		proves(t, s, "telegram", "telegram:6", "+84900000008", now) // somebody else's
		notify(t, s, toldPhone, notice())

		m := claimOne(t, s, "telegram", now)
		if m.URN != "telegram:5" || m.Say.Args["by"] != "Trần Thị Tám" || m.Way.Name != core.WayTelegram || m.Unreached == nil || m.Unreached.Note != "told" {
			t.Fatalf("claimed %+v", m)
		}
		var left []string
		for _, w := range m.Ways {
			left = append(left, w.Name+" "+string(w.URN))
			if w.AddressID == "" {
				t.Errorf("%s has no address", w.Name)
			}
		}
		want := []string{"zalo_cs zalo:8", "zalo_template_user zalo:8", "zalo_template_phone tel:" + toldPhone, "sms tel:" + toldPhone}
		if !slices.Equal(left, want) {
			t.Errorf("left are %q, want %q", left, want)
		}

		// By hand through all of them, each with its own address and lease.
		for i, w := range m.Ways {
			if !m.TakeWay(m.Ways) {
				t.Fatal("no way left")
			}
			if moved, err := s.Reroute(t.Context(), now, m, "elsewhere"); err != nil || !moved {
				t.Fatalf("to %s: %v %v", w.Name, moved, err)
			}
			next := claimOne(t, s, w.Channel, now)
			if next.ID != m.ID || next.Way != w || next.URN != w.URN || next.AddressID != w.AddressID || len(next.Ways) != len(want)-i-1 || next.Attempts != 1 ||
				next.Say.Args["by"] != "Trần Thị Tám" || next.Unreached == nil {
				t.Fatalf("on the way %s it is %+v", w.Name, next)
			}
			m = next
		}
		if err := s.MarkSent(t.Context(), now, []store.Sent{{ID: m.ID, NetworkID: "SM1", Way: m.Way.Name, Segments: 2, Cost: 700}}); err != nil {
			t.Fatal(err)
		}
		rows, err := s.Texts(t.Context(), `SELECT channel || ' ' || way || ' ' || segments || ' ' || cost || ' ' || error_class FROM outbox`)
		if err != nil || !slices.Equal(rows, []string{"sms sms 2 700 elsewhere"}) {
			t.Errorf("rows %q, %v", rows, err)
		}
	})
}

// Nothing in clear says who is told by whom.
func TestWaysAreSealed(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		url := "sqlite:" + t.TempDir() + "/khaibao.db"
		if engine == "postgres" {
			url = storetest.PostgresURL(t)
		}
		s := storetest.Open(t, url)
		s.UseWays(book, nil)
		proves(t, s, "zalo", "zalo:8123456789", toldPhone, now)
		notify(t, s, toldPhone, notice())
		dump := string(storetest.NewLook(t, url).Dump())
		for _, private := range []string{toldPhone[1:], "8123456789", "Trần Thị Tám"} {
			if strings.Contains(dump, private) {
				t.Errorf("%s: %q lies open", engine, private)
			}
		}
	}
}

// Who claimed a row again owns it: a node that was slow moves nothing any more.
func TestRerouteOnlyWhoHoldsTheRow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		s.UseWays(book, nil)
		notify(t, s, toldPhone, notice())
		slow := claimOne(t, s, "zalo", now)
		other := claimOne(t, s, "zalo", now.Add(2*time.Minute))
		slow.TakeWay(slow.Ways)
		if moved, err := s.Reroute(t.Context(), now, slow, "elsewhere"); moved || err != nil {
			t.Errorf("moved %v, %v, while another node has it", moved, err)
		}
		if err := s.MarkSent(t.Context(), now, []store.Sent{{ID: other.ID, NetworkID: "1", Way: other.Way.Name}}); err != nil {
			t.Fatal(err)
		}
		other.TakeWay(other.Ways)
		if moved, err := s.Reroute(t.Context(), now, other, "elsewhere"); moved || err != nil {
			t.Errorf("moved %v, %v, after it was sent", moved, err)
		}
	})
}

// Somebody whom no way reaches becomes a task, once; a code does not, nor does
// who wanted no notices.
func TestNotifyWithoutAWay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		counted := map[string]int{}
		s.UseWays(&ways.Book{Province: "46"}, func(event, channel string) { counted[event+" "+channel]++ })
		for range 2 {
			notify(t, s, toldPhone, notice())
		}
		code := core.Queued{Priority: core.PriorityCode, Lang: "vi", Say: core.Say{Key: "code.text"}}
		notify(t, s, toldPhone, code)
		s.UseWays(book, func(event, channel string) { counted[event+" "+channel]++ })
		turnOf(t, s, "telegram", "telegram:5", now, func(ctx context.Context, tx *store.Tx, at *core.Address) error {
			return errors.Join(tx.Prove(ctx, at, "+84900000009", "contact"), tx.SetOptedOut(ctx, at, true))
		})
		notify(t, s, "+84900000009", notice())

		rows, err := s.Texts(t.Context(), `SELECT error_class || ' ' || locale_key || ' ' || state FROM outbox ORDER BY id`)
		if err != nil || !slices.Equal(rows, []string{"no_way told 2", "no_way told 2", "no_way code.text 2", "opted_out told 2"}) {
			t.Errorf("rows %q, %v", rows, err)
		}
		tasks, err := s.Texts(t.Context(), `SELECT kind || ' ' || note || ' ' || person_id || ' ' || commune || ' ' || attempts FROM tasks`)
		if err != nil || !slices.Equal(tasks, []string{"unreached told someone 19801 1"}) {
			t.Errorf("tasks %q, %v", tasks, err)
		}
		if counted["no_way sms"] != 3 || counted["opted_out sms"] != 1 {
			t.Errorf("counted %v", counted)
		}
		// A notice without an area is the province's.
		m := notice()
		m.Unreached = nil
		s.UseWays(&ways.Book{Province: "46"}, nil)
		notify(t, s, "+84900000010", m)
		if tasks, err := s.Texts(t.Context(), `SELECT kind FROM tasks WHERE province = '46' AND commune = ''`); err != nil || len(tasks) != 1 {
			t.Errorf("tasks of the province %q, %v", tasks, err)
		}
	})
}

// Who was told of a khai hộ may object wherever the phone is proved.
func TestEveryAddressMayObject(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		s.UseWays(book, nil)
		proves(t, s, "telegram", "telegram:5", toldPhone, now)
		m := notice()
		m.Objectable = true
		notify(t, s, toldPhone, m)
		told := map[string]bool{}
		for channel, urn := range map[string]core.URN{"telegram": "telegram:5", "sms": core.TelURN(toldPhone), "web": "web:asker"} {
			turnOf(t, s, channel, urn, now, func(_ context.Context, _ *store.Tx, at *core.Address) error {
				told[channel] = at.Told
				return nil
			})
		}
		if !told["telegram"] || !told["sms"] || told["web"] {
			t.Errorf("told are %v", told)
		}
	})
}

// A blocked bot or a dead number loses answers, never a notice that has other ways.
func TestAddressGoneKeepsWhatHasWays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		s.UseWays(book, nil)
		proves(t, s, "telegram", "telegram:5", toldPhone, now)
		turnOf(t, s, "telegram", "telegram:5", now, func(_ context.Context, tx *store.Tx, at *core.Address) error {
			tx.Queue(core.Queued{Channel: "telegram", AddressID: at.ID, URN: at.URN, Priority: core.PriorityReply, Say: core.Say{Key: "answer"}})
			return nil
		})
		notify(t, s, toldPhone, notice())
		got, err := s.ClaimDue(t.Context(), "telegram", now, now.Add(time.Minute), 9)
		if err != nil || len(got) != 2 {
			t.Fatalf("%d claimed, %v", len(got), err)
		}
		if err := s.AddressGone(t.Context(), now, got[0].AddressID); err != nil {
			t.Fatal(err)
		}
		rows, err := s.Texts(t.Context(), `SELECT locale_key || ' ' || state FROM outbox ORDER BY locale_key`)
		if err != nil || !slices.Equal(rows, []string{"answer 2", "told 0"}) {
			t.Errorf("rows %q, %v", rows, err)
		}
		notify(t, s, toldPhone, notice()) // the blocked chat is no way any more
		if m := claimOne(t, s, "zalo", now); m.Way.Name != core.WayZaloPhone {
			t.Errorf("the next notice goes by %s", m.Way.Name)
		}
	})
}

// What the network bills is what is kept, whether it says so before or after
// its message was marked as sent.
func TestKeepCost(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, early := range []bool{true, false} {
			turnOf(t, s, "sms", core.TelURN(toldPhone), now, func(_ context.Context, tx *store.Tx, at *core.Address) error {
				tx.Queue(core.Queued{Channel: "sms", AddressID: at.ID, URN: at.URN, Priority: core.PriorityReply, Say: core.Say{Key: "answer"}})
				return nil
			})
			m := claimOne(t, s, "sms", now)
			sent := store.Sent{ID: m.ID, NetworkID: "SM" + m.ID, Way: core.WayReply, Segments: 1, Cost: 350}
			steps := []func() error{
				func() error { return s.KeepCost(t.Context(), "sms", m.ID, 0, 2) },
				func() error { return s.MarkSent(t.Context(), now, []store.Sent{sent}) },
				func() error { return s.KeepCost(t.Context(), "sms", "SM"+m.ID, 640, 0) },
			}
			if early {
				steps = []func() error{
					func() error { return s.KeepCost(t.Context(), "sms", m.ID, 640, 2) },
					func() error { return s.MarkSent(t.Context(), now, []store.Sent{sent}) },
				}
			}
			for _, step := range steps {
				if err := step(); err != nil {
					t.Fatal(err)
				}
			}
			got, err := s.Texts(t.Context(), `SELECT way || ' ' || segments || ' ' || cost FROM outbox WHERE id = $1`, m.ID)
			if err != nil || !slices.Equal(got, []string{"reply 2 640"}) {
				t.Errorf("told early %v: %q, %v", early, got, err)
			}
		}
		// A message of three parts, of which the gateway tells the cost of one.
		for _, early := range []bool{true, false} {
			turnOf(t, s, "sms", core.TelURN(toldPhone), now, func(_ context.Context, tx *store.Tx, at *core.Address) error {
				tx.Queue(core.Queued{Channel: "sms", AddressID: at.ID, URN: at.URN, Priority: core.PriorityReply, Say: core.Say{Key: "answer"}})
				return nil
			})
			m := claimOne(t, s, "sms", now)
			told := func() error { return s.KeepCost(t.Context(), "sms", m.ID, 350, 1) }
			marked := func() error {
				return s.MarkSent(t.Context(), now, []store.Sent{{ID: m.ID, Way: core.WayReply, Segments: 3, Cost: 900}})
			}
			steps := []func() error{marked, told, told}
			if early {
				steps = []func() error{told, marked, told}
			}
			for _, step := range steps {
				if err := step(); err != nil {
					t.Fatal(err)
				}
			}
			got, err := s.Texts(t.Context(), `SELECT segments || ' ' || cost FROM outbox WHERE id = $1`, m.ID)
			if err != nil || !slices.Equal(got, []string{"3 1050"}) {
				t.Errorf("told of one part of three, early %v: %q, %v", early, got, err)
			}
		}
		if err := s.KeepCost(t.Context(), "sms", "nothing of ours", 5, 1); err != nil {
			t.Errorf("an unknown message: %v", err)
		}
	})
}
