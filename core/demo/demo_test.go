package demo

import (
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/reading"
)

func options(people, declarations int) Options {
	return Options{Seed: 1, People: people, Declarations: declarations, AsOf: "2021-08-15", Province: "46"}
}

func generator(t testing.TB, o Options) *Generator {
	t.Helper()
	g, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func everybody(t testing.TB, o Options) [][]core.Declaration {
	t.Helper()
	g := generator(t, o)
	var all [][]core.Declaration
	for n := range g.Parts() {
		all = append(all, g.Part(n)...)
	}
	return all
}

func TestNewRefuses(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Options)
	}{
		{"nobody", func(o *Options) { o.People = 0 }},
		{"fewer declarations than people", func(o *Options) { o.Declarations = o.People - 1 }},
		{"more declarations than days to tell", func(o *Options) { o.Declarations = 1001 * o.People }},
		{"no day", func(o *Options) { o.AsOf = "15/08/2021" }},
		{"a day that is none", func(o *Options) { o.AsOf = "2021-02-30" }},
		{"before twelve-digit numbers", func(o *Options) { o.AsOf = "1999-01-01" }},
		{"a district", func(o *Options) { o.Province = "474" }},
	}
	for _, test := range tests {
		o := options(10, 12)
		test.change(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s: taken", test.name)
		}
	}
}

// The same seed gives the same people whatever is asked first, however many
// follow and however often they declare.
func TestSameSeedSamePeople(t *testing.T) {
	o := options(2*partSize+100, 2*partSize+900)
	g := generator(t, o)
	last, first := g.Part(2), g.Part(0)
	again := generator(t, o)
	if !reflect.DeepEqual(first, again.Part(0)) || !reflect.DeepEqual(last, again.Part(2)) {
		t.Error("two runs of one seed differ")
	}
	few := everybody(t, options(30, 30))
	for i, declarations := range few {
		if !reflect.DeepEqual(declarations[0].Person, first[i][0].Person) {
			t.Errorf("person %d differs when fewer are asked for", i)
		}
	}
	o.Seed = 2
	if reflect.DeepEqual(first, generator(t, o).Part(0)) {
		t.Error("another seed gives the same people")
	}
}

func TestCounts(t *testing.T) {
	for _, o := range []Options{options(1, 1), options(1, 9), options(23, 23), options(25, 31), options(2000, 3000), options(9601, 30_000)} {
		all := everybody(t, o)
		n := 0
		for _, declarations := range all {
			n += len(declarations)
		}
		if len(all) != o.People || n != o.Declarations {
			t.Errorf("asked for %d and %d, got %d and %d", o.People, o.Declarations, len(all), n)
		}
	}
}

// Each person must be one that the readers would have read from what people
// type.
func TestPeopleAreWell(t *testing.T) {
	ids := map[string]bool{}
	start, end := time.Date(2021, 6, 16, 0, 0, 0, 0, core.Zone), time.Date(2021, 8, 15, 0, 0, 0, 0, core.Zone)
	for i, declarations := range everybody(t, options(20_000, 26_000)) {
		p := declarations[0].Person
		if n, err := reading.ReadName(p.Name); err != nil || n.Full != p.Name {
			t.Errorf("name %q reads as %q, %v", p.Name, n.Full, err)
		}
		if p.Folded != reading.Fold(p.Name) || p.SortKey != reading.SortKey(p.Name) {
			t.Errorf("%q is folded to %q, sorted as %q", p.Name, p.Folded, p.SortKey)
		}
		if d, err := reading.ReadDate(p.Birth, reading.Birth, "2021-06-16"); err != nil || d.Date != p.Birth {
			t.Errorf("birth %q reads as %q, %v", p.Birth, d.Date, err)
		}
		checkID(t, p)
		if p.ID != core.NobodysID && ids[p.ID] {
			t.Errorf("two people have the number of person %d", i)
		}
		ids[p.ID] = true
		if p.Insurance != "" {
			if id, err := reading.ReadID(p.Insurance, "insurance"); err != nil || id.Normalized != p.Insurance {
				t.Errorf("insurance %q reads as %+v, %v", p.Insurance, id, err)
			}
		}
		if !area.Contains("46", p.Commune) || !area.Leaf(p.Commune) || p.District != area.District(p.Commune) || p.Province != "46" {
			t.Errorf("person %d lives at %q, %q, %q", i, p.Commune, p.District, p.Province)
		}
		var before time.Time
		for _, d := range declarations {
			phone, err := reading.ReadPhone(d.Phone)
			if err != nil || phone.E164 != d.Phone || phone.National < "0900000000" || phone.National > "0900999999" {
				t.Errorf("phone %q is not one of the invented", d.Phone)
			}
			if !d.At.After(before) || d.At.Before(start) || !d.At.Before(end) || d.Day != core.DayOf(d.At) {
				t.Errorf("person %d declared at %v for %s, after %v", i, d.At, d.Day, before)
			}
			before = d.At
			if !d.Proven && d.Channel == "sms" {
				t.Errorf("person %d sent an SMS without a proved phone", i)
			}
			checkPlace(t, d)
			if !reflect.DeepEqual(d.Person, p) || d.Phone != declarations[0].Phone || d.Proven != declarations[0].Proven {
				t.Errorf("person %d became another", i)
			}
		}
		if t.Failed() {
			t.Fatalf("at person %d", i)
		}
	}
}

// checkID wants a number that agrees with itself and the person.
func checkID(t *testing.T, p core.PersonFacts) {
	t.Helper()
	id, err := reading.ReadID(p.ID, "")
	if err != nil || id.Type != p.IDType || id.Normalized != p.ID {
		t.Fatalf("number %q of type %s reads as %+v, %v", p.ID, p.IDType, id, err)
	}
	if id.Type == "cccd" && (id.Sex != p.Sex || id.BirthYear != p.BirthYear()) {
		t.Errorf("number %q tells %s %d of a person %s %s", p.ID, id.Sex, id.BirthYear, p.Sex, p.Birth)
	}
	if age := 2021 - p.BirthYear(); id.Type == "child_placeholder" && age > 15 || id.Type == "cmnd" && age < 15 {
		t.Errorf("%s of somebody born in %s", id.Type, p.Birth)
	}
}

// checkPlace wants that what was typed is read to what is stored.
func checkPlace(t *testing.T, d core.Declaration) {
	t.Helper()
	prefixes := []string{"", "permanent_"}
	if d.Form == "journey" {
		prefixes = prefixes[:1]
	}
	for _, prefix := range prefixes {
		typed, _ := d.Private[prefix+"typed"].(string)
		house, _ := d.Private[prefix+"house"].(string)
		sub, _ := d.Facts[prefix+"sub"].(string)
		got, err := area.Read(typed, area.Context{Province: "46", On: string(d.Day)})
		if err != nil || got.Code != d.Facts[prefix+"commune"] || got.Sub != sub || got.Rest != house {
			t.Errorf("%q reads as %+v, %v; stored %v, %q, %q", typed, got, err, d.Facts[prefix+"commune"], sub, house)
		}
	}
}

func TestShares(t *testing.T) {
	all := everybody(t, options(40_000, 50_000))
	people, declarations := map[string]float64{}, map[string]float64{}
	phones := map[string]bool{}
	n := 0.0
	for _, ds := range all {
		p := ds[0].Person
		age := 2021 - p.BirthYear()
		people[p.Sex]++
		family, _, _ := strings.Cut(p.Name, " ")
		people[family]++
		phones[ds[0].Phone] = true
		unit, _ := area.Get(p.Commune)
		people[unit.Type]++
		people["city"] += yes(p.District == "474")
		people["under 15"] += yes(age < 15)
		people["65 and over"] += yes(age >= 65)
		people[p.IDType]++
		people["highland name in A Lưới"] += yes(p.District == "481" && family == "Hồ")
		for _, d := range ds {
			n++
			declarations[d.Channel]++
			declarations[d.Form]++
			declarations["unproven"] += yes(!d.Proven)
			declarations["ill"] += yes(len(d.Facts["symptoms"].([]string)) > 0)
			declarations["exposed"] += yes(len(d.Facts["exposures"].([]string)) > 0)
			declarations["with conditions"] += yes(len(d.Facts["conditions"].([]string)) > 0)
			declarations["at night"] += yes(d.At.In(core.Zone).Hour() < 5)
		}
	}
	people["own phone"] = float64(len(phones))
	tests := []struct {
		what      string
		of        map[string]float64
		total     float64
		low, high float64
	}{
		{"female", people, 40_000, 0.48, 0.54},
		{"Nguyễn", people, 40_000, 0.34, 0.42},
		{"Trần", people, 40_000, 0.09, 0.15},
		{"Tôn", people, 40_000, 0.003, 0.03},
		{"Phường", people, 40_000, 0.5, 0.75},
		{"city", people, 40_000, 0.45, 0.55},
		{"under 15", people, 40_000, 0.19, 0.28},
		{"65 and over", people, 40_000, 0.06, 0.13},
		{"cccd", people, 40_000, 0.35, 0.6},
		{"cmnd", people, 40_000, 0.25, 0.5},
		{"child_placeholder", people, 40_000, 0.08, 0.2},
		{"highland name in A Lưới", people, 40_000, 0.01, 0.03},
		{"own phone", people, 40_000, 0.5, 0.75},
		{"sms", declarations, n, 0.43, 0.55},
		{"web", declarations, n, 0.17, 0.3},
		{"zalo", declarations, n, 0.13, 0.24},
		{"journey", declarations, n, 0.05, 0.11},
		{"telegram", declarations, n, 0.08, 0.16},
		{"unproven", declarations, n, 0.045, 0.075},
		{"ill", declarations, n, 0.033, 0.047},
		{"exposed", declarations, n, 0.024, 0.036},
		{"with conditions", declarations, n, 0.1, 0.25},
		{"at night", declarations, n, 0.001, 0.02},
	}
	for _, test := range tests {
		if got := test.of[test.what] / test.total; got < test.low || got > test.high {
			t.Errorf("%s: %.3f, want %.3f to %.3f", test.what, got, test.low, test.high)
		}
	}
	communes := slices.Collect(maps.Keys(communesOf(all)))
	if len(communes) != 141 {
		t.Errorf("people live in %d communes of 141", len(communes))
	}
}

func communesOf(all [][]core.Declaration) map[string]bool {
	found := map[string]bool{}
	for _, ds := range all {
		found[ds[0].Person.Commune] = true
	}
	return found
}

func yes(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// Numbers must be spread so that a million people share none.
func TestMillionPhones(t *testing.T) {
	g := generator(t, options(1, 1))
	seen := make([]bool, 1_000_000)
	for i := range seen {
		n := g.million(i, phoneDigits)
		if seen[n] {
			t.Fatalf("%d comes twice", n)
		}
		seen[n] = true
	}
}

// Other provinces have other communes and no CMND of Huế.
func TestOtherProvince(t *testing.T) {
	for _, province := range area.Children("") {
		o := options(240, 240)
		o.Province = province.Code
		for i, ds := range everybody(t, o) {
			p := ds[0].Person
			if p.Province != province.Code || !area.Contains(province.Code, p.Commune) {
				t.Fatalf("%s: person %d lives in %s", province.Name, i, p.Commune)
			}
			checkID(t, p)
		}
	}
}

func TestOfficers(t *testing.T) {
	names := map[string]bool{}
	duties := map[duty.Duty]bool{}
	for _, o := range Officers() {
		if n, err := reading.ReadName(o.Name); err != nil || n.Full != o.Name {
			t.Errorf("name %q reads as %q, %v", o.Name, n.Full, err)
		}
		if err := duty.CheckPassword(o.Password, o.SignIn); err != nil {
			t.Errorf("password of %s: %v", o.SignIn, err)
		}
		if _, ok := area.Get(o.Area); !ok || !o.Duty.Valid() || names[o.SignIn] {
			t.Errorf("officer %+v", o)
		}
		names[o.SignIn], duties[o.Duty] = true, true
	}
	for _, d := range []duty.Duty{duty.Team, duty.Police, duty.Station, duty.Digitisation, duty.CDC, duty.Leader, duty.Centre, duty.Admin} {
		if !duties[d] {
			t.Errorf("no officer does %s", d)
		}
	}
}

func BenchmarkPart(b *testing.B) {
	g := generator(b, options(math.MaxInt32, math.MaxInt32+math.MaxInt32/5))
	people := 0
	for n := 0; b.Loop(); n++ {
		people += len(g.Part(n))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(people), "ns/person")
}
