package zalo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"mime/multipart"
	"sync"
	"time"

	"khaibao/core"
	"khaibao/core/qr"
)

const (
	uploadPath = "/v2.0/oa/upload/image"
	maxUpload  = 1 << 20            // bytes; a QR is a few thousand
	uploadLife = 6 * 24 * time.Hour // Zalo keeps a picture for 7 days
	maxUploads = 10_000             // pictures remembered
)

// codeExpired is of a picture that Zalo has kept long enough.
const codeExpired = -100

// uploadCache remembers pictures that Zalo has. An account may upload 5,000 a
// month, and people ask for their QR again and again.
type uploadCache struct {
	mu    sync.Mutex
	known map[[sha256.Size]byte]uploaded
}

type uploaded struct {
	id string
	at time.Time
}

func (u *uploadCache) get(key [sha256.Size]byte, now time.Time) string {
	u.mu.Lock()
	defer u.mu.Unlock()
	found := u.known[key]
	if now.Sub(found.at).Abs() > uploadLife {
		return ""
	}
	return found.id
}

func (u *uploadCache) put(key [sha256.Size]byte, id string, now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.known == nil || len(u.known) >= maxUploads {
		u.known = make(map[[sha256.Size]byte]uploaded)
	}
	u.known[key] = uploaded{id, now}
}

// sendPicture shows a picture with its text. Where Zalo takes no more pictures
// of ours, what a QR says is sent as a link, which opens the same picture: who
// has no QR to show counts as not having declared.
func (c *Channel) sendPicture(ctx context.Context, to recipient, m core.Outbound) (string, error) {
	if len(m.Photo) > maxUpload {
		return "", refusal("a picture that is too big")
	}
	key := sha256.Sum256(m.Photo)
	id, known := c.uploads.get(key, c.time()), true
	for {
		if id == "" {
			var err error
			id, err = c.upload(ctx, m.Photo)
			switch classOf(err) {
			case refused, elsewhere, unfit, config, otherWay:
				return c.sendLink(ctx, to, m, err)
			}
			if err != nil {
				return "", err
			}
			known = false
			c.uploads.put(key, id, c.time())
		}
		media := element{MediaType: "image", AttachmentID: id}
		sent, err := c.say(ctx, to, message{Text: m.Text, Attachment: template(payload{TemplateType: "media", Elements: []element{media}})})
		if known && lostPicture(err) {
			id = ""
			continue
		}
		return sent, err
	}
}

// lostPicture tells whether Zalo has a picture no more.
func lostPicture(err error) bool {
	var e *apiError
	return errors.As(err, &e) && (e.Code == codeExpired || e.Code == -201 && e.Field == "attachment_id")
}

// sendLink says what the QR in a picture says; cause is why there is no picture.
func (c *Channel) sendLink(ctx context.Context, to recipient, m core.Outbound, cause error) (string, error) {
	link, err := qr.Read(ctx, m.Photo)
	if err != nil {
		return "", cause
	}
	c.log().Warn("zalo takes no picture; a link is sent instead", "err", cause)
	text := link
	if m.Text != "" {
		text = m.Text + "\n" + link
	}
	return c.say(ctx, to, message{Text: text})
}

// upload gives Zalo a picture and returns its ID.
func (c *Channel) upload(ctx context.Context, picture []byte) (string, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "qr.png")
	if err == nil {
		_, err = part.Write(picture)
	}
	if err = errors.Join(err, form.Close()); err != nil {
		return "", refusal("a picture that is no form")
	}
	var answer struct {
		Data struct {
			ID text `json:"attachment_id"`
		} `json:"data"`
	}
	r := call{host: messages, url: base(c.API, API) + uploadPath, contentType: form.FormDataContentType(), body: body.Bytes()}
	if err := c.authorised(ctx, r, &answer); err != nil {
		return "", err
	}
	if answer.Data.ID == "" {
		return "", noAnswer("the answer has no attachment ID")
	}
	return string(answer.Data.ID), nil
}
