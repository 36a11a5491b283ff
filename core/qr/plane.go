package qr

import (
	"cmp"
	"math"
	"slices"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/common"
)

// A plane is where a QR of a size in modules lies: its three corners, and how
// much farther away, as a factor, the right and the lower one are than the
// first. Three points and two distances are all that a view at a slant has.
type plane struct {
	trio
	size              int
	farRight, farDown float64
}

// at is the point of the picture at a modules to the right of the centre of
// the first corner and b modules down.
func (p plane) at(a, b float64) (x, y float64) {
	n := float64(p.size - 7)
	a, b = a/n, b/n
	one, right, down := 1-a-b, a*p.farRight, b*p.farDown
	w := one + right + down
	return (one*p.corner.x + right*p.right.x + down*p.down.x) / w,
		(one*p.corner.y + right*p.right.y + down*p.down.y) / w
}

// slack is by how much, as a logarithm, the distance of a corner may differ
// from what the size of its square says.
const slack = 0.25

// farther estimates how much farther away another corner is. Length shrinks
// with the distance across the slant and with its square along it.
func (m mark) farther(other mark) float64 { return math.Pow(m.module/other.module, 1/1.5) }

// planes returns the likeliest sizes of the QR with these corners, and its
// slant, by the dark and light of the timing patterns between the corners.
func (g *gray) planes(t trio) []plane {
	type guess struct {
		plane
		clear float64
	}
	var guesses []guess
	version := t.version()
	reach := 2 + version/6
	for v := max(version-reach, 1); v <= min(version+reach, 40); v++ {
		best := guess{plane: plane{t, 17 + 4*v, t.corner.farther(t.right), t.corner.farther(t.down)}}
		// Each line depends on its own corner's distance and hardly on the other.
		line := func(p plane, down bool) float64 {
			var timing fit
			for i := 8; i < p.size-8; i++ {
				a, b := float64(i)-3, 3.0
				if down {
					a, b = b, a
				}
				timing.add(float64(i&1), g.at(p.at(a, b))) // even modules are dark
			}
			return timing.correlation()
		}
		for _, down := range []bool{false, true, false} {
			p, clear := best.plane, -1.0
			far := &p.farRight
			if down {
				far = &p.farDown
			}
			// A step moves the middle of the line by a third of a module.
			middle, step := *far, 1.3/float64(p.size-7)
			for i := -math.Ceil(slack / step); i*step < slack+step; i++ {
				*far = middle * math.Exp(i*step)
				if c := line(p, down); c > clear {
					clear, best.plane = c, p
				}
			}
		}
		best.clear = min(line(best.plane, false), line(best.plane, true))
		if best.clear > 0.4 {
			guesses = append(guesses, best)
		}
	}
	slices.SortStableFunc(guesses, func(a, b guess) int { return cmp.Compare(b.clear, a.clear) })
	var planes []plane
	for _, g := range guesses[:min(len(guesses), 3)] {
		planes = append(planes, g.plane)
	}
	return planes
}

// version estimates a QR's version from how far apart its corners are.
func (t trio) version() int {
	// A row crosses a square that is turned along a longer line than its side.
	side := func(to mark) float64 {
		x, y := math.Abs(to.x-t.corner.x), math.Abs(to.y-t.corner.y)
		return (x*x + y*y) / max(x, y) / math.Sqrt(t.corner.module*to.module)
	}
	modules := (side(t.right)+side(t.down))/2 + 7
	return int(math.Round((modules - 17) / 4))
}

// transform maps modules to the picture, by the fourth point where the
// alignment pattern was found.
func (p plane) transform(alignment gozxing.ResultPoint) *common.PerspectiveTransform {
	near, far := 3.5, float64(p.size)-3.5
	x, y := p.at(far-near, far-near)
	fourth := far
	if alignment != nil {
		x, y, fourth = alignment.GetX(), alignment.GetY(), far-3
	}
	return common.PerspectiveTransform_QuadrilateralToQuadrilateral(
		near, near, far, near, fourth, fourth, near, far,
		p.corner.x, p.corner.y, p.right.x, p.right.y, x, y, p.down.x, p.down.y)
}

// alignment finds the pattern near the fourth corner: one dark module, eight
// light ones around it, sixteen dark ones around those. Version 1 has none.
func (g *gray) alignment(p plane) (gozxing.ResultPoint, bool) {
	if p.size == 21 {
		return nil, false
	}
	const reach, step = 4.0, 0.5
	middle := float64(p.size) - 10
	cx, cy := p.at(middle, middle)
	rx, ry := p.at(middle+1, middle)
	dx, dy := p.at(middle, middle+1)
	ux, uy, vx, vy := rx-cx, ry-cy, dx-cx, dy-cy // a module to the right, a module down
	best, bx, by := 0.0, 0.0, 0.0
	for a := -reach; a <= reach; a += step {
		for b := -reach; b <= reach; b += step {
			x, y := cx+a*ux+b*vx, cy+a*uy+b*vy
			var pattern fit
			for i := -2.0; i <= 2; i++ {
				for j := -2.0; j <= 2; j++ {
					light := 0.0
					if max(math.Abs(i), math.Abs(j)) == 1 {
						light = 1
					}
					pattern.add(light, g.at(x+i*ux+j*vx, y+i*uy+j*vy))
				}
			}
			if clear := pattern.correlation(); clear > best {
				best, bx, by = clear, x, y
			}
		}
	}
	if best < 0.5 {
		return nil, false
	}
	return gozxing.NewResultPoint(bx, by), true
}

// fit measures how well what is seen follows what is expected.
type fit struct{ n, x, y, xx, yy, xy float64 }

func (f *fit) add(x, y float64) {
	f.n++
	f.x += x
	f.y += y
	f.xx += x * x
	f.yy += y * y
	f.xy += x * y
}

// correlation is Pearson's, from -1 to 1; 0 where nothing varies.
func (f *fit) correlation() float64 {
	spread := (f.n*f.xx - f.x*f.x) * (f.n*f.yy - f.y*f.y)
	if spread <= 0 {
		return 0
	}
	return (f.n*f.xy - f.x*f.y) / math.Sqrt(spread)
}
