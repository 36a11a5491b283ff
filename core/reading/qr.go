package reading

import (
	"strings"
	"unicode/utf8"
)

// CardQR is what a scanned QR text says. Fields that the text does not hold,
// or hides, are empty.
type CardQR struct {
	Kind    string // ours, cccd, ministry, unknown
	Code    string // ours: 26 letters of base32, upper case
	ID      string // as in the code; the Ministry's may be masked with asterisks
	OldID   string // cccd: the CMND before it
	Name    string
	Birth   string // ISO, cut to what is told: the Ministry's is often a year
	Sex     string // male, female
	Address string
	Issued  string // ISO day
	QID     string // ministry: the person's key on the national platform
	Masked  bool   // ministry: ID or birth date is not whole
	Text    string // the text itself, valid UTF-8, at most 2000 runes

	Insurance string // ministry: number of the health insurance card, normalised as ReadID does
	Phone     string // ministry: E.164, as the person once wrote it there; nobody proved it
}

// codeLength is that of our codes: 128 bits as base32 without padding.
const codeLength = 26

// ReadQR tells our own links, the text of the chip ID card and the Ministry's
// common format apart; everything else is of kind unknown and kept as text.
// publicHost is the host of our links; a link to another host is not ours. The
// formats are docs/reference/vietnam.md, section 3.
func ReadQR(text string, publicHost string) CardQR {
	text = strings.ToValidUTF8(text[:min(len(text), 16*maxRunes)], "")
	text = strings.TrimPrefix(text, "\ufeff")
	for i, n := 0, 0; i < len(text); n++ {
		if n == maxRunes {
			text = text[:i]
			break
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		i += size
	}
	q := CardQR{Kind: "unknown", Text: text}
	if code := ourCode(strings.TrimSpace(text), publicHost); code != "" {
		return CardQR{Kind: "ours", Code: code, Text: text}
	}
	f := strings.Split(strings.ReplaceAll(strings.TrimSpace(text), "｜", "|"), "|")
	if len(f) < 5 || len(f) > 20 {
		return q
	}
	for i := range f {
		f[i] = Clean(f[i])
	}
	f[0] = f[0][strings.LastIndexAny(f[0], " :")+1:] // "mã của tôi: 046…"
	if readMinistryQR(f, &q) || readChipQR(f, &q) {
		return q
	}
	return CardQR{Kind: "unknown", Text: text}
}

// ourCode finds the code in a link, a path or alone, in either case.
func ourCode(s, publicHost string) string {
	u := strings.ToUpper(s)
	host := strings.ToUpper(publicHost)
	for _, scheme := range []string{"HTTPS://", "HTTP://"} {
		u, host = strings.TrimPrefix(u, scheme), strings.TrimPrefix(host, scheme)
	}
	host, _, _ = strings.Cut(host, "/")
	if host != "" {
		if rest, ok := strings.CutPrefix(u, host); ok && strings.HasPrefix(rest, "/") {
			u = rest
		}
	}
	if len(u) < len(s) && !strings.HasPrefix(u, "/") {
		return "" // a link to somewhere else
	}
	rest, path := strings.CutPrefix(u, "/Q/")
	if path {
		if i := strings.IndexAny(rest, "?#"); i >= 0 {
			rest = rest[:i]
		}
		rest = strings.TrimSuffix(rest, "/")
	}
	if len(rest) != codeLength {
		return ""
	}
	for i := 0; i < len(rest); i++ {
		if !isUpper(rest[i]) && (rest[i] < '2' || rest[i] > '7') {
			return ""
		}
	}
	return rest
}

// readChipQR reads ID|old ID|name|birth|sex|address|issued. Readers that drop a
// field are common, and an SMS cuts the end off: the sex is looked for, and the
// others counted from it.
func readChipQR(f []string, q *CardQR) bool {
	if len(f[0]) != 12 || !allDigits(f[0]) {
		return false
	}
	if _, err := readCitizen(f[0]); err != nil {
		return false
	}
	for at := 3; at <= 4 && at < len(f); at++ {
		sex := qrSex(f[at])
		birth := qrDate(f[at-1])
		if sex == "" || birth == "" {
			continue
		}
		q.Kind, q.ID, q.Name, q.Birth, q.Sex = "cccd", f[0], f[at-2], birth, sex
		if at == 4 && (len(f[1]) == 9 || len(f[1]) == 12) && allDigits(f[1]) {
			q.OldID = f[1]
		}
		if at+1 < len(f) {
			q.Address = f[at+1]
		}
		if at+2 < len(f) {
			q.Issued = qrDate(f[at+2])
		}
		return q.Name != ""
	}
	return false
}

// readMinistryQR reads the common format of Decision 1405/QĐ-BTTTT:
// SoGiayTo|HoTen|NgaySinh|LoaiDinhDanh|QID|EXT.
func readMinistryQR(f []string, q *CardQR) bool {
	if len(f) < 5 || len(f) > 6 || f[3] != "0" && f[3] != "1" {
		return false
	}
	birth, whole, ok := maskedDate(f[2])
	if !ok || f[4] == "" || !isMaskedID(f[0]) {
		return false
	}
	q.Kind, q.ID, q.Name, q.Birth, q.QID = "ministry", f[0], f[1], birth, f[4]
	q.Masked = !whole || strings.Contains(f[0], "*")
	if len(f) == 6 {
		q.readExt(strings.Split(f[5], "<"))
	}
	return true
}

// readExt reads the last field of the common format: the key of who declared
// for the person, sex, insurance number, phone, signature. Their order was
// never seen in print as a whole (docs/reference/vietnam.md 3), so a number in a
// place that it does not fit is left out, and what is hidden is no number.
func (q *CardQR) readExt(ext []string) {
	ext = append(ext, "", "", "", "")
	q.Sex = map[string]string{"1": "male", "2": "female"}[strings.TrimSpace(ext[1])]
	if id, err := ReadID(ext[2], "insurance"); err == nil && (id.Type == "bhyt" || id.Type == "bhxh") {
		q.Insurance = id.Normalized
	}
	if p, err := ReadPhone(ext[3]); err == nil && allDigits(strings.TrimPrefix(strings.TrimSpace(ext[3]), "+")) {
		q.Phone = p.E164
	}
}

func isMaskedID(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c != '*' && !isDigit(c) && !isUpper(c) && (c < 'a' || c > 'z') {
			return false
		}
	}
	return len(s) <= 20
}

// maskedDate reads YYYY-MM-DD of which a part may be hidden.
func maskedDate(s string) (date string, whole, ok bool) {
	if s == "" {
		return "", false, true
	}
	y, rest, _ := strings.Cut(s, "-")
	m, d, _ := strings.Cut(rest, "-")
	hidden := func(s string) bool { return strings.Trim(s, "*xX") == "" }
	switch {
	case hidden(y) && hidden(m) && hidden(d):
		return "", false, true
	case len(y) != 4 || !allDigits(y):
		return "", false, false
	case hidden(m):
		return y, false, hidden(d)
	case hidden(d):
		if date = qrDate("01/" + m + "/" + y); date == "" {
			return "", false, false
		}
		return date[:7], false, true
	}
	date = qrDate(d + "/" + m + "/" + y)
	return date, true, date != ""
}

func qrSex(s string) string {
	switch Fold(s) {
	case "nam", "male":
		return "male"
	case "nu", "female":
		return "female"
	}
	return ""
}

var dateSigns = strings.NewReplacer("/", "", "-", "", ".", "", " ", "")

// qrDate reads ddmmyyyy, dd/mm/yyyy, dd-mm-yyyy or a bare year into ISO.
func qrDate(s string) string {
	s = dateSigns.Replace(s)
	p := dateParser{field: Birth}
	switch {
	case !allDigits(s):
		return ""
	case len(s) == 8 && s[:4] == "0000":
		s = s[4:] // day and month unknown
	case len(s) == 8:
		f, ok := p.triple(s[:2], s[2:4], s[4:])
		if !ok {
			return ""
		}
		return f.time().Format("2006-01-02")
	}
	if len(s) != 4 || s < "1850" || s > "2100" {
		return ""
	}
	return s
}
