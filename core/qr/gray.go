package qr

import (
	"image"
	"image/color"
	"math"
)

// gray is a picture of which only the brightness is left, 0 black to 255.
type gray struct {
	w, h int
	pix  []uint8 // rows one after another
}

func newGray(w, h int) *gray { return &gray{w, h, make([]uint8, w*h)} }

// grayOf returns the brightness of a picture. What is transparent lies on
// white, as it does on a page.
func grayOf(m image.Image) *gray {
	r := m.Bounds()
	g := newGray(r.Dx(), r.Dy())
	switch m := m.(type) {
	case *image.Gray:
		for y := range g.h {
			copy(g.row(y), m.Pix[y*m.Stride:])
		}
	case *image.YCbCr: // every JPEG and most WebP
		for y := range g.h {
			copy(g.row(y), m.Y[m.YOffset(r.Min.X, r.Min.Y+y):])
		}
	case *image.Paletted: // GIF and small PNG
		var levels [256]uint8
		for i, c := range m.Palette {
			levels[i] = brightness(c)
		}
		for y := range g.h {
			row := m.Pix[y*m.Stride:]
			for x := range g.w {
				g.pix[y*g.w+x] = levels[row[x]]
			}
		}
	case *image.RGBA: // PNG in colour; multiplied by alpha already
		for y := range g.h {
			row := m.Pix[y*m.Stride:]
			for x := range g.w {
				p := row[4*x : 4*x+4]
				g.pix[y*g.w+x] = uint8(luma(uint32(p[0]), uint32(p[1]), uint32(p[2])) + 255 - uint32(p[3]))
			}
		}
	case *image.NRGBA: // PNG with transparency, lossless WebP
		for y := range g.h {
			row := m.Pix[y*m.Stride:]
			for x := range g.w {
				p := row[4*x : 4*x+4]
				v, a := luma(uint32(p[0]), uint32(p[1]), uint32(p[2])), uint32(p[3])
				g.pix[y*g.w+x] = uint8((v*a + 255*(255-a) + 127) / 255)
			}
		}
	default:
		for y := range g.h {
			for x := range g.w {
				g.pix[y*g.w+x] = brightness(m.At(r.Min.X+x, r.Min.Y+y))
			}
		}
	}
	return g
}

func brightness(c color.Color) uint8 {
	r, g, b, a := c.RGBA() // multiplied by a already
	return uint8((luma(r, g, b) + 0xffff - a) >> 8)
}

// luma is the brightness of a colour as JPEG has it (ITU-R BT.601).
func luma(r, g, b uint32) uint32 { return (19595*r + 38470*g + 7471*b + 1<<15) >> 16 }

func (g *gray) row(y int) []uint8 { return g.pix[y*g.w : (y+1)*g.w] }

// at is the brightness at a point between pixels, whose centres lie at halves.
// Beyond the edge the edge goes on.
func (g *gray) at(x, y float64) float64 {
	x, y = min(max(x-0.5, 0), float64(g.w-1)), min(max(y-0.5, 0), float64(g.h-1))
	left, top := int(x), int(y)
	right, low := min(left+1, g.w-1), min(top+1, g.h-1)
	x -= float64(left)
	y -= float64(top)
	upper, lower := g.row(top), g.row(low)
	a := float64(upper[left])*(1-x) + float64(upper[right])*x
	b := float64(lower[left])*(1-x) + float64(lower[right])*x
	return a*(1-y) + b*y
}

// resize returns the picture with the given longer side. When it shrinks, each
// pixel is the mean of what it covers, so that fine patterns do not turn into
// others.
func (g *gray) resize(longer int) *gray {
	if longer == max(g.w, g.h) {
		return g
	}
	f := float64(longer) / float64(max(g.w, g.h))
	out := newGray(max(int(math.Round(float64(g.w)*f)), 1), max(int(math.Round(float64(g.h)*f)), 1))
	fx, fy := float64(g.w)/float64(out.w), float64(g.h)/float64(out.h)
	if f > 1 {
		for y := range out.h {
			for x := range out.w {
				out.pix[y*out.w+x] = uint8(g.at((float64(x)+0.5)*fx, (float64(y)+0.5)*fy) + 0.5)
			}
		}
		return out
	}
	across := spans(g.w, out.w)
	sums := make([]float32, out.w)
	for y, down := range spans(g.h, out.h) {
		clear(sums)
		for i, weight := range down.weights {
			row := g.row(down.from + i)
			for x, s := range across {
				v := float32(0)
				for j, w := range s.weights {
					v += w * float32(row[s.from+j])
				}
				sums[x] += weight * v
			}
		}
		for x, v := range sums {
			out.pix[y*out.w+x] = uint8(v + 0.5)
		}
	}
	return out
}

// A span says which pixels one smaller pixel covers and how much of each.
type span struct {
	from    int
	weights []float32
}

func spans(from, to int) []span {
	out := make([]span, to)
	f := float64(from) / float64(to)
	for i := range out {
		begin, end := float64(i)*f, min(float64(i+1)*f, float64(from))
		out[i].from = int(begin)
		for p := out[i].from; float64(p) < end; p++ {
			share := min(end, float64(p+1)) - max(begin, float64(p))
			out[i].weights = append(out[i].weights, float32(share/(end-begin)))
		}
	}
	return out
}

// stretch spreads the brightness over the whole range, but for the darkest and
// the lightest hundredth. A picture with nothing in it stays as it is.
func (g *gray) stretch() *gray {
	var count [256]int
	for _, v := range g.pix {
		count[v]++
	}
	low, high, few := 0, 255, len(g.pix)/100
	for n := count[0]; n <= few; n += count[low] {
		low++
	}
	for n := count[255]; n <= few; n += count[high] {
		high--
	}
	if high-low < 8 {
		return g
	}
	var level [256]uint8
	for v := range level {
		level[v] = uint8(min(max((v-low)*255/(high-low), 0), 255))
	}
	out := newGray(g.w, g.h)
	for i, v := range g.pix {
		out.pix[i] = level[v]
	}
	return out
}

// invert swaps dark and light.
func (g *gray) invert() *gray {
	out := newGray(g.w, g.h)
	for i, v := range g.pix {
		out.pix[i] = 255 - v
	}
	return out
}

// smooth returns the mean over a square of 2r+1 pixels around each.
func (g *gray) smooth(r int) *gray {
	out := newGray(g.w, g.h)
	sums := make([]int, g.w) // of each column over the rows around y
	for y := -r; y < g.h; y++ {
		if in := y + r; in < g.h {
			for x, v := range g.row(in) {
				sums[x] += int(v)
			}
		}
		if gone := y - r - 1; gone >= 0 {
			for x, v := range g.row(gone) {
				sums[x] -= int(v)
			}
		}
		if y < 0 {
			continue
		}
		rows := min(y+r, g.h-1) - max(y-r, 0) + 1
		sum := 0
		for x := -r; x < g.w; x++ {
			if in := x + r; in < g.w {
				sum += sums[in]
			}
			if gone := x - r - 1; gone >= 0 {
				sum -= sums[gone]
			}
			if x >= 0 {
				columns := min(x+r, g.w-1) - max(x-r, 0) + 1
				out.pix[y*g.w+x] = uint8(sum / (rows * columns))
			}
		}
	}
	return out
}

// sharpen takes the surroundings of r pixels away from each pixel, by amount.
func (g *gray) sharpen(r int, amount float64) *gray {
	out := g.smooth(r)
	for i, s := range out.pix {
		v := float64(g.pix[i])
		out.pix[i] = uint8(min(max(v+amount*(v-float64(s)), 0), 255))
	}
	return out
}
