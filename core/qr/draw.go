package qr

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/skip2/go-qrcode"
)

// Sizes of a picture's side in pixels.
const (
	minModule = 2    // pixels: less is lost on a screen that scales
	maxSize   = 4096 // a poster of 34 cm at 300 dots an inch
)

// PNG draws a text as a QR of level M with a quiet zone of four modules. Each
// module is a whole number of pixels and the picture is size pixels square, or
// as much larger as its modules need.
func PNG(text string, size int) ([]byte, error) {
	if text == "" {
		return nil, errors.New("draw a QR: nothing to put in it")
	}
	if size > maxSize {
		return nil, fmt.Errorf("draw a QR: a side of %d pixels is over %d", size, maxSize)
	}
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return nil, fmt.Errorf("draw a QR of %d bytes: %w", len(text), err)
	}
	modules := code.Bitmap() // with its quiet zone
	module := max(size/len(modules), minModule)
	side := max(size, module*len(modules))
	margin := (side - module*len(modules)) / 2

	// Drawn here, not by the library, whose modules differ by a pixel in width
	// when the size is no multiple of theirs.
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y, row := range modules {
		top := picture.Pix[(margin+y*module)*picture.Stride:][:side]
		for x, dark := range row {
			if dark {
				for i := range module {
					top[margin+x*module+i] = 1
				}
			}
		}
		for i := 1; i < module; i++ {
			copy(picture.Pix[(margin+y*module+i)*picture.Stride:], top)
		}
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&out, picture); err != nil {
		return nil, fmt.Errorf("draw a QR: %w", err)
	}
	return out.Bytes(), nil
}
