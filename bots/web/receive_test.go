package web

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"khaibao/core"
)

// upload is a form with a file, as a browser sends it; pairs are field, value.
func upload(t testing.TB, n int, picture []byte, pairs ...string) *http.Request {
	t.Helper()
	var b bytes.Buffer
	parts := multipart.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		if err := parts.WriteField(pairs[i], pairs[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	name := "IMG_0001.png"
	if picture == nil {
		name = "" // no file was chosen
	}
	part, err := parts.CreateFormFile("photo", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(picture); err != nil {
		t.Fatal(err)
	}
	if err := parts.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "http://khaibao.example.vn/chat", &b)
	r.Header.Set("Content-Type", parts.FormDataContentType())
	r.AddCookie(&http.Cookie{Name: "kb", Value: secretOf(n)})
	return r
}

// A person with JavaScript off: forms, and pages that come back.
func TestConversationWithoutJavaScript(t *testing.T) {
	c, _ := newChannel(t, newMemory(), nil)
	k := newClinic(c)
	h := c.Routes(k.take)
	open := func() (string, []shown) {
		w := do(h, get(1, "/"))
		return w.Body.String(), bubbles(w.Body.String())
	}
	say := func(pairs ...string) []shown {
		t.Helper()
		page, _ := open()
		w := do(h, upload(t, 1, nil, append(pairs, "id", first(anID, page), "lang", "vi")...))
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/?lang=vi" {
			t.Fatalf("%v: status %d to %q\n%s", pairs, w.Code, w.Header().Get("Location"), w.Body)
		}
		_, all := open()
		return all
	}
	if page, all := open(); len(all) != 0 || !strings.Contains(page, `name="start"`) {
		t.Fatalf("the first page shows %+v", all)
	}
	say("start", "1")
	all := say("text", "Nguyễn Văn An")
	if n := len(all); n != 4 || all[2].text != "Nguyễn Văn An" || !all[2].mine || !all[3].open || len(all[3].actions) != 2 {
		t.Fatalf("after the name: %+v", all)
	}
	all = say("action", "fever:yes", "ref", all[3].id)
	if all[4].text != "Có" || !all[4].mine || all[3].open || !all[5].open {
		t.Fatalf("after a press: %+v", all)
	}
	ask := all[5]
	all = say("action", "toggle:2", "ref", ask.id)
	if len(all) != 6 || all[5].id != ask.id || all[5].labels[2] != "✓ Khó thở" || !all[5].open {
		t.Fatalf("after a toggle: %+v", all)
	}
	all = say("action", "done", "ref", ask.id)
	if len(all) != 8 || all[5].open || all[6].text != "Xong" || all[7].mine {
		t.Fatalf("after done: %+v", all)
	}
	all = say("text", "123456")
	if end := all[len(all)-1]; end.picture == "" || !strings.Contains(end.text, "1234567890") {
		t.Fatalf("at the end: %+v", end)
	}
	for _, m := range k.all() {
		if m.Network != "192.0.2.0/24" || m.At.IsZero() || m.Lang != "vi" {
			t.Errorf("taken as %+v", m)
		}
	}
}

func TestSentTwiceIsTakenOnce(t *testing.T) {
	c, _ := newChannel(t, newMemory(), nil)
	k := newClinic(c)
	h := c.Routes(k.take)
	for _, tt := range []struct {
		name  string
		r     *http.Request
		taken int
	}{
		{"at first", form(1, "id", "a", "text", "có"), 1},
		{"a double tap", form(1, "id", "a", "text", "có"), 1},
		{"changed after a failure", form(1, "id", "a", "text", "không"), 2},
		{"the same words later", form(1, "id", "b", "text", "có"), 3},
		{"a press beside it", form(1, "id", "a", "action", "có"), 4},
		{"another browser with that ID", form(2, "id", "a", "text", "có"), 5},
		{"no ID", form(1, "text", "có"), 6},
		{"no ID again", form(1, "text", "có"), 7},
	} {
		tt.r.Header.Set("Accept", "application/json")
		if w := do(h, tt.r); w.Code != http.StatusOK {
			t.Errorf("%s: status %d: %s", tt.name, w.Code, w.Body)
		}
		if n := len(k.all()); n != tt.taken {
			t.Fatalf("%s: %d messages taken, want %d", tt.name, n, tt.taken)
		}
	}
}

// Whatever goes wrong, the page says so, keeps what was typed, and sending
// that page again is the same message.
func TestRefusedTextStaysInItsBox(t *testing.T) {
	mail := newMemory()
	c, log := newChannel(t, mail, func(c *Config) {
		c.Limits = DefaultLimits
		c.Limits.Browser, c.Limits.BrowserBurst = 0.001, 3
	})
	k := newClinic(c)
	h := c.Routes(k.take)
	const typed = `Tôi ở "Vỹ Dạ" <CANARY>`
	refused := func(name string, r *http.Request, status int, words string) {
		t.Helper()
		w := do(h, r)
		page := w.Body.String()
		if w.Code != status || !strings.Contains(first(anError, page), words) {
			t.Errorf("%s: status %d, error %q", name, w.Code, first(anError, page))
		}
		if box := aBox.FindString(page); !strings.Contains(box, `value="Tôi ở &#34;Vỹ Dạ&#34; &lt;CANARY&gt;"`) {
			t.Errorf("%s: the box holds %s", name, box)
		}
		if id := first(anID, page); id != "retry" {
			t.Errorf("%s: the next message has the ID %q", name, id)
		}
		for _, b := range bubbles(page) {
			if b.text == typed && len(k.all()) == 0 {
				t.Errorf("%s: shown as if it had been taken", name)
			}
		}
	}
	away := func() *http.Request { return form(1, "id", "retry", "text", typed) }
	k.away(errDown)
	refused("inbox away", away(), http.StatusServiceUnavailable, "Chưa gửi được")
	mail.broken("", down)
	refused("mailbox away", away(), http.StatusServiceUnavailable, "Chưa gửi được")
	mail.broken("", nil)
	k.away(nil)
	if w := do(h, away()); w.Code != http.StatusSeeOther || len(k.all()) != 1 {
		t.Fatalf("sent again: status %d, %d taken", w.Code, len(k.all()))
	}
	refused("too fast", away(), http.StatusTooManyRequests, "nhanh quá")
	none := form(2, "id", "retry", "text", typed)
	none.Header.Del("Cookie")
	refused("no cookie", none, http.StatusForbidden, "cookie")
	if w := do(h, form(3, "id", "retry")); w.Code != http.StatusUnprocessableEntity || !strings.Contains(first(anError, w.Body.String()), "chưa nhập gì") {
		t.Errorf("nothing typed: status %d", w.Code)
	}
	for _, secret := range []string{"CANARY", secretOf(1), urnOf(secretOf(1)).Path()} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log tells %q", secret)
		}
	}
}

func TestOldBrowsersMayPost(t *testing.T) {
	c, _ := newChannel(t, newMemory(), nil)
	k := newClinic(c)
	for origin, want := range map[string]int{
		"http://khaibao.example.vn": http.StatusOK, "": http.StatusOK, "http://evil.example": http.StatusForbidden, "null": http.StatusForbidden,
	} {
		r := form(1, "text", "có")
		r.Header.Del("Sec-Fetch-Site")
		r.Header.Set("Accept", "application/json")
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		if w := do(c.Routes(k.take), r); w.Code != want {
			t.Errorf("from %q: status %d, want %d", origin, w.Code, want)
		}
	}
}

func TestPhotoIsReadAndDropped(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	mail := newMemory()
	c, _ := newChannel(t, mail, nil)
	k := newClinic(c)
	h := c.Routes(k.take)
	picture := append(square(64), bytes.Repeat([]byte("PIXELS"), 1<<20)...)
	for _, tt := range []struct {
		name    string
		picture []byte
		want    core.Photo
	}{
		{"a picture", picture, core.Photo{Text: "QR in a png, 64 wide"}},
		{"a file that is no picture", []byte("%PDF-1.7"), core.Photo{Failed: true}},
		{"an empty file", []byte{}, core.Photo{Failed: true}},
	} {
		if w := do(h, upload(t, 1, tt.picture, "text", "")); w.Code != http.StatusSeeOther {
			t.Errorf("%s: status %d: %s", tt.name, w.Code, first(anError, w.Body.String()))
			continue
		}
		took := k.all()
		if m := took[len(took)-1]; m.Photo == nil || *m.Photo != tt.want {
			t.Errorf("%s: taken as %+v", tt.name, m.Photo)
		}
	}
	all, _ := mail.all(t.Context(), urnOf(secretOf(1)))
	for _, it := range all {
		if len(it.Body) > 1000 {
			t.Errorf("the mailbox keeps %d bytes", len(it.Body))
		}
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
		t.Errorf("files on disk: %v, %v", files, err)
	}
	if page := do(h, get(1, "/")).Body.String(); !strings.Contains(page, "Đã gửi một ảnh") {
		t.Error("the page does not show that a photo was sent")
	}
}

func TestTooLarge(t *testing.T) {
	c, _ := newChannel(t, newMemory(), nil)
	k := newClinic(c)
	h := c.Routes(k.take)
	huge := upload(t, 1, make([]byte, maxPicture+1))
	untold := upload(t, 1, make([]byte, maxUpload))
	untold.ContentLength = -1
	fields := upload(t, 1, nil, "text", strings.Repeat("a", maxForm+1))
	for name, r := range map[string]*http.Request{"a picture": huge, "of unknown length": untold, "a field": fields} {
		if w := do(h, r); w.Code != http.StatusRequestEntityTooLarge || !strings.Contains(first(anError, w.Body.String()), "10 MB") {
			t.Errorf("%s: status %d, %q", name, w.Code, first(anError, w.Body.String()))
		}
	}
	two := upload(t, 1, square(64))
	body, _ := io.ReadAll(two.Body)
	end := bytes.LastIndex(body, []byte("\r\n--"))
	two.Body = io.NopCloser(bytes.NewReader(append(append(bytes.Clone(body[:end]), "\r\n"...), body...)))
	two.ContentLength = -1
	if w := do(h, two); w.Code != http.StatusBadRequest {
		t.Errorf("two pictures: status %d", w.Code)
	}
	if took := k.all(); len(took) != 0 {
		t.Errorf("taken: %d", len(took))
	}
}

func TestOnlySoManyPicturesAtOnce(t *testing.T) {
	c, _ := newChannel(t, newMemory(), func(c *Config) {
		c.Limits = DefaultLimits
		c.Limits.Uploads = 1
	})
	k := newClinic(c)
	h := c.Routes(k.take)
	c.uploads <- struct{}{} // one is being taken in, and does not end
	w := do(h, upload(t, 1, make([]byte, maxForm)))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || !strings.Contains(first(anError, w.Body.String()), "gửi ảnh") {
		t.Errorf("status %d, %q", w.Code, first(anError, w.Body.String()))
	}
	if w := do(h, form(1, "text", "có")); w.Code != http.StatusSeeOther {
		t.Errorf("a text meanwhile: status %d", w.Code)
	}
	<-c.uploads
	if w := do(h, upload(t, 1, make([]byte, maxForm))); w.Code != http.StatusSeeOther {
		t.Errorf("afterwards: status %d", w.Code)
	}
}

func TestLeave(t *testing.T) {
	c, _ := newChannel(t, newMemory(), nil)
	k := newClinic(c)
	h := c.Routes(k.take)
	do(h, form(1, "text", "có"))
	r := form(1)
	r.URL.Path = "/chat/leave"
	k.away(errDown)
	if w := do(h, r.Clone(t.Context())); w.Code != http.StatusServiceUnavailable || len(w.Result().Cookies()) != 0 {
		t.Errorf("store away: status %d, cookies %v", w.Code, w.Result().Cookies())
	}
	k.away(nil)
	w := do(h, r)
	if set := w.Result().Cookies(); w.Code != http.StatusSeeOther || len(set) != 1 || set[0].MaxAge >= 0 || set[0].Value != "" {
		t.Errorf("status %d, cookies %+v", w.Code, set)
	}
	took := k.all()
	if m := took[len(took)-1]; m.Control != core.Blocked || m.URN != urnOf(secretOf(1)) {
		t.Errorf("taken as %+v", m)
	}
}

// Who has no JavaScript gets the answer with the page, unless it takes long.
func TestPageWaitsForTheAnswer(t *testing.T) {
	mail := newMemory()
	c, _ := newChannel(t, mail, nil)
	urn := urnOf(secretOf(1))
	h := c.Routes(func(context.Context, core.Inbound) error { return nil })
	done := make(chan time.Duration)
	go func() {
		from := time.Now()
		do(h, form(1, "text", "có"))
		done <- time.Since(from)
	}()
	eventually(t, "the page to wait", func() bool { return mail.watchers(urn) == 1 })
	send(t, c, core.Outbound{URN: urn, Text: "Cảm ơn"})
	if took := <-done; took >= patience {
		t.Errorf("it waited %v though the answer was there", took)
	}
	if n := mail.watchers(urn); n != 0 {
		t.Errorf("%d watches are left", n)
	}
}
