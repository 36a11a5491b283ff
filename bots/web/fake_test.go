package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"khaibao/core"
)

// memory is a Mailbox that forgets when the test ends.
type memory struct {
	mu    sync.Mutex
	mail  map[core.URN][]Item
	bells map[core.URN]map[chan struct{}]bool
	fail  map[core.URN]func(context.Context) error // "" stands for everybody
}

func newMemory() *memory {
	return &memory{
		mail: map[core.URN][]Item{}, bells: map[core.URN]map[chan struct{}]bool{},
		fail: map[core.URN]func(context.Context) error{},
	}
}

// broken makes every call for a URN fail, or none with nil.
func (m *memory) broken(urn core.URN, how func(context.Context) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail[urn] = how
}

func (m *memory) failure(ctx context.Context, urn core.URN) error {
	m.mu.Lock()
	how := m.fail[urn]
	if how == nil {
		how = m.fail[""]
	}
	m.mu.Unlock()
	if how == nil {
		return nil
	}
	return how(ctx)
}

func (m *memory) Put(ctx context.Context, urn core.URN, it Item) error {
	if err := m.failure(ctx, urn); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	all := m.mail[urn]
	if slices.ContainsFunc(all, func(old Item) bool { return old.ID == it.ID }) {
		return nil
	}
	it.Seq = int64(len(all) + 1)
	m.mail[urn] = append(all, it)
	m.ringLocked(urn)
	return nil
}

// ring tells who watches a URN's mail to look.
func (m *memory) ring(urn core.URN) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ringLocked(urn)
}

func (m *memory) ringLocked(urn core.URN) {
	for bell := range m.bells[urn] {
		select {
		case bell <- struct{}{}:
		default:
		}
	}
}

func (m *memory) all(ctx context.Context, urn core.URN) ([]Item, error) {
	if err := m.failure(ctx, urn); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.mail[urn]), nil
}

func (m *memory) Item(ctx context.Context, urn core.URN, id string) (Item, error) {
	all, err := m.all(ctx, urn)
	if err != nil {
		return Item{}, err
	}
	i := slices.IndexFunc(all, func(it Item) bool { return it.ID == id })
	if i < 0 {
		return Item{}, fmt.Errorf("mail: %w", core.ErrNotFound)
	}
	return all[i], nil
}

func (m *memory) Latest(ctx context.Context, urn core.URN, limit int) ([]Item, error) {
	all, err := m.all(ctx, urn)
	return all[max(0, len(all)-limit):], err
}

func (m *memory) After(ctx context.Context, urn core.URN, seq int64, limit int) ([]Item, error) {
	all, err := m.all(ctx, urn)
	all = slices.DeleteFunc(all, func(it Item) bool { return it.Seq <= seq })
	return all[:min(limit, len(all))], err
}

func (m *memory) Watch(urn core.URN) (<-chan struct{}, func()) {
	bell := make(chan struct{}, 1)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.bells[urn] == nil {
		m.bells[urn] = map[chan struct{}]bool{}
	}
	m.bells[urn][bell] = true
	return bell, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.bells[urn], bell)
	}
}

// watchers is how many wait for a URN's mail.
func (m *memory) watchers(urn core.URN) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.bells[urn])
}

var errDown = errors.New("database is down")

func down(context.Context) error { return errDown }

// logged is what a channel under test logs.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func inForce(version int, err error) func(context.Context) (int, error) {
	return func(context.Context) (int, error) { return version, err }
}

// newChannel is a web chat on a mailbox in memory; change may be nil.
func newChannel(t testing.TB, mail Mailbox, change func(*Config)) (*Channel, *logged) {
	t.Helper()
	log := &logged{}
	c := Config{
		Mail: mail, PublicURL: "http://khaibao.example.vn", Hotline: "19001075", Notice: inForce(1, nil),
		Words: words(t),
		ReadQR: func(_ context.Context, picture []byte) (string, error) {
			size, kind, err := image.DecodeConfig(bytes.NewReader(picture))
			return fmt.Sprintf("QR in a %s, %d wide", kind, size.Width), err
		},
		Log: slog.New(slog.NewTextHandler(log, nil)),
	}
	if change != nil {
		change(&c)
	}
	ch, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ch.Close)
	return ch, log
}

// secretOf is the cookie of the n-th invented browser.
func secretOf(n int) string { return fmt.Sprintf("%042dA", n) }

// form is a request as a page without JavaScript makes it; pairs are field,
// value.
func form(n int, pairs ...string) *http.Request {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, "http://khaibao.example.vn/chat", strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(&http.Cookie{Name: "kb", Value: secretOf(n)})
	return r
}

func get(n int, path string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "http://khaibao.example.vn"+path, nil)
	r.AddCookie(&http.Cookie{Name: "kb", Value: secretOf(n)})
	return r
}

func do(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// clinic is an Inbox that holds a short conversation, and remembers what it
// was told.
type clinic struct {
	c *Channel

	mu     sync.Mutex
	took   []core.Inbound
	known  map[string]bool
	chosen map[core.URN][]string
	err    error
}

func newClinic(c *Channel) *clinic {
	return &clinic{c: c, known: map[string]bool{}, chosen: map[core.URN][]string{}}
}

func (k *clinic) away(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.err = err
}

func (k *clinic) all() []core.Inbound {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.took)
}

// take answers once to each message, by the last thing that was asked.
func (k *clinic) take(ctx context.Context, m core.Inbound) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err != nil {
		return k.err
	}
	if k.known[m.ExternalID] {
		return nil
	}
	k.known[m.ExternalID] = true
	k.took = append(k.took, m)
	for _, out := range k.answer(m) {
		out.ID, out.URN, out.Lang = core.NewID(), m.URN, "vi"
		if _, err := k.c.Send(ctx, out); err != nil {
			return err
		}
	}
	return nil
}

func (k *clinic) answer(m core.Inbound) []core.Outbound {
	kind, value, _ := strings.Cut(m.Action, ":")
	switch {
	case m.Control == core.Blocked:
		return nil
	case m.Text == "KHAI BÁO" || m.Text == "DECLARE":
		return []core.Outbound{{Text: "Anh/Chị cho biết họ tên.", Input: core.InputText}}
	case kind == "fever":
		return []core.Outbound{k.symptoms(m.URN, "")}
	case kind == "toggle":
		if i := slices.Index(k.chosen[m.URN], value); i >= 0 {
			k.chosen[m.URN] = slices.Delete(k.chosen[m.URN], i, i+1)
		} else {
			k.chosen[m.URN] = append(k.chosen[m.URN], value)
		}
		return []core.Outbound{k.symptoms(m.URN, m.Ref)}
	case kind == "done":
		return []core.Outbound{{Text: "Mã sáu số đã gửi đến 0900 000 001. Anh/Chị nhập mã.", Input: core.InputCode}}
	case m.Text == "123456":
		return []core.Outbound{{
			Text:    "Đã nhận tờ khai ngày 15/08/2021.\nĐưa mã QR này cho cán bộ khi được hỏi. Mã: 1234567890\n" + k.c.PublicURL + "/q/ABCDEFGHIJKLMNOPQRSTUVWXYZ",
			Photo:   square(264),
			Buttons: [][]core.Button{{{Label: "Khai hộ người khác", Action: "other"}}},
		}}
	case m.Text == "XEM QR":
		return []core.Outbound{{Text: "Chưa có mã QR nào."}}
	case m.Photo != nil:
		return []core.Outbound{{Text: "Ảnh: " + m.Photo.Text}}
	}
	return []core.Outbound{{
		Text:    m.Text + ", Anh/Chị có bị sốt không?",
		Buttons: [][]core.Button{{{Label: "Có", Action: "fever:yes"}, {Label: "Không", Action: "fever:no"}}},
	}}
}

func (k *clinic) symptoms(urn core.URN, edit string) core.Outbound {
	out := core.Outbound{Text: "Anh/Chị có biểu hiện nào? Bấm từng mục, xong bấm Xong.", Multi: true, Edit: edit}
	for i, label := range []string{"Ho", "Đau họng", "Khó thở", "Mất vị giác hoặc khứu giác"} {
		b := core.Button{Label: label, Action: "toggle:" + fmt.Sprint(i)}
		if slices.Contains(k.chosen[urn], fmt.Sprint(i)) {
			b.Chosen, b.Label = true, "✓ "+label
		}
		if i%2 == 0 {
			out.Buttons = append(out.Buttons, nil)
		}
		out.Buttons[i/2] = append(out.Buttons[i/2], b)
	}
	out.Buttons = append(out.Buttons, []core.Button{{Label: "Xong", Action: "done"}})
	return out
}

// square is a PNG of so many pixels across that looks somewhat like a QR code.
func square(side int) []byte {
	img := image.NewGray(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			if x < 32 || y < 32 || x >= side-32 || y >= side-32 || (x/8*7+y/8*3+x*y/64)%5 > 1 {
				img.SetGray(x, y, color.Gray{Y: 255})
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("waited in vain for %s", what)
		case <-tick.C:
		}
	}
}
