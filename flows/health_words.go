package flows

import (
	"slices"
	"strings"

	"khaibao/core/reading"
)

// readExposures reads numbers, each with its own yes or no, and the few
// sentences that say surely which exposure is meant.
func readExposures(text string, options []string) (chosen []string, none bool) {
	if chosen, none = readNumbered(text, options); len(chosen) > 0 || none {
		return chosen, none
	}
	if chosen, none = readItemised(text, options); len(chosen) > 0 || none {
		return chosen, none
	}
	if nowhereAndNobody(text) {
		return nil, true
	}
	if c := saidExposure(text); slices.Contains(options, c) {
		return []string{c}, false
	}
	return nil, false
}

func readNumbered(text string, options []string) (chosen []string, none bool) {
	numbers, ok := reading.ReadChoices(text, len(options))
	if !ok {
		return nil, readYesNo(text) == "no"
	}
	for _, n := range numbers {
		chosen = append(chosen, options[n-1])
	}
	return chosen, len(numbers) == 0
}

// readItemised reads "1 có 2 không 3 không". What is left out was not answered:
// it is taken for no only where something else is yes, as in a list of numbers.
func readItemised(text string, options []string) (chosen []string, none bool) {
	words := strings.Fields(fold(text))
	if len(words) < 2 || len(words)%2 != 0 {
		return nil, false
	}
	seen := make([]bool, len(options))
	for i := 0; i < len(words); i += 2 {
		n, ok := readNumber(words[i])
		answer := readYesNo(words[i+1])
		if !ok || n < 1 || n > len(options) || seen[n-1] || answer == "" {
			return nil, false
		}
		if seen[n-1] = true; answer == "yes" {
			chosen = append(chosen, options[n-1])
		}
	}
	return chosen, len(chosen) == 0 && !slices.Contains(seen, false)
}

var (
	nos      = words1("khong ko k kg hong hok chua cha chang no")
	stirring = words1("di den gap tiep xuc qua ve ra ngoai khoi nha o suot toi tui em minh chi luon thoi het ca da a dau mo ai nao cho noi gi bao gio nua voi nguoi la nhe nha anh chi")
	anywhere = words1("dau mo ai nao ngoai")
)

// nowhereAndNobody reads "không đi đâu hết", "ở nhà suốt không gặp ai": one no
// that covers every place or everybody.
func nowhereAndNobody(text string) bool {
	denied, covered := 0, false
	for _, w := range strings.Fields(fold(text)) {
		switch {
		case nos[w]:
			denied++
		case !stirring[w]:
			return false
		case denied > 0:
			covered = covered || anywhere[w]
		}
	}
	return denied > 0 && covered && !strings.HasSuffix(strings.TrimSpace(text), "?")
}

// saidExposure reads a sentence without a no: "có tiếp xúc F0", "về từ vùng dịch".
func saidExposure(text string) string {
	words := strings.Fields(fold(text))
	said := " " + strings.Join(words, " ") + " "
	has := func(phrases ...string) bool {
		return slices.ContainsFunc(phrases, func(p string) bool { return strings.Contains(said, " "+p+" ") })
	}
	if slices.ContainsFunc(words, func(w string) bool { return nos[w] }) || reading.NotAtHand(text) ||
		has("hinh nhu", "chac", "co le", "khong biet", "neu", "not", "maybe") || strings.Contains(text, "?") {
		return ""
	}
	met := has("gap", "tiep xuc", "o chung", "an chung", "o gan", "hang xom", "met", "contact with")
	from := has("vung dich", "vung co dich", "tam dich", "o dich", "epidemic area")
	switch {
	case from && met && has("nguoi"):
		return "person_from_area"
	case from && has("di", "ve", "den", "o", "qua", "tu", "from") && !has("nguoi"):
		return "epidemic_area"
	case met && !from && has("f0", "ca benh", "ca nhiem", "ca mac", "nguoi benh", "nguoi mac", "nguoi nhiem", "nghi mac", "nghi nhiem", "duong tinh", "nguoi mac covid"),
		slices.Equal(words, []string{"f1"}) || has("la f1"):
		return "case"
	}
	return ""
}

// readYesOrThumb is readYesNo where nothing but consent is asked for.
func readYesOrThumb(text string) string {
	if t := strings.TrimSpace(text); t != "" && strings.Trim(t, "👍👌✅🆗\ufe0f🏻🏼🏽🏾🏿 ") == "" {
		return "yes"
	}
	return readYesNo(text)
}
