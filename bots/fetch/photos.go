package fetch

import (
	"context"
	"errors"
	"time"

	"khaibao/core"
	"khaibao/core/qr"
)

// PhotosAtOnce is how many pictures a channel has in hand at a time, each up to
// qr.MaxBytes of memory.
const PhotosAtOnce = 4

const (
	photoWait = 10 * time.Second // for its turn
	photoTime = 15 * time.Second // to fetch and read it, then
)

// ErrManyPhotos asks for a message again later, when the pictures in hand are
// done.
var ErrManyPhotos = errors.New("too many pictures at once")

// Photos reads the QRs of pictures that people send.
type Photos struct {
	turns    chan struct{}
	unusable func(error)
}

// NewPhotos makes the Photos of one channel. unusable is told of each picture
// that could not be fetched.
func NewPhotos(unusable func(error)) *Photos {
	return &Photos{turns: make(chan struct{}, PhotosAtOnce), unusable: unusable}
}

// Read fetches a picture and reads its QR. A picture that cannot be had or
// read is Failed, and the person is asked for another; only our own want of
// room is an error, ErrManyPhotos. The picture is kept nowhere.
func (p *Photos) Read(ctx context.Context, fetch func(context.Context) ([]byte, error)) (*core.Photo, error) {
	turn, done := context.WithTimeout(ctx, photoWait)
	defer done()
	select {
	case p.turns <- struct{}{}:
		defer func() { <-p.turns }()
	case <-turn.Done():
		return nil, ErrManyPhotos
	}
	ctx, cancel := context.WithTimeout(ctx, photoTime)
	defer cancel()
	picture, err := fetch(ctx)
	if err != nil {
		p.unusable(err)
		return &core.Photo{Failed: true}, nil
	}
	text, err := qr.Read(ctx, picture)
	switch {
	case ctx.Err() != nil:
		return nil, ErrManyPhotos
	case errors.Is(err, qr.ErrNoCode):
		return &core.Photo{}, nil
	case err != nil:
		return &core.Photo{Failed: true}, nil
	}
	return &core.Photo{Text: text}, nil
}
