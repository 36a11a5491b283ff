package store_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"khaibao/core"
	"khaibao/core/codes"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// statements keeps what passes to PostgreSQL.
type statements struct {
	mu  sync.Mutex
	all map[string][]any // arguments by text
}

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[data.SQL] = data.Args
	return ctx
}

func (s *statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (s *statements) TraceBatchStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceBatchStartData) context.Context {
	for _, q := range data.Batch.QueuedQueries {
		s.TraceQueryStart(ctx, conn, pgx.TraceQueryStartData{SQL: q.SQL, Args: q.Arguments})
	}
	return ctx
}

func (s *statements) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}
func (s *statements) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData)     {}

// Every statement that runs while people wait finds its rows by an index, on
// both engines: a table of a province is not read from end to end.
func TestNoTableIsReadWhole(t *testing.T) {
	u, err := url.Parse(storetest.PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("enable_seqscan", "off") // the tables are small: taken only where no index serves
	u.RawQuery = q.Encode()
	seen := &statements{all: make(map[string][]any)}
	s, err := store.Open(t.Context(), store.Options{URL: u.String(), KeyFile: filepath.Join(t.TempDir(), "key"),
		Tune: func(c *pgxpool.Config) { c.ConnConfig.Tracer = seen }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	clear(seen.all) // migrations
	everyday(t, s)
	watchday(t, s)
	verifyday(t, s)
	lite := storetest.SQLite(t)

	wholePG := regexp.MustCompile(`Seq Scan on (\w+)`)
	wholeLite := regexp.MustCompile(`^SCAN (\w+)`)
	// rules and epidemic_areas are read whole, once after each change of them.
	small := map[string]bool{"rules": true, "epidemic_areas": true, "keys": true, "dated": true, "d": true, "e": true, "senders": true, "marks": true, "officers": true, "schema_versions": true,
		"sign_in_failures": true, "CONSTANT": true, "due": true, "reply": true, "newest": true, "found": true, "waits": true, "counted": true, "first_ones": true, "page": true, "tied": true, "json_each": true, "by_id": true, "by_phone": true, "by_name": true}
	for text, args := range maps.Clone(seen.all) {
		word, _, _ := strings.Cut(strings.TrimSpace(text), " ")
		word, _, _ = strings.Cut(word, "\n")
		if !strings.Contains(" SELECT INSERT UPDATE DELETE WITH ", " "+word+" ") || strings.Contains(text, "pg_notify") || strings.Contains(text, "advisory") {
			continue
		}
		plan, err := s.Plan(t.Context(), text, args...)
		if err != nil {
			t.Errorf("%s\n%v", text, err)
		}
		for _, step := range plan {
			if m := wholePG.FindStringSubmatch(step); m != nil && !small[m[1]] {
				t.Errorf("postgres: %s\n\t%s", text, strings.Join(plan, "\n\t"))
			}
		}
		if strings.HasPrefix(text, "SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM monitoring m") {
			continue // of the few who stand on a list of the monitored, SQLite reads the partial index whole
		}
		if strings.Contains(text, "unnest(") || strings.Contains(text, "ANY(") || strings.Contains(text, "current_setting") {
			continue
		}
		text = strings.NewReplacer("FOR UPDATE OF q, m SKIP LOCKED", "", "FOR UPDATE OF m SKIP LOCKED", "", "FOR UPDATE OF t SKIP LOCKED", "",
			"FOR UPDATE SKIP LOCKED", "", "FOR UPDATE", "").Replace(text)
		text, args = anyPG.ReplaceAllString(text, ` IN (SELECT value FROM json_each(${1}))`), listsAsJSON(args)
		if plan, err = lite.Plan(t.Context(), text, args...); err != nil {
			t.Errorf("%s\n%v", text, err)
		}
		for _, step := range plan {
			if m := wholeLite.FindStringSubmatch(step); m != nil && !small[m[1]] {
				t.Errorf("sqlite: %s\n\t%s", text, strings.Join(plan, "\n\t"))
			}
		}
	}
	if len(seen.all) < 60 {
		t.Errorf("only %d statements were seen", len(seen.all))
	}
}

// anyPG is how PostgreSQL asks for one of a list.
var anyPG = regexp.MustCompile(` = ANY\((\$\d+)::text\[\]\)`)

func listsAsJSON(args []any) []any {
	lite := slices.Clone(args)
	for i, arg := range lite {
		if list, ok := arg.([]string); ok {
			text, _ := json.Marshal(list)
			lite[i] = string(text)
		}
	}
	return lite
}

// watchday does what the program does all day about those who are watched, but
// for the prompts of a round, which are made by reading all of them.
func watchday(t *testing.T, s *store.Store) {
	t.Helper()
	id, phone := person(t, s, 77, anDong)
	o := open(t, s, morning, wish(id, core.KindHome))
	sendDue(t, s, morning)
	climb(t, s, clock(0, 20, 30))
	answer(t, s, phone, clock(0, 21, 0), ill(o.ID, core.ColourRed, "short_of_breath"))
	watched(t, s, phone, clock(0, 21, 0))
	open(t, s, clock(0, 21, 1), wish(id, core.KindPatient))
	if _, err := s.RemindTests(t.Context(), clock(1, 7, 0), 10); err != nil {
		t.Fatal(err)
	}
	turnOf(t, s, "sms", core.TelURN(phone), clock(1, 9, 0), func(ctx context.Context, tx *store.Tx, a *core.Address) error {
		if err := tx.SetOptedOut(ctx, a, true); err != nil {
			return err
		}
		if err := tx.SetOptedOut(ctx, a, false); err != nil {
			return err
		}
		return tx.SetGone(ctx, a, true)
	})
	endOver(t, s, clock(20, 0, 1))
}

// verifyday does what officers do all day who verify, call and look at people.
func verifyday(t *testing.T, s *store.Store) {
	t.Helper()
	ctx, look := t.Context(), looks{at: july.Add(time.Hour)}
	arrives(t, s, july, "+84900000091", "mot", anDong, "79", "2021-07-20")
	arrives(t, s, july.Add(time.Minute), "+84900000091", "mot", anDong, "79", "2021-07-21")
	red := tell(t, s, july, "+84900000092", "hai", anDong, redOnes).PersonID
	ward, cdc := officer(t, s, duty.Station, anDong), officer(t, s, duty.CDC, "46")
	for _, f := range []store.ArrivalFilter{{List: "new"}, {List: "arrived"}, {List: "up"}, {List: "new", Origin: "79", When: "today"}, {List: "new", Colour: core.ColourRed}, {List: "new", Area: "474"}} {
		if _, err := s.Arrivals(ctx, look.by(cdc, "arrivals"), cdc.ListScope(), f, "2021-07-01.0"); err != nil {
			t.Fatal(err)
		}
	}
	a := listOf(t, s, look.by(ward, "arrivals"), "new")[0].Arrival
	for _, do := range []func() error{
		func() error { _, err := s.Arrival(ctx, look.by(ward, "arrival"), ward.ListScope(), a.ID); return err },
		func() error {
			_, err := s.ArrivalsOf(ctx, look.by(ward, "arrivals"), ward.ListScope(), []string{a.ID})
			return err
		},
		func() error {
			return s.CorrectArrival(ctx, look.by(ward, "correct"), ward.ListScope(), a.ID, store.ArrivalCorrection{ID: core.NewID(), Version: a.Version, Change: func(d *core.Declaration) { d.Facts["vehicle"] = "car" }})
		},
		func() error {
			_, err := s.Verify(ctx, look.by(ward, "arrival"), ward.ListScope(), a.ID, store.ArrivalChange{ID: core.NewID(), Version: a.Version + 1, State: core.VerifyMoved, To: huongVan})
			return err
		},
		func() error {
			_, err := s.Verify(ctx, look.by(ward, "arrival"), ward.ListScope(), a.ID, store.ArrivalChange{ID: core.NewID(), Version: a.Version + 2, State: core.VerifyNew, Note: "nhầm"})
			return err
		},
		func() error {
			_, err := s.Verify(ctx, look.by(ward, "arrival"), ward.ListScope(), a.ID, store.ArrivalChange{ID: core.NewID(), Version: a.Version + 3, State: core.VerifyArrived, Surveillance: "home"})
			return err
		},
		func() error {
			_, err := s.Triage(ctx, look.by(cdc, "triage"), cdc.WatchScope(), store.TriageFilter{Colour: core.ColourRed}, "0.0.0")
			return err
		},
		func() error {
			_, err := s.NextTriage(ctx, look.by(cdc, "triage"), cdc.WatchScope(), store.TriageFilter{Colour: core.ColourRed}, "")
			return err
		},
		func() error {
			_, err := s.KeepCall(ctx, look.by(cdc, "call"), cdc.WatchScope(), red, store.Call{ID: core.NewID(), Version: 1, Outcome: "refused"})
			return err
		},
		func() error { _, err := s.PersonRecord(ctx, look.by(cdc, "person"), cdc.ListScope(), red); return err },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
}

// everyday does what the program does all day.
func everyday(t *testing.T, s *store.Store) {
	t.Helper()
	phone := "+84900000001"
	bySMS, byWeb := chat{t, s, core.TelURN(phone)}, chat{t, s, "web:1"}
	bySMS.prove(now, phone)
	an := bySMS.declare(now, "Trần Thị Một", phone)
	bySMS.declare(now.Add(time.Minute), "Trần Thị Một", phone)
	bySMS.qrs(now)
	bySMS.speak(now, "Trần Văn Cha", "", forOther("+84900000003"))
	bySMS.halfWay(now, "birth", "{}")
	byWeb.prove(now, phone)
	apart := chat{t, s, "web:2"} // shown only what it said
	apart.prove(now, "+84900000004")
	apart.speak(now, "Lê Thị Hai", "", forOther("+84900000005"))
	own := chat{t, s, core.TelURN("+84900000005")}
	own.prove(now, "+84900000005")
	own.speak(now, "Lê Thị Hai", "", nil)
	apart.recall(now, "resident")
	d := said{name: "Hồ Thị Bốn", birth: "1980", id: "046180000001", phone: "+84900000002", commune: anDong}
	declare(t, s, d)
	byWeb.at(now, func(ctx context.Context, tx *store.Tx, at *core.Address) error {
		code, _, _, err := tx.SendCode(ctx, at.ID, phone, now, codes.Default())
		if err != nil {
			return err
		}
		if _, _, _, err := tx.CheckCode(ctx, at.ID, phone, code, now); err != nil {
			return err
		}
		if _, err := tx.AddressOf(ctx, "sms", core.TelURN(phone)); err != nil {
			return err
		}
		for _, do := range []func() error{
			func() error { return tx.SetLang(ctx, at, "en") },
			func() error { return tx.SetOptedOut(ctx, at, true) },
			func() error { return tx.SetNotice(ctx, at, 1) },
			func() error { return tx.SetGone(ctx, at, false) },
			func() error {
				return tx.OpenTask(ctx, core.Task{Kind: "misunderstood", AddressID: at.ID, Province: "46", Due: now})
			},
			func() error { _, err := tx.Recall(ctx, at, "resident"); return err },
			func() error { _, _, _, _, _, err := tx.TakeSession(ctx, at); return err },
			func() error { _, err := tx.Held(ctx, at); return err },
			func() error { _, _, err := tx.ReplaceQR(ctx, at, an.PersonID); return err },
			func() error { return tx.MarkTold(ctx, at.ID) },
			func() error { _, err := tx.Objects(ctx, at); return err },
		} {
			if err := do(); err != nil {
				return err
			}
		}
		if err := tx.Notify(ctx, phone, core.Queued{Priority: core.PriorityRed, Say: core.Say{Key: "told"}, Objectable: true}); err != nil {
			return err
		}
		return echo(ctx, tx, at, core.Inbound{}, "")
	})
	byWeb.at(now.Add(200*24*time.Hour), nil)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil && err != core.ErrNotFound {
			t.Fatal(err)
		}
	}
	got, err := s.ClaimDue(ctx, "web", now, now.Add(time.Minute), 9)
	must(err)
	for _, m := range got {
		must(s.SendLater(ctx, m.ID, now, "retry", 0))
		must(s.MarkSent(ctx, now, []store.Sent{{ID: m.ID, NetworkID: "x"}}))
		must(s.Drop(ctx, now, m, "refused"))
		must(s.AddressGone(ctx, now, m.AddressID))
	}
	taken(t, s, echo, heldText("held", phone, "a"))
	replies, err := s.ClaimReplies(ctx, "sms", "held", now, now.Add(time.Second))
	must(err)
	must(s.RepliesSaid(ctx, now, replies, nil))
	got, err = s.ClaimDue(ctx, "sms", now, now.Add(time.Minute), 9)
	must(err)
	for _, m := range got {
		_, err = s.Reroute(ctx, now, m, "elsewhere")
		must(err)
		must(s.Drop(ctx, now, m, "no_way"))
	}
	must(s.KeepCost(ctx, "sms", "y", 350, 1))
	must(s.MoveStatus(ctx, "web", "y", "sent", 2))
	must(s.NumberDead(ctx, now, "web", "y"))
	_, _, err = s.HoldSender(ctx, "web", now, now.Add(time.Second))
	must(err)
	must(s.PauseSender(ctx, "web", now))
	_, _, err = s.Backlog(ctx, "web", now)
	must(err)
	_, err = s.Dated(ctx, "2021-07-15")
	must(err)
	_, _, err = s.CodesProved(ctx, now, codes.Default())
	must(err)
	must(s.PutMail(ctx, "web:1", store.Mail{ID: "1", At: now}))
	_, err = s.MailAfter(ctx, "web:1", 0, 10)
	must(err)
	_, err = s.LatestMail(ctx, "web:1", 10)
	must(err)
	must(s.AddSignIn(ctx, now, store.SignIn{Way: "password"}, "token"))
	_, err = s.SignedIn(ctx, now, "token")
	must(err)
	_, err = s.TrySignIn(ctx, now, "x", "y")
	must(err)
	must(s.SignInWorked(ctx, now, "x", "y"))
	must(s.EndSignIn(ctx, now, "token"))
	o := officer(t, s, duty.CDC, "46")
	var l looks
	for _, f := range []store.Filter{{}, {Area: "474"}, {Area: anDong, From: "2021-07-01", To: "2021-07-31", Symptomatic: true, NewestOnly: true}} {
		_, err := s.Declarations(ctx, l.by(o, "declarations"), o.ListScope(), f, store.Cursor{})
		must(err)
		_, err = s.Declarations(ctx, l.by(o, "declarations"), o.ListScope(), f, store.Cursor{At: 1, ID: "x"})
		must(err)
	}
	_, err = s.Declaration(ctx, l.by(o, "declaration"), o.ListScope(), an.DeclarationID)
	must(err)
	_, err = s.CheckByCode(ctx, l.by(o, "check"), o.CheckScope(), an.Code)
	must(err)
	_, err = s.CheckByNumber(ctx, l.by(o, "check"), o.CheckScope(), an.Number)
	must(err)
	_, err = s.CheckByID(ctx, l.by(o, "check"), o.CheckScope(), d.id)
	must(err)
	_, err = s.CheckByPhone(ctx, l.by(o, "check"), o.CheckScope(), phone)
	must(err)
	likely := declare(t, s, said{name: "Bốn Hồ Thị", birth: "1980", phone: "+84900000006", commune: anDong})
	same := declare(t, s, said{name: "Hồ Thị Bốn", birth: "1980", phone: "+84900000007", commune: anDong})
	_, err = s.Compare(ctx, l.by(o, "compare"), o.ListScope(), likely.PersonID, same.PersonID)
	must(err)
	must(s.MergePeople(ctx, l.by(o, "compare"), o.ListScope(), likely.PersonID, same.PersonID))
	_, err = s.Tasks(ctx, o, o.ListScope(), store.OpenTask{}, 10)
	must(err)
	_, err = s.WaitingFor(ctx, duty.Officer{Duty: duty.Digitisation, Area: o.Area}, o.ListScope(), now)
	must(err)
	_, err = s.TaskContact(ctx, l.by(o, "task"), o.ListScope(), "x")
	must(err)
	must(s.SetPassword(ctx, now, o.ID, "x", false))
	must(s.DisableOfficer(ctx, now, o.ID))
	_, _, err = s.OfficerBySignIn(ctx, o.SignIn)
	must(err)
}

// A long outage fills an outbox that PostgreSQL's statistics know as empty.
// A claim must not read all of it for each message.
func TestClaimFromASuddenlyLongOutbox(t *testing.T) {
	url := storetest.PostgresURL(t)
	seen := &statements{all: make(map[string][]any)}
	s, err := store.Open(t.Context(), store.Options{URL: url, KeyFile: filepath.Join(t.TempDir(), "key"),
		Tune: func(c *pgxpool.Config) { c.ConnConfig.Tracer = seen }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	fill := func(prefix string, state, n int) {
		t.Helper()
		err := s.Exec(t.Context(), `INSERT INTO outbox (id, channel, address_id, priority, locale_key, lang, created_at, due_at, state)
			SELECT $1 || i, 'sms', 'address ' || i, 2, 'k', 'vi', $2, $2, $3 FROM generate_series(1, $4) i`,
			prefix, now.UnixMilli(), state, n)
		if err != nil {
			t.Fatal(err)
		}
	}
	fill("sent ", 1, 5000)
	if err := s.Exec(t.Context(), `ANALYZE outbox`); err != nil {
		t.Fatal(err)
	}
	fill("waits ", 0, 15000)
	clear(seen.all)
	if got, err := s.ClaimDue(t.Context(), "sms", now, now.Add(time.Minute), 64); err != nil || len(got) != 64 {
		t.Fatalf("%d claimed, %v", len(got), err)
	}
	for text, args := range maps.Clone(seen.all) {
		if !strings.Contains(text, "NOT EXISTS") {
			continue
		}
		plan, err := s.Plan(t.Context(), text, args...)
		if err != nil || !strings.Contains(strings.Join(plan, "\n"), "outbox_order on outbox e") {
			t.Errorf("an address's messages are not found by their index: %v\n%s", err, strings.Join(plan, "\n"))
		}
	}
	waiting, oldest, err := s.Backlog(t.Context(), "sms", now.Add(time.Minute))
	if err != nil || waiting != store.WaitingAtMost || oldest != time.Minute {
		t.Errorf("%d of 15000 waiting counted, the oldest %v, %v", waiting, oldest, err)
	}
}
