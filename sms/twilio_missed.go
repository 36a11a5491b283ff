package sms

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"khaibao/core"
	"khaibao/core/channel"

	messages "github.com/twilio/twilio-go/rest/api/v2010"
)

// How much is asked for and held at once. A span of time with more messages
// than a batch is cut in half, down to a second.
const (
	pageSize   = 100
	batchPages = 20
	maxPages   = 2000 // of one call of Missed: 200,000 messages
)

// overlap is how much earlier than asked the list begins, since Twilio's clock
// and ours may differ.
const overlap = 2 * time.Minute

var errTooManyPages = errors.New("twilio: too many messages to list at once; ask again from a later moment")

// Missed implements Lister. Twilio lists the newest first, but an answer
// means nothing before its question, so each batch is given oldest first.
func (t *Twilio) Missed(ctx context.Context, since time.Time, in channel.Inbox) (int, error) {
	l := lister{t: t, in: in, pages: maxPages}
	from, to := since.Add(-overlap).UTC().Truncate(time.Second), time.Now().Add(overlap).UTC().Truncate(time.Second)
	l.end = to
	err := l.span(ctx, from, to)
	return l.given, err
}

type lister struct {
	t     *Twilio
	in    channel.Inbox
	end   time.Time
	pages int // that may still be asked for
	given int
}

// span gives in what arrived from one moment until before another.
func (l *lister) span(ctx context.Context, from, to time.Time) error {
	batch, whole, err := l.list(ctx, from, to)
	if err != nil {
		return err
	}
	if half := to.Sub(from) / 2; !whole && half >= time.Second {
		middle := from.Add(half).Truncate(time.Second)
		if err := l.span(ctx, from, middle); err != nil {
			return err
		}
		return l.span(ctx, middle, to)
	}
	if !whole {
		return errTooManyPages
	}
	for _, m := range batch {
		if err := l.in(ctx, m); err != nil {
			return fmt.Errorf("take missed message %s: %w", m.ExternalID, err)
		}
		l.given++
	}
	return nil
}

// list returns a span's messages, oldest first. whole is false when there are
// more than a batch.
func (l *lister) list(ctx context.Context, from, to time.Time) (batch []core.Inbound, whole bool, err error) {
	p := &messages.ListMessageParams{}
	p.SetDateSentAfter(from).SetPageSize(pageSize)
	if to.Before(l.end) {
		p.SetDateSentBefore(to)
	}
	if l.t.kind == longCode || l.t.kind == shortCode {
		p.SetTo(l.t.c.From)
	}
	token, number := "", ""
	for range batchPages {
		if l.pages--; l.pages < 0 {
			return nil, false, errTooManyPages
		}
		var page *messages.ListMessageResponse
		c, err := l.t.do(ctx, func(api *messages.ApiService) (err error) {
			page, err = api.PageMessage(p, token, number)
			return err
		})
		if err != nil {
			return nil, false, fmt.Errorf("list messages: %w", l.t.failure(c, err))
		}
		for _, one := range page.Messages {
			if m, ok := l.t.listed(one, from, to); ok {
				batch = append(batch, m)
			}
		}
		if token, number = nextPage(text(page.NextPageUri)); token == "" && number == "" {
			// Two messages of one second keep the order of the list, turned.
			slices.Reverse(batch)
			slices.SortStableFunc(batch, func(a, b core.Inbound) int { return a.At.Compare(b.At) })
			return batch, true, nil
		}
	}
	return nil, false, nil
}

// listed translates a row of the list. Twilio has looked at whole days only in
// the past, so the span is looked at here, too.
func (t *Twilio) listed(row messages.ApiV2010Message, from, to time.Time) (core.Inbound, bool) {
	at, err := time.Parse(time.RFC1123Z, text(row.DateSent))
	if err != nil {
		if at, err = time.Parse(time.RFC1123Z, text(row.DateCreated)); err != nil {
			return core.Inbound{}, false
		}
	}
	at = at.UTC()
	if text(row.Direction) != "inbound" || at.Before(from) || !at.Before(to) {
		return core.Inbound{}, false
	}
	m, why := t.message(text(row.Sid), text(row.From), text(row.Body))
	if why != "" {
		t.c.Count(why)
		return core.Inbound{}, false
	}
	m.At = at
	return m, true
}

// nextPage takes out of the address of the next page what names it.
func nextPage(uri string) (token, number string) {
	u, err := url.Parse(uri)
	if uri == "" || err != nil {
		return "", ""
	}
	return u.Query().Get("PageToken"), u.Query().Get("Page")
}
