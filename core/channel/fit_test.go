package channel

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"khaibao/core"
)

var (
	likeTelegram = Features{MaxText: 4096, MaxCaption: 1024, MaxButtons: 24, MaxColumns: 2, Pictures: true, Album: 10, Edits: true, AskContact: true}
	likeSMS      = Features{Plain: true, Proven: true, MaxText: 160}
	likeWeb      = Features{MaxButtons: 24, MaxColumns: 2, Pictures: true}
)

// shown writes fitted messages in one line each.
func shown(out []core.Outbound) string {
	var lines []string
	for _, o := range out {
		s := fmt.Sprintf("%q", o.Text)
		if len(o.Album) > 0 {
			s = "(album)"
			for _, p := range o.Album {
				s += fmt.Sprintf(" %q", p.Caption)
			}
		}
		if o.Photo != nil {
			s = "(photo) " + s
		}
		if o.Edit != "" {
			s += " edits " + o.Edit
		}
		for _, row := range o.Buttons {
			s += " |"
			for _, b := range row {
				s += " [" + b.Label + "]"
			}
		}
		if o.Ask != "" {
			s += " asks " + string(o.Ask) + ":" + o.AskText
		}
		lines = append(lines, s)
	}
	return strings.Join(lines, "\n")
}

func TestFit(t *testing.T) {
	yesNo := []Choice{{Label: "Có", Action: "q:yes"}, {Label: "Không", Action: "q:no", Number: "0"}}
	long := strings.Repeat("Câu này dài. ", 40)
	tests := []struct {
		name string
		line Line
		f    Features
		want string
	}{
		{"buttons where there are buttons", Line{Text: "Bạn có bị sốt không?", Choices: yesNo}, likeTelegram,
			`"Bạn có bị sốt không?" | [Có] [Không]`},
		{"a numbered list on SMS, without marks", Line{Text: "Bạn có bị sốt không?", Choices: yesNo}, likeSMS,
			`"Ban co bi sot khong?\n1 Co\n0 Khong"`},
		{"a numbered list where there are too many buttons", Line{Text: "Chọn:", Choices: yesNo}, Features{MaxButtons: 1},
			`"Chọn:\n1. Có\n0. Không" | [Không]`},
		{"no button for the none of a list that cannot be one", Line{Text: "Chọn:", Choices: []Choice{{Label: "Có", Action: "a"}, {Label: "Không", Action: strings.Repeat("b", 65), Number: "0"}}}, likeTelegram,
			`"Chọn:\n1. Có\n0. Không"`},
		{"an action too long for a button", Line{Text: "Chọn:", Choices: []Choice{{Label: "Có", Action: strings.Repeat("a", 65)}}}, likeTelegram,
			`"Chọn:\n1. Có"`},
		{"wide and long buttons have a row of their own", Line{Text: "?", Choices: []Choice{
			{Label: "Sốt", Action: "a"}, {Label: "Ho", Action: "b"}, {Label: "Ho", Action: "c"},
			{Label: "Tiếp xúc với trường hợp bệnh", Action: "d"}, {Label: "Xong", Action: "e", Wide: true}, {Label: "Đau", Action: "f"}}}, likeTelegram,
			`"?" | [Sốt] [Ho] | [Ho] | [Tiếp xúc với trường hợp bệnh] | [Xong] | [Đau]`},
		{"chosen ones are marked", Line{Text: "?", Multi: true, Choices: []Choice{{Label: "Sốt", Action: "a", Chosen: true}, {Label: "Ho", Action: "b"}}}, likeTelegram,
			`"?" | [✓ Sốt] [Ho]`},
		{"chosen ones are marked in a list", Line{Text: "?", Multi: true, Choices: []Choice{{Label: "Sốt", Action: "a", Chosen: true}}}, likeSMS,
			`"?\n1 Sot (x)"`},
		{"a caption under the picture", Line{Text: "Mã QR", Picture: []byte{1}}, likeTelegram,
			`(photo) "Mã QR"`},
		{"no picture where there are none", Line{Text: "Mã QR", Picture: []byte{1}}, likeSMS,
			`"Ma QR"`},
		{"a picture alone", Line{Picture: []byte{1}}, likeWeb,
			`(photo) ""`},
		{"a caption too long goes on below, where the buttons are", Line{Text: "Một hai ba", Picture: []byte{1}, Choices: yesNo}, Features{MaxCaption: 8, Pictures: true, MaxButtons: 2},
			"(photo) \"Một hai\"\n\"ba\" | [Có] | [Không]"},
		{"a picture that carries no buttons", Line{Text: "Mã QR", Picture: []byte{1}, Choices: yesNo}, Features{Pictures: true, Apart: true, MaxButtons: 2},
			"(photo) \"\"\n\"Mã QR\" | [Có] | [Không]"},
		{"a picture that carries no buttons, without words", Line{Picture: []byte{1}, Choices: yesNo}, Features{Pictures: true, Apart: true, MaxButtons: 2},
			"(photo) \"\"\n\"...\" | [Có] | [Không]"},
		{"a picture that carries words where it carries no buttons", Line{Text: "Mã QR", Picture: []byte{1}}, Features{Pictures: true, Apart: true, MaxButtons: 2},
			`(photo) "Mã QR"`},
		{"a label too long for a button", Line{Text: "?", Choices: yesNo}, Features{MaxButtons: 2, MaxLabel: 6},
			`"?\n1. Có\n0. Không"`},
		{"another's label too long for a button", Line{Text: "?", Choices: []Choice{{Label: "Có, nhiều lần", Action: "a"}, yesNo[1]}}, Features{MaxButtons: 2, MaxLabel: 7},
			`"?\n1. Có, nhiều lần\n0. Không" | [Không]`},
		{"labels just as long as a button, with the mark of a chosen one", Line{Text: "?", Choices: yesNo}, Features{MaxButtons: 2, MaxLabel: 7},
			`"?" | [Có] | [Không]`},
		{"cut between paragraphs first", Line{Text: "aaaa\n\nbb cc dd"}, Features{MaxText: 10},
			"\"aaaa\"\n\"bb cc dd\""},
		{"cut between lines", Line{Text: "aaaa bb\ncc dd"}, Features{MaxText: 10},
			"\"aaaa bb\"\n\"cc dd\""},
		{"cut behind a sentence", Line{Text: "Aaaa. Bb cc dd"}, Features{MaxText: 9},
			"\"Aaaa.\"\n\"Bb cc dd\""},
		{"cut between words", Line{Text: "aaaa bb cc dd"}, Features{MaxText: 9},
			"\"aaaa bb\"\n\"cc dd\""},
		{"a word longer than a message", Line{Text: "abcdefgh"}, Features{MaxText: 3},
			"\"abc\"\n\"def\"\n\"gh\""},
		{"an emoji is two units", Line{Text: "🙏🙏🙏"}, Features{MaxText: 4},
			"\"🙏🙏\"\n\"🙏\""},
		{"an extension sign is two septets", Line{Text: "[[[["}, Features{MaxText: 5, Plain: true},
			"\"[[\"\n\"[[\""},
		{"edits in place", Line{Text: "x", Edit: "77"}, likeTelegram,
			`"x" edits 77`},
		{"no edits where there are none", Line{Text: "x", Edit: "77"}, likeWeb,
			`"x"`},
		{"no edit of what became two messages", Line{Text: "aa bb", Edit: "77"}, Features{MaxText: 2, Edits: true},
			"\"aa\"\n\"bb\""},
		{"a share button", Line{Text: "Số?", Ask: core.AskContact, AskText: "Gửi số"}, likeTelegram,
			`"Số?" asks contact:Gửi số`},
		{"a share button has no others beside it", Line{Text: "Số?", Ask: core.AskContact, AskText: "Gửi số", Choices: yesNo}, likeTelegram,
			`"Số?\n1. Có\n0. Không" asks contact:Gửi số`},
		{"no share button where there is none", Line{Text: "Số?", Ask: core.AskContact, AskText: "Gửi số"}, likeWeb,
			`"Số?"`},
		{"control letters and bad bytes go", Line{Text: "a\x00b\xff\x1b c\r\nd"}, likeWeb,
			`"ab c\nd"`},
		{"nothing to say", Line{Text: " \n "}, likeTelegram, ``},
		{"long text on SMS in messages of one segment", Line{Text: long}, likeSMS,
			strings.Repeat(fmt.Sprintf("%q\n", strings.TrimSpace(strings.Repeat("Cau nay dai. ", 12))), 3) + fmt.Sprintf("%q", strings.TrimSpace(strings.Repeat("Cau nay dai. ", 4)))},
		{"on SMS a question stays with its choices", Line{Text: strings.Repeat("a", 80) + "\n" + strings.Repeat("b", 60) + "\nGioi tinh?", Choices: []Choice{{Label: "Nam"}, {Label: "Nu"}}}, likeSMS,
			fmt.Sprintf("%q\n%q", strings.Repeat("a", 80), strings.Repeat("b", 60)+"\nGioi tinh?\n1 Nam\n2 Nu")},
	}
	for _, tt := range tests {
		if got := shown(Fit(tt.line, tt.f)); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// people is an album of so many pictures, captioned 1, 2, 3.
func people(n int) []core.Shown {
	var all []core.Shown
	for i := range n {
		all = append(all, core.Shown{Photo: []byte{1}, Caption: fmt.Sprint(i + 1)})
	}
	return all
}

func TestFitAlbum(t *testing.T) {
	yes := []Choice{{Label: "Có", Action: "q:yes"}}
	small := Features{Pictures: true, Album: 3, MaxCaption: 8, MaxText: 20, MaxButtons: 2, Edits: true}
	tests := []struct {
		name string
		line Line
		f    Features
		want string
	}{
		{"nobody", Line{Text: "Xong", Album: people(0)}, likeTelegram, `"Xong"`},
		{"one is a picture like any other", Line{Text: "Xong", Album: people(1)}, likeTelegram,
			"(photo) \"1\"\n\"Xong\""},
		{"two are an album, the buttons under the text below", Line{Text: "Xong", Album: people(2), Choices: yes}, likeTelegram,
			"(album) \"1\" \"2\"\n\"Xong\" | [Có]"},
		{"ten fill one", Line{Text: "Xong", Album: people(10)}, likeTelegram,
			"(album) \"1\" \"2\" \"3\" \"4\" \"5\" \"6\" \"7\" \"8\" \"9\" \"10\"\n\"Xong\""},
		{"of eleven none is left alone", Line{Text: "Xong", Album: people(11)}, likeTelegram,
			"(album) \"1\" \"2\" \"3\" \"4\" \"5\"\n(album) \"6\" \"7\" \"8\" \"9\" \"10\" \"11\"\n\"Xong\""},
		{"each alone where there are no albums", Line{Text: "Xong", Album: people(2)}, likeWeb,
			"(photo) \"1\"\n(photo) \"2\"\n\"Xong\""},
		{"an album of one is none", Line{Album: people(2)}, Features{Pictures: true, Album: 1},
			"(photo) \"1\"\n(photo) \"2\""},
		{"words alone where there are no pictures, without marks", Line{Text: "Xong", Album: []core.Shown{{Caption: "Bé: https://a.vn/q/1"}, {Photo: []byte{1}, Caption: "Tí"}}}, likeSMS,
			"\"Be: https://a.vn/q/1\"\n\"Ti\"\n\"Xong\""},
		{"one that was not drawn keeps its place", Line{Album: append(people(2), core.Shown{Caption: "link"}, core.Shown{Photo: []byte{1}})}, likeTelegram,
			"(album) \"1\" \"2\"\n\"link\"\n(photo) \"\""},
		{"nothing to say for one", Line{Text: "Xong", Album: []core.Shown{{}}}, likeTelegram, `"Xong"`},
		{"what captions have no room for begins the text", Line{Text: "Xong.", Choices: yes, Album: []core.Shown{
			{Photo: []byte{1}, Caption: "Bé Tí Tèo Na"}, {Photo: []byte{1}, Caption: "An"}}}, small,
			"(album) \"Bé Tí\" \"An\"\n\"Tèo Na\\nXong.\" | [Có]"},
		{"a picture of the line's own is shown with its text", Line{Text: "Xong", Album: people(2), Picture: []byte{1}}, likeTelegram,
			"(album) \"1\" \"2\"\n(photo) \"Xong\""},
		{"an album is no edit", Line{Text: "Xong", Album: people(2), Edit: "7"}, small,
			"(album) \"1\" \"2\"\n\"Xong\""},
		{"buttons without a text", Line{Album: people(2), Choices: yes}, likeTelegram,
			"(album) \"1\" \"2\"\n\"...\" | [Có]"},
	}
	for _, tt := range tests {
		if got := shown(Fit(tt.line, tt.f)); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// FuzzFitAlbum holds that no word of a caption is lost, that captions and
// albums are within their limits, and that every picture is shown once.
func FuzzFitAlbum(f *testing.F) {
	f.Add("Mã QR của Nguyễn Thị Bé", "Xong. Cảm ơn!", uint8(11), uint8(10), uint16(12), true)
	f.Add("👨‍👩‍👧\n\n", "", uint8(3), uint8(0), uint16(3), true)
	f.Add("[[[[", "x", uint8(2), uint8(2), uint16(4), false)
	f.Fuzz(func(t *testing.T, caption, text string, n, most uint8, limit uint16, pictures bool) {
		features := Features{Pictures: pictures, Album: int(most) % 12, MaxText: 4096, MaxCaption: 3 + int(limit)%1022}
		l := Line{Text: text}
		for range n % 24 {
			l.Album = append(l.Album, core.Shown{Photo: []byte{1}, Caption: caption})
		}
		words, drawn := 0, 0
		within := func(s string) {
			words += len(letters(s, features))
			if Count(s, features) > features.MaxCaption && utf8.RuneCountInString(s) > 1 {
				t.Fatalf("caption %q is over %d", s, features.MaxCaption)
			}
		}
		for _, o := range Fit(l, features) {
			switch {
			case len(o.Album) == 1 || len(o.Album) > features.Album || len(o.Album) > 0 && (o.Text != "" || o.Photo != nil || o.Edit != ""):
				t.Fatalf("no album: %d pictures, text %q", len(o.Album), o.Text)
			case len(o.Album) == 0 && o.Photo != nil:
				drawn++
				within(o.Text)
			case len(o.Album) == 0:
				words += len(letters(o.Text, features))
			}
			for _, p := range o.Album {
				drawn++
				within(p.Caption)
			}
		}
		if pictures && drawn != len(l.Album) || !pictures && drawn > 0 {
			t.Fatalf("%d pictures shown of %d", drawn, len(l.Album))
		}
		if want := len(l.Album)*len(letters(caption, features)) + len(letters(text, features)); words != want {
			t.Fatalf("%d letters shown, want %d", words, want)
		}
	})
}

// FuzzFit holds that no word is lost and that every part is within the limits,
// for any text and any network.
func FuzzFit(f *testing.F) {
	f.Add("Anh/Chị có sốt không?", "Có", "Không", uint16(160), uint8(24), uint8(0))
	f.Add("aaaa\n\nbb. cc dd", "Xong", "", uint16(7), uint8(1), uint8(3))
	f.Add("e\u0301\u0323 👨‍👩‍👧 ສະບາຍດີ", "\u200d", "q", uint16(3), uint8(0), uint8(255))
	f.Add("[[~~||", "^", "€", uint16(3), uint8(0), uint8(1))
	f.Fuzz(func(t *testing.T, text, one, two string, limit uint16, buttons, flags uint8) {
		has := func(bit uint8) bool { return flags&bit != 0 }
		features := Features{MaxText: int(limit) % 5000, MaxButtons: int(buttons) % 30, MaxColumns: int(buttons) % 3,
			MaxLabel: int(buttons) / 30 * 10, Apart: limit%2 == 1, Plain: has(1), Pictures: has(2), Edits: has(4), AskContact: has(8)}
		if features.MaxText < 3 { // no network is narrower than a letter and its mark
			features.MaxText = 0
		}
		if has(16) {
			features.MaxCaption = 3 + int(limit)%100
		}
		l := Line{Text: text, Multi: has(32), Edit: "1", Choices: []Choice{
			{Label: one, Action: "a", Chosen: has(64)}, {Label: two, Action: "b", Number: "0"}}}
		if has(128) {
			l.Picture, l.Ask, l.AskText = []byte{1}, core.AskContact, "Gửi số"
		}

		want := letters(text, features)
		labels := []string{letters(one, features), letters(two, features)}
		out := Fit(l, features)
		var got strings.Builder
		pressed := 0
		onButtons := labels
		if n := buttonsOf(out); n == 1 { // the none of a list
			onButtons = labels[1:]
		}
		for i, o := range out {
			got.WriteString(letters(o.Text, features))
			limit := features.MaxText
			if o.Photo != nil && features.MaxCaption > 0 {
				limit = features.MaxCaption
			}
			if n := Count(o.Text, features); limit > 0 && n > limit && utf8.RuneCountInString(o.Text) > 1 {
				t.Fatalf("part %d has %d units, limit %d: %q", i, n, limit, o.Text)
			}
			if !utf8.ValidString(o.Text) {
				t.Fatalf("part %d is not UTF-8: %q", i, o.Text)
			}
			if o.Text == "" && o.Photo == nil {
				t.Fatalf("part %d is empty", i)
			}
			if o.Photo != nil && !features.Pictures {
				t.Fatal("a picture where there are none")
			}
			if o.Edit != "" && (!features.Edits || len(out) > 1) {
				t.Fatal("an edit where it cannot be")
			}
			if features.Apart && o.Photo != nil && (len(o.Buttons) > 0 || o.Ask != "") {
				t.Fatal("buttons under a picture that carries none")
			}
			for _, row := range o.Buttons {
				if i != len(out)-1 || len(row) == 0 || len(row) > max(features.MaxColumns, 1) {
					t.Fatalf("row %v of part %d", row, i)
				}
				for _, b := range row {
					if label := letters(strings.TrimPrefix(b.Label, "✓ "), features); !strings.HasSuffix(label, onButtons[pressed]) {
						t.Fatalf("button %q lost %q", b.Label, onButtons[pressed])
					}
					if n := utf8.RuneCountInString(tidy(b.Label)); features.MaxLabel > 0 && n > features.MaxLabel && !features.Plain {
						t.Fatalf("a label of %d letters, limit %d", n, features.MaxLabel)
					}
					pressed++
				}
			}
		}
		switch {
		case pressed > features.MaxButtons:
			t.Fatalf("%d buttons, limit %d", pressed, features.MaxButtons)
		case pressed < 2:
			mark := ""
			if l.Multi && has(64) {
				mark = "✓"
				if features.Plain {
					mark = "(x)"
				}
			}
			dot := "."
			if features.Plain {
				dot = ""
			}
			want += "1" + dot + labels[0] + mark + "0" + dot + labels[1]
		}
		if g := got.String(); g != want && !(g == "..." && want == "") {
			t.Fatalf("lost words:\n got %q\nwant %q", g, want)
		}
	})
}

// buttonsOf counts the buttons of fitted messages.
func buttonsOf(out []core.Outbound) (n int) {
	for _, o := range out {
		for _, row := range o.Buttons {
			n += len(row)
		}
	}
	return n
}

// letters is a text as the network writes it, without blanks.
func letters(s string, f Features) string {
	return strings.Join(strings.FieldsFunc(fitted(tidy(s), f), unicode.IsSpace), "")
}

func BenchmarkFitSMS(b *testing.B) {
	l := Line{Text: "Hôm nay Anh/Chị có dấu hiệu nào sau đây?", Choices: []Choice{{Label: "Sốt"}, {Label: "Ho"}, {Label: "Khó thở"}}}
	b.ReportAllocs()
	for b.Loop() {
		Fit(l, likeSMS)
	}
}
