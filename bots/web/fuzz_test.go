package web

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"unicode/utf8"

	"khaibao/core"
)

// FuzzPost throws bodies at the page: whatever comes is answered, and what
// reaches the Inbox is fit for the core.
func FuzzPost(f *testing.F) {
	for _, body := range []string{"text=c%C3%B3", "action=yes&ref=1", "start=1&lang=en", "text=%ff%00", "%zz", "id=a&id=b&text=x;y"} {
		f.Add("application/x-www-form-urlencoded", []byte(body))
	}
	for _, body := range []string{
		"--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\ncó\r\n--x--\r\n",
		"--x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.png\"\r\n\r\n\x89PNG\r\n--x--\r\n",
		"--x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a\"\r\n\r\n",
		"--x\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n=\r\n--x--",
		"--x--",
	} {
		f.Add("multipart/form-data; boundary=x", []byte(body))
	}
	f.Add("text/plain", []byte("có"))
	f.Add("multipart/form-data; boundary=\"", []byte(""))

	c, _ := newChannel(f, newMemory(), func(c *Config) {
		c.Limits = DefaultLimits
		c.Limits.BrowserBurst, c.Limits.NetworkBurst = 1<<30, 1<<30
	})
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		c.Mail = newMemory()
		var took []core.Inbound
		h := c.Routes(func(_ context.Context, m core.Inbound) error {
			took = append(took, m)
			return nil
		})
		r := httptest.NewRequest(http.MethodPost, "http://khaibao.example.vn/chat", bytes.NewReader(body))
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Accept", "application/json")
		r.AddCookie(&http.Cookie{Name: "kb", Value: secretOf(1)})
		w := do(h, r)
		switch {
		case w.Code == http.StatusOK && len(took) != 1, w.Code != http.StatusOK && len(took) != 0, w.Code >= 500:
			t.Fatalf("status %d, %d taken: %s", w.Code, len(took), w.Body)
		case len(took) == 0:
			return
		}
		m := took[0]
		for _, s := range []string{m.Text, m.Action, m.Ref, m.ExternalID} {
			if !utf8.ValidString(s) || bytes.ContainsRune([]byte(s), 0) {
				t.Errorf("taken as %q", s)
			}
		}
		if utf8.RuneCountInString(m.Text) > core.MaxText || len(m.Action) > 64 || len(m.ExternalID) != 26 || m.Lang != "vi" && m.Lang != "en" {
			t.Errorf("taken as %+v", m)
		}
		if m.Text != "" && m.Action != "" || m.Text == "" && m.Action == "" && m.Photo == nil && m.Control == "" {
			t.Errorf("taken as %+v", m)
		}
		page := do(h, get(1, "/"))
		if page.Code != http.StatusOK {
			t.Errorf("the page has status %d afterwards", page.Code)
		}
	})
}
