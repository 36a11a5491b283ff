package main

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"khaibao/bots/sandbox"
)

// A whole declaration by the program itself on the imitated Zalo: the number out
// of Zalo's form, the code by SMS, buttons, numbers of a list, the QR picture,
// and a withdrawal.
func TestDeclaresByZalo(t *testing.T) {
	const phone = "+84900000155"
	addr := freeAddr(t)
	o := newOutside(t, "http://"+addr)
	a := sandbox.ZaloAccount{AppID: "1000000000000000001", AppSecret: "app-secret", OAID: "2000000000000000002", OASecret: "oa-secret-key",
		RefreshToken: "first-refresh-token", Hook: "http://" + addr + "/hooks/zalo"}
	z := sandbox.NewZalo(a)
	server := httptest.NewServer(z.API())
	t.Cleanup(func() { z.Close(); server.Close() })
	z.Meet(sandbox.Owner{Name: "Lê Thử", Phone: phone})
	start(t, o.settings(map[string]string{"ADDR": addr, "ZALO_APP_ID": a.AppID, "ZALO_APP_SECRET": a.AppSecret, "ZALO_OA_SECRET": a.OASecret,
		"ZALO_REFRESH_TOKEN": a.RefreshToken, "ZALO_API_URL": server.URL + "/openapi", "ZALO_OAUTH_URL": server.URL + "/oauth",
		"ZALO_TEMPLATE_URL": server.URL + "/business"}))
	if err := z.Probe(t.Context()); err != nil {
		t.Errorf("the console's look at the web-hook: %v", err)
	}

	// last waits for a message of ours with a text in it, sent after the first seen.
	seen := 0
	last := func(text string) sandbox.ZaloBubble {
		t.Helper()
		var found sandbox.ZaloBubble
		eventually(t, "a message with "+text, func() bool {
			all := z.Screen(phone).Bubbles
			for i := len(all) - 1; i >= seen; i-- {
				b := all[i]
				words := b.Text
				if b.Request != nil {
					words = b.Request.Title + b.Request.Subtitle
				}
				if !b.Mine && strings.Contains(words, text) {
					found, seen = b, i+1
					return true
				}
			}
			return false
		})
		return found
	}
	press := func(b sandbox.ZaloBubble, title string) {
		t.Helper()
		for _, k := range b.Buttons {
			if k.Title == title && z.Press(phone, b.ID, k.Payload) {
				return
			}
		}
		t.Fatalf("no button %q under %q", title, b.Text)
	}
	write := func(text string) { z.Write(phone, text) }

	z.Follow(phone, true)
	press(last("Xin chào"), "Khai báo")
	last("Gửi số của tôi")
	z.SubmitInfo(phone, sandbox.ZaloInfo{Name: "Lê Thử", Phone: "84900000155"})
	last("Đã gửi mã")
	var code string
	eventually(t, "the code by SMS", func() bool {
		for _, m := range o.twilio.Messages(phone) {
			code = regexp.MustCompile(`^\d{6}`).FindString(m.Body)
		}
		return code != ""
	})
	write(code)
	last("Đã xác minh")
	write("Lê Thị Thử")
	last("Ngày sinh?")
	write("2/9/1960")
	last("CCCD")
	write("046160004567")
	last("thường trú")
	write("tổ 3, phường Vỹ Dạ, TP Huế")
	press(last("Nơi ở"), "Như hộ khẩu")
	press(last("tiếp xúc"), "Không có")
	if b := last("dấu hiệu"); strings.Contains(b.Text, "Xong") || !strings.Contains(b.Text, "6. Mệt mỏi") {
		t.Errorf("the list of symptoms is %q", b.Text)
	}
	write("2 5")
	press(last("bệnh nền"), "Không")
	press(last("khai thêm"), "Bỏ qua")
	press(last("kiểm tra lại"), "Gửi tờ khai")
	if b := last("Đã nhận tờ khai"); b.Photo == "" || len(z.File(b.Photo)) == 0 {
		t.Errorf("no QR came: %+v", b)
	}
	write("XEM QR")
	if b := last("Mã QR của Lê Thị Thử"); b.Photo == "" {
		t.Errorf("no QR came again: %+v", b)
	}
	if n := z.Calls()["openapi/v2.0/oa/upload/image"]; n != 1 {
		t.Errorf("%d uploads of one QR, want 1", n)
	}

	// The OA is answered on account of the person, never beyond a withdrawal.
	z.Withdraw(phone)
	z.Settle()
	eventually(t, "events that are all taken", func() bool { waiting, _ := z.Pending(); return waiting == 0 })
	if all := z.Screen(phone).Bubbles; !strings.Contains(all[len(all)-1].Text, "Mã QR") {
		t.Errorf("after the withdrawal: %q", all[len(all)-1].Text)
	}
	if _, lost := z.Pending(); lost != 0 || z.Stopped() {
		t.Errorf("%d events were lost", lost)
	}
	if faults := z.Faults(); len(faults) > 0 {
		t.Errorf("calls that Zalo does not have: %q", faults)
	}
}
