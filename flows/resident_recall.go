package flows

import (
	"cmp"

	"khaibao/core"
	"khaibao/core/reading"
)

// recallResident makes the answers of the resident declaration out of what was
// stored of one; it is the inverse of declareResident. Without a declaration it
// gives what is known of the person.
func recallResident(p core.PersonFacts, facts, private map[string]any) []Answer {
	m := memory{facts: facts, private: private}
	m.identity(p)
	if facts == nil {
		m.keep(Answer{ID: "current", Value: p.Commune, Sub: p.Sub, House: p.House})
		m.finer("current", p.Sub)
		return m.answers
	}
	permanent := m.home("permanent", "permanent_")
	current := m.home("current", "")
	m.keep(permanent)
	m.finer("permanent", permanent.Sub)
	if isCode(permanent.Value) && current.Value == permanent.Value && current.Sub == permanent.Sub && current.House == permanent.House && current.Typed == permanent.Typed {
		current = Answer{ID: "current", Value: "same"}
	}
	m.keep(current)
	if isCode(current.Value) {
		m.finer("current", current.Sub)
	}
	m.health()
	m.optional("insurance", "ethnicity", "religion", "marital", "education", "occupation", "workplace")
	return m.answers
}

// memory gathers answers out of a stored declaration.
type memory struct {
	facts, private map[string]any
	answers        []Answer
}

// keep adds an answer that says something.
func (m *memory) keep(a Answer) {
	if a.Value != "" || len(a.Set) > 0 {
		m.answers = append(m.answers, a)
	}
}

// text is a fact or a private answer in words or code, "" when there is none.
func (m *memory) text(key string) string {
	s, _ := m.facts[key].(string)
	private, _ := m.private[key].(string)
	return cmp.Or(s, private)
}

// list is a fact that is a list, as it comes from Go or from JSON; ok tells
// whether there is one, empty or not.
func (m *memory) list(key string) (out []string, ok bool) {
	switch list := m.facts[key].(type) {
	case []string:
		return list, true
	case []any:
		for _, v := range list {
			if s, isText := v.(string); isText {
				out = append(out, s)
			}
		}
		return out, true
	}
	return nil, false
}

// identity is who the person is.
func (m *memory) identity(p core.PersonFacts) {
	m.keep(Answer{ID: "full_name", Value: p.Name})
	m.keep(Answer{ID: "birth", Value: p.Birth})
	paper := Answer{ID: "id_number", Value: p.ID, Type: p.IDType}
	switch {
	case p.IDType == "unknown": // grown, and no papers at hand
		paper = childPaper
		paper.ID = "id_number"
	case p.ID != "":
		if id, err := reading.ReadID(p.ID, ""); err == nil {
			paper.Sex, paper.Year = id.Sex, id.BirthYear
		}
	}
	m.keep(paper)
	m.keep(Answer{ID: "old_id", Value: m.text("old_id"), By: "id_number"})
	m.keep(Answer{ID: "qid", Value: m.text("qid"), By: "full_name"})
	for _, q := range []string{"check_birth", "check_papers"} {
		m.keep(Answer{ID: q, Value: m.text(q)})
	}
	sex := Answer{ID: "sex", Value: p.Sex}
	if paper.Sex != "" && paper.Sex == p.Sex {
		sex.By = "id_number"
	}
	m.keep(sex)
	m.keep(Answer{ID: "check_sex", Value: m.text("check_sex")})
	m.keep(Answer{ID: "nationality", Value: m.text("nationality")})
}

// home is a place as it was declared, its keys begun by prefix.
func (m *memory) home(id, prefix string) Answer {
	return Answer{ID: id, Value: m.text(prefix + "commune"), Sub: m.text(prefix + "sub"), House: m.text(prefix + "house"), Typed: m.text(prefix + "typed")}
}

// finer keeps that a place was all that was told.
func (m *memory) finer(id, sub string) {
	if sub == "" {
		m.keep(Answer{ID: id + "_sub", Value: Skipped})
	}
}

// health is what was said of exposures, symptoms and conditions.
func (m *memory) health() {
	if set, ok := m.list("exposures"); ok {
		m.set("exposures", set)
		if len(set) > 0 {
			m.keep(Answer{ID: "exposure_last", Value: cmp.Or(m.text("exposure_last"), Skipped)})
		}
	}
	if set, ok := m.list("symptoms"); ok {
		m.set("symptoms", set)
	}
	if set, ok := m.list("conditions"); ok {
		m.keep(Answer{ID: "has_conditions", Value: yesIf(len(set) > 0)})
		if len(set) > 0 {
			m.set("conditions", set)
		}
	}
}

func (m *memory) set(id string, set []string) {
	if len(set) == 0 {
		m.keep(Answer{ID: id, Value: "none"})
		return
	}
	m.keep(Answer{ID: id, Set: set})
}

// optional are the answers behind the offer of more questions. An insurance
// number alone may have come without them.
func (m *memory) optional(ids ...string) {
	any := false
	for _, id := range ids {
		any = any || m.text(id) != "" && id != "insurance"
	}
	m.keep(Answer{ID: "more", Value: yesIf(any)})
	for _, id := range ids {
		if !any && (id != "insurance" || m.text(id) == "") {
			continue
		}
		a := Answer{ID: id, Value: cmp.Or(m.text(id), Skipped)}
		if id == "insurance" && a.Value != Skipped {
			if read, err := reading.ReadID(a.Value, "insurance"); err == nil {
				a.Type = read.Type
			}
		}
		m.keep(a)
	}
}

func yesIf(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
