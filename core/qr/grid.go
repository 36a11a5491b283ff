package qr

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/common"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// around is how many modules beyond its edge a grid is sampled, since blur
// carries them into it.
const around = 2

// leaks are the shares of light, tried in turn, that a module loses to each of
// its four neighbours. A lens blurred to a standard deviation of half a module
// gives 0.16.
var leaks = []float64{0, 0.11, 0.16, 0.21}

// decode reads the QR whose corners a trio is, or says that there is none.
//
// The modules are taken from the grey picture, not from dark and light: under
// blur a single light module among dark ones is darker than the middle, and
// only its neighbours tell how much of that is theirs.
func (g *gray) decode(t trio) (string, bool) {
	for _, p := range g.planes(t) {
		fourths := []gozxing.ResultPoint{nil}
		if a, ok := g.alignment(p); ok {
			fourths = []gozxing.ResultPoint{a, nil}
		}
		for _, fourth := range fourths {
			grid, ok := g.sample(p.transform(fourth), p.size)
			if !ok {
				continue
			}
			for _, leak := range leaks {
				if text, ok := readBits(restore(grid, p.size+2*around, leak), p.size); ok {
					return text, true
				}
			}
		}
	}
	return "", false
}

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

// sample measures the modules of a grid and of its surroundings: 0 is as light
// as the paper around it, 1 as dark as its corners.
func (g *gray) sample(transform *common.PerspectiveTransform, size int) ([]float64, bool) {
	side := size + 2*around
	grid := make([]float64, side*side)
	points := make([]float64, 2*5*side)
	for y := range side {
		for x := range side {
			cx, cy := float64(x-around)+0.5, float64(y-around)+0.5
			copy(points[10*x:], []float64{cx, cy, cx - 0.2, cy, cx + 0.2, cy, cx, cy - 0.2, cx, cy + 0.2})
		}
		transform.TransformPoints(points)
		for x := range side {
			sum := 0.0
			for i := 10 * x; i < 10*x+10; i += 2 {
				px, py := points[i], points[i+1]
				if math.IsNaN(px) || math.IsNaN(py) {
					return nil, false
				}
				sum += g.at(px, py)
			}
			grid[y*side+x] = sum / 5
		}
	}
	// Dark is measured at the three corners and light beside them, so that a
	// shadow across the picture does no harm.
	type level struct{ dark, light float64 }
	measure := func(cx, cy int) level {
		l := level{dark: grid[(cy+around)*side+cx+around]}
		var near []float64
		for y := cy - 5; y <= cy+5; y++ {
			for x := cx - 5; x <= cx+5; x++ {
				if y >= -around && x >= -around && y < size+around && x < size+around {
					near = append(near, grid[(y+around)*side+x+around])
				}
			}
		}
		slices.Sort(near)
		l.light = near[len(near)*9/10]
		return l
	}
	corner, right, down := measure(3, 3), measure(size-4, 3), measure(3, size-4)
	n := float64(size - 7)
	for y := range side {
		for x := range side {
			a, b := (float64(x-around)-3)/n, (float64(y-around)-3)/n
			dark := corner.dark + a*(right.dark-corner.dark) + b*(down.dark-corner.dark)
			light := corner.light + a*(right.light-corner.light) + b*(down.light-corner.light)
			if light-dark < 4 {
				return nil, false
			}
			grid[y*side+x] = min(max((light-grid[y*side+x])/(light-dark), -0.2), 1.2)
		}
	}
	return grid, true
}

// restore undoes a blur that leaks the given share of each module to each of
// its four neighbours, by Van Cittert's iteration held between light and dark.
func restore(seen []float64, side int, leak float64) []float64 {
	if leak == 0 {
		return seen
	}
	guess := slices.Clone(seen)
	between, blurred := make([]float64, len(seen)), make([]float64, len(seen))
	for range 24 {
		for y := range side {
			row := guess[y*side : (y+1)*side]
			for x, v := range row {
				between[y*side+x] = v*(1-2*leak) + leak*(row[max(x-1, 0)]+row[min(x+1, side-1)])
			}
		}
		for y := range side {
			above, below := between[max(y-1, 0)*side:], between[min(y+1, side-1)*side:]
			for x := range side {
				blurred[y*side+x] = between[y*side+x]*(1-2*leak) + leak*(above[x]+below[x])
			}
		}
		for i, v := range seen {
			guess[i] = min(max(guess[i]+v-blurred[i], 0), 1)
		}
	}
	return guess
}

// readBits corrects and decodes the modules of a grid.
func readBits(grid []float64, size int) (text string, ok bool) {
	side := size + 2*around
	bits, err := gozxing.NewSquareBitMatrix(size)
	if err != nil {
		return "", false
	}
	for y := range size {
		for x := range size {
			if grid[(y+around)*side+x+around] > 0.5 {
				bits.Set(x, y)
			}
		}
	}
	defer func() {
		if recover() != nil { // the decoder trusts what corrected bits say
			text, ok = "", false
		}
	}()
	result, err := decoder.NewDecoder().Decode(bits, nil)
	if err != nil || result.GetText() == "" {
		return "", false
	}
	return strings.ToValidUTF8(result.GetText(), "\uFFFD"), true
}
