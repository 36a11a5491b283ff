package triage

import (
	"strings"
	"testing"

	"khaibao/core"
)

func TestAreaCheck(t *testing.T) {
	good := Area{ID: "a", Code: redWard, Level: "red", From: "2021-05-01"}
	tests := []struct {
		why    string
		change func(a *Area)
		want   string // "" for nothing wrong
	}{
		{"a ward", func(*Area) {}, ""},
		{"a province, until a day", func(a *Area) { a.Code, a.Until = "79", "2021-05-01" }, ""},
		{"a part of a ward", func(a *Area) { a.Sub = "TDP 3" }, ""},
		{"a circle", func(a *Area) { a.Lat, a.Lon, a.Radius = 16.4, 107.6, 500 }, ""},
		{"another country", func(a *Area) { a.Code = "LA" }, ""},
		{"an island district without communes", func(a *Area) { a.Code, a.Sub = "498", "Thôn 1" }, ""},
		{"nothing to name it by", func(a *Area) { a.ID = "" }, "without an ID"},
		{"no such unit", func(a *Area) { a.Code = "99999" }, "no unit"},
		{"no unit at all", func(a *Area) { a.Code = "" }, "no unit"},
		{"no such level", func(a *Area) { a.Level = "blue" }, "no level"},
		{"a part of a province", func(a *Area) { a.Code, a.Sub = "46", "TDP 3" }, "a part needs its commune"},
		{"a circle in a province", func(a *Area) { a.Code, a.Radius = "46", 300 }, "a circle needs the commune"},
		{"a circle as wide as a province", func(a *Area) { a.Radius = 50_000 }, "a radius of"},
		{"a circle on no earth", func(a *Area) { a.Lat, a.Lon, a.Radius = 107.6, 216.4, 300 }, "no such point"},
		{"a circle and a part", func(a *Area) { a.Sub, a.Radius = "TDP 3", 300 }, "either a part"},
		{"a month is no day", func(a *Area) { a.From = "2021-05" }, "no first day"},
		{"ends before it begins", func(a *Area) { a.Until = "2021-04-30" }, "ends before"},
	}
	for _, tt := range tests {
		a := good
		tt.change(&a)
		err := a.Check()
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.why, err, tt.want)
		}
		if n := NewAreas([]Area{a}).Len(); (n == 1) != (tt.want == "") {
			t.Errorf("%s: %d areas are in force", tt.why, n)
		}
	}
}

// What a stay finds: the class tells. The window is from 1 to 15 June.
func TestStaysInAreas(t *testing.T) {
	const day = "2021-06-15"
	ward := Area{ID: "a", Code: redWard, Level: "orange", From: "2021-06-03", Until: "2021-06-08"}
	in := func(change func(a *Area)) Area { a := ward; change(&a); return a }
	days := func(d ...core.Day) Stay { return Stay{Code: redWard, Days: d} }
	tests := []struct {
		why  string
		area Area
		stay Stay
		want core.Class
	}{
		{"on a day in force", ward, days("2021-06-05"), core.ClassReturnee},
		{"on its first day", ward, days("2021-06-03"), core.ClassReturnee},
		{"on its last day", ward, days("2021-06-08"), core.ClassReturnee},
		{"the day before", ward, days("2021-06-02"), core.ClassNone},
		{"the day after", ward, days("2021-06-09"), core.ClassNone},
		{"one day of two", ward, days("2021-06-09", "2021-06-04"), core.ClassReturnee},
		{"a day that cannot be read may be any", ward, days("2021-06-09", "2021-06"), core.ClassUnknown},
		{"no day is remembered, and it was in force for a while", ward, days(), core.ClassUnknown},
		{"no day is remembered, and it always was in force", in(func(a *Area) { a.From, a.Until = "2021-05-01", "" }), days(), core.ClassReturnee},
		{"no day is remembered, and it was over before the window", in(func(a *Area) { a.From, a.Until = "2021-05-01", "2021-05-20" }), days(), core.ClassNone},
		{"a stay over its days", ward, Stay{Code: redWard, From: "2021-06-01", Until: "2021-06-10"}, core.ClassReturnee},
		{"left before it began", ward, Stay{Code: redWard, Until: "2021-06-02"}, core.ClassNone},
		{"still there, came when it was over", ward, Stay{Code: redWard, From: "2021-06-09"}, core.ClassNone},
		{"before the window", in(func(a *Area) { a.From = "2021-04-01" }), days("2021-05-20"), core.ClassNone},
		{"its district, told no finer", ward, Stay{Code: "474", Days: []core.Day{"2021-06-05"}}, core.ClassUnknown},
		{"its province, told no finer", ward, Stay{Code: "46", Days: []core.Day{"2021-06-05"}}, core.ClassUnknown},
		{"its province, on a day when it was not in force", ward, Stay{Code: "46", Days: []core.Day{"2021-06-10"}}, core.ClassNone},
		{"another province", ward, Stay{Code: "48", Days: []core.Day{"2021-06-05"}}, core.ClassNone},
		{"a ward of a district", in(func(a *Area) { a.Code = "474" }), days("2021-06-05"), core.ClassReturnee},
		{"a ward of a province", in(func(a *Area) { a.Code = "46" }), days("2021-06-05"), core.ClassReturnee},
		{"a milder level", in(func(a *Area) { a.Level = "yellow" }), days("2021-06-05"), core.ClassNone},
		{"the part", in(func(a *Area) { a.Sub = "TDP 3" }), Stay{Code: redWard, Sub: "tdp  3", Days: []core.Day{"2021-06-05"}}, core.ClassReturnee},
		{"one of two parts", in(func(a *Area) { a.Sub = "TDP 3, TDP 4" }), Stay{Code: redWard, Sub: "TDP 4", Days: []core.Day{"2021-06-05"}}, core.ClassReturnee},
		{"another part", in(func(a *Area) { a.Sub = "TDP 3" }), Stay{Code: redWard, Sub: "TDP 4", Days: []core.Day{"2021-06-05"}}, core.ClassNone},
		{"a part by another word for it", in(func(a *Area) { a.Sub = "TDP 3" }), Stay{Code: redWard, Sub: "Khối 3", Days: []core.Day{"2021-06-05"}}, core.ClassUnknown},
		{"a part with a name", in(func(a *Area) { a.Sub = "TDP 3" }), Stay{Code: redWard, Sub: "Xóm Chợ", Days: []core.Day{"2021-06-05"}}, core.ClassUnknown},
		{"another name", in(func(a *Area) { a.Sub = "Thôn Dạ Lê" }), Stay{Code: redWard, Sub: "Thôn Vân Thê", Days: []core.Day{"2021-06-05"}}, core.ClassNone},
		{"a part, told no finer", in(func(a *Area) { a.Sub = "TDP 3" }), days("2021-06-05"), core.ClassUnknown},
		{"within the circle", in(func(a *Area) { a.Lat, a.Lon, a.Radius = 16.4500, 107.6000, 300 }), Stay{Code: redWard, Located: true, Lat: 16.4520, Lon: 107.6010, Days: []core.Day{"2021-06-05"}}, core.ClassReturnee},
		{"outside the circle", in(func(a *Area) { a.Lat, a.Lon, a.Radius = 16.4500, 107.6000, 300 }), Stay{Code: redWard, Located: true, Lat: 16.4550, Lon: 107.6010, Days: []core.Day{"2021-06-05"}}, core.ClassNone},
		{"a circle, told no finer", in(func(a *Area) { a.Lat, a.Lon, a.Radius = 16.4500, 107.6000, 300 }), days("2021-06-05"), core.ClassUnknown},
		{"another country", in(func(a *Area) { a.Code = "LA" }), Stay{Code: "LA", Days: []core.Day{"2021-06-05"}}, core.ClassReturnee},
	}
	r := BuiltIn()[0]
	for _, tt := range tests {
		s := saying(t, day, "")
		s.Passed = []Stay{tt.stay}
		v := r.Judge(NewAreas([]Area{tt.area}), s)
		if v.Class != tt.want {
			t.Errorf("%s: %s, want %s (%v)", tt.why, v.Class, tt.want, v.Reasons)
		}
		if unsure := v.Class == core.ClassUnknown; unsure && v.Colour == core.ColourGreen {
			t.Errorf("%s: unknown, and green", tt.why)
		}
	}
}

func TestReasonsNameTheAreaAndTheDay(t *testing.T) {
	r := BuiltIn()[1]
	areas := NewAreas([]Area{{ID: "a", Code: redWard, Level: "red", From: "2021-05-01"}, {ID: "b", Code: circleWard, Lat: 16, Lon: 107, Radius: 100, Name: "Chợ Truồi", Level: "red", From: "2021-05-01"}})
	s := saying(t, "2021-06-15", "passed=19801@-3+-2")
	told := func(s Said, id string) string {
		for _, reason := range r.Judge(areas, s).Reasons {
			if reason.Rule == id {
				return r.Words(reason, "vi")
			}
		}
		return ""
	}
	if got := told(s, "C-AREA-PASSED"); got != "Đã đến hoặc đi qua vùng có dịch: Phường An Cựu, ngày 13/06/2021" {
		t.Error(got)
	}
	s.Passed = []Stay{{Code: circleWard, Located: true, Lat: 16, Lon: 107, Days: []core.Day{"2021-06-10"}}}
	if got := told(s, "C-AREA-PASSED"); got != "Đã đến hoặc đi qua vùng có dịch: Chợ Truồi, ngày 10/06/2021" {
		t.Error(got)
	}
	if got := told(s, "M-RETURNEE"); got != "Về từ vùng có dịch: cách ly tại nhà 21 ngày tính từ 10/06/2021, đến hết ngày 01/07/2021" {
		t.Error(got)
	}
	if got := r.Words(core.Reason{Rule: "C-AREA-PASSED"}, "vi"); !strings.Contains(got, "?") {
		t.Errorf("what is missing is not shown: %s", got)
	}
	if got := r.Words(core.Reason{Rule: "R-OLD-99"}, "vi"); got != "" {
		t.Error(got)
	}
}

func TestAreasVersion(t *testing.T) {
	a, b := Area{ID: "a", Code: redWard, Level: "red", From: "2021-05-01"}, Area{ID: "b", Code: lockedWard, Level: "red", From: "2021-05-01"}
	version := NewAreas([]Area{a, b}).Version()
	if other := NewAreas([]Area{b, a}).Version(); other != version {
		t.Errorf("the order counts: %s, %s", version, other)
	}
	b.Lockdown = true
	if other := NewAreas([]Area{a, b}).Version(); other == version {
		t.Error("a lock-down does not count")
	}
	var none *Areas
	if none.Version() != "0" || NewAreas(nil).Version() != "0" || none.Len() != 0 {
		t.Errorf("no areas: %s, %s", none.Version(), NewAreas(nil).Version())
	}
	if v := BuiltIn()[0].Judge(NewAreas([]Area{a}), Said{Day: "2021-06-15"}); v.Rules != "2020-before+"+NewAreas([]Area{a}).Version() {
		t.Error(v.Rules)
	}
}
