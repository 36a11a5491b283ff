package bottest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"khaibao/core"
	"khaibao/core/channel"
)

// lines are what the program may say, the longest and oddest of it.
func lines() map[string]channel.Line {
	choices := func(n int, label string) []channel.Choice {
		var out []channel.Choice
		for i := range n {
			out = append(out, channel.Choice{Label: fmt.Sprintf("%s %d", label, i+1), Action: fmt.Sprintf("choice:%d", i+1)})
		}
		return out
	}
	family := func(n int) []core.Shown {
		var out []core.Shown
		for i := range n {
			out = append(out, core.Shown{Photo: Picture(), Caption: fmt.Sprintf("Mã QR của người thứ %d", i+1)})
		}
		return out
	}
	several := choices(11, "Triệu chứng")
	several[2].Chosen = true
	return map[string]channel.Line{
		"one word":                {Text: "Sốt?"},
		"yes or no":               {Text: "Anh/Chị có sốt không?", Choices: choices(2, "Có")},
		"several of eleven":       {Text: "Chọn các biểu hiện", Choices: several, Multi: true},
		"more than any keyboard":  {Text: "Chọn xã", Choices: choices(60, "Xã Phú Mậu, huyện Phú Vang")},
		"a long label":            {Text: "Chọn", Choices: choices(2, strings.Repeat("Khu cách ly tập trung ", 10))},
		"a text of many screens":  {Text: strings.Repeat("Giữ khoảng cách, đeo khẩu trang, khai báo trung thực. ", 200)},
		"one endless word":        {Text: strings.Repeat("ơ", 5000)},
		"emoji beside the limit":  {Text: strings.Repeat("a", 4095) + "👨‍👩‍👧" + " hết"},
		"a picture":               {Text: "Mã QR của Anh/Chị", Picture: Picture()},
		"a picture, many words":   {Text: strings.Repeat("Xuất trình mã này tại chốt. ", 100), Picture: Picture()},
		"a picture and buttons":   {Text: "Mã QR", Picture: Picture(), Choices: choices(3, "Xem")},
		"one of a family":         {Text: "Đã khai cho 1 người.", Album: family(1)},
		"a family":                {Text: "Đã khai cho 4 người.", Album: family(4), Choices: choices(2, "Khai thêm")},
		"a family of eleven":      {Text: "Đã khai cho 11 người.", Album: family(11)},
		"a question for a number": {Text: "Cho biết số điện thoại", Ask: core.AskContact, AskText: "Chia sẻ số", Choices: choices(2, "Cách khác")},
		"markup and quotes":       {Text: `<b>"Nguyễn" & 'Thị'</b> *x* _y_ [z](a)`, Choices: choices(1, `<i>"&"</i>`)},
		"NFD and control signs":   {Text: "Nguye\u0302\u0303n\u0000 Va\u0306n\tA\r\nB"},
		"an edit of nothing":      {Text: "Sốt: Có", Edit: "31337", Choices: choices(2, "Sửa")},
	}
}

// linesFit sends every line as Fit makes it: the network takes each message,
// and no word is lost on the way.
func linesFit(t *testing.T, n Network) {
	f := n.Channel().Features()
	i := 20
	for name, l := range lines() {
		i++
		who := n.Person(i)
		for _, m := range channel.Fit(l, f) {
			m.ID, m.URN = core.NewID(), who
			if _, err := n.Channel().Send(t.Context(), m); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		var text strings.Builder
		var actions []string
		pictures := 0
		for _, s := range n.Seen(who) {
			text.WriteString(s.Text + " ")
			actions = append(actions, s.Buttons...)
			if s.Picture {
				pictures++
			}
		}
		want, words := len(l.Album), ""
		if l.Picture != nil {
			want++
		}
		if f.Pictures && pictures != want {
			t.Errorf("%s: %d pictures are seen, want %d", name, pictures, want)
		}
		for _, p := range l.Album {
			words += p.Caption + "\n"
		}
		shown := letters(text.String(), f)
		if want := letters(words+l.Text, f); !strings.HasPrefix(shown, want) {
			t.Errorf("%s: words are lost: %.200q", name, text.String())
		}
		for _, c := range l.Choices {
			if !slices.Contains(actions, c.Action) && !strings.Contains(shown, letters(c.Label, f)) {
				t.Errorf("%s: choice %q can neither be pressed nor read", name, c.Label)
			}
		}
	}
}

// letters are a text as Fit writes it for a network, without blanks, which may
// become the end of a line or of a message.
func letters(text string, f channel.Features) string {
	var b strings.Builder
	for _, m := range channel.Fit(channel.Line{Text: text}, channel.Features{Plain: f.Plain}) {
		b.WriteString(m.Text)
	}
	return strings.Join(strings.Fields(b.String()), "")
}
