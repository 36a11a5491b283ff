package sandbox

import (
	"bytes"
	"crypto/rand"
	"image"
	"net/http"
	"strings"
	"time"
)

// zaloFile is a picture, uploaded by the program or sent by a person.
type zaloFile struct {
	data     []byte
	at       time.Time
	uploaded bool
}

// zaloFiles are the newest pictures.
type zaloFiles struct {
	byID  map[string]*zaloFile
	order []string // oldest first
	bytes int
}

const (
	zaloKept     = 7 * 24 * time.Hour // that an uploaded picture can be sent
	maxZaloImage = 1_000_000          // bytes
	maxZaloFiles = 64 << 20           // bytes of all pictures
)

func (f *zaloFiles) keep(data []byte, at time.Time, uploaded bool) (id string) {
	id = "Z" + rand.Text()
	f.byID[id] = &zaloFile{data: data, at: at, uploaded: uploaded}
	f.order = append(f.order, id)
	f.bytes += len(data)
	for f.bytes > maxZaloFiles {
		f.bytes -= len(f.byID[f.order[0]].data)
		delete(f.byID, f.order[0])
		f.order = f.order[1:]
	}
	return id
}

// uploadImage takes a JPEG or PNG, to be sent by its ID.
func (z *Zalo) uploadImage(c zaloCall) (map[string]any, *zaloError) {
	_, kind, err := image.DecodeConfig(bytes.NewReader(c.file))
	if err != nil || kind != "png" && kind != "jpeg" || len(c.file) > maxZaloImage {
		return nil, zaloInvalid("file", false)
	}
	if _, _, err := image.Decode(bytes.NewReader(c.file)); err != nil {
		return nil, zaloInvalid("file", false)
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	return map[string]any{"attachment_id": z.files.keep(c.file, z.account.Clock(), true)}, nil
}

// File is a picture of a chat, nil when it is gone.
func (z *Zalo) File(id string) []byte {
	z.mu.Lock()
	defer z.mu.Unlock()
	if f := z.files.byID[id]; f != nil {
		return f.data
	}
	return nil
}

// pictureURL is where anybody who knows it can fetch a picture, as at Zalo.
func (z *Zalo) pictureURL(id string) string { return z.account.Base + "/pictures/" + id + ".jpg" }

func (z *Zalo) servePicture(w http.ResponseWriter, r *http.Request) {
	z.mu.Lock()
	f := z.failures
	z.mu.Unlock()
	if !f.survive(w, r, z.life, func() { http.Error(w, "Forbidden", http.StatusForbidden) }) {
		return
	}
	data := z.File(strings.TrimSuffix(r.PathValue("name"), ".jpg"))
	if data == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", http.DetectContentType(data))
	_, _ = w.Write(data) // a caller that left wants no picture
}
