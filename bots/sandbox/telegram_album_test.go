package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

func photoItem(file, caption string) string {
	return fmt.Sprintf(`{"type":"photo","media":"attach://%s","caption":%q}`, file, caption)
}

func albumOf(items ...string) string { return "[" + strings.Join(items, ",") + "]" }

func TestAlbumsAreStrict(t *testing.T) {
	to := fmt.Sprint(alice)
	two := map[string][]byte{"a": picture(50, 50), "b": picture(60, 60)}
	ten := slices.Repeat([]string{photoItem("a", "")}, 10)
	tests := []struct {
		name, media string
		more        []string
		files       map[string][]byte
		want        string
		fault       bool
	}{
		{"two photos", albumOf(photoItem("a", "An"), photoItem("b", "Bình")), nil, two, "", false},
		{"ten photos", albumOf(ten...), nil, files("a", picture(50, 50)), "", false},
		{"eleven", albumOf(append(ten, ten[0])...), nil, files("a", picture(50, 50)), "want 2 to 10", false},
		{"no photo", "[]", nil, nil, "want 2 to 10", false},
		{"a photo that is not attached", albumOf(photoItem("a", ""), photoItem("c", "")), nil, files("a", picture(50, 50)), "file must be non-empty", false},
		{"a photo by a name that nobody gave", albumOf(photoItem("a", ""), `{"type":"photo","media":"AgACAg"}`), nil, files("a", picture(50, 50)), "wrong file identifier", false},
		{"a file that stands in no photo", albumOf(photoItem("a", ""), photoItem("a", "")), nil, two, "attached to nothing", true},
		{"a file whose name begins another's", albumOf(photoItem("ab", ""), photoItem("ab", "")), nil, map[string][]byte{"a": picture(50, 50), "ab": picture(50, 50)}, "attached to nothing", true},
		{"a photo that is none", albumOf(photoItem("a", ""), photoItem("b", "")), nil, map[string][]byte{"a": picture(50, 50), "b": []byte("<svg/>")}, "IMAGE_PROCESS_FAILED", false},
		{"buttons, which an album has not", albumOf(photoItem("a", ""), photoItem("b", "")), []string{"reply_markup", buttons(1, "yes")}, two, `field "reply_markup" is not known`, true},
		{"a caption beside the photos", albumOf(photoItem("a", ""), photoItem("b", "")), []string{"caption", "x"}, two, `field "caption" is not known`, true},
		{"a field that a photo has not", albumOf(photoItem("a", ""), `{"type":"photo","media":"attach://b","text":"x"}`), nil, two, `field "text" is not known`, true},
		{"a photo without a file", albumOf(photoItem("a", ""), `{"type":"photo"}`), nil, files("a", picture(50, 50)), "media", true},
		{"a film among photos", albumOf(photoItem("a", ""), `{"type":"video","media":"attach://b"}`), nil, two, "type video", true},
		{"films, which are not imitated", albumOf(`{"type":"video","media":"attach://a"}`, `{"type":"video","media":"attach://b"}`), nil, two, "photos only", false},
		{"no album at all", photoItem("a", ""), nil, files("a", picture(50, 50)), "want Array of", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tg, base := startTelegram(t, Retry{})
			e := callForm(t, base, "sendMediaGroup", fv(append([]string{"chat_id", to, "media", tt.media}, tt.more...)...), tt.files)
			if e.OK != (tt.want == "") || !strings.Contains(e.Description, tt.want) {
				t.Errorf("answered %v %q, want %q", e.OK, e.Description, tt.want)
			}
			if faults := tg.Faults(); len(faults) > 0 != tt.fault {
				t.Errorf("faults %q, want some: %v", faults, tt.fault)
			}
			if shown := len(tg.Screen(alice).Bubbles) - 1; shown > 0 != (tt.want == "") {
				t.Errorf("%d photos on the telephone", shown)
			}
		})
	}
	_, base := startTelegram(t, Retry{})
	e := callForm(t, base, "sendMediaGroup", fv("chat_id", fmt.Sprint(carol), "media", albumOf(photoItem("a", ""), photoItem("b", ""))), two)
	if e.ErrorCode != 403 {
		t.Errorf("an album to somebody who blocked the bot: %+v", e)
	}
}

// A family's codes come as one album, and show as one.
func TestAlbumShowsAsOne(t *testing.T) {
	s := newStand(t)
	api := httptest.NewServer(s.API())
	defer api.Close()
	id := s.wall.byKey("1").Owner.ID
	s.telegram.Write(id, "/start")
	to := fmt.Sprint(id)
	send := func(captions ...string) []int64 {
		t.Helper()
		attached, items := map[string][]byte{}, []string{}
		for i, c := range captions {
			name := fmt.Sprintf("qr%d.png", i)
			attached[name] = picture(40+i, 40+i)
			items = append(items, photoItem(name, c))
		}
		e := callForm(t, api.URL+"/telegram", "sendMediaGroup", fv("chat_id", to, "media", albumOf(items...)), attached)
		var sent []struct {
			ID    int64  `json:"message_id"`
			Group string `json:"media_group_id"`
		}
		if err := json.Unmarshal(e.Result, &sent); err != nil || len(sent) != len(captions) {
			t.Fatalf("%+v: %v", e, err)
		}
		var ids []int64
		for _, m := range sent {
			if m.Group == "" || m.Group != sent[0].Group {
				t.Errorf("the photos are of the albums %+v", sent)
			}
			ids = append(ids, m.ID)
		}
		return ids
	}
	send("Nguyễn Văn Thử", "Trần <b>Thị</b> Mẫu", "Lê Thị Hai")
	one := send("Mã của cả nhà", "")
	e := callForm(t, api.URL+"/telegram", "sendPhoto", fv("chat_id", to, "caption", "Một mình"), files("photo", picture(50, 50)))
	if !e.OK {
		t.Fatal(e.Description)
	}
	screen := s.telegram.Screen(id)
	var sizes []int
	for _, a := range screen.Albums() {
		sizes = append(sizes, len(a))
	}
	if !slices.Equal(sizes, []int{1, 3, 2, 1}) {
		t.Errorf("the chat shows albums of %v", sizes)
	}
	_, page := s.get("/sandbox/tel/1")
	for _, want := range []string{
		`class="pictures album"`, "Trần &lt;b&gt;Thị&lt;/b&gt; Mẫu", "ứng dụng hiện khi mở ảnh", `<p class="text">Mã của cả nhà</p>`, `<p class="text">Một mình</p>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the telephone lacks %q", want)
		}
	}
	if got := strings.Count(page, `class="pictures album"`); got != 2 || strings.Count(page, "<img") != 6 {
		t.Errorf("%d albums, %d pictures", got, strings.Count(page, "<img"))
	}
	// A photo of an album can be taken back alone.
	if e := callForm(t, api.URL+"/telegram", "deleteMessage", fv("chat_id", to, "message_id", fmt.Sprint(one[1])), nil); !e.OK {
		t.Error(e.Description)
	}
}
