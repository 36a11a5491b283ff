package main

import (
	"context"
	"log/slog"
	"maps"
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

	refused chan struct{}   // receives when a message was not taken
	taken   map[string]bool // external IDs that the last list gave, and that are stored
}

func newCatchUp(s *store.Store, c *sms.Channel, in channel.Inbox) *catchUp {
	return &catchUp{store: s, name: c.Name(), missed: c.Missed, inbox: in, now: time.Now, refused: make(chan struct{}, 1)}
}

const (
	catchUpEvery  = time.Minute     // by whichever node is first: what a dead one was being told is lost to it
	catchUpMargin = 3 * time.Minute // messages on their way when a run began
	catchUpMost   = 7 * 24 * time.Hour
	catchUpTries  = 3 // of a message again, when it is its own fault or the door was full
	catchUpPause  = time.Second
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
	due := true
	for {
		select {
		case <-c.refused:
			due = true
		default:
		}
		switch {
		case c.store.Ping(ctx) != nil:
			due = true
		case due || c.late(ctx):
			due = !c.once(ctx)
		}
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}

// late tells whether no node has asked for a while.
func (c *catchUp) late(ctx context.Context) bool {
	mark, err := c.store.Mark(ctx, c.mark())
	return err == nil && c.now().Sub(mark) >= catchUpEvery
}

func (c *catchUp) mark() string { return "caught_up:" + c.name }

// once asks the network and gives in what it has; true when all was taken.
func (c *catchUp) once(ctx context.Context) bool {
	began := c.now()
	mark, err := c.store.Mark(ctx, c.mark())
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
	taken := make(map[string]bool)
	n, err := c.missed(ctx, since, func(ctx context.Context, m core.Inbound) error {
		stored := c.taken[m.ExternalID] // lists overlap, and most of each is known
		if !stored {
			var err error
			if stored, err = c.take(ctx, m); err != nil {
				return err
			}
		}
		taken[m.ExternalID] = stored
		return nil
	})
	if err != nil {
		// The next run lists all of it again: what was taken is not taken anew,
		// or a slow hour of many messages would never be caught up with.
		if c.taken == nil {
			c.taken = make(map[string]bool)
		}
		maps.Copy(c.taken, taken)
		if ctx.Err() == nil {
			slog.Warn("asking what was missed", "channel", c.name, "err", err)
		}
		return false
	}
	c.taken = taken
	slog.Debug("asked what was missed", "channel", c.name, "listed", n)
	if err := c.store.SetMark(ctx, c.mark(), began); err != nil {
		slog.Warn("asking what was missed", "channel", c.name, "err", err)
		return false
	}
	return true
}

// take gives in one message that was listed. One that cannot be stored though
// the database is there is passed over until the next list: all behind it would
// wait for ever.
func (c *catchUp) take(ctx context.Context, m core.Inbound) (stored bool, err error) {
	for try := 0; ; try++ {
		err := c.inbox(ctx, m)
		if err == nil {
			return true, nil
		}
		if pingErr := c.store.Ping(ctx); pingErr != nil {
			return false, err
		}
		if try == catchUpTries {
			slog.Error("missed message passed over", "channel", c.name, "external", m.ExternalID, "err", err)
			return false, nil
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(catchUpPause):
		}
	}
}
