package qr

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

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
