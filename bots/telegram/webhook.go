package telegram

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"khaibao/core/channel"
)

const (
	secretHeader = "X-Telegram-Bot-Api-Secret-Token"
	maxBody      = 1 << 20 // bytes; the longest real update is a fiftieth of it
)

// Webhook receives updates. What Telegram reads of the answer is its status:
//
//   - 401 without our secret, whatever the body;
//   - 413 over maxBody, 400 for what is no update. Telegram sends neither. If
//     one day it did, a refusal loses nothing: Telegram keeps the update for a
//     day, sends it again and shows the fault in getWebhookInfo, while an
//     acknowledgement would throw a person's words away unread;
//   - 503 while the inbox cannot store, so that Telegram sends again;
//   - 200 once it is stored, or says nothing to us. A press is answered in the
//     same breath: the body of the answer is a call for Telegram to make.
func (c *Channel) Webhook(in channel.Inbox) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		outcome, status, callback := c.receive(r, in)
		c.count(outcome)
		if callback != "" {
			w.Header().Set("Content-Type", "application/json")
			// A failed write is a press left unanswered: its button stops
			// spinning by itself.
			_ = json.NewEncoder(w).Encode(map[string]string{
				"method": "answerCallbackQuery", "callback_query_id": callback,
			})
			return
		}
		w.WriteHeader(status)
	})
}

// receive takes one request as far as it goes; callback is the press to answer.
func (c *Channel) receive(r *http.Request, in channel.Inbox) (outcome string, status int, callback string) {
	if !c.trusts(r) {
		return Forged, http.StatusUnauthorized, ""
	}
	if r.Method != http.MethodPost {
		return Garbled, http.StatusMethodNotAllowed, ""
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return TooLarge, http.StatusRequestEntityTooLarge, ""
	case err != nil:
		return Garbled, http.StatusBadRequest, ""
	}
	u, err := decode(body)
	if err != nil {
		return Garbled, http.StatusBadRequest, ""
	}
	d := translate(u)
	if !d.ok {
		return Ignored, http.StatusOK, d.callback
	}
	if err := c.take(r.Context(), d, in); err != nil {
		return Unavailable, http.StatusServiceUnavailable, ""
	}
	return Taken, http.StatusOK, d.callback
}

// trusts tells whether a request knows our secret. Without a secret of ours
// nothing is trusted.
func (c *Channel) trusts(r *http.Request) bool {
	given := r.Header.Get(secretHeader)
	return c.Secret != "" && subtle.ConstantTimeCompare([]byte(given), []byte(c.Secret)) == 1
}

// take completes a delivery with its picture and hands it to the inbox.
func (c *Channel) take(ctx context.Context, d delivery, in channel.Inbox) error {
	if d.picture != nil {
		photo, err := c.read(ctx, *d.picture)
		if err != nil {
			return err
		}
		d.in.Photo = photo
	}
	return in(ctx, d.in)
}
