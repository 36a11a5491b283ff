package admin

import (
	"net/url"
	"strconv"
	"strings"

	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/store"
)

// accountsPage is the list of accounts.
type accountsPage struct {
	store.AccountPage
	Filter store.AccountFilter
	Areas  []areaChoice
}

// With is the list with one filter changed; what was searched for stays out of
// addresses.
func (p accountsPage) With(key, value string) string {
	v := url.Values{}
	for k, is := range map[string]string{"duty": string(p.Filter.Duty), "area": p.Filter.Area, "state": p.Filter.State, "sort": p.Filter.Sort, key: value} {
		if is != "" && is != "0" {
			v.Set(k, is)
		}
	}
	if len(v) == 0 {
		return accountsPath
	}
	return accountsPath + "?" + v.Encode()
}

func (p accountsPage) Duties() []duty.Duty { return duty.All() }
func (p accountsPage) States() []string    { return store.AccountStates() }
func (p accountsPage) Sorts() []string     { return []string{"name", "duty", "area", "seen"} }

// Older and Newer are the pages beside this one; "" where there is none.
func (p accountsPage) Older() string {
	if (p.Filter.Page+1)*store.AccountsShown >= p.Total {
		return ""
	}
	return p.With("page", strconv.Itoa(p.Filter.Page+1))
}

// Newer is the page before.
func (p accountsPage) Newer() string {
	if p.Filter.Page == 0 {
		return ""
	}
	return p.With("page", strconv.Itoa(p.Filter.Page-1))
}

// areaChoice is one line of a choice of areas, the finer ones further in.
type areaChoice struct {
	Code, Name string
	Depth      int
}

// Indent is what stands before its name.
func (c areaChoice) Indent() string { return strings.Repeat("– ", c.Depth) }

// areaChoices are an officer's area and all below it.
func areaChoices(code string) []areaChoice {
	u, ok := area.Get(code)
	if !ok {
		return nil
	}
	list := []areaChoice{{u.Code, u.FullName, 0}}
	for _, below := range area.Children(code) {
		list = append(list, areaChoice{below.Code, below.FullName, 1})
		for _, c := range area.Children(below.Code) {
			list = append(list, areaChoice{c.Code, c.FullName, 2})
		}
	}
	return list
}

// showAccounts lists accounts; names are searched for by POST, so that no name
// stands in an address.
func (s *Server) showAccounts(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	f := store.AccountFilter{Duty: duty.Duty(r.FormValue("duty")), Area: r.FormValue("area"), State: r.FormValue("state"),
		Sort: r.FormValue("sort"), Text: strings.ToValidUTF8(r.PostFormValue("text"), "")}
	f.Page, _ = strconv.Atoi(r.FormValue("page")) // no number is the first page
	f.Page = max(f.Page, 0)
	page, err := s.Store.Accounts(r.Context(), r.Officer.AccountScope(), f)
	return "accounts.html", accountsPage{page, f, areaChoices(r.Officer.Area)}, err
}
