package web

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"khaibao/core"
)

func TestBrowser(t *testing.T) {
	s := newSite(t)
	ctx := browse(t)
	shots := &camera{t: t, ctx: ctx}

	step(t, ctx, "open", chromedp.Navigate("http://"+s.addr), chromedp.WaitVisible("#welcome"))
	shots.take("1-welcome")
	step(t, ctx, "start by keyboard alone",
		js(`document.querySelector('#log').focus()`),
		keys(kb.Tab), focused("Bắt đầu"), keys(kb.Enter), says("họ tên"), chromedp.WaitVisible("form.after"))

	step(t, ctx, "type", chromedp.Focus("#text"), keys("Nguyễn Văn An"), keys(kb.Enter),
		says("Nguyễn Văn An, Anh/Chị có bị sốt"), until(`document.querySelector('#text').value === ''`))
	shots.take("2-question")
	step(t, ctx, "answer by keyboard alone",
		back(), // Shift: back from the box to the photo, then to the log
		back(), focused("Không"),
		back(), focused("Có"),
		keys(" "), says("biểu hiện nào"), focused("Ho"))
	step(t, ctx, "toggle, the focus staying where it is",
		keys(" "), focused("✓ Ho"),
		keys(kb.Tab), keys(kb.Tab), focused("Khó thở"), keys(" "), focused("✓ Khó thở"),
		until(`document.querySelectorAll('#list li').length === 6`))
	if n := value[int](t, ctx, `[...document.querySelectorAll('.choices button')].filter((b) => b.matches(':focus')).length`); n != 1 {
		t.Error("the button in focus was replaced")
	}
	shots.take("3-several")
	step(t, ctx, "done", keys(kb.Tab), keys(kb.Tab), focused("Xong"), keys(kb.Enter), says("nhập mã"),
		until(`document.activeElement.id === 'text' && document.activeElement.inputMode === 'numeric' && document.activeElement.autocomplete === 'one-time-code'`))
	step(t, ctx, "the code", keys("123456"), keys(kb.Enter), says("Đã nhận tờ khai"),
		until(`document.querySelector('figure img').complete && document.querySelector('figure img').naturalWidth === 264`),
		until(`document.querySelector('figure img').getBoundingClientRect().top > 0`))
	shots.take("4-qr")

	const said = `document.querySelector('#list').innerText.replace(/\s+/g, ' ')`
	before := value[string](t, ctx, said)
	step(t, ctx, "reload", chromedp.Reload(), chromedp.WaitVisible("#list"))
	if after := value[string](t, ctx, said); strings.TrimPrefix(after, core.DayOf(time.Now()).Local()+" ") != before {
		t.Errorf("before the reload:\n%s\nafter:\n%s", before, after)
	}

	if value[bool](t, ctx, `document.querySelector('a.before').offsetParent !== null`) {
		t.Error("two buttons for the language")
	}

	s.stop()
	step(t, ctx, "type while the server is away", chromedp.Focus("#text"), keys("XEM QR"), keys(kb.Enter))
	s.start()
	step(t, ctx, "it arrives by itself", says("Chưa có mã QR nào"), until(`document.querySelector('#error').innerText === ''`))
	if n := len(s.clinic.all()); n != 8 {
		t.Errorf("%d messages were taken, want 8", n)
	}

	s.clinic.away(errDown)
	step(t, ctx, "the store away", chromedp.Focus("#text"), keys("có ai không"), keys(kb.Enter),
		until(`document.querySelector('#error').innerText.includes('Chưa gửi được') && document.querySelector('#text').value === 'có ai không'`),
		until(`![...document.querySelectorAll('li.mine:not([hidden])')].at(-1).innerText.includes('có ai không')`))
	shots.take("5-away")
	s.clinic.away(nil)
	step(t, ctx, "sent again", keys(kb.Enter), says("có ai không, Anh/Chị có bị sốt"),
		until(`[...document.querySelectorAll('li.mine:not([hidden])')].at(-1).innerText.includes('có ai không')`))
	audit(t, ctx)

	// A phone's photo is made smaller before it goes over a slow network.
	for side, want := range map[int]string{264: "QR in a png, 264 wide", 3000: "QR in a jpeg, 2000 wide"} {
		file := filepath.Join(t.TempDir(), "photo.png")
		if err := os.WriteFile(file, square(side), 0o600); err != nil {
			t.Fatal(err)
		}
		step(t, ctx, "photo", chromedp.SetUploadFiles("#photo", []string{file}), says(want), until(`document.querySelector('#photo').value === ''`))
	}

	// What would tell that an answer is missing must not come once it is there.
	waited := time.NewTimer(1700 * time.Millisecond)
	<-waited.C
	if status := value[string](t, ctx, `document.querySelector('#status').innerText`); status != "" {
		t.Errorf("the status says %q", status)
	}
	step(t, ctx, "more", chromedp.Focus(".more summary"), keys(kb.Enter), chromedp.WaitVisible(".more form"))
	shots.take("6-more")
	audit(t, ctx)
	step(t, ctx, "leave", chromedp.Focus(".more form button"), keys(kb.Enter), chromedp.WaitVisible("#welcome"))
	if n := value[int](t, ctx, `document.querySelectorAll('#list li').length`); n != 0 {
		t.Errorf("%d messages are shown to the next person", n)
	}
	step(t, ctx, "English", chromedp.Click("a.before"), until(`document.documentElement.lang === 'en'`))
	shots.take("7-english")
	step(t, ctx, "notice", chromedp.Navigate("http://"+s.addr+"/privacy"), chromedp.WaitVisible("h2"))
	shots.take("8-notice")
}

// The same page for a browser that runs no scripts.
func TestBrowserWithoutJavaScript(t *testing.T) {
	s := newSite(t)
	ctx := browse(t)
	shots := &camera{t: t, ctx: ctx}
	step(t, ctx, "open", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}), chromedp.Navigate("http://"+s.addr), chromedp.WaitVisible("#welcome"))
	step(t, ctx, "start", chromedp.Click("#welcome button"), chromedp.WaitVisible("#list .ours"), says("họ tên"))
	step(t, ctx, "type", chromedp.Focus("#text"), keys("Nguyễn Văn An"), keys(kb.Enter), says("có bị sốt"))
	step(t, ctx, "press", chromedp.Click("li.open button"), says("biểu hiện nào"))
	step(t, ctx, "toggle", chromedp.Click("li.open button"), says("✓ Ho"))
	shots.take("9-plain")
	if end := value[float64](t, ctx, `document.querySelector('#log').scrollTop`); end != 0 {
		t.Errorf("the page does not begin at its end: %v", end)
	}
	audit(t, ctx)
}

// What comes live must leave the page as a reload shows it, in any order.
func TestLivePageIsLikeTheReloadedOne(t *testing.T) {
	s := newSite(t)
	ctx := browse(t)
	step(t, ctx, "open", chromedp.Navigate("http://"+s.addr), chromedp.WaitVisible("#welcome"))
	var urn core.URN
	eventually(t, "the page to listen", func() bool {
		s.mail.mu.Lock()
		defer s.mail.mu.Unlock()
		for urn = range s.mail.bells {
		}
		return urn != ""
	})
	// The parts of the page that a person can see or use.
	const shown = `[...document.querySelectorAll('#list > li')].map((li) => [li.id, li.className, li.hidden, li.querySelector('.text')?.innerText,
		...[...li.querySelectorAll('button')].map((b) => b.value + b.disabled)].join(' ')).join('\n')`
	random := rand.New(rand.NewPCG(1, 2))
	var ours []string
	for seq := 1; seq <= 90; seq++ {
		text := anything(random, seq, ours)
		it := item(seq, text)
		it.ID, it.At = fmt.Sprint("item", seq), time.Now()
		if !it.Mine && !strings.Contains(text, "=") {
			ours = append(ours, it.ID)
		}
		if err := s.mail.Put(t.Context(), urn, it); err != nil {
			t.Fatal(err)
		}
		if seq%9 != 0 {
			continue
		}
		want := fold(must(s.mail.Latest(t.Context(), urn, history)))
		step(t, ctx, "the last came", until(fmt.Sprintf(`document.getElementById('m-%s')`, it.ID)))
		live := value[string](t, ctx, shown)
		step(t, ctx, "reload", chromedp.Reload(), chromedp.WaitVisible("#list"))
		if again := value[string](t, ctx, shown); live != again || strings.Count(live, "\n")+1 != len(want) {
			t.Fatalf("live:\n%s\nreloaded:\n%s", live, again)
		}
	}
}

// anything is the text of a random item; every ninth is a plain notice, behind
// which nothing is left open that an answer would close.
func anything(random *rand.Rand, seq int, ours []string) string {
	text := fmt.Sprintf("%c%d", "qqn?"[random.IntN(4)], seq)
	if seq%9 == 0 {
		return fmt.Sprint("n", seq)
	}
	if len(ours) == 0 {
		return text
	}
	old := ours[max(0, len(ours)-1-random.IntN(3))]
	switch random.IntN(6) {
	case 0:
		return text
	case 1:
		return fmt.Sprint("me", seq)
	case 2:
		return "me>" + old
	case 3:
		return "me>>" + old
	}
	return text + "=" + old
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
