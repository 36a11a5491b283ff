package flows

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/area"
)

func pageEvent() Event {
	now := time.Date(2021, 8, 15, 3, 0, 0, 0, time.UTC)
	return Event{Now: now, Today: core.DayOf(now), Setting: Setting{Province: "46", Hotline: "19001075", Disease: "COVID-19", LookBack: 21, Notice: 1,
		PublicURL: "http://khaibao.test"}}
}

// hoa is a whole resident declaration as it is typed from paper.
func hoa() Typed {
	return Typed{"full_name": {"nguyễn thị hoa"}, "birth": {"02091960"}, "id_number": {"046160000123"}, "phone": {"0900 123 456"},
		"permanent": {"tổ 3 p an cựu huế"}, "current" + Pick: {"same"}, "exposures": {"none"}, "symptoms": {"fever", "cough"}, "has_conditions": {"no"}}
}

func (p *Page) field(id string) Field {
	i := slices.IndexFunc(p.Fields, func(f Field) bool { return f.ID == id })
	return p.Fields[i]
}

func faults(p *Page) (all []string) {
	for _, f := range p.Fields {
		if f.Faulty() {
			all = append(all, f.ID+" "+f.Wrong.Key)
		}
	}
	return all
}

func with2(t Typed, pairs ...string) Typed {
	out := make(Typed)
	for k, v := range t {
		out[k] = v
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if out[pairs[i]] = []string{pairs[i+1]}; pairs[i+1] == "" {
			delete(out, pairs[i])
		}
	}
	return out
}

func TestPageOfAResident(t *testing.T) {
	p := ReadPage(&Resident, pageEvent(), hoa())
	if !p.Ready() {
		t.Fatalf("faults: %v", faults(p))
	}
	d := p.Declare()
	if d.Person.Name != "Nguyễn Thị Hoa" || d.Person.Birth != "1960-09-02" || d.Person.Sex != "female" || d.Person.Commune != "19789" && !area.Leaf(d.Person.Commune) ||
		d.Phone != "+84900123456" || d.Person.ID != "046160000123" {
		t.Errorf("declared %+v", d)
	}
	text, _ := json.Marshal(d.Facts)
	t.Logf("%s %+v", text, d.Person)
}
