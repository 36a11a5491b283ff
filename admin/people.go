package admin

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"khaibao/core/store"
)

// likePair is a link to two people who may be one, for who may correct it.
type likePair struct{ Href, Names string }

// likePairs names the pairs that an officer may compare.
func likePairs(alike []store.Likeness, name func(id string) string) []likePair {
	var list []likePair
	for _, pair := range alike {
		v := url.Values{"a": {pair.A}, "b": {pair.B}}
		list = append(list, likePair{"/admin/people/compare?" + v.Encode(), name(pair.A) + " – " + name(pair.B)})
	}
	return list
}

// comparePage is two records side by side.
type comparePage struct {
	*store.Comparison
	Rows  []compareRow
	Shown string // ID of the newest declaration of the two, where the officer is led afterwards
}

// compareRow is one fact of both.
type compareRow struct {
	Label   string // locale key
	A, B    string
	Differs bool // of who they are both say something, and not the same
}

func (s *Server) showCompare(r *request) (string, any, error) {
	q := r.URL.Query()
	look := store.Look{Officer: *r.Officer, Screen: "compare", At: r.At}
	c, err := s.Store.Compare(r.Context(), look, r.Officer.ListScope(), q.Get("a"), q.Get("b"))
	if err != nil {
		return "", nil, err
	}
	page := comparePage{Comparison: c}
	add := func(label string, of func(store.CheckedPerson) string) *compareRow {
		row := compareRow{Label: label, A: of(c.A), B: of(c.B)}
		row.Differs = row.A != "" && row.B != "" && row.A != row.B
		page.Rows = append(page.Rows, row)
		return &page.Rows[len(page.Rows)-1]
	}
	add("admin.compare.name", func(p store.CheckedPerson) string { return p.Name })
	birth := add("admin.birth", func(p store.CheckedPerson) string { return r.Day(p.Birth) })
	if strings.HasPrefix(c.A.Birth, c.B.Birth) || strings.HasPrefix(c.B.Birth, c.A.Birth) {
		birth.Differs = false // one is only less exact
	}
	add("admin.compare.sex", func(p store.CheckedPerson) string { return r.Sex(p.Sex) })
	add("admin.id", func(p store.CheckedPerson) string { return p.IDNumber })
	add("admin.insurance", func(p store.CheckedPerson) string { return p.Insurance })
	add("admin.phone", r.phonesText)
	add("admin.area", func(p store.CheckedPerson) string { return r.Area(p.Area) })
	add("admin.house", func(p store.CheckedPerson) string { return joined(p.House, r.Quarter(p.Sub)) })
	// When they declared says nothing of who they are.
	add("admin.group.resident", func(p store.CheckedPerson) string { return r.versionText(p.Resident) }).Differs = false
	add("admin.group.journey", func(p store.CheckedPerson) string { return r.versionText(p.Journey) }).Differs = false
	newest := slices.MaxFunc([]store.CheckedPerson{c.A, c.B}, func(a, b store.CheckedPerson) int { return declaredAt(a).Compare(declaredAt(b)) })
	for _, v := range []*store.Version{newest.Resident, newest.Journey} {
		if v != nil && v.At.Equal(declaredAt(newest)) {
			page.Shown = v.ID
		}
	}
	return "compare.html", page, nil
}

// phonesText lists a person's phones, the proved ones first.
func (r *request) phonesText(p store.CheckedPerson) string {
	var list []string
	for _, proven := range []bool{true, false} {
		for _, phone := range p.Phones {
			switch {
			case phone.Proven != proven:
			case phone.Proxy:
				list = append(list, r.National(phone.E164)+" ("+r.T("admin.phone.proxy")+")")
			case proven:
				list = append(list, r.National(phone.E164))
			default:
				list = append(list, r.National(phone.E164)+" ("+r.T("admin.phone.unproven")+")")
			}
		}
	}
	return strings.Join(list, ", ")
}

// versionText says when and how somebody declared.
func (r *request) versionText(v *store.Version) string {
	if v == nil {
		return ""
	}
	text := r.Moment(v.At).Exact + " · " + r.Channel(v.Channel)
	if v.Proxy {
		text += " · " + r.T("admin.record.proxy")
	}
	return text
}

func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// judgePair takes what an officer says of two people who may be one, and leads
// to the declaration where it is written down.
func (s *Server) judgePair(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	a, b, keep := r.PostFormValue("a"), r.PostFormValue("b"), r.PostFormValue("keep")
	look := store.Look{Officer: *r.Officer, Screen: "compare", At: r.At}
	var err error
	switch {
	case r.PostFormValue("apart") != "":
		err = s.Store.NotSame(r.Context(), look, r.Officer.ListScope(), a, b)
	case keep == a:
		err = s.Store.MergePeople(r.Context(), look, r.Officer.ListScope(), a, b)
	case keep == b:
		err = s.Store.MergePeople(r.Context(), look, r.Officer.ListScope(), b, a)
	default:
		return "", nil, refusal{http.StatusBadRequest, "admin.error.form"}
	}
	if err != nil {
		return "", nil, err
	}
	shown := r.PostFormValue("shown")
	if shown == "" || strings.Trim(shown, "0123456789abcdef-") != "" {
		return "", nil, redirect("/admin/check")
	}
	return "", nil, redirect("/admin/declarations/" + shown)
}
