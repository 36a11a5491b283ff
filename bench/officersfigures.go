package main

import (
	"context"
	"net/url"

	"khaibao/core/duty"
	"khaibao/core/store"
)

// figures measures the statistics pages: by period and area with up to two more
// dimensions, and any combination of what is counted.
func (w *web) figures(ctx context.Context) error {
	cookie, err := w.signIn(ctx, duty.CDC, w.options.Province)
	if err != nil {
		return err
	}
	kinds := []string{store.FigureDeclarations, store.FigureMonitorings, store.FigureArrivals}
	ask := func(by, only int) asking {
		kind := kinds[w.r.IntN(len(kinds))]
		v := url.Values{"kind": {kind}, "area": {w.someArea()}}
		if w.r.IntN(3) == 0 {
			v.Set("period", []string{"today", "7", "14", "30", "90", "all"}[w.r.IntN(6)])
		} else {
			v.Set("from", string(w.options.AsOf.Add(-1-w.r.IntN(60))))
			v.Set("to", string(w.options.AsOf.Add(-1-w.r.IntN(10))))
			if v.Get("to") < v.Get("from") {
				v.Set("to", v.Get("from"))
			}
		}
		dimensions := store.Dimensions(kind)
		for _, i := range w.r.Perm(len(dimensions))[:min(by+only, len(dimensions))] {
			d := dimensions[i]
			switch {
			case by > 0:
				by--
				v.Add("by", d.Name)
			case len(d.Values) > 0:
				v.Set("f."+d.Name, d.Values[w.r.IntN(len(d.Values))])
			}
		}
		return asking{cookie: cookie, path: "/admin/figures?" + v.Encode()}
	}
	const n = 400
	var plain, any []asking
	for i := range n {
		plain = append(plain, ask(i%3, 0))
		any = append(any, ask(i%4, w.r.IntN(4)))
	}
	if err := w.measure(ctx, "statistics by period and area, up to two dimensions more", 50, plain); err != nil {
		return err
	}
	return w.measure(ctx, "statistics, any combination", 500, any)
}
