package telegram

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-telegram/bot"

	"khaibao/core"
	"khaibao/core/qr"
)

const (
	maxPicture   = qr.MaxBytes // Telegram would hand out 20 MB
	photoTime    = 20 * time.Second
	photosAtOnce = 4 // pictures in hand at a time, each up to maxPicture of memory
)

// errBusy asks for the update again later, when the pictures in hand are done.
var errBusy = errors.New("telegram: too many pictures at once")

// read fetches a picture and reads its QR. A picture that cannot be had or
// read is Failed, and the person is asked for another; only our own want of
// room is an error. The picture is kept nowhere.
func (c *Channel) read(ctx context.Context, f file) (*core.Photo, error) {
	failed := &core.Photo{Failed: true}
	if _, err := c.api(); err != nil {
		return failed, nil
	}
	ctx, cancel := context.WithTimeout(ctx, photoTime)
	defer cancel()
	select {
	case c.photos <- struct{}{}:
		defer func() { <-c.photos }()
	case <-ctx.Done():
		return nil, errBusy
	}
	picture, err := c.fetch(ctx, f)
	if err != nil {
		c.log().Warn("telegram picture not fetched", "error", err)
		return failed, nil
	}
	text, err := qr.Read(ctx, picture)
	switch {
	case ctx.Err() != nil:
		return nil, errBusy
	case errors.Is(err, qr.ErrNoCode):
		return &core.Photo{}, nil
	case err != nil:
		return failed, nil
	}
	return &core.Photo{Text: text}, nil
}

// fetch has Telegram hand out a file. Its URL holds our token, so it is
// neither kept nor shown.
func (c *Channel) fetch(ctx context.Context, f file) ([]byte, error) {
	found, err := c.bot.GetFile(ctx, &bot.GetFileParams{FileID: f.ID})
	if err != nil {
		return nil, clean(err)
	}
	if found.FilePath == "" || found.FileSize > maxPicture {
		return nil, errors.New("telegram: the file is not handed out")
	}
	address := strings.TrimSuffix(c.API, "/") + "/file/bot" + c.Token + "/" + (&url.URL{Path: found.FilePath}).EscapedPath()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, &netError{what: "the file's path is unusable"}
	}
	resp, err := wire{c.Client}.raw(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, &apiError{Code: resp.StatusCode}
	}
	picture, err := io.ReadAll(io.LimitReader(resp.Body, maxPicture+1))
	if err != nil {
		return nil, netFailure(ctx, err)
	}
	if len(picture) > maxPicture {
		return nil, errors.New("telegram: the file is too big")
	}
	return picture, nil
}
