package sms

import (
	"errors"
	"net/http"
	"time"

	"khaibao/core"
)

// ranks order the statuses of a message that we sent: one of a higher rank
// follows one of a lower. The last words on delivery share a rank, so that the
// first of them stays; only being read can follow.
var ranks = map[string]int{
	"accepted":            1,
	"scheduled":           2,
	"queued":              3,
	"sending":             4,
	"sent":                5,
	"partially_delivered": 6,
	"delivered":           7,
	"undelivered":         7,
	"failed":              7,
	"canceled":            7,
	"read":                8,
}

// Rank is the place of a Twilio status among those of a message that was sent,
// from 1; 0 for a word that is none of them. Call-backs come out of order, and
// a status only moves forward (docs/reference/channels.md, 3.3).
func Rank(status string) int { return ranks[status] }

// StatusHook takes what Twilio tells of messages that we sent, at StatusPath.
func (t *Twilio) StatusHook() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form, code := t.signedForm(w, r, StatusPath)
		if code != 0 {
			http.Error(w, http.StatusText(code), code)
			return
		}
		sid, status := form.Get("MessageSid"), form.Get("MessageStatus")
		if sid == "" || Rank(status) == 0 {
			t.c.Count("status_unknown")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		if err := t.moveStatus(r, sid, status, form.Get("ErrorCode")); err != nil {
			t.c.Log.Error("keep a status of twilio", "sid", sid, "status", status, "err", err)
			http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}

func (t *Twilio) moveStatus(r *http.Request, sid, status, code string) error {
	failed := status == "undelivered" || status == "failed"
	if failed {
		t.c.Log.Warn("twilio could not deliver", "sid", sid, "status", status, "code", code)
	}
	if t.c.Statuses == nil {
		return nil
	}
	names := []string{sid}
	if ref := r.URL.Query().Get("ref"); ref != "" {
		names = append(names, ref)
	}
	// By both names: only one is written down while a call-back overtakes us,
	// and under the other it moves nothing.
	for _, name := range names {
		if err := t.c.Statuses.MoveStatus(r.Context(), Name, name, status, Rank(status)); err != nil {
			return err
		}
	}
	if !failed || !deadNumber(code) {
		return nil
	}
	for _, name := range names {
		if err := t.c.Statuses.NumberDead(r.Context(), time.Now(), Name, name); !errors.Is(err, core.ErrNotFound) {
			return err
		}
	}
	t.c.Count("status_unknown")
	return nil
}
