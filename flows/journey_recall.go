package flows

import (
	"cmp"
	"slices"

	"khaibao/core"
)

// recallJourney makes the answers of a journey's declaration out of what was
// stored of one; it is the inverse of declareJourney. Without a declaration it
// gives what is known of the person, who is thought to come home.
func recallJourney(p core.PersonFacts, facts, private map[string]any) []Answer {
	m := memory{facts: facts, private: private}
	m.identity(p)
	if facts == nil {
		m.keep(Answer{ID: "destination", Value: p.Commune, Sub: p.Sub, House: p.House})
		m.finer("destination", p.Sub)
		return m.answers
	}
	from := Answer{ID: "from", Value: m.text("from"), Sub: m.text("from_sub"), House: m.text("from_house"), Typed: m.text("from_typed")}
	m.keep(from)
	m.finer("from", from.Sub)
	m.keep(Answer{ID: "vehicle", Value: m.text("vehicle"), Typed: m.text("vehicle_typed")})
	m.sign()
	m.keep(Answer{ID: "departed_on", Value: m.text("departed_on")})
	m.keep(Answer{ID: "arrive_on", Value: m.text("arrive_on")})
	to := m.home("destination", "")
	m.keep(to)
	m.finer("destination", to.Sub)
	m.passed()
	if set, ok := m.list("countries"); ok {
		m.set("countries", set)
	}
	m.health()
	m.vaccination()
	m.optional("insurance", "occupation", "workplace")
	seat := Answer{ID: "seat", Value: m.text("seat")}
	if seat.Value == "" && slices.ContainsFunc(m.answers, func(a Answer) bool { return a.ID == "more" && a.Value == "yes" }) {
		seat.Value = Skipped
	}
	m.keep(seat)
	return m.answers
}

// sign is the number of a vehicle; one that cannot be read was kept as typed.
func (m *memory) sign() {
	number := m.text("vehicle_no")
	if number == "" {
		m.keep(Answer{ID: "vehicle_no", Value: Skipped})
		return
	}
	a := Answer{ID: "vehicle_no", Value: number}
	if v, ok := readSignOf(m.text("vehicle"), number); ok {
		a.Type = v
	}
	m.keep(a)
}

// passed are the places passed: their areas and days are facts, their words
// private, in the same order.
func (m *memory) passed() {
	var coded []any
	switch list := m.facts["passed"].(type) {
	case []any:
		coded = list
	case []map[string]any:
		for _, v := range list {
			coded = append(coded, v)
		}
	default:
		return
	}
	typed := textsOf(m.private["passed_typed"])
	a := Answer{ID: "passed"}
	for i, v := range coded {
		stop, _ := v.(map[string]any)
		code, _ := stop["area"].(string)
		if code == "" {
			continue
		}
		s := Stop{Area: code, Days: textsOf(stop["days"])}
		s.Unsure = len(s.Days) == 0
		if i < len(typed) {
			s.Typed = typed[i]
		}
		a.Stops = append(a.Stops, s)
	}
	if len(a.Stops) == 0 {
		a.Value = "none"
	}
	m.answers = append(m.answers, a)
}

// vaccination is what was asked while a rule used it.
func (m *memory) vaccination() {
	doses := m.text("doses")
	if doses == "" {
		return
	}
	m.keep(Answer{ID: "doses", Value: doses})
	for _, id := range []string{"last_dose", "recovered_on"} {
		m.keep(Answer{ID: id, Value: cmp.Or(m.text(id), Skipped)})
	}
}

// textsOf is a list of texts, as it comes from Go or from JSON.
func textsOf(v any) []string {
	m := memory{facts: map[string]any{"": v}}
	list, _ := m.list("")
	return list
}
