package triage

import (
	"math"
	"strings"

	"khaibao/core/area"
)

// touch is how a stay meets areas of one kind.
type touch struct {
	is   truth
	area int32   // of Areas.list, with yes
	last ordinal // last day of the stay inside it, with yes
}

// touched is every touch of a person, by whether they passed or live there, by
// level, and by lock-down.
type touched [2][4][2]touch

const (
	passed = iota
	lives
)

// of joins the touches that a condition asks for: the surest, of those the latest.
func (t *touched) of(c *areaCond) (best touch) {
	for how := range t {
		if how == passed && !c.passed || how == lives && !c.lives {
			continue
		}
		for level := range t[how] {
			if c.levels&(1<<level) == 0 {
				continue
			}
			for lock := range t[how][level] {
				if c.lockdown && lock == 0 {
					continue
				}
				best = best.with(t[how][level][lock])
			}
		}
	}
	return best
}

func (t touch) with(o touch) touch {
	if o.is > t.is || o.is == t.is && o.last > t.last {
		return o
	}
	return t
}

// place is a stay ready to be compared, inside the look-back window.
type place struct {
	Stay
	from, until ordinal // both noDay: on some day of the window
	days        []ordinal
}

// meet notes how a stay meets the areas; between first and end lies the window.
func (a *Areas) meet(t *touched, how int, p *place, first, end ordinal) {
	if a == nil || len(a.list) == 0 || p.Code == "" {
		return
	}
	note := func(i int32, is truth) {
		x := &a.list[i]
		during, last := x.overlaps(p, first, end)
		if is = min(is, during); is == no {
			return
		}
		lock := 0
		if x.Lockdown {
			lock = 1
		}
		cell := &t[how][x.level][lock]
		*cell = cell.with(touch{is, i, last})
	}
	for _, i := range a.at[p.Code] {
		note(i, a.list[i].covers(p))
	}
	if district := area.District(p.Code); district != "" && district != p.Code {
		for _, i := range a.at[district] {
			note(i, a.list[i].coversBelow())
		}
	}
	if province := area.Province(p.Code); province != p.Code {
		for _, i := range a.at[province] {
			note(i, a.list[i].coversBelow())
		}
	}
	// A stay told too coarsely: it may have been inside, it may not.
	for _, i := range a.inside[p.Code] {
		note(i, maybe)
	}
}

// covers tells whether a stay in the area's own unit was inside the area.
func (x *indexed) covers(p *place) truth {
	switch {
	case x.Radius > 0 && p.Located:
		return known(metres(x.Lat, x.Lon, p.Lat, p.Lon) <= float64(x.Radius), true)
	case x.Radius > 0:
		return maybe
	case len(x.parts) == 0:
		return yes
	}
	return sameParts(x.parts, partsOf(p.Sub))
}

// coversBelow is covers for a stay in a unit below: parts and circles are of
// units without any below.
func (x *indexed) coversBelow() truth { return known(x.Radius == 0 && len(x.parts) == 0, true) }

// overlaps tells whether the area was in force during a stay, and the last day
// on which it surely or possibly was.
func (x *indexed) overlaps(p *place, first, end ordinal) (truth, ordinal) {
	switch {
	case len(p.days) > 0:
		last := noDay
		for _, d := range p.days {
			if d >= first && d >= x.from && d <= x.until {
				last = max(last, d)
			}
		}
		return known(last != noDay, true), last
	case p.from != noDay || p.until != noDay:
		last := min(p.until, x.until)
		return known(max(p.from, x.from, first) <= last, true), last
	case x.from <= first && x.until >= end:
		return yes, end
	}
	return known(false, max(x.from, first) > min(x.until, end)), min(x.until, end)
}

// partsOf splits the parts of a commune as they are written, "TDP 3, Thôn Dạ Lê",
// and folds them.
func partsOf(sub string) []string {
	if strings.TrimSpace(sub) == "" {
		return nil
	}
	parts := strings.Split(strings.ToLower(sub), ",")
	for i, p := range parts {
		parts[i] = strings.Join(strings.Fields(p), " ")
	}
	return parts
}

// sameParts compares the parts of an area with those of a stay. A number and a
// name may be the same part, as may "TDP 3" and "Khối 3"; two numbers, or two
// names, are what they say.
func sameParts(area, stay []string) truth {
	if len(stay) == 0 {
		return maybe
	}
	out := no
	for _, a := range area {
		for _, s := range stay {
			switch {
			case a == s:
				return yes
			case numberOf(a) == numberOf(s) && numberOf(a) != "", (numberOf(a) == "") != (numberOf(s) == ""):
				out = maybe
			}
		}
	}
	return out
}

// numberOf is what stands from the first digit of a part to its last, "" for a name.
func numberOf(part string) string {
	const digit = "0123456789"
	first := strings.IndexAny(part, digit)
	if first < 0 {
		return ""
	}
	return part[first : strings.LastIndexAny(part, digit)+1]
}

// metres is the distance of two points on a sphere; over the few kilometres of
// a circle it errs by less than half a percent.
func metres(lat1, lon1, lat2, lon2 float64) float64 {
	const radius, degree = 6_371_000, math.Pi / 180
	h := square(math.Sin((lat2-lat1)*degree/2)) + math.Cos(lat1*degree)*math.Cos(lat2*degree)*square(math.Sin((lon2-lon1)*degree/2))
	return 2 * radius * math.Asin(math.Min(1, math.Sqrt(h)))
}

func square(x float64) float64 { return x * x }
