package bottest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
)

// patience is how long the suite waits for what must come.
const patience = 10 * time.Second

// Run proves one channel against its imitated network. start makes a fresh
// network and is called once for each check.
func Run(t *testing.T, start func(t *testing.T) Network) {
	checks := []struct {
		name string
		run  func(t *testing.T, n Network)
	}{
		{"a text arrives as typed", textArrives},
		{"a pressed button arrives", pressArrives},
		{"the same delivery has the same ID", sameDelivery},
		{"many deliveries at once", manyAtOnce},
		{"acknowledged only after the inbox returned", ackAfterInbox},
		{"a store that is away is a 503", storeAway},
		{"a delivery without proof is refused", forgedRefused},
		{"garbage is answered and reaches nobody", garbage},
		{"a huge body is refused unread", hugeBody},
		{"a text is sent", textSent},
		{"buttons are sent", buttonsSent},
		{"a picture is sent", pictureSent},
		{"an album is sent", albumSent},
		{"a message is edited in place", edited},
		{"a share button is sent", askSent},
		{"sample lines fit", linesFit},
		{"failures are told apart", failures},
		{"a network that does not answer is left in time", slow},
	}
	for _, c := range checks {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) { c.run(t, start(t)) })
	}
}

// An inbox remembers what it was given.
type inbox struct {
	mu   sync.Mutex
	took []core.Inbound
	err  error
}

func (i *inbox) take(_ context.Context, m core.Inbound) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.err != nil {
		return i.err
	}
	i.took = append(i.took, m)
	return nil
}

func (i *inbox) all() []core.Inbound {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]core.Inbound(nil), i.took...)
}

func deliver(n Network, in channel.Inbox, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	n.Channel().Webhook(in).ServeHTTP(w, r)
	return w
}

// texts are what people type; each must arrive rune for rune.
var texts = map[string]string{
	"plain":           "1 3",
	"Vietnamese":      "Nguyễn Thị Bé, tổ 5 phường Vỹ Dạ",
	"NFD":             "Nguye\u0302\u0303n",
	"emoji":           "Dạ có 👍🏽 👨‍👩‍👧",
	"several lines":   "Sốt\nHo",
	"signs of markup": `<b>& "50%" +84 #1`,
}

func textArrives(t *testing.T, n Network) {
	id := 0
	for name, text := range texts {
		id++
		var in inbox
		w := deliver(n, in.take, n.Text(id, n.Person(1), text))
		if w.Code/100 != 2 {
			t.Errorf("%s: status %d", name, w.Code)
		}
		took := in.all()
		if len(took) != 1 {
			t.Errorf("%s: %d messages arrived, want 1", name, len(took))
			continue
		}
		m := took[0]
		if m.Text != text || m.Action != "" {
			t.Errorf("%s: arrived as text %q, action %q", name, m.Text, m.Action)
		}
		if m.URN != n.Person(1) || m.Channel != n.Channel().Name() || m.ExternalID == "" {
			t.Errorf("%s: arrived from %q on %q with ID %q", name, m.URN, m.Channel, m.ExternalID)
		}
	}
}

func pressArrives(t *testing.T, n Network) {
	action := "yes:" + strings.Repeat("ă", 30) // 64 bytes
	r := n.Press(1, n.Person(1), action, "77")
	if r == nil {
		if n.Channel().Features().MaxButtons > 0 {
			t.Fatal("the features promise buttons, but none can be pressed")
		}
		return
	}
	var in inbox
	if w := deliver(n, in.take, r); w.Code/100 != 2 {
		t.Errorf("status %d", w.Code)
	}
	took := in.all()
	if len(took) != 1 {
		t.Fatalf("%d messages arrived, want 1", len(took))
	}
	if m := took[0]; m.Action != action || m.Text != "" || m.URN != n.Person(1) {
		t.Errorf("arrived as %+v", m)
	}
	if n.Channel().Features().Edits && took[0].Ref != "77" {
		t.Errorf("the message of the button arrived as %q, want 77", took[0].Ref)
	}
}

func sameDelivery(t *testing.T, n Network) {
	var in inbox
	for range 2 {
		if w := deliver(n, in.take, n.Text(5, n.Person(1), "có")); w.Code/100 != 2 {
			t.Errorf("status %d", w.Code)
		}
	}
	deliver(n, in.take, n.Text(6, n.Person(1), "có"))
	took := in.all()
	if len(took) != 3 {
		t.Fatalf("%d messages arrived, want 3", len(took))
	}
	if _, nameless := n.(Nameless); nameless {
		if took[0].ExternalID == took[1].ExternalID {
			t.Error("two deliveries that nothing tells apart are taken for one: the second would be lost")
		}
	} else if took[0].ExternalID != took[1].ExternalID {
		t.Errorf("one delivery has two IDs, %q and %q", took[0].ExternalID, took[1].ExternalID)
	}
	if took[0].ExternalID == took[2].ExternalID {
		t.Error("two deliveries have the same ID")
	}
}

func manyAtOnce(t *testing.T, n Network) {
	var in inbox
	h := n.Channel().Webhook(in.take)
	var wait sync.WaitGroup
	for i := range 32 {
		r := n.Text(100+i, n.Person(i%4), fmt.Sprint(i))
		wait.Go(func() { h.ServeHTTP(httptest.NewRecorder(), r) })
		wait.Go(func() {
			_, err := n.Channel().Send(context.Background(), core.Outbound{ID: core.NewID(), URN: n.Person(i % 4), Text: fmt.Sprint(i)})
			if err != nil {
				t.Errorf("send: %v", err)
			}
		})
	}
	wait.Wait()
	seen := map[string]bool{}
	for _, m := range in.all() {
		seen[m.ExternalID] = true
	}
	if len(seen) != 32 {
		t.Errorf("%d different messages arrived, want 32", len(seen))
	}
}

// spy notes when a handler first answers.
type spy struct {
	*httptest.ResponseRecorder
	answered func()
}

func (s spy) WriteHeader(code int)        { s.answered(); s.ResponseRecorder.WriteHeader(code) }
func (s spy) Write(b []byte) (int, error) { s.answered(); return s.ResponseRecorder.Write(b) }

func ackAfterInbox(t *testing.T, n Network) {
	var mu sync.Mutex
	var order []string
	note := func(what string) {
		mu.Lock()
		defer mu.Unlock()
		order = append(order, what)
	}
	entered, release := make(chan bool), make(chan bool)
	h := n.Channel().Webhook(func(context.Context, core.Inbound) error {
		close(entered)
		<-release
		note("stored")
		return nil
	})
	done := make(chan bool)
	go func() {
		defer close(done)
		h.ServeHTTP(spy{httptest.NewRecorder(), func() { note("answered") }}, n.Text(1, n.Person(1), "có"))
		note("returned")
	}()
	await(t, entered, "the inbox to be called")
	close(release)
	await(t, done, "the handler to return")
	if len(order) == 0 || order[0] != "stored" {
		t.Errorf("order was %v, want stored first", order)
	}
}

func await(t *testing.T, c <-chan bool, what string) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(patience):
		t.Fatalf("waited %v for %s", patience, what)
	}
}

func storeAway(t *testing.T, n Network) {
	for name, err := range map[string]error{
		"away":          channel.ErrUnavailable,
		"away, wrapped": fmt.Errorf("take: %w", channel.ErrUnavailable),
		"anything else": errors.New("disk full"),
		"out of time":   context.DeadlineExceeded,
	} {
		in := inbox{err: err}
		if w := deliver(n, in.take, n.Text(1, n.Person(1), "có")); w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s: status %d, want 503", name, w.Code)
		}
		if r := n.Press(2, n.Person(1), "yes", "7"); r != nil {
			if w := deliver(n, in.take, r); w.Code != http.StatusServiceUnavailable {
				t.Errorf("%s, a press: status %d, want 503", name, w.Code)
			}
		}
		in.err = nil // the network delivers again
		if w := deliver(n, in.take, n.Text(1, n.Person(1), "có")); w.Code/100 != 2 || len(in.all()) != 1 {
			t.Errorf("%s: delivered again: status %d, %d arrived", name, w.Code, len(in.all()))
		}
	}
}

func forgedRefused(t *testing.T, n Network) {
	for name, r := range n.Forged() {
		var in inbox
		w := deliver(n, in.take, r)
		if w.Code != http.StatusUnauthorized && w.Code != http.StatusForbidden {
			t.Errorf("%s: status %d, want 401 or 403", name, w.Code)
		}
		if len(in.all()) != 0 {
			t.Errorf("%s: it arrived", name)
		}
		clean(t, n, name, w.Body.String())
	}
}

func garbage(t *testing.T, n Network) {
	for name, r := range n.Garbage() {
		var in inbox
		w := deliver(n, in.take, r)
		if w.Code >= 500 || w.Code < 200 {
			t.Errorf("%s: status %d", name, w.Code)
		}
		if took := in.all(); len(took) != 0 {
			t.Errorf("%s: arrived as %+v", name, took)
		}
		clean(t, n, name, w.Body.String())
	}
	var in inbox
	if w := deliver(n, in.take, n.Text(9, n.Person(1), "có")); w.Code/100 != 2 || len(in.all()) != 1 {
		t.Errorf("after garbage a good message got status %d, %d arrived", w.Code, len(in.all()))
	}
}

// clean fails when a text tells a secret or an address of the network.
func clean(t *testing.T, n Network, where, text string) {
	t.Helper()
	for _, secret := range n.Secrets() {
		if strings.Contains(text, secret) {
			t.Errorf("%s: a secret shows", where)
		}
	}
	if strings.Contains(text, "://") {
		t.Errorf("%s: an address shows in %q", where, text)
	}
}

// endless is a body without end that counts what is read of it.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.read += len(p)
	return len(p), nil
}
func (e *endless) Close() error { return nil }

func hugeBody(t *testing.T, n Network) {
	for name, length := range map[string]int64{"told": 10 << 20, "not told": -1} {
		r := n.Text(1, n.Person(1), "có")
		body := &endless{}
		r.Body, r.ContentLength = body, length
		var in inbox
		w := deliver(n, in.take, r)
		if w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("length %s: status %d, want 413", name, w.Code)
		}
		if body.read > 2<<20 {
			t.Errorf("length %s: %d bytes were read", name, body.read)
		}
		if len(in.all()) != 0 {
			t.Errorf("length %s: it arrived", name)
		}
	}
}
