package qr

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func mustPNG(t testing.TB, text string, size int) []byte {
	t.Helper()
	b, err := PNG(text, size)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func mustRead(t *testing.T, name string, picture []byte, want string) {
	t.Helper()
	if got, err := Read(t.Context(), picture); err != nil || got != want {
		t.Errorf("%s: read %q, %v; want %q", name, got, err, want)
	}
}

func TestReadsWhatIsDrawn(t *testing.T) {
	for name, text := range payloads {
		for _, size := range []int{1, 300, 1000} {
			mustRead(t, fmt.Sprint(name, " at ", size), mustPNG(t, text, size), text)
		}
	}
}

// TestReadsBadPictures is the table of how well pictures taken in a queue are
// read. Each row is read at every turn of 15° and at two distances.
func TestReadsBadPictures(t *testing.T) {
	rows := []struct {
		name  string
		scene scene
	}{
		{"turned", scene{brightness: 1}},
		{"blurred by 1/4 module", scene{brightness: 1, blur: 0.25}},
		{"blurred by 1/2 module", scene{brightness: 1, blur: 0.5}},
		{"blurred by 0.55 module", scene{brightness: 1, blur: 0.55}},
		{"at 30 % brightness", scene{brightness: 0.3}},
		{"JPEG 50", scene{brightness: 1, quality: 50}},
		{"blurred by 1/2, at 30 %", scene{brightness: 0.3, blur: 0.5}},
		{"blurred, dark, JPEG 50", scene{brightness: 0.3, blur: 0.5, quality: 50}},
		{"held at a slant", scene{brightness: 1, slant: 0.4, quality: 80}},
		{"slant, shadow, noise too", scene{brightness: 0.6, slant: 0.3, shadow: 0.5, noise: 4, blur: 0.4, quality: 50}},
	}
	distances := []float64{3, 6} // pixels a module: the QR is 99 or 198 pixels wide
	step := 15
	if race { // ten times slower: every sixth turn has to do
		step = 90
	}
	random := rand.New(rand.NewPCG(46, 2021))
	t.Logf("%-26s %6s %8s %8s %8s", fmt.Sprintf("turned in steps of %d°", step), "read", "of", "mean", "longest")
	for _, row := range rows {
		read, of := 0, 0
		var total, longest time.Duration
		for turn := 0; turn < 360; turn += step {
			for _, module := range distances {
				link := Link("https://khaibao.example.vn", randomCode(random))
				s := row.scene
				s.module, s.turn = module, float64(turn)
				picture := photograph(t, link, s)
				begin := time.Now()
				got, err := Read(t.Context(), picture)
				took := time.Since(begin)
				total, longest, of = total+took, max(longest, took), of+1
				switch {
				case err == nil && got == link:
					read++
				case err == nil:
					t.Errorf("%s, turned %d°, %g pixels a module: %s was read as %q", row.name, turn, module, link, got)
				default:
					t.Logf("%s, turned %d°, %g pixels a module: %v", row.name, turn, module, err)
				}
			}
		}
		t.Logf("%-26s %5.1f%% %8d %8s %8s", row.name, 100*float64(read)/float64(of), of,
			(total / time.Duration(of)).Round(100*time.Microsecond), longest.Round(100*time.Microsecond))
		if read*100 < of*95 {
			t.Errorf("%s: %d of %d pictures were read, want 95 %%", row.name, read, of)
		}
	}
}

// randomCode is NewCode from a source that gives the same codes each time.
func randomCode(r *rand.Rand) string {
	var b strings.Builder
	for range CodeLength - 1 {
		b.WriteByte(letters[r.IntN(32)])
	}
	return b.String() + string(letters[4*r.IntN(8)])
}

func TestReadsEachFormat(t *testing.T) {
	link := payloads["our link"]
	m, err := png.Decode(bytes.NewReader(mustPNG(t, link, 300)))
	if err != nil {
		t.Fatal(err)
	}
	var moving bytes.Buffer
	blank := image.NewPaletted(m.Bounds(), m.(*image.Paletted).Palette)
	if err := gif.EncodeAll(&moving, &gif.GIF{Image: []*image.Paletted{m.(*image.Paletted), blank}, Delay: []int{10, 10}}); err != nil {
		t.Fatal(err)
	}
	mustRead(t, "gif that moves", moving.Bytes(), link)
	mustRead(t, "jpeg", encode(t, m, 75), link)

	// As a page in dark mode or a sticker has it: only the dark modules are there.
	clear := image.NewNRGBA(m.Bounds())
	mirrored, light, noise := image.NewGray(m.Bounds()), image.NewGray(m.Bounds()), image.NewRGBA(m.Bounds())
	random := rand.New(rand.NewPCG(1, 2))
	for y := range m.Bounds().Max.Y {
		for x := range m.Bounds().Max.X {
			dark := isDark(m, x, y)
			if dark {
				clear.Set(x, y, color.Black)
			}
			if !dark {
				mirrored.Set(m.Bounds().Max.X-1-x, y, color.White)
			} else {
				light.Set(x, y, color.Gray{Y: 230})
			}
			v := uint8(60 + random.IntN(80))
			if !dark {
				v += 100
			}
			noise.Set(x, y, color.RGBA{v, v, 255 - v/4, 255})
		}
	}
	for name, m := range map[string]image.Image{
		"transparent png": clear, "mirrored": mirrored, "light on dark": light, "noisy, in colour": noise,
	} {
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		mustRead(t, name, b.Bytes(), link)
	}
	mustRead(t, "webp", webp(m), link)
}

// webp writes a picture of black and white as lossless WebP, with none of the
// format's ways to make it small.
func webp(m image.Image) []byte {
	var data []byte
	used := 0
	put := func(value, bits int) { // lowest bit first
		for i := range bits {
			if used%8 == 0 {
				data = append(data, 0)
			}
			data[len(data)-1] |= byte(value >> i & 1 << (used % 8))
			used++
		}
	}
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	put(0x2f, 8)
	put(w-1, 14)
	put(h-1, 14)
	put(0, 1+3) // no alpha, version 0
	put(0, 3)   // no transform, no cache, one group of codes
	for range 3 {
		put(0b111, 3) // green, red, blue: a simple code of two symbols of eight bits
		put(0, 8)
		put(255, 8)
	}
	put(0b101, 3) // alpha: one symbol
	put(255, 8)
	put(0b001, 4) // distance: one symbol of one bit, unused
	for y := range h {
		for x := range w {
			if isDark(m, x, y) {
				put(0, 3)
			} else {
				put(0b111, 3)
			}
		}
	}
	if len(data)%2 == 1 {
		data = append(data, 0)
	}
	chunk := binary.LittleEndian.AppendUint32([]byte("WEBPVP8L"), uint32(len(data)))
	chunk = append(chunk, data...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(chunk))), chunk...)
}

func TestReadFindsNothing(t *testing.T) {
	for name, m := range map[string]image.Image{
		"a wall":              image.NewUniform(color.Gray{Y: 120}),
		"a photo of a street": street(800, 600),
		"snow":                snow(640, 480),
		"one pixel":           image.NewGray(image.Rect(0, 0, 1, 1)),
		"a line":              image.NewGray(image.Rect(0, 0, 3000, 1)),
	} {
		if u, ok := m.(*image.Uniform); ok {
			g := image.NewGray(image.Rect(0, 0, 1280, 960))
			for i := range g.Pix {
				g.Pix[i] = u.C.(color.Gray).Y
			}
			m = g
		}
		begin := time.Now()
		text, err := Read(t.Context(), encode(t, m, 80))
		if !errors.Is(err, ErrNoCode) || text != "" {
			t.Errorf("%s: read %q, %v; want ErrNoCode", name, text, err)
		}
		t.Logf("%s: %s", name, time.Since(begin).Round(time.Millisecond))
	}
}

// street is a picture with edges, shades and repeating windows, but no QR.
func street(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := uint8(80 + 120*y/h)
			switch house := x / 90; {
			case y > h*3/4:
				v = uint8(60 + (x*7+y*13)%23)
			case y > h/4+(house*37)%60 && x%90 < 80:
				v = uint8(90 + house*53%110)
				if x%30 > 8 && x%30 < 22 && y%40 > 10 && y%40 < 32 {
					v = 35
				}
			}
			m.Set(x, y, color.RGBA{v, v - v/8, v - v/4, 255})
		}
	}
	return m
}

func snow(w, h int) image.Image {
	random := rand.New(rand.NewPCG(3, 4))
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = uint8(random.UintN(256))
	}
	return m
}

func FuzzRead(f *testing.F) {
	drawn, err := PNG("x", 60)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(drawn)
	f.Add(header(50, 50))
	f.Add(encode(f, snow(48, 48), 60))
	if m, err := png.Decode(bytes.NewReader(drawn)); err == nil {
		f.Add(webp(m))
	}
	f.Fuzz(func(t *testing.T, picture []byte) {
		// Large pictures would spend the time of the fuzzer on decoding alone.
		if c, _, err := image.DecodeConfig(bytes.NewReader(picture)); err == nil && c.Width*c.Height > 1<<16 {
			return
		}
		text, err := Read(t.Context(), picture)
		known := errors.Is(err, ErrTooLarge) || errors.Is(err, ErrNotPicture) || errors.Is(err, ErrNoCode)
		if (err == nil) == (text == "") || err != nil && !known {
			t.Errorf("read %q, %v", text, err)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	for _, module := range []float64{4, 12} {
		picture := photograph(b, payloads["our link"], scene{module: module, turn: 20, blur: 0.3, brightness: 0.8, quality: 80})
		b.Run(fmt.Sprint(module, " pixels a module"), func(b *testing.B) {
			for b.Loop() {
				if _, err := Read(b.Context(), picture); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
