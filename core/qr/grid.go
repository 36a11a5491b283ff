package qr

import (
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
