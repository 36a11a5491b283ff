package qr

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/common"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/detector"
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
	for _, size := range g.sizes(t) {
		corners := []*detector.AlignmentPattern{nil}
		if size > 21 {
			if a, ok := g.alignment(t, size); ok {
				corners = []*detector.AlignmentPattern{a, nil}
			}
		}
		for _, a := range corners {
			transform := detector.Detector_createTransform(t.corner.point(), t.right.point(), t.down.point(), a, size)
			grid, ok := g.sample(transform, size)
			if !ok {
				continue
			}
			for _, leak := range leaks {
				if text, ok := readBits(restore(grid, size+2*around, leak), size); ok {
					return text, true
				}
			}
		}
	}
	return "", false
}

func (m mark) point() gozxing.ResultPoint { return gozxing.NewResultPoint(m.x, m.y) }

// sizes returns the likeliest sizes in modules of the QR with these corners,
// from the distance of the corners and confirmed by the dark and light of the
// timing patterns between them.
func (g *gray) sizes(t trio) []int {
	rx, ry := t.right.x-t.corner.x, t.right.y-t.corner.y
	dx, dy := t.down.x-t.corner.x, t.down.y-t.corner.y
	across, down := math.Hypot(rx, ry), math.Hypot(dx, dy)
	module := (t.corner.module + t.right.module + t.down.module) / 3
	between := (across*across/max(math.Abs(rx), math.Abs(ry)) + down*down/max(math.Abs(dx), math.Abs(dy))) / 2 / module
	version := int(math.Round((between + 7 - 17) / 4))

	type guess struct {
		size  int
		clear float64
	}
	var guesses []guess
	reach := 2 + version/6
	for v := max(version-reach, 1); v <= min(version+reach, 40); v++ {
		size := 17 + 4*v
		n := float64(size - 7)
		ux, uy, vx, vy := rx/n, ry/n, dx/n, dy/n // one module to the right, one down
		var timing fit
		for i := 8; i < size-8; i++ {
			a, b := float64(i)-3, 3.0
			light := float64(i & 1) // even modules are dark
			timing.add(light, g.at(t.corner.x+a*ux+b*vx, t.corner.y+a*uy+b*vy))
			timing.add(light, g.at(t.corner.x+b*ux+a*vx, t.corner.y+b*uy+a*vy))
		}
		if clear := timing.correlation(); clear > 0.4 {
			guesses = append(guesses, guess{size, clear})
		}
	}
	slices.SortStableFunc(guesses, func(a, b guess) int { return cmp.Compare(b.clear, a.clear) })
	var sizes []int
	for _, g := range guesses[:min(len(guesses), 3)] {
		sizes = append(sizes, g.size)
	}
	return sizes
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

// alignment finds the pattern near the fourth corner: one dark module, eight
// light ones around it, sixteen dark ones around those.
func (g *gray) alignment(t trio, size int) (*detector.AlignmentPattern, bool) {
	n := float64(size - 7)
	ux, uy := (t.right.x-t.corner.x)/n, (t.right.y-t.corner.y)/n
	vx, vy := (t.down.x-t.corner.x)/n, (t.down.y-t.corner.y)/n
	const step = 0.5
	reach := 3.5
	if size > 60 {
		reach = 6
	}
	best, bx, by := 0.0, 0.0, 0.0
	for a := n - 3 - reach; a <= n-3+reach; a += step {
		for b := n - 3 - reach; b <= n-3+reach; b += step {
			x, y := t.corner.x+a*ux+b*vx, t.corner.y+a*uy+b*vy
			light, dark := 0.0, 0.0
			for i := -2.0; i <= 2; i++ {
				for j := -2.0; j <= 2; j++ {
					v := g.at(x+i*ux+j*vx, y+i*uy+j*vy)
					if ring := max(math.Abs(i), math.Abs(j)); ring == 1 {
						light += v
					} else {
						dark += v
					}
				}
			}
			clear := light/8 - dark/17
			if clear > best {
				best, bx, by = clear, x, y
			}
		}
	}
	if best < 30 {
		return nil, false
	}
	return detector.NewAlignmentPattern(bx, by, math.Hypot(ux, uy)), true
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
