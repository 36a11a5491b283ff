package sms

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"
	"unicode/utf8"

	"khaibao/core"
	"khaibao/core/channel"

	messages "github.com/twilio/twilio-go/rest/api/v2010"
)

// clockSkew is how much earlier than ours Twilio's clock may be.
const clockSkew = 30 * time.Second

// maxBody is what Twilio takes in one message, in letters.
const maxBody = 1600

// Send implements Gateway.
func (t *Twilio) Send(ctx context.Context, m core.Outbound) (string, error) {
	if utf8.RuneCountInString(m.Text) > maxBody {
		return "", &channel.SendError{Refused: true, Err: errors.New("twilio: the text is too long")}
	}
	if since, ok := t.doubts.about(m.ID); ok {
		id, err := t.lookUp(ctx, m, since)
		if err != nil {
			return "", fmt.Errorf("look for a message that timed out: %w", err)
		}
		if id != "" {
			t.doubts.settle(m.ID, id)
			return id, nil
		}
	}
	began := time.Now()
	var sid string
	c, err := t.do(ctx, func(api *messages.ApiService) error {
		answer, err := api.CreateMessage(t.create(m))
		if err == nil {
			if sid = text(answer.Sid); sid == "" {
				err = errors.New("no SID in the answer")
			}
		}
		return err
	})
	if err != nil {
		if m.ID != "" && c.reached() {
			t.doubts.keep(m.ID, began)
		}
		return "", t.failure(c, err, m.URN.Path())
	}
	t.doubts.settle(m.ID, sid)
	return sid, nil
}

// create is the message as the API takes it. The call-back names the outbox
// ID, which says nothing of anybody.
func (t *Twilio) create(m core.Outbound) *messages.CreateMessageParams {
	p := &messages.CreateMessageParams{}
	p.SetTo(m.URN.Path()).SetBody(m.Text)
	if t.kind == messagingService {
		p.SetMessagingServiceSid(t.c.From)
	} else {
		p.SetFrom(t.c.From)
	}
	if !t.heard {
		return p
	}
	callback := t.c.PublicURL + StatusPath
	if m.ID != "" {
		callback += "?" + url.Values{"ref": {m.ID}}.Encode()
	}
	return p.SetStatusCallback(callback)
}

// lookUp finds a message that Twilio made out of a call of ours that seemed to
// fail. A text that went to the same number since then is the one, unless we
// know it by its SID: the outbox sends one person one message at a time, and
// what was sent before, a question asked twice perhaps, is known. The list is
// not asked by the day of sending, which a queued message has not.
func (t *Twilio) lookUp(ctx context.Context, m core.Outbound, since time.Time) (string, error) {
	p := &messages.ListMessageParams{}
	p.SetTo(m.URN.Path()).SetPageSize(50)
	var page *messages.ListMessageResponse
	c, err := t.do(ctx, func(api *messages.ApiService) (err error) {
		page, err = api.PageMessage(p, "", "")
		return err
	})
	if err != nil {
		return "", t.failure(c, err, m.URN.Path())
	}
	for _, one := range page.Messages {
		made, err := time.Parse(time.RFC1123Z, text(one.DateCreated))
		if err != nil || made.Before(since.Add(-clockSkew)) {
			continue
		}
		if text(one.Direction) == "inbound" || text(one.Body) != m.Text || t.doubts.knows(text(one.Sid)) {
			continue
		}
		return text(one.Sid), nil
	}
	return "", nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// doubts remembers messages of which it is not known whether Twilio has them,
// and the SIDs of the newest that it has. Both are bounded; a restart forgets
// them, and then a message may be sent twice.
type doubts struct {
	mu    sync.Mutex
	since map[string]time.Time // outbox ID -> before the first try
	sids  [8192]string         // more than are sent within the skew of the clocks
	next  int
}

const maxDoubts = 10_000

func (d *doubts) about(key string) (since time.Time, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	since, ok = d.since[key]
	return since, ok
}

// keep leaves the time of the first doubt: the message may be from then.
func (d *doubts) keep(key string, since time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.since == nil {
		d.since = make(map[string]time.Time)
	}
	if _, ok := d.since[key]; ok {
		return
	}
	for old := range d.since { // any one: this many at once is a long outage
		if len(d.since) < maxDoubts {
			break
		}
		delete(d.since, old)
	}
	d.since[key] = since
}

func (d *doubts) settle(key, sid string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.since, key)
	d.sids[d.next%len(d.sids)] = sid
	d.next++
}

func (d *doubts) knows(sid string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, known := range d.sids {
		if known == sid {
			return true
		}
	}
	return false
}
