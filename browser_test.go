package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"khaibao/core/channel"
	"khaibao/locales"
)

// The main job from end to end, in a real browser and with real channels on
// imitated networks: a person declares on the web, on Telegram and by SMS, and
// an officer finds one person with three declarations by the QR.
func TestBrowser(t *testing.T) {
	r := start(t, map[string]string{"SANDBOX": "1"})
	browser := chromium(t)
	pictures := newAlbum(t)

	wall := open(t, browser, "the newcomer", 1280, 900, r.url+"/sandbox/")
	webQR := declareOnWeb(t, browser, r, wall, pictures)
	officer := signIn(t, browser, r)
	checkPicture(t, officer, r.url+"/admin/check", webQR, pictures)

	telegramQR := declareOnTelegram(t, browser, r, pictures)
	smsLink := declareBySMS(t, browser, r, pictures)
	findRecord(t, officer, r, pictures)
	watchOne(officer, pictures)

	// One person has one code, whatever the channel and the form it comes in.
	checkPicture(t, officer, r.url+"/admin/check", telegramQR, nil)
	officer.does("opens the link of the SMS", chromedp.Navigate(smsLink), sees(thuName), sees(word("admin.check.declared")))
	beginOnKeypad(t, browser, r, pictures)
	pictures.compose(browser, "overview", "keypad", "web-qr", "check")
}

// The sandbox's first telephone: its owner, number and place on the wall.
const (
	thuName  = "Nguyễn Văn Thử"
	thuPhone = "0900 000 101"
	thuTel   = "/sandbox/tel/1"
)

// chat is how somebody talks on one of the pages that show a conversation.
type chat struct {
	*tab
	log  string // CSS of the list of messages
	ours string // CSS of one message of the program's
	text string // CSS of the field to type in
	pad  string // CSS of what holds the buttons to press
}

// says types a line and waits for the answer, named by its locale key.
func (c chat) says(line, answer string) {
	c.t.Helper()
	c.after("says "+line, answer, chromedp.Focus(c.text), keys(line), keys(kb.Enter))
}

// presses presses the newest button of a locale key, or of a label.
func (c chat) presses(label, answer string) {
	c.t.Helper()
	c.after("presses "+label, answer, chromedp.Click(c.button(label)))
}

// button is the newest one of that label; a tick may stand before it.
func (c chat) button(label string) chromedp.JSPath {
	return chromedp.JSPath(fmt.Sprintf(`[...document.querySelectorAll(':is(%s) button:not([disabled])')].filter((b) => b.innerText.replace('✓', '').trim() === %q).at(-1)`, c.pad, word(label)))
}

// after does something and waits for an answer that was not there before.
func (c chat) after(what, answer string, acts ...act) {
	c.t.Helper()
	messages := fmt.Sprintf(`[...document.querySelectorAll('%s %s')]`, c.log, c.ours)
	before := value[int](c.tab, messages+`.length`)
	text := word(answer)
	if strings.Contains(c.text, "sms") {
		text = channel.Unaccent(text)
	}
	c.does(what, append(acts, until(fmt.Sprintf(`%s.slice(%d).some((m) => m.innerText.includes(%q))`, messages, before, text)))...)
}

var words = sync.OnceValues(locales.New)

// word is what people read for a locale key, or its longest piece when it has
// lines or placeholders. What is no key stands for itself.
func word(key string) string {
	bundle, err := words()
	if err != nil {
		panic(err)
	}
	args := make(map[string]string)
	for _, name := range bundle.Placeholders("vi", key) {
		args[name] = "\n"
	}
	pieces := strings.Split(bundle.Text("vi", key, args), "\n")
	return strings.TrimSpace(slices.MaxFunc(pieces, func(a, b string) int { return len(a) - len(b) }))
}

// shown is the QR picture in the newest message that has one.
func (c chat) shown() []byte {
	c.t.Helper()
	img := fmt.Sprintf(`[...document.querySelectorAll('%s %s img')].at(-1)`, c.log, c.ours)
	c.does("sees the QR", until(img+`?.complete && `+img+`.naturalWidth > 100`))
	return c.fetched(img + `.src`)
}

// fetched is what the page gets from an address, an expression in the page.
func (p *tab) fetched(address string) []byte {
	p.t.Helper()
	const fetch = `(async (src) => btoa(String.fromCharCode(...new Uint8Array(await (await fetch(src)).arrayBuffer()))))`
	text, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](fetch+`(`+address+`)`, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s fetches a picture: %v", p.who, err)
	}
	body, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		p.t.Fatalf("%s gets no picture: %v", p.who, err)
	}
	return body
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

func declareOnWeb(t *testing.T, browser context.Context, r *running, wall *tab, pictures *album) []byte {
	me := chat{open(t, browser, "the citizen on the web", 390, 844, r.url+"/"), "#list", "li.ours", "#text", "#log"}
	me.presses("web.start", "phone.ask")
	me.says("0900000101", "code.ask")

	wall.does("looks at the SMS telephone", until(`document.querySelector('#tel-1 .notice')`),
		chromedp.Click(`#tel-1 [data-open="sms"]`), until(`document.querySelector('#tel-1 .screen.sms .theirs .text')`))
	sms := value[string](wall, `[...document.querySelectorAll('#tel-1 .theirs .text')].at(-1).innerText`)
	code := sixDigits.FindString(sms)
	if code == "" {
		t.Fatalf("the SMS holds no code: %s", sms)
	}

	me.says(code, "resident.full_name.ask")
	me.says(thuName, "resident.birth.ask")
	me.says("15/8/1988", "resident.id_number.ask")
	me.says("046088001234", "resident.permanent.ask")
	me.says("12 Nguyễn Sinh Cung, tổ 3, phường Vỹ Dạ, TP Huế", "resident.current.ask")
	me.presses("resident.current.same", "resident.exposures.ask")
	pictures.take("web-question", me.tab)
	me.presses("resident.exposures.none", "resident.symptoms.ask")
	me.presses("symptom.none", "resident.has_conditions.ask")
	me.presses("choice.no", "resident.more.ask")
	me.presses("resident.more.no", "review.ask")
	me.presses("review.send", "done.first")
	picture := me.shown()
	pictures.take("web-qr", me.tab)
	return picture
}

// signIn makes an officer as the manual says, and signs in for the first time.
func signIn(t *testing.T, browser context.Context, r *running) *tab {
	var out bytes.Buffer
	environ := []string{envPrefix + "DATABASE_URL=sqlite:" + filepath.Join(r.dir, "khaibao.db"), envPrefix + "KEY_FILE=" + filepath.Join(r.dir, "khaibao.key")}
	args := []string{"officer", "add", "--name", "Lê Thị Kiểm", "--duty", "station", "--area", "474", "--sign-in", "kiem"}
	if err := run(t.Context(), args, environ, strings.NewReader(""), &out); err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`sign in as kiem with (\S+)`).FindStringSubmatch(out.String())
	if found == nil {
		t.Fatalf("khaibao officer add printed no password:\n%s", out.String())
	}
	first, own := found[1], "thuyền rồng đêm nay"
	o := open(t, browser, "the officer", 390, 844, r.url+"/admin/")
	o.does("signs in", chromedp.Focus("#name"), keys("kiem"), keys(kb.Tab), keys(first), keys(kb.Enter), until(`document.querySelector('#repeat')`))
	o.does("changes the first password", chromedp.Focus("#current"), keys(first), keys(kb.Tab), keys(own), keys(kb.Tab), keys(own), keys(kb.Enter),
		sees(word("admin.password.done")))
	return o
}

// checkPicture uploads the picture of a QR, as from the telephone's camera.
func checkPicture(t *testing.T, officer *tab, url string, picture []byte, pictures *album) {
	file := filepath.Join(t.TempDir(), "qr.png")
	if err := os.WriteFile(file, picture, 0o600); err != nil {
		t.Fatal(err)
	}
	officer.does("uploads the picture of the QR", size(390, 844), chromedp.Navigate(url), until(`document.querySelector('#photo')`), until(`!document.querySelector('.answer')`),
		chromedp.SetUploadFiles("#photo", []string{file}), until(`document.querySelector('.answer')`),
		sees(thuName), sees(word("admin.check.declared")), sees(word("admin.check.symptoms.no")))
	if pictures != nil {
		pictures.take("check", officer)
	}
}

func declareOnTelegram(t *testing.T, browser context.Context, r *running, pictures *album) []byte {
	page := open(t, browser, "the citizen on Telegram", 390, 844, r.url+thuTel+"?app=telegram")
	me := chat{page, ".log", "li.theirs", "#text-1", ".log, .replies, .wide"}
	me.presses("BẮT ĐẦU", "menu.ask")
	me.presses("menu.declare", "phone.share")
	// The phone is known: its holder is greeted, and one changed answer is one question.
	me.presses("phone.share.button", "review.same")
	me.presses("again.edit", "review.which")
	me.presses("resident.symptoms.name", "resident.symptoms.ask")
	me.does("ticks a cough", chromedp.Click(me.button("symptom.cough")), until(string(me.button("symptom.cough"))+`.innerText.startsWith("✓")`))
	pictures.take("telegram", me.tab)
	me.presses("choice.done", "review.ask")
	me.presses("review.send", "done.again")
	picture := me.shown()
	return picture
}

func declareBySMS(t *testing.T, browser context.Context, r *running, pictures *album) string {
	page := open(t, browser, "the citizen with SMS", 390, 844, r.url+thuTel+"?app=sms")
	me := chat{page, ".log", "li.theirs", "#sms-1", ".digits"}
	me.says("KB", "review.same.sms")
	me.says("sua", "review.which")
	me.says("8", "resident.symptoms.ask.sms")
	me.says("0", "review.ask.sms")
	me.says("ok", "done.again.link")
	pictures.take("sms", me.tab)
	link := value[string](me.tab, `[...document.querySelectorAll('.log li.theirs a')].at(-1)?.href || ''`)
	return link
}

// beginOnKeypad is the start of a declaration on a telephone with keys.
func beginOnKeypad(t *testing.T, browser context.Context, r *running, pictures *album) {
	page := open(t, browser, "the citizen with a keypad", 390, 844, r.url+"/sandbox/tel/3")
	me := chat{page, ".log", "li.theirs", "#sms-3", ".digits"}
	me.says("KB", "resident.full_name.ask.sms")
	me.says("tran thi mau", "resident.birth.ask.sms")
	me.does("dials a year", chromedp.Click(me.button("1")), chromedp.Click(me.button("9")), chromedp.Click(me.button("5")), chromedp.Click(me.button("5")))
	pictures.take("keypad", me.tab)
	me.after("sends it", "resident.id_number.ask", chromedp.Click(".composer .line button"))
}

// watchOne opens the monitoring of the person whose declaration is open.
func watchOne(officer *tab, pictures *album) {
	officer.does("opens a monitoring", chromedp.Click("a[href^='/admin/monitoring/open']"), sees(word("admin.open.title")),
		chromedp.Focus("form button.main"), keys(kb.Enter), until(`document.querySelector("[name=sure]")`),
		chromedp.Focus("form button.main"), keys(kb.Enter), sees(word("admin.act.open.done")), sees(word("admin.watch.days")))
	officer.does("sees it on a telephone", size(390, 844))
	pictures.take("monitoring", officer)
	officer.does("goes back to the desk", size(1280, 800), chromedp.Navigate(strings.SplitAfter(value[string](officer, "location.href"), "/admin/")[0]+"monitoring"), sees(thuName))
	pictures.take("monitored", officer)
}

// findRecord opens the officer's list and the newest declaration.
func findRecord(t *testing.T, officer *tab, r *running, pictures *album) {
	officer.does("opens the list at a desk", size(1280, 800), chromedp.Navigate(r.url+"/admin/declarations"), sees(thuName))
	pictures.take("list", officer)
	officer.does("looks for the name", chromedp.Focus("#name"), keys(thuName), keys(kb.Enter), until(`document.querySelectorAll('tbody tr').length === 3`))
	officer.does("opens the newest declaration", chromedp.Click("td.act a"), sees(word("admin.record.history")), sees("Lần 3"), sees("046088001234"))
	pictures.take("declaration", officer)
}
