package web

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"khaibao/core"
	"khaibao/locales"
)

const (
	maxForm    = 64 << 10            // bytes of a form without a picture
	maxPicture = 10 << 20            // bytes of a picture (docs/reference/security.md, 9)
	maxUpload  = maxPicture + 64<<10 // bytes of a form with one
	maxAction  = 64                  // bytes, as core.Button says
	maxToken   = 64                  // bytes of an ID that a page made
)

// post is what a page sent.
type post struct {
	id      string // made by the page, the same when it sends again
	text    string
	action  string
	ref     string
	lang    string // the page's
	start   bool
	picture []byte
	network string // where the browser stands
	item    string // what the mailbox holds of it
}

func (p post) empty() bool {
	return strings.TrimSpace(p.text) == "" && p.action == "" && !p.start && p.picture == nil
}

var (
	errTooBig  = errors.New("the form is too big")
	errNoForm  = errors.New("the body is no form")
	errPicture = errors.New("the form holds a second picture")
)

// decode reads a posted form. A picture stays in memory: nothing of it may
// reach a disk.
func decode(w http.ResponseWriter, r *http.Request) (post, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return post{}, errNoForm
	}
	switch kind {
	case "application/x-www-form-urlencoded":
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if err := r.ParseForm(); err != nil {
			return post{}, formError(err)
		}
		var p post
		for name, values := range r.PostForm {
			if len(values) > 0 {
				p.set(name, values[0])
			}
		}
		return p.checked()
	case "multipart/form-data":
		if params["boundary"] == "" {
			return post{}, errNoForm
		}
		if r.ContentLength > maxUpload {
			return post{}, errTooBig
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
		return decodeParts(r)
	}
	return post{}, errNoForm
}

func decodeParts(r *http.Request) (post, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return post{}, errNoForm
	}
	var p post
	room := maxForm // for all fields that are no picture
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return p.checked()
		}
		if err != nil {
			return post{}, formError(err)
		}
		if part.FormName() == "photo" && part.FileName() != "" {
			if p.picture != nil {
				return post{}, errPicture
			}
			if p.picture, err = readPart(part, maxPicture); err != nil {
				return post{}, formError(err)
			}
			continue
		}
		value, err := readPart(part, room)
		if err != nil {
			return post{}, formError(err)
		}
		room -= len(value)
		p.set(part.FormName(), string(value))
	}
}

func readPart(part io.Reader, limit int) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(part, int64(limit)+1))
	if err == nil && len(b) > limit {
		err = errTooBig
	}
	return b, err
}

// formError tells a form that is too big from one that is broken off or was
// never one.
func formError(err error) error {
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) || errors.Is(err, errTooBig) {
		return errTooBig
	}
	return errNoForm
}

func (p *post) set(name, value string) {
	switch name {
	case "id":
		p.id = value
	case "text":
		p.text = value
	case "action":
		p.action = value
	case "ref":
		p.ref = value
	case "lang":
		p.lang = value
	case "start":
		p.start = value != ""
	}
}

// checked makes what was posted fit for the core: valid, of bounded length,
// with the line ends that were typed.
func (p post) checked() (post, error) {
	if len(p.action) > maxAction || len(p.ref) > maxToken || len(p.id) > maxToken ||
		!utf8.ValidString(p.action+p.ref+p.id) || strings.ContainsRune(p.action+p.ref+p.id, 0) {
		return post{}, errNoForm
	}
	p.text = strings.ReplaceAll(p.text, "\r\n", "\n") // forms send line ends so
	p.text = strings.ReplaceAll(strings.ToValidUTF8(p.text, "\uFFFD"), "\x00", "")
	if r := []rune(p.text); len(r) > core.MaxText {
		p.text = string(r[:core.MaxText])
	}
	p.lang = known(p.lang)
	if p.action != "" || p.start {
		p.text = ""
	}
	return p, nil
}

// known is a language that there are words in.
func known(lang string) string {
	return locales.Known(lang)
}
