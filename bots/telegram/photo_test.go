package telegram

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"khaibao/bots/bottest"
	"khaibao/bots/fetch"
	"khaibao/core"
)

const photoUpdate = `{"update_id":7,"message":{"message_id":9,` + fromPerson + `,"caption":"QR","photo":[{"file_id":"f1","file_size":500}]}}`

// fileServer answers getFile, and the file itself with what it is given.
func fileServer(found string, file func() *http.Response) answers {
	return func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/getFile") {
			return respond(200, found), nil
		}
		return file(), nil
	}
}

func TestPhotosThatCannotBeHad(t *testing.T) {
	const found = `{"ok":true,"result":{"file_id":"f1","file_unique_id":"u","file_size":500,"file_path":"photos/CANARY-path.jpg"}}`
	none := func() *http.Response { return respond(404, "CANARY-token") }
	tests := []struct {
		name string
		net  answers
		want core.Photo
	}{
		{"a picture without a QR", fileServer(found, func() *http.Response { return respond(200, string(bottest.Picture())) }), core.Photo{}},
		{"no picture", fileServer(found, func() *http.Response { return respond(200, "%PDF-1.4") }), core.Photo{Failed: true}},
		{"a file that is gone", fileServer(found, none), core.Photo{Failed: true}},
		{"a file that Telegram does not hand out", quoted(400, "Bad Request: file is too big", ""), core.Photo{Failed: true}},
		{"a file without a path", fileServer(`{"ok":true,"result":{"file_id":"f1"}}`, none), core.Photo{Failed: true}},
		{"a path that leads away", fileServer(`{"ok":true,"result":{"file_id":"f1","file_path":"https://CANARY.invalid/%zz?x#y"}}`, none), core.Photo{Failed: true}},
		{"a file too big", fileServer(`{"ok":true,"result":{"file_id":"f1","file_path":"x","file_size":10485761}}`, none), core.Photo{Failed: true}},
		{"a file bigger than was told", fileServer(found, func() *http.Response {
			resp := respond(200, "")
			resp.Body = io.NopCloser(io.LimitReader(zeros{}, 1<<30))
			return resp
		}), core.Photo{Failed: true}},
		{"a file that breaks off", fileServer(found, func() *http.Response {
			resp := respond(200, "")
			resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(bottest.Picture()), failing{}))
			return resp
		}), core.Photo{Failed: true}},
		{"no connection", broken(errors.New(`Get "https://CANARY-token": refused`)), core.Photo{Failed: true}},
		{"a file elsewhere", fileServer(found, func() *http.Response {
			resp := respond(302, "")
			resp.Header.Set("Location", "http://127.0.0.1/CANARY-token")
			return resp
		}), core.Photo{Failed: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			var got []core.Inbound
			c := over(func(r *http.Request) (*http.Response, error) {
				if r.URL.Host != "api.telegram.invalid" || !strings.Contains(r.URL.EscapedPath(), "/bot"+testToken+"/") {
					t.Errorf("called %s", r.URL.Host)
				}
				return tt.net(r)
			})
			c.Log = slog.New(slog.NewJSONHandler(&log, nil))
			w := httptest.NewRecorder()
			c.Webhook(func(_ context.Context, m core.Inbound) error { got = append(got, m); return nil }).ServeHTTP(w, post(photoUpdate))
			if w.Code != 200 || len(got) != 1 || got[0].Photo == nil || *got[0].Photo != tt.want || got[0].Text != "QR" {
				t.Errorf("status %d, arrived %+v, want photo %+v", w.Code, got, tt.want)
			}
			if text := log.String(); strings.Contains(text, "CANARY") || strings.Contains(text, "://") {
				t.Errorf("the log tells too much: %s", text)
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// More pictures at once than there is room for come again later, and those in
// hand are not disturbed.
func TestPhotosWaitTheirTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan bool)
		c := over(func(r *http.Request) (*http.Response, error) {
			select {
			case <-release:
				return respond(400, `{"ok":false,"error_code":400}`), nil
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
		})
		codes := make(chan int, 100)
		h := c.Webhook(func(context.Context, core.Inbound) error { return nil })
		deliver := func() {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, post(photoUpdate))
			codes <- w.Code
		}
		for range fetch.PhotosAtOnce {
			go deliver()
		}
		synctest.Wait()
		late, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, post(photoUpdate).WithContext(late))
		if w.Code != http.StatusServiceUnavailable {
			t.Errorf("one too many: status %d, want 503", w.Code)
		}
		close(release)
		for range fetch.PhotosAtOnce {
			if code := <-codes; code != 200 {
				t.Errorf("one in hand: status %d", code)
			}
		}
	})
}

func TestPollLogsNoSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		n := 0
		c := over(func(r *http.Request) (*http.Response, error) {
			n++
			switch n {
			case 1:
				return quoted(401, "Unauthorized", "")(r)
			case 2:
				return nil, fmt.Errorf("Post %q: CANARY", r.URL)
			case 3:
				return respond(200, `{"ok":true,"result":true}`), nil
			case 4:
				return respond(200, `{"ok":true,"result":"CANARY"}`), nil
			}
			return respond(502, "CANARY"), nil
		})
		c.Log = slog.New(slog.NewJSONHandler(&log, nil))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := c.Poll(ctx, func(context.Context, core.Inbound) error { return nil }); err != nil {
			t.Error(err)
		}
		if n < 5 || !strings.Contains(log.String(), "telegram answers 401") {
			t.Errorf("%d calls, log %s", n, &log)
		}
		if strings.Contains(log.String(), "CANARY") || strings.Contains(log.String(), "://") {
			t.Errorf("the log tells too much: %s", &log)
		}
	})
}
