package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// hasty makes deliveries again at once.
var hasty = Retry{First: time.Millisecond, Longest: 2 * time.Millisecond, Times: 1000, For: time.Minute}

// program is what the imitation delivers to.
type program struct {
	*httptest.Server
	mu     sync.Mutex
	got    []delivered
	answer func(n int, d delivered) (status int, body string) // n counts from 1
	more   chan struct{}
}

type delivered struct {
	id     int64
	chat   int64
	text   string
	secret string
}

func startProgram(t *testing.T, answer func(n int, d delivered) (int, string)) *program {
	p := &program{answer: answer, more: make(chan struct{}, 10_000)}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		var u struct {
			ID      int64 `json:"update_id"`
			Message struct {
				Text string
				Chat struct{ ID int64 }
			}
		}
		if err := json.Unmarshal(body, &u); err != nil {
			t.Errorf("delivered %q: %v", body, err)
		}
		d := delivered{u.ID, u.Message.Chat.ID, u.Message.Text, r.Header.Get("X-Telegram-Bot-Api-Secret-Token")}
		p.mu.Lock()
		p.got = append(p.got, d)
		n := len(p.got)
		p.mu.Unlock()
		status, answer := p.answer(n, d)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
		p.more <- struct{}{}
	}))
	t.Cleanup(p.Close)
	return p
}

// wait returns when n deliveries were made.
func (p *program) wait(t *testing.T, n int) []delivered {
	t.Helper()
	end := time.After(10 * time.Second)
	for {
		p.mu.Lock()
		got := slices.Clone(p.got)
		p.mu.Unlock()
		if len(got) >= n {
			return got
		}
		select {
		case <-p.more:
		case <-end:
			t.Fatalf("%d deliveries, waited for %d", len(got), n)
		}
	}
}

func fine(int, delivered) (int, string) { return 200, "" }

func TestDeliversAgainInOrder(t *testing.T) {
	tg, base := startTelegram(t, hasty)
	p := startProgram(t, func(n int, d delivered) (int, string) {
		if n <= 3 {
			return []int{503, 500, 401}[n-1], ""
		}
		return 200, ""
	})
	tg.Write(alice, "một") // waits with the others until there is a hook
	if e := callForm(t, base, "setWebhook", fv("url", p.URL, "secret_token", "s3cret-_", "allowed_updates", `["message"]`, "drop_pending_updates", "true"), nil); !e.OK {
		t.Fatal(e.Description)
	}
	for _, text := range []string{"hai", "ba", "bốn"} {
		tg.Write(alice, text)
	}
	got := p.wait(t, 6)
	var texts []string
	for i, d := range got {
		texts = append(texts, d.text)
		if d.secret != "s3cret-_" {
			t.Errorf("delivered with the secret %q", d.secret)
		}
		if i > 0 && d.id < got[i-1].id {
			t.Errorf("update %d after %d", d.id, got[i-1].id)
		}
	}
	if want := []string{"hai", "hai", "hai", "hai", "ba", "bốn"}; !slices.Equal(texts, want) {
		t.Errorf("delivered %q, want %q", texts, want)
	}
	e := callForm(t, base, "getWebhookInfo", nil, nil)
	if !strings.Contains(string(e.Result), "401 Unauthorized") {
		t.Errorf("the web-hook's last error does not show in %s", e.Result)
	}
}

// One person whose messages fail holds nobody else up.
func TestDeliversChatsSideBySide(t *testing.T) {
	tg, base := startTelegram(t, hasty)
	p := startProgram(t, func(_ int, d delivered) (int, string) {
		if d.chat == alice {
			return 503, ""
		}
		return 200, ""
	})
	callForm(t, base, "setWebhook", fv("url", p.URL, "drop_pending_updates", "true", "allowed_updates", `["message"]`), nil)
	tg.Write(alice, "a")
	for i := range 5 {
		tg.Write(bob, fmt.Sprint(i))
	}
	for n := 1; ; n++ {
		var texts []string
		for _, d := range p.wait(t, n) {
			if d.chat == bob {
				texts = append(texts, d.text)
			}
		}
		if len(texts) == 5 {
			if !slices.Equal(texts, []string{"0", "1", "2", "3", "4"}) {
				t.Errorf("delivered %q", texts)
			}
			return
		}
	}
}

func TestDeliveriesAreGivenUp(t *testing.T) {
	tg, base := startTelegram(t, Retry{First: time.Millisecond, Longest: time.Millisecond, Times: 3, For: time.Hour})
	p := startProgram(t, func(_ int, d delivered) (int, string) {
		if d.text == "bad" {
			return 400, ""
		}
		return 200, ""
	})
	callForm(t, base, "setWebhook", fv("url", p.URL, "drop_pending_updates", "true", "allowed_updates", `["message"]`), nil)
	tg.Write(alice, "bad")
	tg.Write(alice, "good")
	got := p.wait(t, 4)
	if got[2].text != "bad" || got[3].text != "good" {
		t.Errorf("delivered %+v", got)
	}
	if _, lost := tg.Pending(); lost != 1 {
		t.Errorf("%d were given up, want 1", lost)
	}
}

// The answer to a delivery may be a call, and is held to the specification.
func TestAnswersMayBeCalls(t *testing.T) {
	tg, base := startTelegram(t, hasty)
	var press string
	callForm(t, base, "sendMessage", fv("chat_id", fmt.Sprint(alice), "text", "Sốt?", "reply_markup", buttons(1, "yes")), nil)
	var mu sync.Mutex
	reply := func(int, delivered) (int, string) {
		mu.Lock()
		defer mu.Unlock()
		return 200, press
	}
	p := startProgram(t, reply)
	callForm(t, base, "setWebhook", fv("url", p.URL, "drop_pending_updates", "true", "allowed_updates", `["callback_query"]`), nil)
	said := tg.Screen(alice).Bubbles
	mu.Lock()
	press = `{"method":"answerCallbackQuery","callback_query_id":"` + fmt.Sprint(tg.lastID.query+1) + `","text":"Đã ghi"}`
	mu.Unlock()
	tg.Press(alice, said[len(said)-1].ID, "yes")
	p.wait(t, 1)
	tg.drain(t)
	if s := tg.Screen(alice); s.Waiting || s.Toast != "Đã ghi" {
		t.Errorf("the press is answered: %v, with %q", !s.Waiting, s.Toast)
	}
	mu.Lock()
	press = `{"method":"answerCallbackQuery","query":"5"}`
	mu.Unlock()
	tg.Press(alice, said[len(said)-1].ID, "yes")
	p.wait(t, 2)
	tg.drain(t)
	if faults := tg.Faults(); len(faults) != 1 || !strings.Contains(faults[0], `"query"`) {
		t.Errorf("faults %q, want one about the field", faults)
	}
}

// drain waits until nothing is left to deliver.
func (t *Telegram) drain(tt *testing.T) {
	tt.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		if waiting, _ := t.Pending(); waiting == 0 {
			return
		}
		if time.Now().After(end) {
			tt.Fatal("updates are left")
		}
	}
}

func TestGetUpdates(t *testing.T) {
	tg, base := startTelegram(t, hasty)
	get := func(values map[string]string) ([]int64, envelope) {
		e := callForm(t, base, "getUpdates", values, nil)
		var updates []struct {
			ID int64 `json:"update_id"`
		}
		if e.OK {
			if err := json.Unmarshal(e.Result, &updates); err != nil {
				t.Fatal(err)
			}
		}
		var ids []int64
		for _, u := range updates {
			ids = append(ids, u.ID)
		}
		return ids, e
	}
	all, _ := get(nil)
	if len(all) != 3 { // two messages and a block
		t.Fatalf("%d updates, want 3", len(all))
	}
	if again, _ := get(fv("limit", "2")); !slices.Equal(again, all[:2]) {
		t.Errorf("again %v, want %v: nothing was confirmed", again, all[:2])
	}
	if rest, _ := get(fv("offset", fmt.Sprint(all[1]))); !slices.Equal(rest, all[1:]) {
		t.Errorf("after one was confirmed: %v, want %v", rest, all[1:])
	}
	if none, _ := get(fv("offset", fmt.Sprint(all[2]+1))); len(none) != 0 {
		t.Errorf("after all were confirmed: %v", none)
	}
	came := make(chan []int64)
	go func() {
		ids, _ := get(fv("offset", fmt.Sprint(all[2]+1), "timeout", "30"))
		came <- ids
	}()
	tg.Write(alice, "mới")
	if ids := <-came; len(ids) != 1 || ids[0] <= all[2] {
		t.Errorf("a waiting call got %v", ids)
	}
	p := startProgram(t, fine)
	callForm(t, base, "setWebhook", fv("url", p.URL), nil)
	if _, e := get(nil); e.ErrorCode != 409 {
		t.Errorf("with a web-hook: %+v, want 409", e)
	}
	callForm(t, base, "deleteWebhook", nil, nil)
	if _, e := get(nil); !e.OK {
		t.Errorf("the web-hook deleted: %+v", e)
	}
}

func TestFailures(t *testing.T) {
	tg, base := startTelegram(t, hasty)
	send := func() (*http.Response, error) {
		return http.Post(base+"/bot"+botToken+"/getMe", "", nil)
	}
	tests := []struct {
		name string
		f    Failures
		code int
		body string
	}{
		{"too many", Failures{TooMany: 7 * time.Second}, 429, `"retry_after":7`},
		{"broken", Failures{Broken: true}, 502, "<html>"},
		{"refused", Failures{Refused: true}, 401, "Unauthorized"},
		{"slow", Failures{Slow: time.Millisecond}, 200, `"ok":true`},
		{"none", Failures{}, 200, `"ok":true`},
	}
	for _, tt := range tests {
		tg.Fail(tt.f)
		resp, err := send()
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != tt.code || !strings.Contains(string(body), tt.body) {
			t.Errorf("%s: %d %s %v", tt.name, resp.StatusCode, body, err)
		}
	}
	tg.Fail(Failures{Cut: true})
	if resp, err := send(); err == nil {
		_ = resp.Body.Close()
		t.Error("cut: there is an answer")
	}
}

// What is delivered has the fields of the specification, and nothing else.
func TestUpdatesConform(t *testing.T) {
	tg, base := startTelegram(t, hasty)
	to := fmt.Sprint(alice)
	callForm(t, base, "sendMessage", fv("chat_id", to, "text", "Sốt?", "reply_markup", buttons(2, "yes")), nil)
	said := tg.Screen(alice).Bubbles
	tg.Press(alice, said[len(said)-1].ID, "yes")
	tg.Write(alice, "/qr xin\nchào")
	tg.ShareContact(alice)
	tg.SendCard(alice, Card{Phone: "84900000009", Name: "Khác"})
	tg.ShareLocation(alice, 16.4, 107.6)
	tg.SendPicture(alice, picture(400, 300), "đây")
	tg.Block(alice, true)
	tg.Block(alice, false)
	e := callForm(t, base, "getUpdates", nil, nil)
	var updates []map[string]any
	if err := json.Unmarshal(e.Result, &updates); err != nil {
		t.Fatal(err)
	}
	if len(updates) != 11 { // those of startTelegram too
		t.Errorf("%d updates, want 11", len(updates))
	}
	for _, u := range updates {
		if _, refused := tg.spec.object(tg.spec.Types["Update"], "update", u, 0); refused != nil {
			t.Errorf("%s: %v", refused.Text, u)
		}
	}
}
