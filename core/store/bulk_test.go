package store_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/demo"
	"khaibao/core/duty"
	"khaibao/core/qr"
	"khaibao/core/reading"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// statement makes a declaration of a test.
func statement(name, id, phone string, at time.Time, change func(d *core.Declaration)) core.Declaration {
	d := core.Declaration{Form: "resident", Day: core.DayOf(at), At: at, Channel: "sms", Phone: phone, Proven: true, Notice: 1,
		Facts:   map[string]any{"symptoms": []string{}, "exposures": []string{"case"}, "sex": "female"},
		Private: map[string]any{"id_number": id, "typed": "TDP 3, An Đông"},
		Person: core.PersonFacts{Name: name, Folded: reading.Fold(name), SortKey: reading.SortKey(name), Birth: "1985-03-02", Sex: "female",
			IDType: "cccd", ID: id, Insurance: "GD4460112345678", Commune: anDong, District: area.District(anDong), Province: "46",
			Sub: "TDP 3", House: "12 Bà Triệu"}}
	if change != nil {
		change(&d)
	}
	return d
}

// lives are people of all sorts, the same for Declare and for Load.
func lives() [][]core.Declaration {
	later := now.Add(25 * time.Hour)
	unproven := func(d *core.Declaration) { d.Proven, d.AddressID, d.Channel = false, "an address", "web" }
	return [][]core.Declaration{
		{statement("Trần Thị Một", "046185000001", "+84900000001", now, nil)},
		{ // three versions, who moved and fell ill
			statement("Lê Thị Hai", "046185000002", "+84900000002", now, nil),
			statement("Lê Thị Hai", "046185000002", "+84900000002", later, func(d *core.Declaration) {
				d.Person.Commune, d.Person.District, d.Person.Sub = huongVan, area.District(huongVan), "TDP 9"
				d.Facts["symptoms"] = []string{"fever", "cough"}
			}),
			statement("Lê Thị Hai", "046185000002", "+84900000002", later.Add(time.Hour), func(d *core.Declaration) { d.Channel = "telegram" }),
		},
		{ // another form counts its versions apart
			statement("Phan Thị Ba", "046185000003", "+84900000003", now, nil),
			statement("Phan Thị Ba", "046185000003", "+84900000003", later, func(d *core.Declaration) { d.Form = "journey" }),
		},
		{ // not proven, twice from one address
			statement("Hồ Thị Bốn", "046185000004", "+84900000004", now, unproven),
			statement("Hồ Thị Bốn", "046185000004", "+84900000004", later, unproven),
		},
		{statement("Võ Thị Năm", core.NobodysID, "", now, func(d *core.Declaration) { // a child, no phone
			unproven(d)
			d.Person.IDType, d.Person.Birth, d.Person.Insurance, d.Person.House = "child_placeholder", "2019", "", ""
			d.AddressID = "another address"
		})},
		{ // said less the second time, by SMS
			statement("Cao Thị Bảy", "046185000007", "+84900000007", now, nil),
			statement("Cao Thi Bay", "046185000007", "+84900000007", later, func(d *core.Declaration) {
				d.Person.Birth, d.Person.ID, d.Person.IDType, d.Person.Insurance, d.Person.House = "1985", "", "", "", ""
			}),
		},
		{ // came, came again before anybody looked, and once more, ill and well
			statement("Tôn Nữ Thị Tám", "046185000008", "+84900000008", now, journeyTo("2021-08-15", "79", core.ColourYellow)),
			statement("Tôn Nữ Thị Tám", "046185000008", "+84900000008", later, journeyTo("2021-08-16", "LA", core.ColourRed)),
			statement("Tôn Nữ Thị Tám", "046185000008", "+84900000008", later.Add(time.Hour), journeyTo("2021-08-16", "LA", core.ColourGreen)),
		},
		{ // proved the phone in between
			statement("Mai Thị Sáu", "046185000006", "+84900000006", now, func(d *core.Declaration) {
				unproven(d)
				d.AddressID = "a third address"
			}),
			statement("Mai Thị Sáu", "046185000006", "+84900000006", later, func(d *core.Declaration) { d.AddressID = "a third address" }),
		},
	}
}

// journeyTo makes a statement a journey that is judged as a colour.
func journeyTo(day, from string, c core.Colour) func(*core.Declaration) {
	return func(d *core.Declaration) {
		d.Form = "journey"
		d.Facts["arrive_on"], d.Facts["from"] = day, from
		d.Judge = func(core.PersonFacts, core.Class, core.Day) core.Verdict {
			return core.Verdict{Class: core.ClassNone, Colour: c, Measure: core.MeasureNone, Reasons: []core.Reason{{Rule: "R"}}, Rules: "2021"}
		}
	}
}

// A person's rows must be the same whether declared one by one or loaded: every
// column of every table that Declare writes.
func TestLoadWritesWhatDeclareWrites(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, declarations := range lives() {
			for _, d := range declarations {
				m := core.Inbound{Channel: "sms", ExternalID: core.NewID(), URN: "tel:+84900000099", Text: "x", At: d.At}
				err := s.Take(t.Context(), d.At, []core.Inbound{m}, func(ctx context.Context, tx *store.Tx, _ *core.Address, _ core.Inbound, _ string) error {
					_, err := tx.Declare(ctx, d)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		declared := rowsByName(t, s)
		for _, table := range []string{"people", "ties", "declarations", "qr_codes", "links", "arrivals", "triage"} {
			if err := s.Exec(t.Context(), `DELETE FROM `+table); err != nil {
				t.Fatal(err)
			}
		}
		load(t, s, store.Load{Name: "test", Parts: 1, Part: func(int) [][]core.Declaration { return lives() }})
		loaded := rowsByName(t, s)
		for name, want := range declared {
			if got := loaded[name]; !slices.Equal(got, want) {
				t.Errorf("%s\n   loaded %s\n declared %s", name, strings.Join(got, "\n          "), strings.Join(want, "\n          "))
			}
		}
		if len(loaded) != len(declared) || len(loaded) != len(lives()) {
			t.Errorf("%d people declared, %d loaded", len(declared), len(loaded))
		}
	})
}

// rowsByName are the rows of each person, told in words that do not depend on
// IDs and codes.
func rowsByName(t *testing.T, s *store.Store) map[string][]string {
	t.Helper()
	dump := func(table string) []map[string]any {
		rows, err := s.Dump(t.Context(), table)
		if err != nil {
			t.Fatalf("dump %s: %v", table, err)
		}
		return rows
	}
	names, roles := map[any]string{}, []string{}
	for _, p := range dump("people") {
		names[p["id"]] = p["name"].(string)
		roles = append(roles, p["id"].(string), "the person")
	}
	for _, d := range dump("declarations") {
		roles = append(roles, d["id"].(string), fmt.Sprintf("%v %v", d["form"], d["version"]))
	}
	inWords := strings.NewReplacer(roles...)
	all := map[string][]string{}
	for _, table := range []string{"people", "ties", "declarations", "qr_codes", "arrivals", "triage"} {
		for _, row := range dump(table) {
			owner := row["person_id"]
			if table == "people" {
				owner = row["id"]
			}
			if table == "arrivals" {
				row["id"] = fmt.Sprint(len(row["id"].(string)), " characters")
			}
			if table == "qr_codes" {
				checkCode(t, row)
			}
			text := fmt.Sprint(table, " ", row) // maps print in the order of their keys
			all[names[owner]] = append(all[names[owner]], inWords.Replace(text))
		}
	}
	for _, rows := range all {
		slices.Sort(rows)
	}
	return all
}

// checkCode wants a well-formed code and number, and puts marks in their place.
func checkCode(t *testing.T, row map[string]any) {
	t.Helper()
	if _, ok := qr.ParseCode(row["code"].(string)); !ok || !qr.ValidNumber(row["number"].(string)) {
		t.Errorf("code %v, number %v", row["code"], row["number"])
	}
	for _, column := range []string{"id", "code", "code_hash", "number", "number_hash"} {
		row[column] = fmt.Sprint(len(row[column].(string)), " characters")
	}
}

func load(t *testing.T, s *store.Store, l store.Load) {
	t.Helper()
	if l.Stored == nil {
		l.Stored = func(int, int) {}
	}
	if err := s.Load(t.Context(), l); err != nil {
		t.Fatal(err)
	}
}

// invented gives a load of demo people.
func invented(t *testing.T, people, declarations int) store.Load {
	t.Helper()
	g, err := demo.New(demo.Options{Seed: 7, People: people, Declarations: declarations, AsOf: "2021-08-15", Province: "46"})
	if err != nil {
		t.Fatal(err)
	}
	return store.Load{Name: "demo", Parts: g.Parts(), Part: g.Part}
}

// Whoever is loaded is found by everything that finds people.
func TestLoadedPeopleAreFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := invented(t, 60, 90)
		load(t, s, l)
		var looks looks
		cdc := officer(t, s, duty.CDC, "46")
		listed := list(t, s, looks.by(cdc, "list"), cdc)
		if len(listed) != 90 {
			t.Errorf("the list shows %d declarations of 90", len(listed))
		}
		for _, declarations := range l.Part(0) {
			newest := declarations[len(declarations)-1]
			if newest.Person.ID == core.NobodysID || !newest.Proven {
				continue
			}
			found, err := s.CheckByID(t.Context(), looks.by(cdc, "check"), cdc.CheckScope(), newest.Person.ID)
			if err != nil {
				t.Fatal(err)
			}
			p := only(t, found, newest.Person.Name)
			shown, versions := p.Resident, 0
			if newest.Form == "journey" {
				shown = p.Journey
			}
			for _, d := range declarations {
				if d.Form == newest.Form {
					versions++
				}
			}
			if shown == nil || shown.At.UnixMilli() != newest.At.UnixMilli() || shown.Version != versions ||
				!reflect.DeepEqual(shown.Symptoms, newest.Facts["symptoms"]) {
				t.Fatalf("%s: newest is %+v, want version %d of %v", p.ID, shown, versions, newest.At)
			}
			if p.IDNumber != newest.Person.ID || p.House != newest.Person.House || len(p.Phones) != 1 || p.Phones[0] != (store.Phone{E164: newest.Phone, Proven: true}) {
				t.Errorf("%s opens as %+v", p.ID, p.Person)
			}
			found, err = s.CheckByPhone(t.Context(), looks.by(cdc, "check"), cdc.CheckScope(), newest.Phone)
			if err != nil || !slices.ContainsFunc(found.People, func(c store.CheckedPerson) bool { return c.ID == p.ID }) {
				t.Errorf("%s is not found by phone (%v)", p.ID, err)
			}
			d, err := s.Declaration(t.Context(), looks.by(cdc, "declaration"), cdc.ListScope(), shown.ID)
			if err != nil || len(d.History) != versions || d.Said["commune"] != newest.Person.Commune {
				t.Errorf("declaration %s: %+v, %v", shown.ID, d, err)
			}
			code := codeOf(t, s, newest)
			for _, check := range []func() (store.Checked, error){
				func() (store.Checked, error) {
					return s.CheckByCode(t.Context(), looks.by(cdc, "check"), cdc.CheckScope(), code.Code)
				},
				func() (store.Checked, error) {
					return s.CheckByNumber(t.Context(), looks.by(cdc, "check"), cdc.CheckScope(), code.Number)
				},
			} {
				found, err := check()
				if err != nil {
					t.Fatal(err)
				}
				if only(t, found, newest.Person.Name).ID != p.ID {
					t.Errorf("the QR of %s shows another", p.ID)
				}
			}
		}
	})
}

func list(t *testing.T, s *store.Store, l store.Look, o duty.Officer) (all []store.Row) {
	t.Helper()
	var after store.Cursor
	for {
		page, err := s.Declarations(t.Context(), l, o.ListScope(), store.Filter{}, after)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Rows...)
		if after = page.Next; after == (store.Cursor{}) {
			return all
		}
	}
}

// only is the one person found by name, likely duplicates aside.
func only(t *testing.T, found store.Checked, name string) store.CheckedPerson {
	t.Helper()
	for _, p := range found.People {
		if p.Name == name && !p.Likely {
			return p
		}
	}
	t.Fatalf("%d people found, none of the name", len(found.People))
	return store.CheckedPerson{}
}

// codeOf asks for a person's QR as its owner does, from the phone.
func codeOf(t *testing.T, s *store.Store, d core.Declaration) (found store.PersonQR) {
	t.Helper()
	m := core.Inbound{Channel: "sms", ExternalID: core.NewID(), URN: core.TelURN(d.Phone), Text: "xem qr", At: d.At}
	err := s.Take(t.Context(), now, []core.Inbound{m}, func(ctx context.Context, tx *store.Tx, at *core.Address, _ core.Inbound, _ string) error {
		if err := tx.Prove(ctx, at, d.Phone, "sms"); err != nil {
			return err
		}
		all, err := tx.FindQRs(ctx, at)
		for _, q := range all {
			if q.Name == d.Person.Name {
				found = q
			}
		}
		return err
	})
	if err != nil || found.Code == "" {
		t.Fatalf("no QR from the phone (%v)", err)
	}
	return found
}
