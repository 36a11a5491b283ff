package admin

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"khaibao/core/duty"
	"khaibao/core/qr"
	"khaibao/core/store/storetest"
)

// detects stands for the reader of codes that telephones have and a machine that
// runs tests has not; code is seen once the camera has a picture.
func detects(code string) act {
	source := fmt.Sprintf(`window.BarcodeDetector = class {
		static async getSupportedFormats() { return ["qr_code"]; }
		async detect(picture) {
			if (picture.srcObject && !picture.videoWidth) return [];
			window.looks = (window.looks || 0) + 1;
			return window.looks < 3 ? [] : [{ rawValue: %q }];
		}
	}`, code)
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: source})
		return err
	})
}

// At a check-point, with one hand: the camera opens at the thumb, reads, and the
// button for the next person stands where the thumb still is.
func TestCheckByTheCamera(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	an := x.declare(crowd(x))
	o, password := x.officer(duty.Police, "46", false)
	w := browse(t, "phone", 360, 740)
	w.do("sign in", detects(qr.Link(x.server.PublicURL, an.Code)), chromedp.Navigate(x.web.URL+"/admin/"), focused("name"), keys(o.SignIn), keys(kb.Tab), keys(password), keys(kb.Enter), focused("q"))
	const button = `document.querySelector("[data-scan]").getBoundingClientRect()`
	w.do("the camera", until(`!document.querySelector("[data-scan]").hidden`))
	thumb := value[float64](w, button+`.top`)
	if thumb < 740/2 {
		t.Errorf("the button of the camera stands at %v, out of the thumb's reach", thumb)
	}
	w.do("scan", chromedp.Click("[data-scan]"), says("Nguyễn Văn An"), says("Có triệu chứng: Sốt"))
	if value[bool](w, `document.querySelector("video").srcObject !== null`) {
		t.Error("the camera stays open behind the answer")
	}
	if now := value[float64](w, button+`.top`); now != thumb {
		t.Errorf("the button moved from %v to %v", thumb, now)
	}
	if bottom := value[float64](w, `document.querySelector(".conclusion").getBoundingClientRect().bottom`); bottom < 0 || bottom > 370 {
		t.Errorf("the conclusion ends at %v: it must be seen at one look", bottom)
	}
	w.shot("50-camera")
	w.do("the next one is typed by a reader while the thumb rests on the button", chromedp.Focus("[data-scan]"), keys(an.Number), keys(kb.Enter), until(`document.querySelector("#q").value === ""`), says("Nguyễn Văn An"), focused("q"))
}

// Whoever said no to the camera is told what else there is.
func TestCheckWithoutTheCamera(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	o, password := x.officer(duty.Police, "46", false)
	w := browse(t, "phone", 360, 740)
	refuse := chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
			Source: `navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("no", "NotAllowedError"); }`})
		return err
	})
	w.do("sign in", detects("x"), refuse, chromedp.Navigate(x.web.URL+"/admin/"), focused("name"), keys(o.SignIn), keys(kb.Tab), keys(password), keys(kb.Enter), focused("q"))
	w.do("scan", chromedp.Click("[data-scan]"), says("Chưa mở được camera"))
	w.shot("51-no-camera")
}
