package admin

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/store"
)

// answer is one question's short name and what was said, in words.
type answer struct{ ID, Label, Text string }

// aboveAlready are answers that a page shows elsewhere: with the person, or as
// the area of the declaration.
var aboveAlready = map[string]bool{"sex": true, "id_type": true, "id_number": true, "insurance": true, "commune": true, "sub": true, "house": true}

// Answers puts what a declaration says, beside what stands above it already,
// into words, in the order of answerOrder.
func (r *request) Answers(v store.Version) []answer {
	return slices.DeleteFunc(r.allAnswers(v), func(a answer) bool {
		return aboveAlready[a.ID] || a.ID == "nationality" && v.Said[a.ID] == "VN"
	})
}

func (r *request) allAnswers(v store.Version) []answer {
	var all []answer
	for id, said := range v.Said {
		if text := r.said(v.Form, id, said); text != "" {
			all = append(all, answer{ID: id, Label: r.question(v.Form, id), Text: text})
		}
	}
	rank := func(a answer) int {
		if i := slices.Index(answerOrder, a.ID); i >= 0 {
			return i
		}
		return len(answerOrder)
	}
	slices.SortFunc(all, func(a, b answer) int { return cmp.Or(rank(a)-rank(b), strings.Compare(a.Label, b.Label)) })
	return all
}

// answerOrder is how an officer reads a declaration: health, the journey, where
// the person lives, the rest; what was typed, which only explains it, comes
// last. An answer that is not here comes after, by name.
var answerOrder = []string{"exposure_last", "from", "from_sub", "from_house", "departed_on", "arrive_on", "vehicle", "vehicle_no", "seat",
	"passed", "countries", "doses", "last_dose", "recovered_on", "has_conditions", "conditions", "sub", "house", "permanent_commune", "permanent_sub", "permanent_house",
	"nationality", "ethnicity", "religion", "marital", "education", "occupation", "workplace",
	"check_birth", "check_sex", "check_papers", "typed", "permanent_typed", "from_typed", "passed_typed", "vehicle_typed"}

// onlyTyped are answers as somebody wrote them. That they are written otherwise
// next time is no change.
var onlyTyped = []string{"typed", "permanent_typed", "from_typed", "passed_typed", "vehicle_typed"}

// question is a question's short name: the form's own word for it in a review,
// or that of the resident declaration where both ask it.
func (r *request) question(form, id string) string {
	for _, key := range []string{"admin.answer." + id, form + "." + id + ".name", "resident." + id + ".name", id + ".name"} {
		if text := r.T(key); text != key {
			return text
		}
	}
	return id
}

// said puts one answer into words, "" when nothing was said.
func (r *request) said(form, id string, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return r.T("admin.yes")
		}
		return r.T("admin.no")
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		return r.word(form, id, v)
	case []any:
		if len(v) == 0 {
			return r.T("admin.none")
		}
		words := make([]string, len(v))
		for i, item := range v {
			words[i] = r.said(form, id, item)
		}
		return strings.Join(words, ", ")
	case map[string]any:
		if id == "passed" {
			return r.passed(form, v)
		}
		var parts []string
		for _, key := range slices.Sorted(mapKeys(v)) {
			if text := r.said(form, key, v[key]); text != "" {
				parts = append(parts, r.question(form, key)+": "+text)
			}
		}
		return strings.Join(parts, "; ")
	}
	return fmt.Sprint(v)
}

// passed is one place that was passed, with its days.
func (r *request) passed(form string, v map[string]any) string {
	place := r.said(form, "from", v["area"])
	if days, _ := v["days"].([]any); len(days) > 0 {
		return place + " (" + r.said(form, "day", days) + ")"
	}
	return place
}

func mapKeys(m map[string]any) func(func(string) bool) {
	return func(yield func(string) bool) {
		for key := range m {
			if !yield(key) {
				return
			}
		}
	}
}

// word is a choice in the form's own words, an area by its name, a day as
// people write it, and any other text as it is.
func (r *request) word(form, id, value string) string {
	single := strings.TrimSuffix(id, "s")
	for _, key := range []string{"admin.answer." + id + "." + value, form + "." + id + "." + value, "resident." + id + "." + value, single + "." + value, "choice." + value} {
		if text := r.T(key); text != key {
			return text
		}
	}
	switch id {
	case "nationality", "countries":
		return r.country(value)
	case "sub", "permanent_sub", "from_sub":
		return r.Quarter(value)
	case "from":
		if _, known := area.Get(value); !known {
			return r.country(value)
		}
		return area.Address(value)
	}
	if _, known := area.Get(value); known && strings.HasSuffix(id, "commune") {
		return area.Address(value)
	}
	return core.Day(value).Local()
}

// Quarter is the part of a commune as it is stored ("TDP 12, Khu vực 5") with
// the short form written out: an officer reads it to somebody at a door.
func (r *request) Quarter(sub string) string {
	parts := strings.Split(sub, ", ")
	for i, part := range parts {
		if number, ok := strings.CutPrefix(part, "TDP "); ok {
			parts[i] = r.T("admin.quarter", "n", number)
		}
	}
	return strings.Join(parts, ", ")
}

// country names a country by its ISO 3166 code.
func (r *request) country(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	return display.Regions(language.Make(r.Lang)).Name(region)
}

// Symptoms and Exposures are a declaration's in words.
func (r *request) Symptoms(v store.Version) string { return r.listed(v.Form, "symptoms", v.Symptoms) }
func (r *request) Exposures(v store.Version) string {
	return r.listed(v.Form, "exposures", v.Exposures)
}

// RowSymptoms and RowExposures are those of a row on the list.
func (r *request) RowSymptoms(row store.Row) string {
	return r.listed("resident", "symptoms", row.Symptoms)
}
func (r *request) RowExposures(row store.Row) string {
	return r.listed("resident", "exposures", row.Exposures)
}

func (r *request) listed(form, id string, values []string) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = r.word(form, id, v)
	}
	return strings.Join(words, ", ")
}

// ShowsHealth tells whether a person's exposures and symptoms are shown.
func (r *request) ShowsHealth(p *store.Person) bool { return p.Shows(duty.ExposureSymptoms) }

// ShowsIdentity tells whether a person's full ID, phone and house are shown.
func (r *request) ShowsIdentity(p *store.Person) bool { return p.Shows(duty.FullIdentity) }

// Day is a civil day as people write it, cut as it was told.
func (r *request) Day(d string) string {
	if len(d) == len("2006-01") {
		return d[5:7] + "/" + d[:4]
	}
	return core.Day(d).Local()
}

// National is a phone as people in Vietnam write it, 0900 123 456.
func (r *request) National(e164 string) string {
	if rest, ok := strings.CutPrefix(e164, "+84"); ok && len(rest) == 9 {
		return "0" + rest[:3] + " " + rest[3:6] + " " + rest[6:]
	}
	return e164
}

// compare lists what one version changed against the one before.
func (r *request) compare(before, after store.Version) []fieldChange {
	list := []fieldChange{}
	add := func(label, a, b string) {
		if a != b {
			list = append(list, fieldChange{label, a, b})
		}
	}
	none := r.T("admin.none")
	orNone := func(text string) string {
		if text == "" {
			return none
		}
		return text
	}
	add(r.T("admin.symptoms"), orNone(r.Symptoms(before)), orNone(r.Symptoms(after)))
	add(r.T("admin.exposures"), orNone(r.Exposures(before)), orNone(r.Exposures(after)))
	add(r.T("admin.area"), r.Area(before.Area), r.Area(after.Area))
	old := make(map[string]string)
	for _, a := range r.allAnswers(before) {
		old[a.ID] = a.Text
	}
	for _, a := range r.allAnswers(after) {
		if a.ID != "commune" && !slices.Contains(onlyTyped, a.ID) { // the commune is told as the area above
			add(a.Label, orNone(old[a.ID]), a.Text)
		}
		delete(old, a.ID)
	}
	for _, a := range r.allAnswers(before) {
		if text, gone := old[a.ID]; gone && !slices.Contains(onlyTyped, a.ID) {
			add(a.Label, text, none)
		}
	}
	return list
}
