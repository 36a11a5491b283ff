package main

import (
	"context"
	"log/slog"
	"time"

	"khaibao/core/channel"
	"khaibao/core/store"
)

// catchUp takes what networks that do not send again delivered while we or our
// database were away: at the start, after every outage, and from time to time.
type catchUp struct {
	store  *store.Store
	name   string // of the channel
	missed func(ctx context.Context, since time.Time, in channel.Inbox) (int, error)
	inbox  channel.Inbox
	now    func() time.Time
}

const (
	catchUpEvery  = 5 * time.Minute
	catchUpMargin = 10 * time.Minute // messages on their way when a run began
	catchUpMost   = 7 * 24 * time.Hour
	lookEvery     = 2 * time.Second // for a database that went away
)

func (c *catchUp) run(ctx context.Context) {
	var last time.Time
	away := false
	for {
		switch err := c.store.Ping(ctx); {
		case err != nil:
			away = true
		case away || c.now().Sub(last) >= catchUpEvery:
			if c.once(ctx) {
				away, last = false, c.now()
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(lookEvery):
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
	since := began.Add(-catchUpMost)
	if !mark.IsZero() && mark.Add(-catchUpMargin).After(since) {
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
