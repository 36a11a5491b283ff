package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"khaibao/core/channel"
)

// A family, in a real browser and with real channels on imitated networks: a
// daughter declares on Zalo for herself and for her parents, her father is
// told by SMS, and an officer finds all three.
func TestBrowserFamily(t *testing.T) {
	r := startAt(t, byDay(), map[string]string{"SANDBOX": "1"}) // a notice is told
	browser := chromium(t)
	pictures := newAlbum(t)

	daughter := telephone(t, browser, r, hanhName, "0900 000 201", "smart")
	father := telephone(t, browser, r, caName, "0900 000 202", "keypad")
	me := followOnZalo(t, browser, r, daughter)
	declareFamily(me, pictures)
	codes := me.codes(3)
	readNotice(t, browser, r, father, pictures)
	findFamily(t, browser, r, codes, pictures)
}

const (
	hanhName = "Nguyễn Thị Hạnh"
	hienName = "Lê Thị Hiền"
	caName   = "Nguyễn Văn Cả"
	caNumber = "046054900310" // of his card, as the sandbox invents it of her telephone
)

// telephone hangs one on the sandbox's wall, and gives its number there.
func telephone(t *testing.T, browser context.Context, r *running, owner, phone, kind string) (key string) {
	wall := open(t, browser, "the visitor", 1280, 900, r.url+"/sandbox/")
	mine := fmt.Sprintf(`[...document.querySelectorAll('.tel')].find((t) => t.querySelector('.number').innerText === %q)`, phone)
	wall.does("adds a telephone of "+owner, chromedp.SendKeys(".add [name=phone]", phone), chromedp.SendKeys(".add [name=name]", owner),
		chromedp.SetValue(".add [name=kind]", kind), chromedp.Click(".add button.main"), until(mine))
	return value[string](wall, mine+`.dataset.tel`)
}

// followOnZalo begins on Zalo: the number is given in Zalo's form and proved by
// the code of an SMS.
func followOnZalo(t *testing.T, browser context.Context, r *running, tel string) chat {
	page := open(t, browser, "the daughter", 390, 844, r.url+"/sandbox/tel/"+tel+"?app=zalo")
	me := chat{page, ".log", "li.theirs", "#zalo-" + tel, ".log, .wide"}
	me.presses("QUAN TÂM", "menu.ask")
	me.presses("menu.declare", "phone.share.unvouched")
	me.does("opens Zalo's form", chromedp.Click(".sheet summary"))
	me.after("agrees", "code.ask", chromedp.Click(".sheet button.main"))
	me.does("opens the messages", until(`document.querySelector('.notice')`), chromedp.Click(`[data-open="sms"]`), until(`document.querySelector('.screen.sms .theirs .text')`))
	code := sixDigits.FindString(value[string](me.tab, `[...document.querySelectorAll('.theirs .text')].at(-1).innerText`))
	if code == "" {
		t.Fatal("the daughter finds no code among her messages")
	}
	me.does("goes back to Zalo", chromedp.Click(`[data-open="zalo"]`), until(`document.querySelector('.screen.zalo .theirs .text')`))
	me.says(code, "resident.full_name.ask")
	return me
}

// declareFamily declares all three in one conversation, each by a photo of the
// card.
func declareFamily(me chat, pictures *album) {
	me.shows("own", "quick.ask")
	pictures.take("family-card", me.tab)
	me.presses("choice.right", "resident.current.ask")
	me.presses("resident.current.same", "resident.exposures.ask")
	me.presses("resident.exposures.none", "Hôm nay có dấu hiệu nào sau đây?")
	me.says("0", "Có bệnh nền hoặc đang có thai không?")
	me.presses("choice.no", "resident.more.ask")
	me.presses("resident.more.no", "review.ask")
	me.presses("review.add", "resident.others.ask")
	me.shows("mother", "quick.ask")
	me.presses("choice.right", "resident.phone.ask")
	me.presses("choice.skip", "resident.others.ask.more")
	me.shows("father", "quick.ask")
	me.presses("choice.right", "resident.phone.ask")
	me.says("0900000202", "resident.others.ask.more")
	me.presses("resident.others.skip", "resident.who_exposures.ask")
	me.presses("who.none", "resident.who_symptoms.ask")
	me.presses("who.none", "resident.who_conditions.ask")
	me.says("3", "Đó là bệnh nào?")
	me.says("cao huyết áp", "review.ask")
	me.presses("review.send", "done.group")
}

// shows sends a photo of somebody's card: "own", "mother" or "father".
func (c chat) shows(whose, answer string) {
	c.t.Helper()
	const form = `form[action$="/zalo-id-card"] `
	c.after("sends a photo of the card: "+whose, answer, chromedp.Click(".attach summary"),
		chromedp.SetValue(form+"select", whose), chromedp.Click(form+"button"))
}

// codes are the newest n pictures that were sent, oldest first.
func (c chat) codes(n int) [][]byte {
	c.t.Helper()
	imgs := fmt.Sprintf(`[...document.querySelectorAll('%s %s img')].slice(%d)`, c.log, c.ours, -n)
	c.does("sees the QR codes", until(fmt.Sprintf(`%s.length === %d && %s.every((i) => i.complete && i.naturalWidth > 100)`, imgs, n, imgs)))
	var codes [][]byte
	for i := range n {
		codes = append(codes, c.fetched(fmt.Sprintf(`%s[%d].src`, imgs, i)))
	}
	return codes
}

// readNotice is the father's telephone, which has SMS only.
func readNotice(t *testing.T, browser context.Context, r *running, tel string, pictures *album) {
	page := open(t, browser, "the father", 390, 844, r.url+"/sandbox/tel/"+tel)
	page.does("reads the notice", until(`document.querySelector('.theirs .text')`))
	pictures.take("family-notice", page)
	told := value[string](page, `[...document.querySelectorAll('.theirs .text')].at(-1).innerText`)
	for _, part := range []string{channel.Unaccent(hanhName), "0201", "KHONG"} {
		if !strings.Contains(told, part) {
			t.Errorf("the father's notice lacks %q: %s", part, told)
		}
	}
}

// findFamily is what an officer sees of the three.
func findFamily(t *testing.T, browser context.Context, r *running, codes [][]byte, pictures *album) {
	officer := signIn(t, browser, r)
	for i, name := range []string{hanhName, hienName, caName} {
		file := filepath.Join(t.TempDir(), "qr.png")
		if err := os.WriteFile(file, codes[i], 0o600); err != nil {
			t.Fatal(err)
		}
		officer.does("uploads the QR of "+name, chromedp.Navigate(r.url+"/admin/check"), until(`document.querySelector('#photo')`),
			chromedp.SetUploadFiles("#photo", []string{file}), until(`document.querySelector('.answer')`), sees(name), sees(word("admin.check.declared")))
	}
	officer.does("opens the list of the area", chromedp.Navigate(r.url+"/admin/declarations"), sees(hanhName), sees(hienName), sees(caName))
	officer.does("types the number of his card", chromedp.Navigate(r.url+"/admin/check"), chromedp.Focus("#q"), keys(caNumber), keys(kb.Enter),
		until(`document.querySelector('.answer')`), sees(caName), sees(caNumber), sees("0900 000 202"))
	pictures.take("family-check", officer)
}
