package qr

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // the first picture of one that moves
	_ "image/jpeg"
	_ "image/png"
	"io"
	"slices"
	"time"

	_ "golang.org/x/image/webp"
	"golang.org/x/sync/semaphore"
)

// Errors that tell the sender of a picture what to do about it.
var (
	ErrTooLarge   = errors.New("the picture is too large")
	ErrNotPicture = errors.New("not a picture that can be read")
	ErrNoCode     = errors.New("no QR found in the picture")
)

// Limits on a picture, from docs/reference/security.md, section 9. MaxBytes is
// for whoever takes the picture in: it need read no further.
const (
	MaxBytes  = 10 << 20
	maxPixels = 40_000_000
	maxSide   = 10_000
)

// patience bounds the reading of one picture, once its turn has come. A JPEG
// of ten megabytes can hold two hundred thousand scans, each a pass over all
// its pixels: half an hour of decoding.
const patience = 5 * time.Second

// decoders lets two pictures be read at a time. One of many pixels takes both
// turns, as it may need half a gigabyte.
var decoders = semaphore.NewWeighted(2)

const manyPixels = 16_000_000

// formats are those taken, known by their content. Other packages may teach
// the image package more.
var formats = []string{"jpeg", "png", "webp", "gif"}

// Read returns the text of a QR in a picture, turned, mirrored, blurred, dark
// or light on dark as it may be. Of several QRs it returns one. The picture's
// EXIF orientation plays no part.
//
// Its errors are ErrTooLarge, ErrNotPicture and ErrNoCode, or the context's
// while it waits for its turn or reads.
func Read(ctx context.Context, picture []byte) (text string, err error) {
	if len(picture) > MaxBytes {
		return "", fmt.Errorf("%w: %d bytes", ErrTooLarge, len(picture))
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil || !slices.Contains(formats, format) || config.Width < 1 || config.Height < 1 {
		return "", ErrNotPicture
	}
	pixels := int64(config.Width) * int64(config.Height)
	if config.Width > maxSide || config.Height > maxSide || pixels > maxPixels {
		return "", fmt.Errorf("%w: %d x %d pixels", ErrTooLarge, config.Width, config.Height)
	}
	turns := int64(1)
	if pixels > manyPixels {
		turns = 2
	}
	if err := decoders.Acquire(ctx, turns); err != nil {
		return "", fmt.Errorf("wait to read a picture: %w", err)
	}
	defer decoders.Release(turns)

	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	g, err := decodePicture(bounded, picture)
	if err == nil {
		text, err = g.search(bounded)
	}
	if ctx.Err() != nil {
		return "", fmt.Errorf("read a picture: %w", ctx.Err())
	}
	return text, err
}

// decodePicture returns the brightness of a picture within the limits.
func decodePicture(ctx context.Context, picture []byte) (g *gray, err error) {
	defer func() {
		if recover() != nil {
			g, err = nil, ErrNotPicture
		}
	}()
	m, _, err := image.Decode(stoppable{ctx, bytes.NewReader(picture)})
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%w: it takes too long to decode", ErrTooLarge)
	case err != nil:
		return nil, ErrNotPicture
	}
	return grayOf(m), nil
}

// stoppable gives a decoder nothing more once its time is up.
type stoppable struct {
	ctx context.Context
	r   io.Reader
}

func (s stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}
