package main

import (
	"context"
	"log/slog"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/store"
	"khaibao/sms"
)

// catchUp takes what networks that do not send again delivered while we or our
// database were away: at the start, after every message that was not taken, and
// from time to time.
type catchUp struct {
	store  *store.Store
	name   string // of the channel
	missed func(ctx context.Context, since time.Time, in channel.Inbox) (int, error)
	inbox  channel.Inbox
	now    func() time.Time

	refused chan struct{} // receives when a message was not taken
}

func newCatchUp(s *store.Store, c *sms.Channel, in channel.Inbox) *catchUp {
	return &catchUp{store: s, name: c.Name(), missed: c.Missed, inbox: in, now: time.Now, refused: make(chan struct{}, 1)}
}

const (
	catchUpEvery  = 5 * time.Minute
	catchUpMargin = 10 * time.Minute // messages on their way when a run began
	catchUpMost   = 7 * 24 * time.Hour
	lookEvery     = 2 * time.Second // between looks for a database that went away
)

// watch is the inbox for the channel's web-hook: what it does not take will be
// asked for as soon as the database is back.
func (c *catchUp) watch(ctx context.Context, m core.Inbound) error {
	err := c.inbox(ctx, m)
	if err != nil {
		select {
		case c.refused <- struct{}{}:
		default: // already told
		}
	}
	return err
}

func (c *catchUp) run(ctx context.Context) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	var last time.Time
	due := true
	for {
		select {
		case <-c.refused:
			due = true
		default:
		}
		switch err := c.store.Ping(ctx); {
		case err != nil:
			due = true
		case due || c.now().Sub(last) >= catchUpEvery:
			if c.once(ctx) {
				due, last = false, c.now()
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}

// once asks the network and gives in what it has; true when all was taken.
func (c *catchUp) once(ctx context.Context) bool {
	began := c.now()
	mark, err := c.store.Mark(ctx, "caught_up:"+c.name)
	if err == nil && mark.IsZero() {
		mark, err = c.store.LastReceived(ctx, c.name)
	}
	if err != nil {
		return false
	}
	if mark.IsZero() { // the first start: nothing before it was meant for us
		mark = began
	}
	since := began.Add(-catchUpMost)
	if mark.Add(-catchUpMargin).After(since) {
		since = mark.Add(-catchUpMargin)
	}
	n, err := c.missed(ctx, since, c.inbox)
	if err != nil {
		if ctx.Err() == nil {
			slog.Warn("asking what was missed", "channel", c.name, "err", err)
		}
		return false
	}
	slog.Debug("asked what was missed", "channel", c.name, "listed", n)
	if err := c.store.SetMark(ctx, "caught_up:"+c.name, began); err != nil {
		slog.Warn("asking what was missed", "channel", c.name, "err", err)
		return false
	}
	return true
}
