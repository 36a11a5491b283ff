package telegram

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-telegram/bot"

	"khaibao/bots/fetch"
	"khaibao/core"
	"khaibao/core/qr"
)

const maxPicture = qr.MaxBytes // Telegram would hand out 20 MB

// read fetches a picture and reads its QR.
func (c *Channel) read(ctx context.Context, f file) (*core.Photo, error) {
	if _, err := c.api(); err != nil {
		return &core.Photo{Failed: true}, nil
	}
	return c.photos.Read(ctx, func(ctx context.Context) ([]byte, error) { return c.fetch(ctx, f) })
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
		return nil, noAnswer("the file's path is unusable")
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
		return nil, fetch.Unanswered(ctx, "telegram", err)
	}
	if len(picture) > maxPicture {
		return nil, errors.New("telegram: the file is too big")
	}
	return picture, nil
}
