package qr

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"math/rand/v2"
	"runtime"
	"strconv"
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

// squares is a picture of nothing but finder patterns: made to keep a reader
// busy that tries every three of them.
func squares(w, h, module int) image.Image {
	m := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			i, j := x/module%8, y/module%8
			ring := max(abs(i-3), abs(j-3))
			if ring == 2 || ring > 3 {
				m.SetGray(x, y, color.Gray{Y: 255})
			}
		}
	}
	return m
}

func abs(i int) int { return max(i, -i) }

func TestReadIsBounded(t *testing.T) {
	for _, module := range []int{1, 2, 4} {
		var b bytes.Buffer
		if err := png.Encode(&b, squares(1600, 1600, module)); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if text, err := Read(t.Context(), b.Bytes()); !errors.Is(err, ErrNoCode) {
			t.Errorf("squares of %d: %q, %v; want ErrNoCode", module, text, err)
		}
		took := time.Since(begin)
		t.Logf("finder patterns of %d pixels a module: %s", module, took.Round(time.Millisecond))
		if took > 3*patience { // comparing every three would take hours
			t.Errorf("a picture took %s", took)
		}
	}
}

// header makes a PNG that claims a size and holds next to nothing.
func header(w, h uint32) []byte {
	chunk := func(name string, data []byte) []byte {
		b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
		b = append(append(b, name...), data...)
		return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
	}
	ihdr := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	b := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(ihdr, 8, 0, 0, 0, 0))...)
	return append(b, chunk("IDAT", []byte{0x78, 0x9c, 3, 0, 0, 0, 0, 1})...)
}

func TestReadRefuses(t *testing.T) {
	link := payloads["our link"]
	drawn := mustPNG(t, link, 300)
	photo := photograph(t, link, scene{module: 5, brightness: 1, quality: 80})
	tests := []struct {
		name    string
		picture []byte
		want    error
	}{
		{"100,000 x 100,000 in 60 bytes", header(100_000, 100_000), ErrTooLarge},
		{"one side over 10,000", header(10_001, 10), ErrTooLarge},
		{"over 40 megapixels", header(8_000, 5_001), ErrTooLarge},
		{"over 10 MiB", append(bytes.Clone(drawn), make([]byte, MaxBytes)...), ErrTooLarge},
		{"40 megapixels that are not there", header(8_000, 5_000), ErrNotPicture},
		{"no pixels", header(0, 10), ErrNotPicture},
		{"nothing", nil, ErrNotPicture},
		{"a text", []byte("Xin chào"), ErrNotPicture},
		{"a PDF", []byte("%PDF-1.7\n%âãÏÓ"), ErrNotPicture},
		{"PNG cut in its header", drawn[:20], ErrNotPicture},
		{"PNG cut in its pixels", drawn[:len(drawn)/2], ErrNotPicture},
		{"JPEG cut in its pixels", photo[:len(photo)/2], ErrNotPicture},
		{"PNG with a bit changed", func() []byte { b := bytes.Clone(drawn); b[len(b)/2] ^= 4; return b }(), ErrNotPicture},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text, err := Read(t.Context(), test.picture)
			if !errors.Is(err, test.want) || text != "" {
				t.Errorf("got %q, %v; want %v", text, err, test.want)
			}
		})
	}
}

// A picture is measured before its pixels get memory.
func TestReadMeasuresBeforeItDecodes(t *testing.T) {
	picture := header(100_000, 100_000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := Read(t.Context(), picture); !errors.Is(err, ErrTooLarge) {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
		t.Errorf("refusing took %d bytes of memory", got)
	}
}

func TestReadWaitsItsTurn(t *testing.T) {
	if err := decoders.Acquire(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	picture := mustPNG(t, payloads["our link"], 300)
	ctx, cancel := context.WithCancel(t.Context())
	answer := make(chan error)
	go func() {
		_, err := Read(ctx, picture)
		answer <- err
	}()
	cancel()
	if err := <-answer; !errors.Is(err, context.Canceled) {
		t.Errorf("called off while waiting: %v, want context.Canceled", err)
	}
	decoders.Release(2)
	mustRead(t, "after its turn came", picture, payloads["our link"])
}

// manyScans makes a progressive JPEG in which each scan is 38 bytes and a pass
// over all 25 megapixels.
func manyScans(scans int) []byte {
	segment := func(marker byte, data ...byte) []byte {
		return append([]byte{0xff, marker, 0, byte(len(data) + 2)}, data...)
	}
	b := []byte{0xff, 0xd8}
	b = append(b, segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...)...)          // quantisation
	b = append(b, segment(0xc2, 8, 0x13, 0x88, 0x13, 0x88, 1, 1, 0x11, 0)...)                      // 5,000 x 5,000, grey
	b = append(b, segment(0xc4, append(append([]byte{0x10, 1}, make([]byte, 15)...), 0xe0)...)...) // one symbol: nothing in the next 16,384 blocks or more
	scan := segment(0xda, 1, 1, 0, 1, 63, 0)
	// The symbol, 0, and fourteen bits that make it a run of 27,306 blocks;
	// fifteen times, and a byte of filling.
	runs := strings.Repeat("0"+"10101010101010", 15) + strings.Repeat("1", 7)
	for i := 0; i+8 <= len(runs); i += 8 {
		v, err := strconv.ParseUint(runs[i:i+8], 2, 8)
		if err != nil {
			panic(err)
		}
		scan = append(scan, byte(v))
	}
	for range scans {
		b = append(b, scan...)
	}
	return append(b, 0xff, 0xd9)
}

// Each of very many scans costs a pass over all pixels: minutes, were there no
// bound.
func TestReadStopsSlowDecoding(t *testing.T) {
	picture := manyScans(200_000)
	if len(picture) > MaxBytes {
		t.Fatalf("the picture is %d bytes", len(picture))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	begin := time.Now()
	if _, err := decodePicture(ctx, picture); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%v, want ErrTooLarge", err)
	}
	t.Logf("stopped after %s", time.Since(begin).Round(time.Millisecond))
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
