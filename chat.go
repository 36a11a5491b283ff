package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/reading"
	"khaibao/core/store"
	"khaibao/core/ways"
	"khaibao/flows"
	"khaibao/locales"
)

// terminalChannel is the channel of conversations in a terminal. They go
// through the same dispatcher and store as all others, but only a terminal
// sends for it: a program that serves beside it never answers for it.
const terminalChannel = "chat"

// looks are the features that a terminal can take on.
var looks = map[string]channel.Features{
	"telegram": {MaxText: 4096, MaxCaption: 1024, MaxButtons: 24, MaxColumns: 2, Pictures: true, Album: 10, AskContact: true},
	"web":      {MaxButtons: 24, MaxColumns: 2, Pictures: true},
	"sms":      {MaxText: 160, Plain: true, Proven: true},
}

// chatCommand is a conversation in the terminal: each line of in is a message,
// "[Có]" presses a button, "[]" with a label of the share button shares the
// own number. Replies go to out, QR pictures to files.
func chatCommand(ctx context.Context, args, environ []string, in io.Reader, out io.Writer) error {
	var look, from, folder string
	c, rest, err := readConfig("chat", args, environ, out, func(f *flag.FlagSet) {
		f.StringVar(&look, "channel", "sms", "whose looks it has: telegram, web or sms")
		f.StringVar(&from, "from", "0900000001", "the phone that writes")
		f.StringVar(&folder, "pictures", ".", "where QR pictures are saved")
	})
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("chat: unknown argument %q", rest[0])
	}
	features, ok := looks[look]
	if !ok {
		return fmt.Errorf("chat: no channel %q: want telegram, web or sms", look)
	}
	phone, err := reading.ReadPhone(from)
	if err != nil {
		return fmt.Errorf("chat: --from is no telephone number")
	}
	s, err := openStore(ctx, c, out)
	if err != nil {
		return err
	}
	defer s.Close()
	t, err := newTerminal(c, s, features, look, phone.E164)
	if err != nil {
		return err
	}
	t.folder = folder
	t.out = out
	if isTerminal(in) {
		fmt.Fprintln(out, chatHint)
	}
	return t.run(ctx, in)
}

// chatHint is for somebody who sits before an empty screen.
const chatHint = "Each line is a message: begin with KB. [label] presses a button. Ctrl-D ends."

func isTerminal(in io.Reader) bool {
	f, ok := in.(*os.File)
	if !ok {
		return false
	}
	stat, err := f.Stat()
	return err == nil && stat.Mode()&os.ModeCharDevice != 0
}

// terminal is one telephone in a terminal.
type terminal struct {
	dispatcher *flows.Dispatcher
	store      *store.Store
	bundle     *locales.Bundle
	features   channel.Features
	urn        core.URN
	phone      string // E.164
	folder     string // of QR pictures
	out        io.Writer
	now        func() time.Time
	buttons    map[string]core.Button // on the screen, by label
	share      string                 // label of the share button on the screen
	sent       int                    // messages written so far
	pictures   int
	prefix     string // of message IDs, so that no two terminals share one
}

func newTerminal(c config, s *store.Store, features channel.Features, look, phone string) (*terminal, error) {
	bundle, err := locales.New()
	if err != nil {
		return nil, err
	}
	t := &terminal{store: s, bundle: bundle, features: features, phone: phone, now: time.Now,
		urn: core.URN(look + ":" + phone), prefix: core.NewID()}
	if features.Proven {
		t.urn = core.TelURN(phone)
	}
	s.UseWays(&ways.Book{SMS: terminalChannel, Province: c.province}, nil)
	s.UseHotline(c.hotline)
	t.dispatcher = flows.New(flows.Options{
		Store: s, Setting: newSettings(c, s).at, Now: func() time.Time { return t.now() }, Limits: c.limits,
		Features: map[string]channel.Features{terminalChannel: features},
	})
	return t, nil
}

func (t *terminal) run(ctx context.Context, in io.Reader) error {
	ctx, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { t.dispatcher.Run(ctx, 1); close(done) }()
	defer func() { stop(); <-done }()
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if err := t.say(ctx, lines.Text()); err != nil {
			return err
		}
	}
	return lines.Err()
}

// say sends one line and prints what comes back.
func (t *terminal) say(ctx context.Context, line string) error {
	t.sent++
	m := core.Inbound{Channel: terminalChannel, ExternalID: fmt.Sprintf("%s-%d", t.prefix, t.sent), URN: t.urn, Text: line, At: t.now()}
	if label, ok := strings.CutPrefix(line, "["); ok && strings.HasSuffix(label, "]") {
		label = strings.TrimSuffix(label, "]")
		if b, shown := t.buttons[label]; shown {
			m.Text, m.Action = "", b.Action
		} else if t.share != "" && label == t.share {
			m.Text, m.Contact = "", t.phone
		}
	}
	if err := t.dispatcher.Take(ctx, m); err != nil {
		return err
	}
	return t.show(ctx)
}

// show prints what is due for this terminal. What an earlier one left behind
// is marked as said, and not shown: it was another conversation.
func (t *terminal) show(ctx context.Context) error {
	for {
		now := t.now()
		due, err := t.store.ClaimDue(ctx, terminalChannel, now, now.Add(time.Minute), 64)
		if err != nil || len(due) == 0 {
			return err
		}
		sent := make([]store.Sent, len(due))
		for i, m := range due {
			sent[i] = store.Sent{ID: m.ID, NetworkID: m.ID, Way: m.WayTaken()}
		}
		if err := t.store.MarkSent(ctx, now, sent); err != nil {
			return err
		}
		// Codes come first out of the outbox; on paper they read better last.
		slices.SortStableFunc(due, func(a, b core.Queued) int { return int(b.Priority - a.Priority) })
		for _, m := range due {
			if err := t.print(m); err != nil {
				return err
			}
		}
	}
}

func (t *terminal) print(m core.Queued) error {
	switch {
	case m.Priority == core.PriorityCode && m.URN != t.urn && m.URN.Scheme() == "tel":
		sms := looks["sms"]
		for _, part := range channel.Fit(flows.Render(t.bundle, m.Say, m.Lang, sms), sms) {
			fmt.Fprintf(t.out, "(SMS) %s\n", part.Text)
		}
		return nil
	case m.URN != t.urn:
		return nil
	}
	for _, part := range channel.Fit(flows.Render(t.bundle, m.Say, m.Lang, t.features), t.features) {
		if err := t.printPart(part, m.Say.QR); err != nil {
			return err
		}
	}
	return nil
}

func (t *terminal) printPart(part core.Outbound, qrText string) error {
	for _, p := range part.Album {
		if err := t.savePicture(p.Photo); err != nil {
			return err
		}
		fmt.Fprintln(t.out, p.Caption)
	}
	if len(part.Album) > 0 {
		return nil
	}
	if part.Photo != nil {
		if err := t.savePicture(part.Photo); err != nil {
			return err
		}
	}
	fmt.Fprintln(t.out, part.Text)
	t.buttons, t.share = make(map[string]core.Button), part.AskText
	for _, row := range part.Buttons {
		labels := make([]string, len(row))
		for i, b := range row {
			t.buttons[b.Label] = b
			labels[i] = "[" + b.Label + "]"
		}
		fmt.Fprintln(t.out, strings.Join(labels, " "))
	}
	if part.AskText != "" {
		fmt.Fprintf(t.out, "[%s]\n", part.AskText)
	}
	return nil
}

func (t *terminal) savePicture(png []byte) error {
	t.pictures++
	name := filepath.Join(t.folder, fmt.Sprintf("qr-%d.png", t.pictures))
	if err := os.WriteFile(name, png, 0o600); err != nil {
		return fmt.Errorf("save the QR picture: %w", err)
	}
	fmt.Fprintf(t.out, "(QR: %s)\n", name)
	return nil
}
