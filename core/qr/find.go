package qr

import (
	"cmp"
	"math"
	"slices"
)

// Bounds on the search, so that a picture made to hold thousands of finder
// patterns takes no longer than another. (gozxing's own search compares every
// three of them.)
const (
	maxMarks = 400 // finder patterns noted in one picture
	topMarks = 32  // of these, the likeliest that are combined
	maxTrios = 12  // combinations that are looked into
)

// A mark is a finder pattern, one of the three squares in a QR's corners.
type mark struct {
	x, y   float64 // its centre
	module float64 // width along the row over seven; √2 too large at 45°
	seen   int     // rows that crossed its centre
}

// A trio is three marks that may be the corners of one QR.
type trio struct {
	corner, right, down mark // right and down by the picture's handedness
	fault               float64
}

// marks finds squares whose rows, columns and diagonals run dark, light, dark,
// light, dark as 1:1:3:1:1.
func (b *bitmap) marks() []mark {
	var found []mark
	var ends []int // of the runs in a row, from a light one on
	for y := range b.h {
		row := b.row(y)
		ends = ends[:0]
		dark := false
		for x, d := range row {
			if d != dark {
				ends = append(ends, x)
				dark = d
			}
		}
		ends = append(ends, b.w)
		// ends[i] to ends[i+1] is dark for even i.
		for i := 0; i+5 < len(ends); i += 2 {
			runs := [5]int{ends[i+1] - ends[i], ends[i+2] - ends[i+1], ends[i+3] - ends[i+2], ends[i+4] - ends[i+3], ends[i+5] - ends[i+4]}
			if !isMark(runs, 0.5) {
				continue
			}
			m, ok := b.check(float64(ends[i+2]+ends[i+3])/2, float64(y)+0.5, ends[i+5]-ends[i])
			if ok {
				found = note(found, m)
			}
		}
	}
	return found
}

// isMark says whether five runs are as 1:1:3:1:1, each within loose of a module.
func isMark(runs [5]int, loose float64) bool {
	total := 0
	for _, r := range runs {
		if r == 0 {
			return false
		}
		total += r
	}
	if total < 7 {
		return false
	}
	module := float64(total) / 7
	loose *= module
	return math.Abs(float64(runs[0])-module) <= loose && math.Abs(float64(runs[1])-module) <= loose &&
		math.Abs(float64(runs[2])-3*module) <= 3*loose &&
		math.Abs(float64(runs[3])-module) <= loose && math.Abs(float64(runs[4])-module) <= loose
}

// check looks at the other directions through a centre and sets it right.
func (b *bitmap) check(x, y float64, width int) (mark, bool) {
	up, dy, ok := b.cross(x, y, 0, 1, width, 0.5)
	if !ok || up*5 < width*2 || up*2 > width*5 {
		return mark{}, false
	}
	y += dy
	across, dx, ok := b.cross(x, y, 1, 0, width, 0.5)
	if !ok {
		return mark{}, false
	}
	x += dx
	for _, step := range []int{1, -1} {
		if _, _, ok := b.cross(x, y, 1, step, 2*width, 0.75); !ok {
			return mark{}, false
		}
	}
	return mark{x, y, float64(across+up) / 14, 1}, true
}

// cross measures the five runs through a point along a direction. It returns
// their length in steps and how far, in steps, their middle lies from the
// point.
func (b *bitmap) cross(x, y float64, dx, dy, longest int, loose float64) (length int, off float64, ok bool) {
	cx, cy := int(x), int(y)
	if cx < 0 || cy < 0 || cx >= b.w || cy >= b.h || !b.dark[cy*b.w+cx] {
		return 0, 0, false
	}
	var runs [5]int
	runs[2] = 1
	walk := func(sign int) int { // fills runs outwards; returns how much of the middle one
		px, py := cx, cy
		middle := 0
		for run, dark := 2, true; run >= 0 && run < 5; run, dark = run+sign, !dark {
			for {
				px, py = px+sign*dx, py+sign*dy
				if px < 0 || py < 0 || px >= b.w || py >= b.h || b.dark[py*b.w+px] != dark {
					break
				}
				if run == 2 {
					middle++
				}
				runs[run]++
				if runs[run] > longest {
					return middle
				}
			}
			if run+sign >= 0 && run+sign < 5 && px >= 0 && py >= 0 && px < b.w && py < b.h {
				runs[run+sign]++ // the pixel that ended this run begins the next
				continue
			}
			break
		}
		return middle
	}
	before := walk(-1)
	after := walk(1)
	if !isMark(runs, loose) {
		return 0, 0, false
	}
	whole := 0
	for _, r := range runs {
		whole += r
	}
	from, to := float64(-before), float64(after+1) // of the middle run, from cx
	point := x - float64(cx)
	if dx == 0 {
		point = y - float64(cy)
	}
	return whole, (from+to)/2 - point, true
}

// note adds a mark, or joins it to the one that it is seen again.
func note(found []mark, m mark) []mark {
	for i := range found {
		f := &found[i]
		near := 1.5 * f.module
		if math.Abs(f.x-m.x) <= near && math.Abs(f.y-m.y) <= near && m.module < 1.6*f.module && f.module < 1.6*m.module {
			n := float64(f.seen)
			f.x, f.y, f.module = (f.x*n+m.x)/(n+1), (f.y*n+m.y)/(n+1), (f.module*n+m.module)/(n+1)
			f.seen++
			return found
		}
	}
	if len(found) == maxMarks {
		return found
	}
	return append(found, m)
}

// trios returns the likeliest corners of QRs among marks, best first.
func trios(marks []mark) []trio {
	// A whole mark is seen on some three modules of rows; chance on one or two.
	whole := func(m mark) float64 { return min(float64(m.seen)/(2*m.module), 1) }
	slices.SortStableFunc(marks, func(a, b mark) int {
		return cmp.Or(cmp.Compare(whole(b), whole(a)), cmp.Compare(b.module, a.module))
	})
	marks = marks[:min(len(marks), topMarks)]
	var found []trio
	for i, a := range marks {
		for j, b := range marks[i+1:] {
			for _, c := range marks[i+j+2:] {
				if t, ok := newTrio(a, b, c); ok {
					t.fault += 0.1 * (3 - whole(a) - whole(b) - whole(c))
					found = append(found, t)
				}
			}
		}
	}
	slices.SortStableFunc(found, func(a, b trio) int { return cmp.Compare(a.fault, b.fault) })
	return found[:min(len(found), maxTrios)]
}

// newTrio puts three marks in order if they lie as the corners of a square,
// seen at a slant, at the distance that some version of QR has.
func newTrio(a, b, c mark) (trio, bool) {
	small, large := min(a.module, b.module, c.module), max(a.module, b.module, c.module)
	if large > 3*small {
		return trio{}, false
	}
	// Distances are counted in modules of their two ends, of which a slant
	// makes the nearer one larger: so two sides stay equal.
	square := func(p, q mark) float64 {
		return ((p.x-q.x)*(p.x-q.x) + (p.y-q.y)*(p.y-q.y)) / (p.module * q.module)
	}
	ab, bc, ca := square(a, b), square(b, c), square(c, a)
	t := trio{corner: a, right: b, down: c}
	long, one, two := bc, ab, ca
	switch max(ab, bc, ca) {
	case ab:
		t = trio{corner: c, right: a, down: b}
		long, one, two = ab, ca, bc
	case ca:
		t = trio{corner: b, right: c, down: a}
		long, one, two = ca, bc, ab
	}
	if shortest := math.Sqrt(min(one, two)); shortest < 8 || shortest > 190 {
		return trio{}, false
	}
	t.fault = (math.Abs(long-2*one)+math.Abs(long-2*two))/long + 0.3*math.Log(large/small)
	if t.fault > 1 {
		return trio{}, false
	}
	if (t.right.x-t.corner.x)*(t.down.y-t.corner.y) < (t.right.y-t.corner.y)*(t.down.x-t.corner.x) {
		t.right, t.down = t.down, t.right
	}
	return t, true
}
