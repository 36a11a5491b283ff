package core

import "testing"

func TestKeepingWhatIsKnown(t *testing.T) {
	known := PersonFacts{Name: "Nguyễn Văn Thử", Folded: "nguyen van thu", SortKey: "thử nguyễn văn", Birth: "1988-08-15", Sex: "male",
		IDType: "cccd", ID: "046088001234", Insurance: "DN4460123456789", Commune: "19777", District: "474", Province: "46", Sub: "TDP 3", House: "7 Hải Triều"}
	change := func(f func(*PersonFacts)) PersonFacts {
		p := known
		f(&p)
		return p
	}
	tests := []struct {
		name      string
		said, has PersonFacts
	}{
		{"the same again", known, known},
		{"a name without marks", change(func(p *PersonFacts) { p.Name, p.SortKey = "Nguyen Van Thu", "thu nguyen van" }), known},
		{"only the year", change(func(p *PersonFacts) { p.Birth = "1988" }), known},
		{"nothing optional, as by SMS", change(func(p *PersonFacts) { p.Insurance, p.House, p.IDType, p.ID, p.Sex = "", "", "", "", "" }), known},
		{"other marks", change(func(p *PersonFacts) { p.Name = "Nguyễn Văn Thứ" }), change(func(p *PersonFacts) { p.Name = "Nguyễn Văn Thứ" })},
		{"another name without marks",
			change(func(p *PersonFacts) {
				p.Name, p.Folded, p.SortKey = "Nguyen Van Thuc", "nguyen van thuc", "thuc nguyen van"
			}),
			change(func(p *PersonFacts) {
				p.Name, p.Folded, p.SortKey = "Nguyen Van Thuc", "nguyen van thuc", "thuc nguyen van"
			})},
		{"another year", change(func(p *PersonFacts) { p.Birth = "1989" }), change(func(p *PersonFacts) { p.Birth = "1989" })},
		{"another quarter, the house not said", change(func(p *PersonFacts) { p.Sub, p.House = "TDP 4", "" }), change(func(p *PersonFacts) { p.Sub, p.House = "TDP 4", "" })},
		{"another ward, the house not said", change(func(p *PersonFacts) { p.Commune, p.House = "19804", "" }), change(func(p *PersonFacts) { p.Commune, p.House = "19804", "" })},
		{"another card", change(func(p *PersonFacts) { p.ID, p.Insurance = "046088005678", "DN4460000000000" }),
			change(func(p *PersonFacts) { p.ID, p.Insurance = "046088005678", "DN4460000000000" })},
	}
	for _, test := range tests {
		if got := test.said.Keeping(known); got != test.has {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.has)
		}
	}
}
