package qr

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"testing"

	"github.com/skip2/go-qrcode"
	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
)

// A scene is how a test photographs a QR.
type scene struct {
	module     float64 // pixels
	turn       float64 // degrees
	blur       float64 // standard deviation in modules
	brightness float64 // 1 as it is
	quality    int     // of the JPEG; 0 keeps the pixels as they are
}

// photograph draws a text as a QR on a grey table and takes its picture: the
// table and the QR are turned, then come lens, light and file, as they do in a
// telephone.
func photograph(t testing.TB, text string, s scene) []byte {
	t.Helper()
	return encode(t, s.expose(t, text), s.quality)
}

func (s scene) expose(t testing.TB, text string) *image.Gray {
	t.Helper()
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		t.Fatal(err)
	}
	// The card is drawn at eight pixels a module, so that turning it by any
	// angle does not show its pixels.
	const fine = 8
	modules := code.Bitmap()
	card := image.NewGray(image.Rect(0, 0, fine*len(modules), fine*len(modules)))
	for y := range card.Rect.Max.Y {
		for x := range card.Rect.Max.X {
			if !modules[y/fine][x/fine] {
				card.Pix[card.PixOffset(x, y)] = 255
			}
		}
	}
	width := s.module * float64(len(modules))
	side := int(1.6 * width)
	out := image.NewGray(image.Rect(0, 0, side, side))
	draw.Draw(out, out.Rect, image.NewUniform(color.Gray{Y: 170}), image.Point{}, draw.Src)
	scale := s.module / fine
	sin, cos := math.Sincos(s.turn * math.Pi / 180)
	half, middle := float64(card.Rect.Max.X)/2, float64(side)/2
	draw.BiLinear.Transform(out, f64.Aff3{
		scale * cos, -scale * sin, middle - scale*(cos*half-sin*half),
		scale * sin, scale * cos, middle - scale*(sin*half+cos*half),
	}, card, card.Rect, draw.Over, nil)
	if s.blur > 0 {
		gaussian(out, s.blur*s.module)
	}
	for i, v := range out.Pix {
		out.Pix[i] = uint8(math.Round(float64(v) * s.brightness))
	}
	return out
}

// gaussian blurs a picture with a standard deviation in pixels.
func gaussian(g *image.Gray, sigma float64) {
	reach := int(math.Ceil(3 * sigma))
	kernel := make([]float64, 2*reach+1)
	sum := 0.0
	for i := range kernel {
		d := float64(i-reach) / sigma
		kernel[i] = math.Exp(-d * d / 2)
		sum += kernel[i]
	}
	w, h := g.Rect.Dx(), g.Rect.Dy()
	between := make([]float64, w*h)
	for y := range h {
		for x := range w {
			v := 0.0
			for i, k := range kernel {
				v += k * float64(g.Pix[y*g.Stride+min(max(x+i-reach, 0), w-1)])
			}
			between[y*w+x] = v / sum
		}
	}
	for y := range h {
		for x := range w {
			v := 0.0
			for i, k := range kernel {
				v += k * between[min(max(y+i-reach, 0), h-1)*w+x]
			}
			g.Pix[y*g.Stride+x] = uint8(math.Round(v / sum))
		}
	}
}

func encode(t testing.TB, m image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if quality == 0 {
		quality = 100
	}
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
