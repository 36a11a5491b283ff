package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// browse opens Chromium. Without it the test fails: whoever runs the tests
// must know that the script was not tried.
func browse(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is needed: apt-get install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.WindowSize(1200, 900))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx, chromedp.WithErrorf(t.Logf))
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	return ctx
}

// tab is an open page.
type tab struct {
	t   *testing.T
	ctx context.Context
}

func newTab(t *testing.T) *tab { return &tab{t, browse(t)} }

func (b *tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

// read is the text that a script gives.
func (b *tab) read(script string) string {
	b.t.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](script))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	return text
}

// until waits for a script to hold. chromedp's own Poll makes code of text,
// which the page's policy forbids.
func (b *tab) until(what, script string) {
	b.t.Helper()
	for end := time.Now().Add(15 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		holds, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("!!("+script+")"))
		if err == nil && holds {
			return
		}
		if time.Now().After(end) {
			b.t.Fatalf("waited for %s: %v\n%s", what, err, b.read(`document.activeElement.outerHTML + document.querySelector('#tel-1').innerText`))
		}
	}
}

// What is typed and where the focus stands must outlive everything that
// arrives meanwhile.
func TestLiveTelephones(t *testing.T) {
	s := newStand(t)
	api := httptest.NewServer(s.API())
	defer api.Close()
	id := s.wall.byKey("1").Owner.ID
	say := func(method string, values map[string]string) string {
		t.Helper()
		values["chat_id"] = fmt.Sprint(id)
		e := callForm(t, api.URL+"/telegram", method, values, nil)
		var m struct {
			ID int64 `json:"message_id"`
		}
		if err := json.Unmarshal(e.Result, &m); err != nil || !e.OK {
			t.Fatalf("%s: %+v: %v", method, e, err)
		}
		return fmt.Sprint(m.ID)
	}
	tab := newTab(t)
	do, read, until := tab.do, tab.read, tab.until

	do("open", chromedp.Navigate(s.web.URL+"/sandbox/"))
	do("press START by keyboard",
		chromedp.Focus(`#tel-1 [data-k="composer-start"] button`), chromedp.KeyEvent(kb.Enter),
		chromedp.WaitVisible(`#text-1`))
	do("type half a text", chromedp.SendKeys(`#text-1`, "Nguyễn"))
	question := say("sendMessage", fv("text", "Sốt?", "reply_markup", buttons(2, "yes")))
	do("see the question", chromedp.WaitVisible(`#tel-1 .inline button`))
	if got := read(`document.querySelector('#text-1').value`); got != "Nguyễn" {
		t.Errorf("the half-typed text became %q", got)
	}
	do("press a button by keyboard", chromedp.Focus(`#tel-1 .inline button`), chromedp.KeyEvent(kb.Enter))
	until("the press to be seen", `document.querySelector('#tel-1 .who small').textContent.includes('đang xử lý')`)
	say("editMessageText", fv("message_id", question, "text", "Sốt? ✓", "reply_markup", buttons(2, "yes")))
	until("the edit", `document.querySelector('#tel-1 .log').textContent.includes('Sốt? ✓')`)
	until("the focus to stay", `document.activeElement.name === 'action' && document.activeElement.value === 'yes'`)
	do("send the text with Enter", chromedp.SendKeys(`#text-1`, " Văn Thử"), chromedp.KeyEvent(kb.Enter))
	until("the text to be sent", `[...document.querySelectorAll('#tel-1 .mine .text')].some((p) => p.textContent === 'Nguyễn Văn Thử')`)
	until("the field to be empty", `document.querySelector('#text-1').value === ''`)
	if got := read(`String(document.querySelector('#text-1').dispatchEvent(new KeyboardEvent('keypress', {key: 'Enter', bubbles: true, cancelable: true})))`); got != "false" {
		t.Error("the letter of a slow Enter leaves a line break in the emptied field")
	}
	// An old bubble that did not change is the same element, so that a screen
	// reader does not read it again.
	read(`document.querySelector('#tel-1 .log li').heard = 'yes'`)
	before := len(s.telegram.Screen(id).Bubbles)
	say("sendMessage", fv("text", "Ho?"))
	until("one more bubble", fmt.Sprintf(`document.querySelectorAll('#tel-1 .log li').length === %d`, before+1))
	if got := read(`document.querySelector('#tel-1 .log li').heard || 'no'`); got != "yes" {
		t.Error("a bubble that did not change was made anew")
	}

	do("text on the keypad", chromedp.Click(`#tel-3 [data-digit="1"]`), chromedp.Click(`#tel-3 [data-digit="3"]`))
	if got := read(`document.querySelector('#sms-3').value + ' ' + document.querySelector('#tel-3 output').textContent`); got != "13 158/1" {
		t.Errorf("after two keys the keypad shows %q", got)
	}
	do("a letter outside GSM", chromedp.SendKeys(`#sms-3`, "ă"))
	if got := read(`document.querySelector('#tel-3 output').textContent`); got != "67/1" {
		t.Errorf("with an accent the count is %q, want 67/1", got)
	}
	do("send it", chromedp.Click(`#tel-3 .composer .line button`))
	until("the SMS", `document.querySelector('#tel-3 .mine .text')?.textContent === '13ă'`)

	s.air.ToPhone("+84900000555", "Ma xac thuc: 654321")
	until("a telephone of a new number", `document.querySelector('#tel-4 .theirs .text')?.textContent.includes('654321')`)
	s.air.ToPhone("+84900000101", "Ma xac thuc: 123456")
	until("the announcement", `document.querySelector('#tel-1 .notice')?.textContent.includes('123456')`)
	do("open the messages", chromedp.Click(`#tel-1 [data-open="sms"]`), chromedp.WaitVisible(`#sms-1`))
	if got := read(`document.querySelector('#tel-1 .theirs .text').textContent`); !strings.Contains(got, "123456") {
		t.Errorf("the messages show %q", got)
	}
	do("switch a failure on", chromedp.Click(`[data-networks] button[value="many"]`))
	until("the switch", `document.querySelector('[data-networks] button[value="many"]').getAttribute('aria-pressed') === 'true'`)
}
