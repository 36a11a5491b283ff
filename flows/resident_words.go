package flows

import (
	"slices"
	"strings"

	"khaibao/core/reading"
)

// The words by which people choose, folded. What they see is in locales.

// wordsFor makes a Read of a table: a choice -> the phrases that mean it, as
// whole messages once words that say nothing are off.
func wordsFor(table map[string]string) func(string) string {
	choices := map[string]string{}
	for choice, phrases := range table {
		for phrase := range strings.SplitSeq(phrases, ",") {
			choices[strings.TrimSpace(phrase)] = choice
		}
	}
	return func(text string) string { return choices[bareWords(text)] }
}

// besideAnswer are words that change no answer, at its ends.
var besideAnswer = words1("da a thua toi tui em con chau minh la thi nguoi dan toc ton giao dao theo hien dang da roi nhe nha nghe thoi luon vay do ma cung i am a my")

// bareWords folds a text and takes off its ends what says nothing.
func bareWords(text string) string {
	said := fold(text)
	words := strings.Fields(said)
	for len(words) > 1 && besideAnswer[words[0]] {
		words = words[1:]
	}
	for len(words) > 1 && besideAnswer[words[len(words)-1]] {
		words = words[:len(words)-1]
	}
	return strings.Join(words, " ")
}

var readMarital = wordsFor(map[string]string{
	"single":   "doc than, chua vo, chua co vo, chua chong, chua co chong, chua co gia dinh, chua lap gia dinh, chua ket hon, chua cuoi, chua lay vo, chua lay chong, con doc than, single, unmarried, chua",
	"married":  "co vo, co chong, co vo roi, co chong roi, co gia dinh, lap gia dinh, ket hon, da ket hon, co vo con, co chong con, lay vo, lay chong, da co gia dinh, co vo chong, married, cuoi",
	"divorced": "ly hon, li hon, ly di, li di, da ly hon, bo nhau, chia tay, ly than, divorced",
	"widowed":  "goa, o goa, goa chong, goa vo, chong mat, chong chet, chong mat roi, vo mat, vo chet, vo mat roi, chong chet roi, vo chet roi, mat chong, mat vo, widow, widowed",
})

var readEducation = wordsFor(map[string]string{
	"untrained": "chua qua dao tao, khong di hoc, khong hoc, chua di hoc, mu chu, khong biet chu, chua co, khong co, tieu hoc, cap 1, cap 2, cap 3, cap mot, cap hai, cap ba, " +
		"trung hoc, thcs, thpt, trung hoc co so, trung hoc pho thong, pho thong, 9/12, 12/12, 9 12, 12 12, hoc sinh, het lop 5, het lop 9, het lop 12, none",
	"elementary":   "so cap, hoc nghe, nghe",
	"intermediate": "trung cap, trung cap nghe",
	"college":      "cao dang, cd, college",
	"university":   "dai hoc, dh, cu nhan, ky su, bac si, university, bachelor",
	"postgraduate": "sau dai hoc, thac si, thac sy, tien si, tien sy, ths, ts, cao hoc, master, phd, postgraduate",
})

var readEthnicity = wordsFor(map[string]string{
	"kinh": "kinh, viet, viet nam, vietnamese", "ta_oi": "ta oi, ta-oi, taoi, pa co, pa ko, paco, pako, pa hy, pa hi", "co_tu": "co tu, katu, ca tu, k tu, co tu co tu, cotu",
	"bru_van_kieu": "bru, van kieu, bru van kieu, vankieu", "hoa": "hoa, trung hoa, tau, nguoi hoa", "tay": "tay", "thai": "thai", "muong": "muong", "nung": "nung",
	"khmer": "khmer, kho me, khome, kho-me",
})

var readReligion = wordsFor(map[string]string{
	"none":     "khong, ko, k, khong co, khong theo, khong theo dao, luong, dao luong, tho ong ba, dao ong ba, tho cung ong ba, none",
	"buddhist": "phat, phat giao, dao phat, buddhist", "catholic": "cong giao, thien chua, thien chua giao, dao chua, catholic", "protestant": "tin lanh, protestant",
	"cao_dai": "cao dai", "hoa_hao": "hoa hao, phat giao hoa hao",
})

// readMore takes the offer of further questions: whoever puts it off has
// enough.
func readMore(text string) string {
	if isWord(text, "du roi", "khong can", "ko can", "khoi", "khoi di", "thoi", "thoi khoi", "bo qua", "xong", "xong roi", "khong muon", "ko muon", "khong khai", "lat nua", "de sau",
		"later", "not now", "skip", "no thanks", "enough", "done", "gui", "gui di", "gui luon", "het roi", "hoi nhieu qua") {
		return "no"
	}
	if isWord(text, "khai them", "khai", "khai luon", "muon khai", "cung duoc", "duoc") {
		return "yes"
	}
	return readYesNo(text)
}

// readClash takes what is to be looked at again, where two answers clash.
func readClash(choices ...string) func(string) string {
	called := map[string][]string{
		"id_number": {"cccd", "cmnd", "can cuoc", "chung minh", "so the", "giay to", "card", "number"},
		"birth":     {"ngay sinh", "nam sinh", "tuoi", "birth", "date"},
		"sex":       {"gioi tinh", "sex", "gender"},
	}
	return func(text string) string {
		said := " " + fold(text) + " "
		if isWord(text, "ca hai", "ca 2", "giu nguyen", "khong sua", "khong sai", "keep", "both", "both are right", "both right", "dung het", "dung ca", "dung het roi", "deu dung") ||
			(strings.Contains(said, " ca hai ") || strings.Contains(said, " ca 2 ")) && strings.Contains(said, " dung ") && !strings.Contains(said, " khong ") {
			return "keep"
		}
		found := ""
		for _, c := range choices {
			if slices.ContainsFunc(called[c], func(w string) bool { return strings.Contains(said, " "+w+" ") }) {
				if found != "" {
					return "" // which of them?
				}
				found = c
			}
		}
		if strings.ContainsAny(text, "0123456789") {
			return "" // the right value itself, for readAgain
		}
		return found
	}
}

// readHasPapers takes "có" and "không", and no papers said once more.
func readHasPapers(text string) string {
	id, err := reading.ReadID(text, "")
	switch {
	case err == reading.ErrNone, id.Type == childPaper.Type, readYesNo(text) == "no", err != nil && reading.NotAtHand(text),
		isWord(text, "khai tiep", "tiep", "tiep tuc", "bo qua", "continue", "skip"):
		return "keep"
	case readYesNo(text) == "yes":
		return "id_number"
	}
	return ""
}

// readElsewhere takes a registered residence that is no area of ours: in
// another country, or none at all.
func readElsewhere(text string) string {
	if isWord(text, "chua co ho khau", "khong co ho khau", "ko co ho khau", "khong co", "chua co", "chua nhap khau", "khong ho khau", "none", "no permanent residence") {
		return "none"
	}
	if code := readCountry(text); code != "" && code != "VN" || isWord(text, "nuoc ngoai", "o nuoc ngoai", "ben nuoc ngoai", "abroad", "overseas", "foreign", "another country") {
		return "abroad"
	}
	return ""
}

// readSame takes "như hộ khẩu" in the ways it is said, also for being at home.
func readSame(text string) string {
	said := bareWords(text)
	if slices.Contains(sames, said) || slices.Contains(sames, fold(text)) || readYesNo(text) == "yes" {
		return "same"
	}
	for _, s := range sames {
		if rest, ok := strings.CutPrefix(said, s+" "); ok && len(s) > 4 && slices.Contains(sameEnds, rest) {
			return "same"
		}
	}
	return ""
}

var (
	sames = []string{"nhu tren", "nhu ho khau", "giong ho khau", "theo ho khau", "o ho khau", "tai ho khau", "dung ho khau", "trung ho khau", "cung ho khau", "cung cho", "cung mot cho",
		"cung noi", "cung dia chi", "cung nha", "mot cho", "nhu vay", "nhu rua", "nhu ri", "y vay", "y rua", "cung rua", "cung vay", "cung nhu vay", "giong", "giong tren", "giong nhau", "giong vay", "giong rua",
		"y chang", "y nhu vay", "y nhu tren", "y nhu ho khau", "nhu cu", "khong khac", "khong doi", "khong thay doi", "ko khac", "ko doi", "nhu nhau", "van o do", "van vay", "van nhu vay",
		"o do", "o do luon", "o nha", "tai nha", "nha", "o tai nha", "o nha minh", "nha minh", "o nha suot", "o nha thoi", "o nha khong di dau", "tai dia chi tren", "dia chi tren", "noi tren", "o tren", "tren",
		"same", "the same", "same as above", "same place", "same address", "at home", "home", "as above"}
	sameEnds = []string{"luon", "thoi", "do", "khong di dau", "khong di dau ca", "khong di dau het", "khong di mo", "khong di mo het", "khong khac", "het", "ca"}
)
