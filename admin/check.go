package admin

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"time"

	"khaibao/core/qr"
	"khaibao/core/store"
)

// checkForm is the one box of a check, and what is wrong with what was in it.
type checkForm struct {
	Typed string // kept when it could not be read
	Error string // locale key
}

// checkResult is the answer to a check.
type checkResult struct {
	Check   checkForm
	By      string // what was looked up: code, number, id, phone
	Again   string // what stands for the look-up, to ask for more of a person
	Revoked *Moment
	People  []store.CheckedPerson
	Alike   []likePair
	Card    *cardInHand // when nobody was found by the card that was read

	Revealed string // ID of the person of whom more was asked for
}

// Alone tells whether one person was found, so that all of it is shown at once.
func (c checkResult) Alone() bool { return len(c.People) == 1 }

func (s *Server) showCheck(r *request) (string, any, error) {
	return "check.html", checkResult{}, nil
}

// check answers the box: a text typed, pasted or scanned, or a picture of a QR.
// The answer to a POST is the page itself, so that nothing of it is in a URL.
func (s *Server) check(r *request) (string, any, error) {
	in, err := readCheck(r)
	if err != nil {
		return "", nil, err
	}
	if in.tooLarge {
		return refuseCheck(http.StatusRequestEntityTooLarge, checkForm{Error: "admin.check.large"})
	}
	text := in.text
	if len(in.photo) > 0 {
		text, err = qr.Read(r.Context(), in.photo)
		switch {
		case errors.Is(err, qr.ErrTooLarge):
			return refuseCheck(http.StatusRequestEntityTooLarge, checkForm{Error: "admin.check.large"})
		case errors.Is(err, qr.ErrNotPicture):
			return refuseCheck(http.StatusUnsupportedMediaType, checkForm{Error: "admin.check.picture"})
		case errors.Is(err, qr.ErrNoCode):
			return refuseCheck(http.StatusUnprocessableEntity, checkForm{Error: "admin.check.noqr"})
		case err != nil:
			return "", nil, err
		}
	}
	hand, complaint := readInHand(text)
	if complaint == "admin.check.none.masked" {
		card, err := s.cardOf(r, text)
		return "result.html", checkResult{By: "masked", Card: card}, err
	}
	if complaint != "" {
		form := checkForm{Typed: in.text, Error: complaint}
		if len(in.photo) > 0 && complaint == "admin.check.unread" {
			form.Error = "admin.check.foreign" // a QR, but none of ours
		}
		return refuseCheck(http.StatusUnprocessableEntity, form)
	}
	screen := "check"
	if in.reveal != "" {
		screen = "reveal"
	}
	look := store.Look{Officer: *r.Officer, Screen: screen, Reveal: in.reveal, At: r.At}
	return s.lookUp(r, look, hand, text)
}

func refuseCheck(code int, form checkForm) (string, any, error) {
	return "check.html", checkResult{Check: form}, status(code)
}

// lookUp finds people by what is in hand, over the whole province, and shows
// them; again is what the page sends back to ask for more of one of them.
func (s *Server) lookUp(r *request, look store.Look, hand inHand, again string) (string, any, error) {
	result := checkResult{Again: again, Revealed: look.Reveal}
	found, err := s.find(r.Context(), look, hand, &result.By)
	if err != nil {
		return "", nil, err
	}
	result.People = found.People
	if len(found.People) == 0 {
		if result.Card, err = s.cardOf(r, again); err != nil {
			return "", nil, err
		}
	}
	if !found.Revoked.IsZero() {
		m := r.Moment(found.Revoked)
		result.Revoked = &m
	}
	slices.SortStableFunc(result.People, newestFirst)
	result.Alike = likePairs(found.Alike, func(id string) string {
		for _, p := range found.People {
			if p.ID == id {
				return p.Name
			}
		}
		return ""
	})
	return "result.html", result, nil
}

// find asks the store; a number that may be an ID or a phone is looked up as an
// ID first.
func (s *Server) find(ctx context.Context, look store.Look, hand inHand, by *string) (found store.Checked, err error) {
	scope := look.Officer.CheckScope()
	switch {
	case hand.Code != "":
		*by = "code"
		return s.Store.CheckByCode(ctx, look, scope, hand.Code)
	case hand.Number != "":
		*by = "number"
		return s.Store.CheckByNumber(ctx, look, scope, hand.Number)
	}
	if hand.ID != "" {
		*by = "id"
		found, err = s.Store.CheckByID(ctx, look, scope, hand.ID)
	}
	if err == nil && hand.Phone != "" && len(found.People) == 0 {
		*by = "phone"
		found, err = s.Store.CheckByPhone(ctx, look, scope, hand.Phone)
	}
	return found, err
}

// newestFirst puts the people really found before their likely duplicates, and
// those who declared last first.
func newestFirst(a, b store.CheckedPerson) int {
	if a.Likely != b.Likely {
		if b.Likely {
			return -1
		}
		return 1
	}
	return declaredAt(b).Compare(declaredAt(a))
}

func declaredAt(p store.CheckedPerson) time.Time {
	if v := newest(p); v != nil {
		return v.At
	}
	return time.Time{}
}

// newest is the newer of a person's two declarations, nil when there is none.
func newest(p store.CheckedPerson) *store.Version {
	if p.Resident == nil || p.Journey != nil && p.Journey.At.After(p.Resident.At) {
		return p.Journey
	}
	return p.Resident
}

// Newest is the declaration that the conclusion of a check is drawn from:
// whichever was made last says how the person is.
func (r *request) Newest(p store.CheckedPerson) *store.Version { return newest(p) }

// FormTitle names the form of a declaration.
func (r *request) FormTitle(form string) string { return r.orKey(form+".title", form) }

// posted is what the form of a check carries.
type posted struct {
	text, reveal string
	photo        []byte
	tooLarge     bool // the photo is over the limit; it was not kept
}

// maxTyped is more than any QR or number holds, in bytes.
const maxTyped = 8 << 10

// readCheck reads the form part by part: nothing of a photo touches the disk,
// and no more of it is kept than may be read.
func readCheck(r *request) (in posted, err error) {
	bad := refusal{http.StatusBadRequest, "admin.error.form"}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && kind == "application/x-www-form-urlencoded" {
		if err := parseForm(r); err != nil {
			return in, err
		}
		return posted{text: r.PostFormValue("q"), reveal: r.PostFormValue("reveal")}, nil
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return in, bad
	}
	for n := 0; n < 10; n++ {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return in, nil
		}
		if err != nil {
			return in, formError(err, bad)
		}
		if err := in.take(part); err != nil {
			return in, formError(err, bad)
		}
	}
	return in, bad
}

func (in *posted) take(part *multipart.Part) error {
	limit := int64(maxTyped)
	if part.FormName() == "photo" {
		limit = qr.MaxBytes
	}
	body, err := io.ReadAll(io.LimitReader(part, limit+1))
	if err != nil {
		return err
	}
	if int64(len(body)) > limit {
		in.tooLarge = true
		_, err := io.Copy(io.Discard, part)
		return err
	}
	switch part.FormName() {
	case "q":
		in.text = string(body)
	case "reveal":
		in.reveal = string(body)
	case "photo":
		in.photo = body
	}
	return nil
}

// formError keeps the error of a body that is too large, which has words of
// its own, and takes every other for a form that cannot be read.
func formError(err error, bad refusal) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	return bad
}
