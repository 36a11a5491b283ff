package reading

import "testing"

func TestNotAtHand(t *testing.T) {
	for text, want := range map[string]bool{
		"không nhớ": true, "ko nho so": true, "quen roi con oi": true, "quên mất rồi": true, "để ở nhà": true, "cccd de o nha": true,
		"khong mang theo": true, "đang làm lại cccd": true, "chừ nhớ không ra": true, "nỏ nhớ": true, "i don't remember": true, "khoong nhows": true,
		"không biết ngày": true, "già rồi không nhớ nổi": true,
		"không": false, "không có": false, "1960": false, "không nhớ, 1960": false, "nhớ": false, "có": false, "": false, "quên Lê": false, "Nguyễn Thị Hoa": false,
	} {
		if got := NotAtHand(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
