package admin

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"errors"
	"hash/fnv"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/qr"
	"khaibao/flows"
)

// sent is the form of an entry as a browser sends it. Beside the answers it has
// names that begin with a line, as no question's does.
type sent struct {
	Typed flows.Typed
	Step  string   // "read", "card", "save", "next"
	Once  string   // key of the form that was shown
	By    string   // ID of the officer to whom it was shown
	Of    string   // ID of the declaration that is updated
	Seen  string   // ID of that person's newest declaration, as it was shown
	Who   string   // of the likely duplicates shown: ID of a person, or "other"
	Shown []string // "ID newest" of each that was shown
	Card  string   // text of a card's QR, to fill from
	Sure  string   // digest of what was typed when before and after were seen
	Carry bool     // keep what a queue shares

	photo    []byte
	tooLarge bool
}

// digest changes with what was typed.
func (in sent) digest() string {
	h := fnv.New64a()
	_, _ = io.WriteString(h, url.Values(in.Typed).Encode()) // a hash takes all
	return strconv.FormatUint(h.Sum64(), 36)
}

func (in sent) shownIDs() (ids []string) {
	for _, shown := range in.Shown {
		id, _, _ := strings.Cut(shown, " ")
		ids = append(ids, id)
	}
	return ids
}

func (in sent) newestOf(id string) string {
	for _, shown := range in.Shown {
		if person, newest, _ := strings.Cut(shown, " "); person == id {
			return newest
		}
	}
	return ""
}

// fields is sent as a browser sends it.
func (in sent) fields() url.Values {
	v := url.Values{}
	for name, values := range in.Typed {
		v[name] = values
	}
	for name, value := range map[string]string{"_once": in.Once, "_by": in.By, "_of": in.Of, "_seen": in.Seen, "_who": in.Who, "_card": in.Card} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if in.Carry {
		v.Set("_carry", "1")
	}
	v["_shown"] = in.Shown
	return v
}

// Bounds of a form: more than any holds.
const (
	maxParts = 400
	maxValue = 8 << 10 // bytes
)

// readSent reads a form part by part: nothing of a photo touches the disk.
func readSent(r *request) (sent, error) {
	bad := refusal{http.StatusBadRequest, "admin.error.form"}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && kind == "application/x-www-form-urlencoded" {
		if err := parseForm(r); err != nil {
			return sent{}, err
		}
		return sentOf(r.PostForm), nil
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return sent{}, bad
	}
	values := url.Values{}
	var photo []byte
	tooLarge := false
	for range maxParts {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			in := sentOf(values)
			in.photo, in.tooLarge = photo, tooLarge
			return in, nil
		}
		if err != nil {
			return sent{}, formError(err, bad)
		}
		limit := int64(maxValue)
		if part.FormName() == "photo" {
			limit = qr.MaxBytes
		}
		body, err := io.ReadAll(io.LimitReader(part, limit+1))
		if err == nil && int64(len(body)) > limit {
			_, err = io.Copy(io.Discard, part)
			tooLarge = tooLarge || part.FormName() == "photo"
			body = body[:min(len(body), maxValue)]
		}
		if err != nil {
			return sent{}, formError(err, bad)
		}
		if part.FormName() != "photo" {
			values.Add(part.FormName(), string(body))
		} else if !tooLarge {
			photo = body
		}
	}
	return sent{}, bad
}

// sentOf sorts the fields of a form.
func sentOf(values url.Values) sent {
	in := sent{Typed: flows.Typed{}}
	for name, list := range values {
		for i := range list {
			list[i] = strings.ReplaceAll(strings.ToValidUTF8(list[i], ""), "\x00", "")
		}
		if strings.HasPrefix(name, "_") || len(list) > 50 {
			continue
		}
		if list = slices.DeleteFunc(list, func(v string) bool { return strings.TrimSpace(v) == "" }); len(list) > 0 {
			in.Typed[name] = list
		}
	}
	in.Step, in.Once, in.By, in.Of, in.Seen = values.Get("_step"), values.Get("_once"), values.Get("_by"), values.Get("_of"), values.Get("_seen")
	in.Who, in.Card, in.Shown = values.Get("_who"), values.Get("_card"), values["_shown"]
	in.Sure, in.Carry = values.Get("_sure"), values.Get("_carry") != ""
	for _, id := range []*string{&in.Once, &in.By, &in.Of, &in.Seen} {
		if !goodID(*id) {
			*id = ""
		}
	}
	return in
}

// What was typed when a sign-in had ended, or the database was away, is kept by
// the browser, sealed, in cookies that only these pages are sent: the sign-in in
// between may take any way, and no address and no row holds any of it.
const (
	keptCookie = "entry"
	keptTime   = time.Hour
	keptParts  = 2
	keptLength = 3800 // of one cookie's value; all of them must fit a proxy's header line
)

// keptForm is a form that a browser keeps.
type keptForm struct {
	Path    string     `json:"p"`
	By      string     `json:"b"` // ID of the officer who typed it
	At      int64      `json:"t"`
	Carried bool       `json:"c,omitempty"` // what holds for the next of a queue
	Fields  url.Values `json:"f"`
}

func (k keptForm) sent() sent {
	in := sentOf(k.Fields)
	in.Step = ""
	return in
}

// keep hands a form to the browser and tells whether there was room for it.
func (s *Server) keep(r *request, k keptForm) bool {
	if r.Officer != nil {
		k.By = r.Officer.ID
	}
	return s.keepAt(r, keptCookie, strings.TrimSuffix(enterPath, "/"), k)
}

// keepAt hands a form to the browser in cookies of a name, for the pages below a path.
func (s *Server) keepAt(r *request, name, path string, k keptForm) bool {
	k.Path, k.At = r.URL.Path, r.At.Unix()
	text, err := json.Marshal(k)
	if err != nil {
		return false
	}
	var small bytes.Buffer
	w, _ := flate.NewWriter(&small, flate.BestCompression) // its level is a good one
	_, _ = w.Write(text)                                   // into memory
	_ = w.Close()
	value := base64.RawURLEncoding.EncodeToString(s.Store.SealForm(small.Bytes()))
	if len(value) > keptParts*keptLength {
		return false
	}
	for i := range keptParts {
		part := value[min(i*keptLength, len(value)):min((i+1)*keptLength, len(value))]
		s.setKept(r, name, path, i, part)
	}
	return true
}

func (s *Server) setKept(r *request, name, path string, i int, value string) {
	c := http.Cookie{Name: name + strconv.Itoa(i), Value: value, Path: path, MaxAge: int(keptTime / time.Second),
		Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteStrictMode}
	if value == "" {
		c.MaxAge = -1
	}
	r.header.Add("Set-Cookie", c.String())
}

// forget has the browser keep nothing any more.
func (s *Server) forget(r *request) {
	for i := range keptParts {
		if _, err := r.Cookie(keptCookie + strconv.Itoa(i)); err == nil {
			s.setKept(r, keptCookie, strings.TrimSuffix(enterPath, "/"), i, "")
		}
	}
}

// keptOf is what the browser keeps of the form that is asked for, if the same
// officer typed it.
func (s *Server) keptOf(r *request) (k keptForm, ok bool) {
	k, ok = s.keptIn(r, keptCookie)
	return k, ok && k.Path == r.URL.Path
}

// keptIn is the form in the cookies of a name, if the same officer typed it.
func (s *Server) keptIn(r *request, name string) (k keptForm, ok bool) {
	var value strings.Builder
	for i := range keptParts {
		if c, err := r.Cookie(name + strconv.Itoa(i)); err == nil {
			value.WriteString(c.Value)
		}
	}
	sealed, err := base64.RawURLEncoding.DecodeString(value.String())
	if err != nil || len(sealed) == 0 {
		return k, false
	}
	small, ok := s.Store.OpenForm(sealed)
	if !ok {
		return k, false
	}
	text, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(small)), 1<<20))
	if err != nil || json.Unmarshal(text, &k) != nil {
		return k, false
	}
	fresh := r.At.Sub(time.Unix(k.At, 0)) < keptTime
	return k, fresh && r.Officer != nil && k.By == r.Officer.ID
}

// keepSent keeps what a form brought that cannot be taken now: nobody is signed
// in any more, or the database is away.
func (s *Server) keepSent(r *request) {
	in, err := readSent(r)
	if err == nil {
		s.keep(r, keptForm{By: in.By, Fields: in.fields()})
	}
}

// enterAway answers a form that came while the database was away, before anybody
// could be recognised.
type enterAway struct{ Path string }

func (s *Server) keptAway(r *request, err error) (string, any, error) {
	if errors.Is(err, core.ErrNotFound) {
		return "", nil, err
	}
	s.Log.ErrorContext(r.Context(), "a form was given back to its browser", "err", err)
	s.keepSent(r)
	r.header.Set("Retry-After", "30")
	return "enter-away.html", enterAway{r.URL.Path}, status(http.StatusServiceUnavailable)
}
