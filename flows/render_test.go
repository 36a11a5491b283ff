package flows

import (
	"reflect"
	"strings"
	"testing"

	"khaibao/core"
	"khaibao/core/channel"
)

// What an older or newer version of the program queued, and this one has no
// words for, is not said; what it does have words for is.
func TestRenderShowsNobodyAKey(t *testing.T) {
	b := bundle(t)
	f := channel.Features{Plain: true}
	if l := Render(b, core.Say{Key: "menu.gone"}, "vi", f); !reflect.DeepEqual(l, channel.Line{}) {
		t.Errorf("a lost key gives %+v", l)
	}
	s := core.Say{Key: "resume.done", Lines: []core.Say{{Line: "menu.gone"}, {Line: "menu.ask"}}}
	for _, lang := range []string{"vi", "en", "km"} {
		text := Render(b, s, lang, f).Text
		if strings.Contains(text, "menu.") || strings.Count(text, "\n") != 1 {
			t.Errorf("%s: %q", lang, text)
		}
	}
}

// The codes of a family come as one album with a caption each. Where there are
// no pictures, each caption says what its picture would, and says it once.
func TestRenderAlbum(t *testing.T) {
	b := bundle(t)
	link := "https://khaibao.example.vn/q/abcdefghijklmnopqrstuvwxyz"
	s := core.Say{Key: "resume.done", Album: []core.Picture{
		{QR: link, Key: "qr.show", Args: map[string]string{"name": "Nguyễn Văn An", "day": "15/08/2021", "number": "1234567890"}},
		{QR: link, Key: "qr.show.link", Args: map[string]string{"name": "Nguyễn Thị Bé", "number": "1234567890", "link": link}},
		{QR: link, Key: "qr.gone"},
		{QR: strings.Repeat("too long for any QR ", 200), Key: "qr.none"},
	}}
	l := Render(b, s, "vi", channel.Features{Pictures: true, Album: 10})
	if len(l.Album) != 4 || l.Album[0].Photo == nil || l.Album[1].Photo == nil || l.Album[2].Photo == nil || l.Album[3].Photo != nil {
		t.Fatalf("album %+v", l.Album)
	}
	if got := l.Album[0].Caption; got != "Mã QR của Nguyễn Văn An, khai ngày 15/08/2021. Số dự phòng: 1234567890." {
		t.Errorf("caption %q", got)
	}
	if got := l.Album[2].Caption; got != "" {
		t.Errorf("a lost key gives the caption %q", got)
	}
	if got := l.Album[3].Caption; !strings.Contains(got, "too long for any QR") {
		t.Errorf("what cannot be drawn is lost: %q", got)
	}
	l = Render(b, s, "vi", channel.Features{Plain: true})
	for i, p := range l.Album[:3] {
		if p.Photo != nil || strings.Count(p.Caption, link) != 1 {
			t.Errorf("without pictures, %d: %q", i, p.Caption)
		}
	}
}
