package flows

import (
	"context"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/codes"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
	"khaibao/locales"
)

// whole plays a transcript through the dispatcher, the store and the outbox.
type whole struct {
	dispatcher *Dispatcher
	store      *store.Store
	bundle     *locales.Bundle
	now        time.Time
	watching   []string // IDs of the monitorings that were opened
	until      core.Day // their last day
	changes    int      // that the officer made of each
	linked     bool     // the officer has a chat
}

// The same transcripts through the whole way: what is shown must be the same
// as from Turn alone, message by message.
func TestTranscriptsThroughTheStore(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	b := bundle(t)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				p := player{onlyShown: true, open: func(string) backend { return newWhole(t, s, b) }}
				p.replay(t, file, false)
			})
		})
	}
}

func newWhole(t *testing.T, s *store.Store, b *locales.Bundle) *whole {
	t.Helper()
	w := &whole{store: s, bundle: b}
	w.dispatcher = New(Options{Store: s, Limits: codes.Default(), Features: looks,
		Setting: func(context.Context, time.Time) (Setting, error) { return transcriptSetting, nil },
		Now:     func() time.Time { return w.now }})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { w.dispatcher.Run(ctx, 1); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
	return w
}

func (w *whole) take(t *testing.T, in core.Inbound, now time.Time) (shown []shownMessage, did []string) {
	t.Helper()
	w.now = now
	if err := w.dispatcher.Take(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	return w.claimAll(t, in.Channel), nil
}

var codeInSMS = regexp.MustCompile(`\b[0-9]{6}\b`)

// claim takes all that is due on a channel, as a sender would.
func (w *whole) claim(t *testing.T, name string) (shown []shownMessage) {
	t.Helper()
	for {
		due, err := w.store.ClaimDue(t.Context(), name, w.now, w.now.Add(time.Minute), 64)
		if err != nil {
			t.Fatal(err)
		}
		if len(due) == 0 {
			return shown
		}
		var sent []store.Sent
		for _, m := range due {
			if m.Way.Name != "" && !slices.Contains(Unasked(), m.Say.Key) {
				t.Errorf("%s goes to a telephone, but is not among the texts to be registered", m.Say.Key)
			}
			if strings.HasPrefix(m.Say.Key, core.MonitorWelcome) && len(w.watching) == 0 { // by the verdict, and no part of the turn
				sent = append(sent, store.Sent{ID: m.ID, NetworkID: m.ID, Way: m.WayTaken()})
				continue
			}
			sent = append(sent, store.Sent{ID: m.ID, NetworkID: m.ID, Way: m.WayTaken()})
			for _, out := range channel.Fit(Render(w.bundle, m.Say, m.Lang, looks[name]), looks[name]) {
				s := shownMessage{out: out, to: m.URN}
				if m.Priority == core.PriorityCode {
					s.code = codeInSMS.FindString(out.Text)
				}
				shown = append(shown, s)
			}
		}
		if err := w.store.MarkSent(t.Context(), w.now, sent); err != nil {
			t.Fatal(err)
		}
	}
}
