package main

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/seal"
	"khaibao/core/store"
)

// checksEach is how many people are checked by each of code, ID and phone.
const checksEach = 1000

// looker is the sign-in of who looks up the i-th of some people. As many officers
// look up at once as there are who ask, none of them two at a time; each may look
// up so many in a minute: then another goes on.
func (w *web) looker(ctx context.Context, d duty.Duty, i int) (string, error) {
	if i%(atOnceOfficers*(store.LooksPerMinute-2)) == 0 {
		for j := range w.lookers {
			var err error
			if w.lookers[j], err = w.signIn(ctx, d, w.options.Province); err != nil {
				return "", err
			}
		}
	}
	return w.lookers[i%atOnceOfficers], nil
}

// checks measures the one box, by what a QR says, by ID number and by phone.
func (w *web) checks(ctx context.Context) error {
	// What a page takes that asks the database nothing is the machine's own.
	none := make([]asking, checksEach)
	for i := range none {
		none[i].path = "/admin/assets/admin.css"
	}
	if err := w.measure(ctx, "a page that asks the database nothing", 10, none); err != nil {
		return err
	}
	known, err := someOf(w.people, checksEach)
	if err != nil {
		return err
	}
	codes, err := w.someCodes(ctx, checksEach)
	if err != nil {
		return err
	}
	for _, by := range []struct {
		what string
		text func(i int) string
	}{
		{"code", func(i int) string { return codes[i%len(codes)] }},
		{"ID number", func(i int) string { return known[i%len(known)].Person.ID }},
		{"phone", func(i int) string { return known[i%len(known)].Phone }},
	} {
		var all []asking
		for i := range checksEach {
			cookie, err := w.looker(ctx, duty.Police, i)
			if err != nil {
				return err
			}
			all = append(all, asking{cookie: cookie, path: "/admin/check", form: url.Values{"q": {by.text(i)}}})
		}
		if err := w.measure(ctx, "a check by "+by.what, 10, all); err != nil {
			return err
		}
	}
	return nil
}

// someCodes opens codes of QRs out of the database.
func (w *web) someCodes(ctx context.Context, n int) (codes []string, err error) {
	db, err := openDatabase(w.databaseURL)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	kek, err := seal.LoadKEK(w.keyFile)
	if err != nil {
		return nil, err
	}
	var wrapped []seal.Wrapped
	kept, err := db.QueryContext(ctx, `SELECT id, purpose, blob FROM keys ORDER BY id`)
	if err != nil {
		return nil, err
	}
	defer kept.Close()
	for kept.Next() {
		var k seal.Wrapped
		if err := kept.Scan(&k.ID, &k.Purpose, &k.Blob); err != nil {
			return nil, err
		}
		wrapped = append(wrapped, k)
	}
	keys, err := seal.Open(kek, wrapped)
	if err != nil {
		return nil, err
	}
	for len(codes) < n {
		rows, err := db.QueryContext(ctx, `SELECT id, code FROM qr_codes TABLESAMPLE SYSTEM (5) ORDER BY random() LIMIT $1`, n)
		if err != nil {
			return nil, err
		}
		before := len(codes)
		for rows.Next() {
			var id string
			var sealed []byte
			if err := rows.Scan(&id, &sealed); err != nil {
				return nil, err
			}
			code, err := keys.OpenString("qr_codes.code", id, sealed)
			if err != nil {
				return nil, err
			}
			codes = append(codes, code)
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
		if len(codes) == before {
			return nil, fmt.Errorf("no codes of QRs")
		}
	}
	return codes[:n], nil
}

// lists measures the lists of officers, with filters and deep inside.
func (w *web) lists(ctx context.Context) error {
	cookies := make(map[duty.Duty]string)
	for _, d := range []duty.Duty{duty.CDC, duty.Digitisation, duty.Leader} {
		var err error
		if cookies[d], err = w.signIn(ctx, d, w.options.Province); err != nil {
			return err
		}
	}
	const n = 400
	each := func(make func(i int) asking) (all []asking) {
		for i := range n {
			all = append(all, make(i))
		}
		return all
	}
	list := func(d duty.Duty, v url.Values) asking {
		return asking{cookie: cookies[d], path: "/admin/declarations?" + v.Encode()}
	}
	for _, m := range []struct {
		what string
		all  []asking
	}{
		{"declarations, the first page of an area", each(func(int) asking { return list(duty.CDC, url.Values{"area": {w.someArea()}}) })},
		{"declarations, one filter", each(func(i int) asking { return list(duty.CDC, w.someFilters(1)) })},
		{"declarations, one to four filters", each(func(i int) asking { return list(duty.CDC, w.someFilters(1+i%4)) })},
		{"declarations, masked for a leader, filters", each(func(i int) asking { return list(duty.Leader, w.someFilters(1+i%4)) })},
		{"declarations, deep inside, filters", each(func(i int) asking {
			v := w.someFilters(i % 4)
			v.Set("after", fmt.Sprintf("%d.%s", w.someMoment().UnixMilli(), core.NewID())) // as a link of the page before
			return list(duty.CDC, v)
		})},
		{"tasks", each(func(int) asking { return asking{cookie: cookies[duty.CDC], path: "/admin/tasks"} })},
		{"the monitored, each list of an area", each(func(i int) asking {
			names := store.WatchLists()
			return asking{cookie: cookies[duty.CDC], path: "/admin/monitoring?" + url.Values{"list": {names[i%len(names)]}, "area": {w.someArea()}}.Encode()}
		})},
		{"arrivals to verify, filters", each(func(i int) asking {
			names, whens := store.ArrivalLists(), append(store.ArrivalWhens(), "", "")
			v := url.Values{"list": {names[i%len(names)]}, "area": {w.someArea()}, "when": {whens[w.r.IntN(len(whens))]}}
			if w.r.IntN(2) == 0 {
				v.Set("origin", []string{"79", "74", "48", "01", "LA", "96"}[w.r.IntN(6)])
			}
			if w.r.IntN(3) == 0 {
				v.Set("colour", []string{"red", "orange", "yellow", "green"}[w.r.IntN(4)])
			}
			return asking{cookie: cookies[[]duty.Duty{duty.CDC, duty.Leader}[i%2]], path: "/admin/arrivals?" + v.Encode()}
		})},
		{"the first page", each(func(int) asking { return asking{cookie: cookies[duty.CDC], path: "/admin/"} })},
	} {
		if err := w.measure(ctx, m.what, 200, m.all); err != nil {
			return err
		}
	}
	return w.searches(ctx)
}

// searches measures the search by name, which is a look-up.
func (w *web) searches(ctx context.Context) error {
	known, err := someOf(w.people, 200)
	if err != nil {
		return err
	}
	var all []asking
	for i := range 200 {
		cookie, err := w.looker(ctx, duty.CDC, i)
		if err != nil {
			return err
		}
		v := w.someFilters(i % 3)
		v.Set("name", known[i].Person.Name)
		all = append(all, asking{cookie: cookie, path: "/admin/declarations", form: v})
	}
	return w.measure(ctx, "declarations by a whole name, filters", 200, all)
}

// someMoment is a moment in the days in which the invented people declared.
func (w *web) someMoment() time.Time {
	end, _ := time.ParseInLocation(time.DateOnly, string(w.options.AsOf), core.Zone)
	return end.Add(-time.Duration(w.r.Float64() * float64(60*24*time.Hour)))
}

// someFilters are n filters of a list of declarations.
func (w *web) someFilters(n int) url.Values {
	v := url.Values{}
	pick := func(all ...string) string { return all[w.r.IntN(len(all))] }
	day := core.DayOf(w.someMoment())
	filters := []func(){
		func() { v.Set("area", w.someArea()) },
		func() { v.Set("from", string(day)); v.Set("to", string(day.Add(w.r.IntN(10)))) },
		func() { v.Set("to", string(day)) },
		func() { v.Set("channel", pick("telegram", "zalo", "sms", "web")) },
		func() { v.Set("show", pick("symptomatic", "exposed")) },
		func() { v.Set("proof", pick("proven", "unproven")) },
		func() { v.Set("colour", pick("red", "orange", "yellow", "green")) },
		func() { v.Set("newest", "1") },
		func() { v.Set("form", pick("resident", "journey")) },
		func() { v.Set("order", "oldest") },
	}
	w.r.Shuffle(len(filters), func(i, j int) { filters[i], filters[j] = filters[j], filters[i] })
	for _, f := range filters[:n] {
		f()
	}
	if v.Get("from") != "" && v.Get("to") < v.Get("from") {
		v.Set("to", v.Get("from"))
	}
	return v
}
