package flows

import (
	"strings"
	"sync"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/locales"
)

// checkupAnswers are answers to each question about the watched, by the question
// and with what is kept of them: "An well", "An fever 38.5C", a day before
// "@-1", "? key" for what is said instead.
var checkupAnswers = map[string][][2]string{
	"one": {
		{"1", "An well, green"},
		{"2", "An other, orange"},
		{"0", "An well, green"},
		{"khoe", "An well, green"},
		{"khoẻ ạ", "An well, green"},
		{"dạ em khoẻ cảm ơn", "An well, green"},
		{"bình thường", "An well, green"},
		{"ok", "?"},
		{"có", "?"},
		{"không", "?"},
		{"sốt", "An fever, orange"},
		{"sốt 38.5 ho", "An cough fever 38.5C, orange"},
		{"ho, đau họng, không sốt", "An cough sore_throat, orange"},
		{"khó thở", "An short_of_breath, red"},
		{"385", "?"},
		{"83", "?"},
		{"37.2 97", "An 37.2C 97%, yellow"},
		{"SpO2 93", "An other 93%, red"},
		{"mệt quá", "An fatigue, orange"},
		{"hôm qua khoẻ", "An@-1 well, green"},
		{"hôm qua sốt, nay khoẻ", "An well, green; An@-1 fever, orange"},
		{"tôi không khoẻ", "An other, orange"},
		{"cấp cứu với", "An other, red"},
		{"tím môi", "An blue_lips, red"},
		{"abc", "?"},
		{"khi nào hết cách ly", "?"},
		{"👍", "?"},
		{"hết sốt rồi", "?"},
	},
	"many": {
		{"0", "An well, green; Bình well, green; Lan well, green"},
		{"1", "?"},
		{"2", "?"},
		{"12", "?"},
		{"1 khoe", "An well, green"},
		{"2 sot", "Bình fever, orange"},
		{"2 sốt 38.5, 1 khoẻ", "An well, green; Bình fever 38.5C, orange"},
		{"An khoẻ, Bình ho", "An well, green; Bình cough, orange"},
		{"cả nhà khoẻ", "An well, green; Bình well, green; Lan well, green"},
		{"khoẻ", "?"},
		{"sốt", "?"},
		{"Bình khó thở", "Bình short_of_breath, red"},
		{"Bình sốt còn lại khoẻ", "An well, green; Bình fever, orange; Lan well, green"},
		{"4 sốt", "?"},
		{"0 sốt", "?"},
		{"cả nhà sốt", "An fever, orange; Bình fever, orange; Lan fever, orange"},
		{"1 2 khoe 3 ho", "An well, green; Bình well, green; Lan cough, orange"},
		{"3 37.8", "Lan fever 37.8C, orange"},
		{"không ai sao", "An well, green; Bình well, green; Lan well, green"},
		{"An", "?"},
		{"hai người ho", "?"},
		{"Lan 385", "?"},
	},
	"signs": {
		{"1", "An fever, orange"},
		{"1 2", "An cough fever, orange"},
		{"3", "An short_of_breath, red"},
		{"0", "An other, orange"},
		{"sốt", "An fever, orange"},
		{"ho khan", "An cough, orange"},
		{"sốt 39", "An fever 39C, orange"},
		{"khó thở", "An short_of_breath, red"},
		{"không có", "?"},
		{"abc", "?"},
		{"9", "?"},
		{"7", "An chest_pain, red"},
		{"1,8", "An fever loss_of_smell, orange"},
		{"đau bụng", "?"},
		{"khoẻ", "An well, green"},
		{"mệt", "An fatigue, orange"},
		{"2 3 sot", "An fever, orange"},
		{"hết rồi", "?"},
		{"tức ngực", "An chest_pain, red"},
		{"ho nhiều, mất mùi", "An cough loss_of_smell, orange"},
	},
	"measure": {
		{"37.2 97", "An well 37.2C 97%, yellow"},
		{"36.5", "An well 36.5C, yellow"},
		{"SpO2 97", "An well 97%, yellow"},
		{"97%", "An well 97%, yellow"},
		{"0", "?"},
		{"không có máy", "?"},
		{"không", "?"},
		{"38,5 95", "An fever 38.5C 95%, orange"},
		{"39 độ", "An fever 39C, orange"},
		{"385 97", "?"},
		{"37.2 93", "An other 37.2C 93%, red"},
		{"khoẻ", "An well, yellow"},
		{"sốt", "An fever, orange"},
		{"1", "An well, yellow"},
		{"37.2/97", "An well 37.2C 97%, yellow"},
		{"nhiệt độ 37 spo2 98", "An well 37C 98%, yellow"},
		{"chưa đo", "?"},
		{"37.2 970", "?"},
		{"hom nay 37.5 98", "An fever 37.5C 98%, orange"},
		{"khó thở 90%", "An short_of_breath 90%, red"},
	},
	"rest": {
		{"0", "An well, green; Lan well, green"},
		{"khoẻ", "An well, green; Lan well, green"},
		{"khoẻ hết", "An well, green; Lan well, green"},
		{"đều khoẻ", "An well, green; Lan well, green"},
		{"1", "?"},
		{"3", "?"},
		{"1 khoẻ 3 ho", "An well, green; Lan cough, orange"},
		{"An sốt", "An fever, orange"},
		{"Lan khó thở", "Lan short_of_breath, red"},
		{"không", "?"},
		{"ok", "?"},
		{"3 sốt 39", "Lan fever 39C, orange"},
		{"1 3 khoẻ", "An well, green; Lan well, green"},
		{"cả nhà khoẻ", "An well, green; Lan well, green"},
		{"abc", "?"},
		{"An khoẻ, Lan khoẻ", "An well, green; Lan well, green"},
		{"1 ho 3 ho", "An cough, orange; Lan cough, orange"},
		{"không ai sao", "An well, green; Lan well, green"},
		{"mấy người kia khoẻ", "An well, green; Bình well, green; Lan well, green"},
		{"1 38.5", "An fever 38.5C, orange"},
	},
	"how": {
		{"1", "An well, green"},
		{"2", "An other, orange"},
		{"0", "An well, green; Bình well, green"},
		{"khoẻ", "An well, green"},
		{"sốt", "An fever, orange"},
		{"ho 38", "An cough, orange"},
		{"2 sốt", "An fever, orange"},
		{"1 khoẻ", "An well, green"},
		{"khó thở", "An short_of_breath, red"},
		{"abc", "?"},
		{"có", "?"},
		{"không", "?"},
		{"37.5 98", "An fever 37.5C 98%, orange"},
		{"bình thường", "An well, green"},
		{"mệt", "An fatigue, orange"},
		{"2 ho, 1 khoẻ", "An well, green; Bình cough, orange"},
		{"An khoẻ", "An well, green"},
		{"ok", "?"},
		{"385", "?"},
		{"hôm qua sốt", "An@-1 fever, orange"},
	},
}

// before are the messages that bring a telephone to a question.
var before = map[string]struct {
	who   string
	texts []string
}{
	"one":     {"home 2021-08-29: Nguyễn Văn An", nil},
	"many":    {"home 2021-08-29: Nguyễn Văn An, Trần Thị Bình, Lê Lan", nil},
	"signs":   {"home 2021-08-29: Nguyễn Văn An", []string{"2"}},
	"measure": {"patient 2021-08-29: Nguyễn Văn An", []string{"1"}},
	"rest":    {"home 2021-08-29: Nguyễn Văn An, Trần Thị Bình, Lê Lan", []string{"2 ho"}},
	"how":     {"home 2021-08-29: Nguyễn Văn An, Trần Thị Bình", []string{"1"}},
}

// answersBundle is loaded once for all answers.
var answersBundle = sync.OnceValue(func() *locales.Bundle {
	b, err := locales.New()
	if err != nil {
		panic(err)
	}
	return b
})

// keptOf plays an answer to a question, and writes what was kept of it.
func keptOf(t *testing.T, question, text string) string {
	t.Helper()
	p, now := newPure(answersBundle(), "sms"), time.Date(2021, 8, 16, 3, 0, 0, 0, time.UTC)
	to := core.TelURN(transcriptPhone)
	p.officer(t, "watch", before[question].who, to, now.Add(-26*time.Hour))
	var shown []shownMessage
	var did []string
	for _, text := range append(before[question].texts, text) {
		now = now.Add(time.Minute)
		shown, did = p.take(t, core.Inbound{Channel: "sms", URN: to, Text: text}, now)
	}
	if len(shown) == 0 {
		t.Errorf("%s: %q is not answered", question, text)
	}
	var kept []string
	for _, d := range did {
		if said, ok := strings.CutPrefix(d, "answer: "); ok {
			for _, w := range p.watch {
				said = strings.Replace(said, w.Name, givenOf(w), 1)
			}
			said = strings.Replace(said, " 2021-08-16", "", 1)
			kept = append(kept, strings.Replace(said, " 2021-08-15", "@-1", 1))
		} else if d != "task: red" && !strings.HasPrefix(d, "proved") {
			kept = append(kept, "("+d+")")
		}
	}
	if len(kept) == 0 {
		return "?"
	}
	return strings.Join(kept, "; ")
}

func TestAnswersToTheDailyQuestion(t *testing.T) {
	for question, answers := range checkupAnswers {
		if len(answers) < 20 {
			t.Errorf("%s: only %d answers", question, len(answers))
		}
		for _, a := range answers {
			if got := keptOf(t, question, a[0]); got != a[1] {
				t.Errorf("%s: %q is kept as %q, want %q", question, a[0], got, a[1])
			}
		}
	}
}

// More signs never make an answer milder, to whichever question.
func TestMoreSignsAreNeverMilder(t *testing.T) {
	rank := func(kept string) (worst int) {
		for _, c := range []core.Colour{core.ColourGreen, core.ColourYellow, core.ColourOrange, core.ColourRed} {
			if strings.Contains(kept, ", "+string(c)) {
				worst = max(worst, c.Rank())
			}
		}
		return worst
	}
	signs := []string{"sốt", "ho", "đau họng", "mệt", "khó thở", "đau ngực", "mất mùi", "tím môi"}
	for _, question := range []string{"one", "signs"} {
		for i, first := range signs {
			for _, second := range append(signs[:i:i], signs[i+1:]...) {
				one, both := keptOf(t, question, first), keptOf(t, question, first+", "+second)
				if rank(both) < rank(one) || rank(one) == 0 {
					t.Errorf("%s: %q is %q, with %q it is %q", question, first, one, second, both)
				}
			}
		}
	}
}
