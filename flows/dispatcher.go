package flows

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/codes"
	"khaibao/core/store"
)

// Dispatcher is the only door for messages coming in. What waits at the door
// is taken as one group in one transaction, since round trips and commits are
// the cost; each message is acknowledged only after the common commit.
type Dispatcher struct {
	Options
	door  chan waiting
	ended chan struct{}
}

// Counter counts what happens by kind; metrics in the program, nil in tests.
type Counter func(event, channel string)

// Options make a Dispatcher.
type Options struct {
	Store    *store.Store
	Setting  func(context.Context, time.Time) (Setting, error) // dated data of a moment
	Features map[string]channel.Features                       // by channel name
	Now      func() time.Time
	Count    Counter
	Limits   codes.Limits // of codes by SMS
}

// waiting is one message at the door. done has room for its one outcome, so
// that nobody waits for a network that hung up.
type waiting struct {
	m    core.Inbound
	done chan error
}

const (
	maxWaiting  = 2048             // at the door; beyond it networks are told to come again
	maxGroup    = 128              // messages in one transaction
	takeTimeout = 8 * time.Second  // of one transaction
	maxPatience = 12 * time.Second // of whoever waits: Twilio hangs up after 15 s
)

// New makes a dispatcher; it takes messages while Run runs.
func New(o Options) *Dispatcher {
	if o.Count == nil {
		o.Count = func(string, string) {}
	}
	return &Dispatcher{Options: o, door: make(chan waiting, maxWaiting), ended: make(chan struct{})}
}

// Run takes what comes through the door, by the given number of workers, until
// ctx ends; then what is in hand is finished and what waits is turned away.
// While one worker commits, another gathers the next group.
func (d *Dispatcher) Run(ctx context.Context, workers int) {
	var working sync.WaitGroup
	for range workers {
		working.Go(func() { d.work(ctx) })
	}
	working.Wait()
	close(d.ended)
}

func (d *Dispatcher) work(ctx context.Context) {
	group := make([]waiting, 0, maxGroup)
	for {
		select {
		case <-ctx.Done():
			return
		case w := <-d.door:
			group = d.gather(append(group[:0], w))
			d.takeGroup(context.WithoutCancel(ctx), group)
		}
	}
}

// gather adds what else is waiting; it never waits for more.
func (d *Dispatcher) gather(group []waiting) []waiting {
	for len(group) < maxGroup {
		select {
		case w := <-d.door:
			group = append(group, w)
		default:
			return group
		}
	}
	return group
}

// Take is the Inbox: it returns once the message, its effects and its replies
// are stored, or once it is known to have been stored before. A network that
// was told to come again may be told so of a message that is stored after all.
func (d *Dispatcher) Take(ctx context.Context, m core.Inbound) error {
	if m.Channel == "" || !goodID(m.ExternalID) || m.URN.Path() == "" {
		return fmt.Errorf("take: a message needs a channel, an ID and an address")
	}
	if _, known := d.Features[m.Channel]; !known {
		return fmt.Errorf("take: no channel %q", m.Channel)
	}
	m.Text = bound(m.Text)
	m.Network = cmp.Or(m.Network, codes.NetworkOf(ctx))
	w := waiting{m: m, done: make(chan error, 1)}
	select {
	case d.door <- w:
	default:
		d.Count("turned_away", m.Channel)
		return channel.ErrUnavailable
	}
	late := time.NewTimer(maxPatience)
	defer late.Stop()
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-late.C: // it may be stored yet, and then is known when it comes again
		d.Count("late", m.Channel)
		return channel.ErrUnavailable
	case <-d.ended:
		// The group may have been committed as the last worker left.
		select {
		case err := <-w.done:
			return err
		default:
			return channel.ErrUnavailable
		}
	}
}

// goodID says whether both databases can keep a network's ID. An ID that they
// cannot would fail again however often it came.
func goodID(id string) bool {
	return id != "" && len(id) <= 200 && utf8.ValidString(id) && !strings.ContainsRune(id, 0)
}

// bound cuts a text to core.MaxText runes, at a rune's border.
func bound(text string) string {
	if len(text) <= core.MaxText {
		return text
	}
	n := 0
	for i := range text {
		if n == core.MaxText {
			return text[:i]
		}
		n++
	}
	return text
}

// takeGroup stores a group. When it fails, its messages are taken one by one,
// so that one bad message never harms its neighbours.
func (d *Dispatcher) takeGroup(ctx context.Context, group []waiting) {
	err := d.take(ctx, group)
	switch {
	case err == nil:
		d.answer(group, nil)
	case d.Store.Ping(ctx) != nil: // nothing is anybody's fault
		d.answer(group, err)
		d.turnAway()
	case len(group) == 1:
		d.answer(group, err)
	default:
		for i := range group {
			d.takeGroup(ctx, group[i:i+1])
		}
	}
}

// turnAway has everybody at the door come again. While the database is away
// each group finds that out by waiting, and who stands behind several groups
// would wait until the network has given up.
func (d *Dispatcher) turnAway() {
	for {
		select {
		case w := <-d.door:
			d.Count("turned_away", w.m.Channel)
			w.done <- channel.ErrUnavailable
		default:
			return
		}
	}
}

// answer tells each waiting network how it went. The log line of a failure is
// written here, once; the network only learns to come again.
func (d *Dispatcher) answer(group []waiting, err error) {
	if err != nil {
		slog.Error("messages not taken", "count", len(group), "channel", group[0].m.Channel, "err", err)
		err = channel.ErrUnavailable
	}
	for _, w := range group {
		if err == nil {
			d.Count("taken", w.m.Channel)
		} else {
			d.Count("not_taken", w.m.Channel)
		}
		w.done <- err
	}
}

// take stores a group. A message alone that meets a fault of ours would meet it
// again however often it came: it is recorded, and its sender told.
func (d *Dispatcher) take(ctx context.Context, group []waiting) error {
	err := d.takeBy(ctx, group, (*turnRun).message)
	if len(group) > 1 || !errors.Is(err, errFault) {
		return err
	}
	slog.Error("a message met a fault of ours; its sender is told", "channel", group[0].m.Channel, "err", err)
	d.Count("faults", group[0].m.Channel)
	return d.takeBy(ctx, group, (*turnRun).apologise)
}

// errFault marks what is wrong with us and not with the moment.
var errFault = errors.New("fault")

// takeBy stores a group, each message's turn run by one method. A panic ends
// the transaction and not the program, which would meet the same message again
// at every start.
func (d *Dispatcher) takeBy(ctx context.Context, group []waiting, turn func(*turnRun, context.Context, core.Inbound) error) (err error) {
	defer func() {
		if recover() != nil { // the stack only: what panicked may quote what was typed
			slog.Error("taking messages panicked", "count", len(group), "stack", string(debug.Stack()))
			err = fmt.Errorf("taking messages panicked: %w", errFault)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, takeTimeout)
	defer cancel()
	now := d.Now()
	setting, err := d.Setting(ctx, now)
	if err != nil {
		return err
	}
	judge, err := d.judge(ctx, core.DayOf(now))
	if err != nil {
		return err
	}
	messages := make([]core.Inbound, len(group))
	for i, w := range group {
		messages[i] = w.m
	}
	return d.Store.Take(ctx, now, messages, func(ctx context.Context, tx *store.Tx, at *core.Address, m core.Inbound, id string) error {
		run := turnRun{d: d, judge: judge, tx: tx, at: at, cause: id, event: Event{
			Now: now, Today: core.DayOf(now), Features: d.Features[m.Channel], Setting: setting}}
		return turn(&run, codes.WithNetwork(ctx, m.Network), m)
	})
}

// errTooLong stops a turn whose effects never end: a fault of ours.
var errTooLong = fmt.Errorf("a turn asked for more than 16 results: %w", errFault)
