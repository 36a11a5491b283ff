package flows

import "testing"

func TestWhatASentenceMeansAtTheMenu(t *testing.T) {
	tests := []struct {
		text string
		want command
	}{
		{"tôi muốn khai báo y tế", cmdDeclare},
		{"cho toi khai bao y te voi", cmdDeclare},
		{"TÔI CHƯA KHAI BÁO, tôi dùng máy bàn phím", cmdDeclare},
		{"I want to declare", cmdDeclare},
		{"khai báo rồi, cho xin lại mã QR", cmdQR},
		{"where is my QR", cmdQR},
		{"tôi không muốn khai báo", cmdNone},
		{"I do not want to declare", cmdNone},
		{"cảm ơn nhiều nhé", cmdThanks},
		{"thank you", cmdThanks},
		{"dạ", cmdThanks},
		{"ok", cmdThanks},
		{"ok nhưng tôi bị ho", cmdNone}, // health is for the form, and for people
		{"Trần Khải", cmdNone},
		{"khaibaoo", cmdNone},
		{"cho hỏi giá vé máy bay", cmdNone},
		{"", cmdNone},
	}
	for _, test := range tests {
		if got := meant(test.text); got != test.want {
			t.Errorf("%q means %q, want %q", test.text, got, test.want)
		}
	}
}

func TestWhetherThereArePapers(t *testing.T) {
	for text, want := range map[string]string{"không": "keep", "khong co": "keep", "000000000": "keep", "có": "id_number",
		"046088001234": "", "mai": "", "": ""} {
		if got := readHasPapers(text); got != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
}
