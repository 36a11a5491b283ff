package qr

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/skip2/go-qrcode"
)

// A scene is how a test photographs a QR.
type scene struct {
	module     float64 // pixels
	turn       float64 // degrees
	slant      float64 // how much nearer one edge of the QR is than the other
	blur       float64 // standard deviation in modules
	brightness float64 // 1 as it is
	shadow     float64 // how much darker the right side of the picture is
	noise      float64 // standard deviation in levels
	quality    int     // of the JPEG; 0 is the best there is
}

// photograph lays a text as a QR on a grey table and takes its picture as a
// telephone does: where things stand comes first, then light, lens, sensor and
// file.
func photograph(t testing.TB, text string, s scene) []byte {
	t.Helper()
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		t.Fatal(err)
	}
	g := s.stand(code.Bitmap())
	for i := range g.Pix {
		x := float64(i%g.Stride) / float64(g.Stride)
		g.Pix[i] = level(float64(g.Pix[i]) * (1 - s.shadow*x))
	}
	if s.blur > 0 {
		gaussian(g, s.blur*s.module)
	}
	random := rand.New(rand.NewPCG(1, 1))
	for i, v := range g.Pix {
		g.Pix[i] = level(float64(v)*s.brightness + s.noise*random.NormFloat64())
	}
	return encode(t, g, s.quality)
}

// stand draws modules on a table half as wide again as they are. Each pixel is
// the mean of nine points in it.
func (s scene) stand(modules [][]bool) *image.Gray {
	n := float64(len(modules))
	side := int(1.6 * s.module * n)
	g := image.NewGray(image.Rect(0, 0, side, side))
	sin, cos := math.Sincos(s.turn * math.Pi / 180)
	for y := range side {
		for x := range side {
			sum := 0.0
			for i := range 9 {
				a := (float64(x) + (float64(i%3)+0.5)/3 - float64(side)/2) / s.module
				b := (float64(y) + (float64(i/3)+0.5)/3 - float64(side)/2) / s.module
				d := 1 + s.slant*(0.8*a+0.6*b)/n // the QR leans to one side
				u, v := (cos*a+sin*b)/d+n/2, (cos*b-sin*a)/d+n/2
				switch {
				case u < 0 || v < 0 || u >= n || v >= n:
					sum += 170
				case !modules[int(v)][int(u)]:
					sum += 255
				}
			}
			g.Pix[y*g.Stride+x] = level(sum / 9)
		}
	}
	return g
}

func level(v float64) uint8 { return uint8(math.Round(min(max(v, 0), 255))) }

// gaussian blurs a picture with a standard deviation in pixels.
func gaussian(g *image.Gray, sigma float64) {
	reach := int(math.Ceil(3 * sigma))
	kernel := make([]float32, 2*reach+1)
	sum := float32(0)
	for i := range kernel {
		d := float64(i-reach) / sigma
		kernel[i] = float32(math.Exp(-d * d / 2))
		sum += kernel[i]
	}
	w, h := g.Rect.Dx(), g.Rect.Dy()
	between := make([]float32, w*h)
	for y := range h {
		for x := range w {
			v := float32(0)
			for i, k := range kernel {
				v += k * float32(g.Pix[y*g.Stride+min(max(x+i-reach, 0), w-1)])
			}
			between[y*w+x] = v / sum
		}
	}
	for y := range h {
		for x := range w {
			v := float32(0)
			for i, k := range kernel {
				v += k * between[min(max(y+i-reach, 0), h-1)*w+x]
			}
			g.Pix[y*g.Stride+x] = level(float64(v / sum))
		}
	}
}

// encode writes a picture as JPEG; quality 0 is the best there is.
func encode(t testing.TB, m image.Image, quality int) []byte {
	t.Helper()
	if quality == 0 {
		quality = 100
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
