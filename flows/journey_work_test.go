package flows

import (
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
)

// TestWorkOfAHealthyTraveller counts what a first declaration of a journey by
// SMS takes, the first word and the OK included: every message of ours in one
// segment, every answer understood.
func TestWorkOfAHealthyTraveller(t *testing.T) {
	tests := []struct {
		name    string
		lang    string
		most    int
		answers []string
	}{
		{"a motorbike, a card, places told as asked", "vi", 16, []string{"ve hue", "Le Van Cuong", "1990", "046090001234", "to 3, p hoa minh, lien chieu, da nang", "xe may", "hom nay", "1",
			"thon 2, xa phu my, phu vang", "0", "0", "0", "0", "0", "0", "ok"}},
		{"the same with old papers", "vi", 17, []string{"ve hue", "Le Van Cuong", "1990", "191234567", "nam", "to 3, p hoa minh, lien chieu, da nang", "xe may", "hom nay", "1",
			"thon 2, xa phu my, phu vang", "0", "0", "0", "0", "0", "0", "ok"}},
		{"a plane with its seat, old papers", "vi", 18, []string{"ve tinh", "Tran Thi Mai", "12/3/1988", "191234567", "nu", "to 5, p ben nghe, quan 1, tphcm", "1", "VN1543 12A", "mai", "1",
			"to 7 phuong thuan loc tp hue", "0", "khong", "0", "khong", "ko", "0", "ok"}},
		{"a train over night, both days at once, a place passed", "vi", 18, []string{"khai bao ve hue", "Hoang Van Nam", "1975", "046075001234", "to 5 phuong hang bac hoan kiem ha noi", "tau hoa", "SE3", "16/8 17/8",
			"to 7 phuong thuan loc tp hue", "nghe an 10/8", "0", "0", "0", "0", "0", "0", "ok"}},
		{"a coach, with all of it in one message", "vi", 16, []string{"kb ve hue", "Phan Thi Be", "1960", "046160001234", "thon 2 xa hoa phu huyen hoa vang da nang", "xe khach Hung Cuong 75B-012.34", "hom nay", "1",
			"thon 2, xa phu my, phu vang", "0", "0", "0", "0", "0", "0", "ok"}},
		{"in English, from abroad", "en", 18, []string{"journey", "Alexander Montgomery Wellington-Smythe", "02/09/1955", "C1234567", "male", "laos", "vientiane, laos", "plane QV512", "tomorrow", "1",
			"to 3 phuong vy da hue city", "0", "no", "0", "no", "no", "0", "ok"}},
		// Who says no more than asked for twice: one question for each hamlet.
		{"places told bit by bit, old papers", "vi", 19, []string{"ve hue", "Le Van Cuong", "1990", "191234567", "nam", "phuong hoa minh lien chieu da nang", "to 3", "xe may", "hom nay", "1",
			"xa phu my, phu vang", "thon 2", "0", "0", "0", "0", "0", "0", "ok"}},
	}
	for _, tt := range tests {
		p := newPure(bundle(t), "sms")
		p.known.Lang = tt.lang
		now := time.Date(2021, 8, 15, 1, 0, 0, 0, time.UTC)
		for i, text := range tt.answers {
			now = now.Add(time.Minute)
			shown, _ := p.take(t, core.Inbound{Channel: "sms", URN: core.TelURN(transcriptPhone), Text: text}, now)
			for _, m := range shown {
				if n, gsm7 := channel.Segments(m.out.Text); n > 1 || !gsm7 {
					t.Errorf("%s: %d segments after %q:\n%s", tt.name, n, text, m.out.Text)
				}
			}
			if p.session.State.Misses > 0 {
				t.Fatalf("%s: %q was not understood: %s", tt.name, text, shown[len(shown)-1].out.Text)
			}
			if p.session.Form == "" && i+1 < len(tt.answers) {
				t.Fatalf("%s: over after %q", tt.name, text)
			}
		}
		if len(p.persons) != 1 {
			t.Fatalf("%s: nothing was declared, stands at %q", tt.name, p.session.Question)
		}
		if len(tt.answers) > tt.most {
			t.Errorf("%s: %d messages, at most %d", tt.name, len(tt.answers), tt.most)
		}
	}
}
