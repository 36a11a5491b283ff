package zalo

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"khaibao/core/channel"
)

const (
	maxBody    = 1 << 20                 // bytes; the longest real event is a hundredth of it
	answerTime = 1700 * time.Millisecond // Zalo waits 2 s
	reportTime = time.Second             // for noting what became of messages
)

// Webhook receives events. What Zalo reads of the answer is whether it is 200;
// anything else it sends again after 30 s, 5, 15 and 30 min and 1 h, and then
// no more, until somebody switches the web-hook on again by hand. So:
//
//   - 200 to GET, by which the console looks whether somebody is there;
//   - 401 without our account's signature, 413 over maxBody: not from Zalo;
//   - 200 for what is signed and yet unreadable. Sent again it would be
//     unreadable again, and in the end the whole province would be cut off for
//     it. It is counted as garbled, which is to be watched;
//   - 200 once a message is stored, or says nothing to us;
//   - 503 when it could not be stored, or not in time. What could not be stored
//     in time goes on to be, and is known when Zalo sends it again.
func (c *Channel) Webhook(in channel.Inbox) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			return
		}
		outcome, status := c.receive(r, in)
		c.count(outcome)
		w.WriteHeader(status)
	})
}

// receive takes one request as far as it goes.
func (c *Channel) receive(r *http.Request, in channel.Inbox) (outcome string, status int) {
	c.ready()
	patience := time.NewTimer(answerTime)
	defer patience.Stop()
	if r.Method != http.MethodPost {
		return Garbled, http.StatusMethodNotAllowed
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return TooLarge, http.StatusRequestEntityTooLarge
	case err != nil:
		return Garbled, http.StatusBadRequest
	case !c.trusts(r.Header.Get(signatureHeader), body):
		return Forged, http.StatusUnauthorized
	}
	e, err := decode(body)
	var d delivery
	if err == nil {
		d, err = c.translate(e)
	}
	if err != nil {
		c.log().Warn("zalo event not understood", "bytes", len(body))
		return Garbled, http.StatusOK
	}
	switch d.outcome {
	case Taken:
		if err := c.late.within(r.Context(), patience.C, d.in.ExternalID, func(ctx context.Context) error { return c.take(ctx, d, in) }); err != nil {
			return Unavailable, http.StatusServiceUnavailable
		}
	case Reported:
		c.report(r.Context(), d.moved)
	case Answered:
		c.log().Info("an officer answered by zalo's own tool")
	}
	return d.outcome, http.StatusOK
}

// take completes a delivery with its picture and hands it to the inbox.
func (c *Channel) take(ctx context.Context, d delivery, in channel.Inbox) error {
	if d.picture != "" {
		photo, err := c.read(ctx, d.picture)
		if err != nil {
			return err
		}
		d.in.Photo = photo
	}
	return in(ctx, d.in)
}

// report notes what became of messages. It is good to know and no more: while
// the store is away it is forgotten, so that Zalo need not send it again.
func (c *Channel) report(ctx context.Context, all []moved) {
	if c.Statuses == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, reportTime)
	defer cancel()
	for _, m := range all {
		if err := c.Statuses.MoveStatus(ctx, Name, m.id, m.status, m.rank); err != nil {
			c.log().Warn("zalo report not kept", "status", m.status, "err", err)
			return
		}
	}
}
