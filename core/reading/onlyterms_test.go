package reading

import "testing"

func TestOnlyTerms(t *testing.T) {
	for text, want := range map[string]bool{"sot ho": true, "bị sốt 38,5 độ": true, "khong sot, khong ho": true, "Hue sot ho": false, "Nguyen Van An": false, "": false} {
		if got := OnlySymptoms(text); got != want {
			t.Errorf("OnlySymptoms(%q) = %v", text, got)
		}
	}
	for text, want := range map[string]bool{"tieu duong": true, "khong benh nen": true, "Vy Da tieu duong": false} {
		if got := OnlyConditions(text); got != want {
			t.Errorf("OnlyConditions(%q) = %v", text, got)
		}
	}
}
