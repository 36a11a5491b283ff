package web

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// Whoever reads the notice learns in both languages who holds the data, under
// which laws, for how long, and whom to call, which is one press away.
func TestNoticeSaysWhoWhyAndForHowLong(t *testing.T) {
	c, _ := newChannel(t, newMemory(), nil)
	h := c.Routes(nil)
	both := []string{"(CDC)", "114/2025/QH15", "91/2025/QH15", "cookie", "Telegram", "SMS", "QR", `<a class="button" href="tel:19001075">`, " 19001075 "}
	headings := map[string]int{}
	for lang, texts := range map[string][]string{
		"vi": {"thời hạn của từng loại", "180 ngày", "nhắn KHAI BÁO để khai lại", "trạm y tế"},
		"en": {"the time for each kind", "180 days", "send DECLARE to declare again", "health station"},
	} {
		page := do(h, get(1, "/privacy?lang="+lang)).Body.String()
		for _, text := range append(texts, both...) {
			if !strings.Contains(page, text) {
				t.Errorf("the notice in %s does not say %q", lang, text)
			}
		}
		headings[lang] = strings.Count(page, "<h2>")
	}
	if headings["vi"] != headings["en"] || headings["vi"] == 0 {
		t.Errorf("parts of the notice: %v", headings)
	}
}

// To prove a number or a code is one word, whoever reads it. An officer's yes to
// an act, and the paper about the end of a quarantine, are another thing.
func TestVerifyingIsOneWord(t *testing.T) {
	for _, name := range []string{"vi.json", "web.vi.json", "admin.vi.json"} {
		raw, err := os.ReadFile("../../locales/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(raw), "\n") {
			if slices.ContainsFunc([]string{`"admin.act.`, `"admin.sure.`, `"admin.print.`}, func(key string) bool { return strings.Contains(line, key) }) {
				continue
			}
			for _, other := range []string{"xác nhận", "xác thực"} {
				if strings.Contains(strings.ToLower(line), other) {
					t.Errorf("%s says %q for \"xác minh\": %s", name, other, line)
				}
			}
		}
	}
}
