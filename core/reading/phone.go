package reading

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Phone is a telephone number.
type Phone struct {
	E164     string `json:"e164"`     // +84900123456
	National string `json:"national"` // 0900123456, as dialled in its country
	Kind     string `json:"kind"`     // mobile, landline, or foreign
}

// phonePlan is the numbering plan of words/phones.txt. The table is ours, since
// older metadata of libphonenumber lacks prefixes and no metadata knows the old
// numbers that people still write.
var phonePlan = func() (plan struct {
	mobile []string
	old    map[string]string
	area   []areaCode
	public map[string]bool
}) {
	plan.old, plan.public = map[string]string{}, map[string]bool{}
	for _, line := range tableLines("phones") {
		kind, rest, _ := strings.Cut(line, ":")
		for entry := range strings.SplitSeq(rest, "|") {
			f := strings.Fields(entry)
			switch kind {
			case "mobile":
				plan.mobile = append(plan.mobile, f[0])
			case "old":
				plan.old[f[0]] = f[1]
			case "area":
				plan.area = append(plan.area, areaCode{f[0], f[2], int(f[1][0] - '0')})
			case "public":
				plan.public[f[0]] = true
			}
		}
	}
	return plan
}()

type areaCode struct {
	old, now string
	digits   int // behind the code
}

// ReadPhone reads a personal telephone number from what was typed around it.
// Old eleven-digit mobile numbers and old area codes become today's. A number
// that begins with + or 00 and another country's code is foreign. Two different
// numbers are ErrInvalid, hotlines ErrNotPersonal, "không có" ErrNone. The
// rules are docs/reference/vietnam.md, section 4.
func ReadPhone(s string) (Phone, error) {
	s = zeroForO(Clean(s))
	if len(s) > 300 {
		return Phone{}, ErrInvalid
	}
	if digits := spelledDigits(tokens(s), noneWords); digits != "" {
		return readDigits(digits, false, false)
	}
	var phone Phone
	var err error
	for _, run := range phoneRuns(s) {
		got, e := readDigits(run.digits, run.plus, run.glued)
		switch {
		case e == nil && err == nil && (phone == Phone{} || phone == got):
			phone = got
		case e == nil:
			return Phone{}, ErrInvalid
		case len(run.digits) <= 2: // "số 1:", "2 sim"
		case phone == Phone{} && err == nil:
			err = e
		default:
			return Phone{}, ErrInvalid
		}
	}
	switch {
	case err != nil:
		return Phone{}, err
	case phone != Phone{}:
		return phone, nil
	case hasNone(s):
		return Phone{}, ErrNone
	}
	return Phone{}, ErrInvalid
}

type phoneRun struct {
	digits string
	plus   bool // the number begins with +
	glued  bool // a letter touches it
}

// phoneRuns cuts a text into runs of digits, joined over what people put
// between the groups of one number.
func phoneRuns(s string) []phoneRun {
	var runs []phoneRun
	ts := tokens(s)
	for i := 0; i < len(ts); i++ {
		if !ts[i].num {
			continue
		}
		run := phoneRun{digits: ts[i].text, plus: strings.HasSuffix(ts[i].gap, "+") || strings.HasSuffix(ts[i].gap, "+("), glued: ts[i].glue}
		for i+1 < len(ts) && ts[i+1].num && !(len(run.digits) >= 10 && ts[i+1].text[0] == '0') && strings.Trim(ts[i+1].gap, " .-–()_") == "" {
			i++
			run.digits += ts[i].text
		}
		run.glued = run.glued || i+1 < len(ts) && ts[i+1].glue
		runs = append(runs, run)
	}
	return runs
}

func readDigits(digits string, plus, glued bool) (Phone, error) {
	if len(digits) > 18 {
		return Phone{}, ErrInvalid
	}
	international := plus
	if !plus && strings.HasPrefix(digits, "00") {
		digits, international = digits[2:], true
	}
	if international && !strings.HasPrefix(digits, "84") {
		if plus && strings.HasPrefix(digits, "0") {
			return Phone{}, ErrInvalid
		}
		return readForeign(digits)
	}
	var national string
	switch {
	case international:
		national = "0" + strings.TrimPrefix(digits[2:], "0")
	case strings.HasPrefix(digits, "0"):
		national = digits
	case isPublic(digits):
		return Phone{}, ErrNotPersonal
	case strings.HasPrefix(digits, "84") && len(digits) >= 11:
		national = "0" + strings.TrimPrefix(digits[2:], "0")
	case glued || len(digits) < 9:
		return Phone{}, ErrInvalid
	default:
		national = "0" + digits // spreadsheets lose the first zero
	}
	if isPublic(national[1:]) && len(digits) > 4 {
		return Phone{}, ErrNotPersonal
	}
	return readNational(national)
}

// isPublic reports hotlines and emergency numbers.
func isPublic(digits string) bool {
	if strings.HasPrefix(digits, "1900") || strings.HasPrefix(digits, "1800") {
		return len(digits) >= 6 && len(digits) <= 10
	}
	return len(digits) == 3 || phonePlan.public[digits]
}

// readNational reads a number that begins with 0 by the plan.
func readNational(n string) (Phone, error) {
	if len(n) == 11 {
		if now, ok := phonePlan.old[n[:4]]; ok {
			n = now + n[4:]
		}
	}
	if len(n) == 10 && isMobile(n[1:]) {
		return vietnamese(n, "mobile"), nil
	}
	for _, a := range phonePlan.area {
		if strings.HasPrefix(n, a.old) && len(n) == len(a.old)+a.digits {
			n = a.now + n[len(a.old):]
			break
		}
	}
	if strings.HasPrefix(n, "02") {
		if parsed, err := phonenumbers.Parse(n, "VN"); err == nil && phonenumbers.IsValidNumber(parsed) {
			return vietnamese(n, "landline"), nil
		}
	}
	return Phone{}, ErrInvalid
}

func isMobile(behindZero string) bool {
	for _, p := range phonePlan.mobile {
		if strings.HasPrefix(behindZero, p) {
			return true
		}
	}
	return false
}

func vietnamese(national, kind string) Phone {
	return Phone{E164: "+84" + national[1:], National: national, Kind: kind}
}

func readForeign(digits string) (Phone, error) {
	parsed, err := phonenumbers.Parse("+"+digits, "ZZ")
	if err != nil || !phonenumbers.IsValidNumber(parsed) {
		return Phone{}, ErrInvalid
	}
	national := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phonenumbers.Format(parsed, phonenumbers.NATIONAL))
	return Phone{E164: phonenumbers.Format(parsed, phonenumbers.E164), National: national, Kind: "foreign"}, nil
}

var noneWords = newLexicon("none")

// hasNone reports whether a text without the value says that there is none:
// "không có", "em chưa có số". "không nhớ" says something else.
func hasNone(s string) bool {
	if saysNone(s) {
		return true
	}
	for _, t := range Repairs(s) {
		if saysNone(t) {
			return true
		}
	}
	return false
}

func saysNone(s string) bool {
	ts := tokens(s)
	if len(ts) > 12 {
		return false
	}
	none := false
	for i := 0; i < len(ts); {
		id, n := noneWords.match(ts, i)
		if n == 0 {
			return false
		}
		none = none || id == "none"
		i += n
	}
	return none
}
