package flows

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/locales"
)

// A question that is added to a form stands on its page, too, with its name; and
// where it is asked in some cases only, the officers' words say in which.
func TestEveryQuestionStandsOnThePage(t *testing.T) {
	bundle, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	chatOnly := []string{"card", "old_id", "qid", "others", "more", "who_exposures", "who_symptoms", "who_conditions"}
	for _, f := range Forms() {
		p := ReadPage(f, pageEvent(), Typed{})
		for i := range f.Questions {
			q := &f.Questions[i]
			at := slices.IndexFunc(p.Fields, func(f Field) bool { return f.ID == q.ID })
			if (at < 0) != slices.Contains(chatOnly, q.ID) {
				t.Errorf("%s.%s: field %d of its page", f.ID, q.ID, at)
			}
			if at < 0 {
				continue
			}
			for _, lang := range []string{"vi", "en"} {
				if !bundle.Has(lang, p.Fields[at].Label) {
					t.Errorf("%s has no name for %s", lang, p.Fields[at].Label)
				}
				if q.Relevant != nil && !bundle.Has(lang, "admin.enter.when."+q.ID) {
					t.Errorf("%s does not say when %s is asked", lang, q.ID)
				}
			}
		}
	}
}

// An empty page wants what the chat would ask of whoever says nothing, and is
// never ready.
func TestEmptyPageWantsWhatIsAsked(t *testing.T) {
	want := map[string][]string{
		"resident": {"full_name", "birth", "id_number", "sex", "permanent", "current", "exposures", "symptoms", "has_conditions"},
		"journey": {"full_name", "birth", "id_number", "sex", "from", "vehicle", "departed_on", "arrive_on", "destination", "passed", "countries",
			"exposures", "symptoms", "has_conditions"},
	}
	for _, f := range Forms() {
		p := ReadPage(f, pageEvent(), Typed{})
		var wants []string
		for _, field := range p.Fields {
			if field.Wants {
				wants = append(wants, field.ID)
			}
		}
		if !slices.Equal(wants, want[f.ID]) || p.Ready() || len(p.Missing()) != len(wants) {
			t.Errorf("%s wants %v", f.ID, wants)
		}
	}
}

// What is stored of a page is what the chat stores of the same words.
func TestPageReadsAsTheChat(t *testing.T) {
	tests := []struct {
		name  string
		form  *Form
		with  []string // pairs that change hoa's form
		check func(d Declare) bool
	}{
		{"a place without marks", &Resident, []string{"permanent", "to 5 phu bai"}, func(d Declare) bool { return d.Person.Commune == "19960" && d.Person.Sub == "TDP 5" }},
		{"another home", &Resident, []string{"current" + Pick, "", "current", "thôn 2 phú mậu"}, func(d Declare) bool { return area.Leaf(d.Person.Commune) && d.Facts["permanent_commune"] == "19801" }},
		{"a date with a dash", &Resident, []string{"birth", "2-9-60"}, func(d Declare) bool { return d.Person.Birth == "1960-09-02" }},
		{"a year alone", &Resident, []string{"birth", "1960"}, func(d Declare) bool { return d.Person.Birth == "1960" }},
		{"a child without papers", &Resident, []string{"birth", "2015", "id_number", "", "id_number" + Pick, "child", "sex", "male"}, func(d Declare) bool {
			return d.Person.IDType == "child_placeholder" && d.Person.Sex == "male"
		}},
		{"house and quarter in a field of their own", &Resident, []string{"permanent", "p an cựu huế", "permanent_sub", "12 Nguyễn Huệ, tổ 4"}, func(d Declare) bool {
			return d.Person.Sub == "TDP 4" && d.Private["house"] == "12 Nguyễn Huệ"
		}},
		{"conditions say that there are some", &Resident, []string{"has_conditions", "", "conditions", "diabetes"}, func(d Declare) bool {
			return slices.Equal(d.Facts["conditions"].([]string), []string{"diabetes"})
		}},
		{"insurance and work", &Resident, []string{"insurance", "DN4460123456789", "occupation", "giáo viên", "ethnicity", "Kinh"}, func(d Declare) bool {
			return d.Person.Insurance == "DN4460123456789" && d.Private["occupation"] == "giáo viên" && d.Facts["ethnicity"] == "kinh"
		}},
	}
	for _, test := range tests {
		p := ReadPage(test.form, pageEvent(), with2(hoa(), test.with...))
		if !p.Ready() {
			t.Errorf("%s: %v", test.name, faults(p))
		} else if d := p.Declare(); !test.check(d) {
			t.Errorf("%s: %+v", test.name, d)
		}
	}
}

// What cannot be stored is said beside its field.
func TestPageFaults(t *testing.T) {
	tests := []struct {
		name  string
		with  []string
		field string
		key   string
		offer int
	}{
		{"one word is no name", []string{"full_name", "hoa123"}, "full_name", "wrong.name", 0},
		{"a day that never was", []string{"birth", "31/02/1960"}, "birth", "wrong.date_read", 0},
		{"a commune of several provinces", []string{"permanent", "hoa minh"}, "permanent", "place.which", 2},
		{"a district alone", []string{"permanent", "hương thủy"}, "permanent", "place.commune", 2},
		{"none and more", []string{"symptoms", "none"}, "symptoms", "page.none_and_more", 0},
		{"a day without an exposure", []string{"exposure_last", "12/08"}, "exposure_last", "page.unused", 0},
		{"the year of another", []string{"birth", "1961"}, "check_birth", "resident.check_birth.ask", 0},
		{"a number that lost its zero", []string{"id_number", "46160000123"}, "id_number", "paper.suggest", 1},
	}
	for _, test := range tests {
		typed := with2(hoa(), test.with...)
		if test.field == "symptoms" {
			typed["symptoms"] = []string{"none", "fever"}
		}
		f := ReadPage(&Resident, pageEvent(), typed).field(test.field)
		if f.Wrong.Key != test.key || len(f.Offer) < test.offer {
			t.Errorf("%s: %q, %d offers", test.name, f.Wrong.Key, len(f.Offer))
		}
		if test.offer > 0 && test.key != "place.commune" { // what is picked is taken
			typed[test.field+Pick] = []string{f.Offer[0].Action}
			if picked := ReadPage(&Resident, pageEvent(), typed).field(test.field); picked.Faulty() {
				t.Errorf("%s: %q though it was picked", test.name, picked.Wrong.Key)
			}
		}
	}
}

// What a person said last comes back as one would type it, and reads the same:
// in every commune of the province.
func TestTypedOfReadsTheSame(t *testing.T) {
	e := pageEvent()
	for _, district := range area.Children("46") {
		for _, u := range area.Children(district.Code) {
			p := core.Remembered{Facts: core.PersonFacts{Name: "Nguyễn Thị Hoa", Birth: "1960-09-02", Sex: "female", IDType: "cccd", ID: "046160000123"},
				Answers: map[string]any{"permanent_commune": u.Code, "permanent_sub": "TDP 3", "commune": u.Code, "sub": "TDP 3", "conditions": []any{}},
				Private: map[string]any{"permanent_house": "12 Nguyễn Huệ", "house": "12 Nguyễn Huệ"}}
			typed := TypedOf(&Resident, e, p)
			typed["exposures"], typed["symptoms"] = []string{"none"}, []string{"none"}
			page := ReadPage(&Resident, e, typed)
			if !page.Ready() {
				t.Errorf("%s: %v of %v", u.FullName, faults(page), typed)
				continue
			}
			if d := page.Declare(); d.Person.Commune != u.Code || d.Person.Sub != "TDP 3" || d.Facts["permanent_commune"] != u.Code || !strings.Contains(d.Person.House, "12 Nguyễn Huệ") {
				t.Errorf("%s became %+v", u.FullName, d.Person)
			}
		}
	}
}

// Only what the chat asks once for a whole party is kept for the next of a queue.
func TestShared(t *testing.T) {
	typed := with2(hoa(), "from", "đà nẵng", "vehicle", "coach", "seat", "12", "card", "046|x", "destination", "phú bài")
	got := slices.Sorted(maps.Keys(Shared(&Journey, typed)))
	if !slices.Equal(got, []string{"destination", "from", "vehicle"}) {
		t.Errorf("shared: %v", got)
	}
	if got := slices.Sorted(maps.Keys(Shared(&Resident, typed))); !slices.Equal(got, []string{"current" + Pick, "permanent"}) {
		t.Errorf("shared: %v", got)
	}
}

// No text in any field breaks the page, and what is ready can be declared.
func FuzzPage(f *testing.F) {
	for _, text := range []string{"", "tổ 3 an cựu", "hoa minh", "\x00", "1", "<b>", "không", "14/8 15/8", "046160000123|x|Nguyễn Thị Hoa|02091960|Nữ|Huế|01052021", strings.Repeat("ư", 5000)} {
		for i := range 8 {
			f.Add(i*5, text, "20200")
		}
	}
	f.Fuzz(func(t *testing.T, at int, text, pick string) {
		for _, form := range Forms() {
			id := form.Questions[((at%len(form.Questions))+len(form.Questions))%len(form.Questions)].ID
			typed := hoa()
			typed[id], typed[id+Pick] = []string{text, pick}, []string{pick}
			p := ReadPage(form, pageEvent(), typed)
			if p.Ready() {
				p.Declare()
			}
			if filled, ok := FillCard(form, pageEvent(), typed, text); ok {
				ReadPage(form, pageEvent(), filled)
			}
		}
	})
}
