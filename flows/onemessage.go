package flows

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"khaibao/core/area"
	"khaibao/core/reading"
)

// oneMessage is what one message tells of a whole declaration.
type oneMessage struct {
	answers []Answer     // who is declared for, in no order
	place   string       // where at home, as typed
	health  []healthSaid // of those named; of nobody named: of the one who is meant
	left    []int        // the parts that were not understood, from 1
}

// healthSaid is what is said of one person's health.
type healthSaid struct {
	who     int // of those known, from 1; 0 for nobody named; everybody for all of them
	answers []Answer
	well    bool // "khoẻ": nothing at all is the matter
}

// everybody are all of those known.
const everybody = -1

// oneMessageIn finds what stands behind KBYT, or behind KB where commas show
// that more than a name follows.
func oneMessageIn(text string) (rest string, ok bool) {
	text = strings.TrimSpace(text)
	if len(text) > 800 {
		return "", false
	}
	at := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
	if at < 0 {
		return "", false
	}
	rest = strings.TrimLeft(text[at:], " .:,;-–\t\n")
	switch fold(text[:at]) {
	case "kbyt":
		return rest, strings.ContainsFunc(rest, unicode.IsLetter) || numberOfPaper.MatchString(rest)
	case "kb":
		return rest, strings.ContainsAny(rest, ",;\n") && strings.ContainsFunc(rest, unicode.IsLetter)
	}
	return "", false
}

var (
	insuranceNumber = regexp.MustCompile(`\b[A-Za-z]{2}[1-5][0-9]{12}\b`)
	degrees         = regexp.MustCompile(`\b(3[4-9]|4[0-3]),(\d)\b`) // 38,5
	endOfPart       = regexp.MustCompile(`[,;\n]+|(\pL{3,}|\d{4,}|\b[Nn][uữ])\.\s+`)
)

// parts splits a message where people part their answers: commas, and full
// stops that end no short form (P. Vỹ Dạ).
func partsOf(text string) []string {
	text = degrees.ReplaceAllString(text, "$1.$2")
	text = endOfPart.ReplaceAllStringFunc(text, func(s string) string {
		if i := strings.LastIndex(s, "."); i > 0 {
			return s[:i] + ","
		}
		return ","
	})
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		if strings.ContainsFunc(part, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			out = append(out, strings.TrimSpace(part))
		}
	}
	return out
}

// readOneMessage reads the answers of one message. known are the names of the
// phone's people; today is an ISO day and home the code of the home province.
// What is not surely understood is left, by the part it stands in.
func readOneMessage(text string, known []string, today, home string) oneMessage {
	o := oneReader{known: known, today: today, home: home}
	for n, part := range partsOf(text) {
		o.part, o.unclear = n+1, false
		for _, numbers := range []*regexp.Regexp{insuranceNumber, numberOfPaper} {
			for _, number := range numbers.FindAllString(part, -1) {
				o.number(number)
				part = strings.Replace(part, number, " , ", 1)
			}
		}
		for piece := range strings.SplitSeq(part, ",") {
			o.piece(strings.Fields(piece))
		}
		if o.unclear {
			o.left = append(o.left, n+1)
		}
	}
	return o.oneMessage
}

// oneReader reads one message.
type oneReader struct {
	oneMessage
	known       []string
	today, home string

	who     int // whose health is told of
	part    int
	unclear bool
	placed  int // the part that the place ended in
}

// number takes the number of a paper or an insurance card.
func (o *oneReader) number(text string) {
	id, err := reading.ReadID(text, "")
	a := Answer{ID: "id_number", Value: id.Normalized, Type: id.Type, Sex: id.Sex, Year: id.BirthYear}
	if id.Type == "bhyt" {
		a = Answer{ID: "insurance", Value: id.Normalized, Type: id.Type}
	}
	if err != nil || o.told(a.ID) || id.BirthYear > yearOf(coreDay(o.today)) {
		o.unclear = true
		return
	}
	o.answers = append(o.answers, a)
}

func (o *oneReader) told(id string) bool {
	return slices.ContainsFunc(o.answers, func(a Answer) bool { return a.ID == id })
}

// found is what a run of words was understood as.
type found struct {
	kind string // filler, who, sex, birth, name, health, place
	who  int
	said healthSaid
	a    Answer
	text string
	cost int
}

// Costs of a run: the fewest runs that leave the fewest words unclear win.
const (
	costRun     = 10
	costFiller  = 1
	costUnread  = 20 // a word of a place that names nothing
	costUnclear = 100
)

// piece splits words into runs that are understood.
func (o *oneReader) piece(words []string) {
	if len(words) == 0 {
		return
	}
	if len(words) > 40 {
		o.unclear = true
		return
	}
	type step struct {
		cost, from int
		found
	}
	best := make([]step, len(words)+1)
	for j := 1; j <= len(words); j++ {
		best[j] = step{cost: best[j-1].cost + costUnclear, from: j - 1}
		for i := max(0, j-longestRun); i < j; i++ {
			f := o.understand(words[i:j])
			if f.kind != "" && best[i].cost+f.cost < best[j].cost {
				best[j] = step{cost: best[i].cost + f.cost, from: i, found: f}
			}
		}
	}
	var runs []found
	for j := len(words); j > 0; j = best[j].from {
		runs = append(runs, best[j].found)
	}
	slices.Reverse(runs)
	for _, f := range runs {
		o.take(f)
	}
}

// longestRun is how many words one answer takes at most.
const longestRun = 14

// take keeps what was understood.
func (o *oneReader) take(f found) {
	switch f.kind {
	case "filler":
	case "who":
		o.who = f.who
	case "sex", "birth", "name":
		if o.told(f.a.ID) {
			o.unclear = true
			return
		}
		o.answers = append(o.answers, f.a)
	case "health":
		o.tell(f.said)
	case "place":
		if o.place != "" && o.placed < o.part-1 { // two places: which?
			o.unclear = true
			return
		}
		o.place, o.placed = joinTexts(", ", o.place, f.text), o.part
	default:
		o.unclear = true
	}
}

// tell adds to what is said of the health of the one spoken of.
func (o *oneReader) tell(said healthSaid) {
	said.who = o.who
	at := slices.IndexFunc(o.health, func(h healthSaid) bool { return h.who == said.who })
	if at < 0 {
		o.health = append(o.health, said)
		return
	}
	h := &o.health[at]
	h.well = h.well || said.well
	for _, a := range said.answers {
		i := slices.IndexFunc(h.answers, func(old Answer) bool { return old.ID == a.ID })
		switch {
		case i < 0:
			h.answers = append(h.answers, a)
		case len(a.Set) > 0: // what is the matter adds up, and outweighs a "none"
			old := &h.answers[i]
			old.Value = ""
			for _, c := range a.Set {
				if !slices.Contains(old.Set, c) {
					old.Set = append(old.Set, c)
				}
			}
		}
	}
}

// onePlaceWords lead in where one lives.
var onePlaceWords = words1("o tai noi dia chi hien nay thuong tru")

// everyone are the ways to speak of all of those known.
var everyone = []string{"ca nha", "tat ca", "ca hai", "moi nguoi", "ca nha toi", "ca gia dinh", "all", "everybody"}

// besideDate are the words that may stand in a date.
var besideDate = words1("ngay thang nam sinh mung mong mồng thg th january february march april may june july august september october november december jan feb mar apr jun jul aug sep oct nov dec")

var oneFillers = words1("ten toi em con la thi sinh nam ngay so cmnd cccd can cuoc cmt gioi tinh suc tinh trang hien nay hom nay cho khai bao y te va o tai dia chi noi dang xin da a " +
	"thuong tru trieu chung bhyt the")

// understand finds what a run of words is, whole.
func (o *oneReader) understand(words []string) found {
	text := strings.Join(words, " ")
	said := fold(text)
	digits := strings.ContainsAny(text, "0123456789")
	bare := leadIns.Replace(" " + said + " ")
	if !digits && len(words) <= 4 && !slices.ContainsFunc(strings.Fields(bare), func(w string) bool { return !oneFillers[w] }) && said != "" {
		if said == "o" || readSex(text) == "" { // ở, not o
			return found{kind: "filler", cost: costFiller * len(words)}
		}
	}
	if who := o.named(said); who != 0 {
		return found{kind: "who", who: who, cost: costRun}
	}
	if len(words) <= 3 && !digits {
		if sex := readSex(text); sex != "" {
			return found{kind: "sex", a: Answer{ID: "sex", Value: sex}, cost: costRun}
		}
	}
	if said, ok := readHealthSaid(text, o.today); ok && !beginsWithAll(fold(text)) {
		return found{kind: "health", said: said, cost: costRun}
	}
	if digits && len(words) <= 7 && !slices.ContainsFunc(words, func(w string) bool { return !strings.ContainsAny(w, "0123456789") && !besideDate[fold(w)] }) {
		if d, err := reading.ReadDate(text, reading.Birth, o.today); err == nil {
			return found{kind: "birth", a: Answer{ID: "birth", Value: d.Date}, cost: costRun}
		}
	}
	if !digits && len(words) >= 2 && len(words) <= 8 && !o.told("full_name") && !beginsWithAll(said+" ") {
		n, err := reading.ReadName(text)
		foreign := n.Family == "" && o.part == 1 && !slices.ContainsFunc(words, func(w string) bool { return !unicode.IsUpper([]rune(w)[0]) })
		if err == nil && !n.Doubtful && (n.Family != "" || foreign) && fold(n.Full) == said && !endsInHealth(words, o.today) {
			return found{kind: "name", a: Answer{ID: "full_name", Value: n.Full}, cost: costRun + 2}
		}
	}
	return o.understandPlace(words)
}

// endsInHealth tells whether words that could be a name end in what is the
// matter: "Nguyen Van An sot". Hồ is also a name: it counts as a cough behind
// three words, or in small letters behind capitals.
func endsInHealth(words []string, today string) bool {
	for k := 1; k <= 3 && k < len(words); k++ {
		tail := words[len(words)-k:]
		if _, ok := readHealthSaid(strings.Join(tail, " "), today); !ok {
			continue
		}
		small := unicode.IsUpper([]rune(words[0])[0]) && unicode.IsLower([]rune(tail[0])[0])
		if fold(tail[0]) != "ho" || k > 1 || small || len(words) > 4 {
			return true
		}
	}
	return false
}

func (o *oneReader) understandPlace(words []string) found {
	text := strings.Join(words, " ")
	if strings.IndexFunc(text, unicode.IsLetter) < 0 {
		return found{}
	}
	if onePlaceWords[fold(words[0])] { // a lead-in is a run of its own
		return found{}
	}
	read, err := area.Read(text, area.Context{Province: o.home, On: o.today})
	if err != nil && read.Sub == "" && !street(read.Rest) {
		return found{}
	}
	cost := costRun
	if !street(read.Rest) {
		cost += costUnread * len(strings.Fields(read.Rest))
	}
	return found{kind: "place", text: text, cost: cost}
}

// leadIns take words off that are others alone: ho is a cough, khoẻ an answer.
var leadIns = strings.NewReplacer(" suc khoe ", " suc ", " ho ten ", " ten ", " ho va ten ", " ten ", " ho khau ", " noi ")

// beginsWithAll tells whether a folded text begins with a word for everybody.
func beginsWithAll(said string) bool {
	return slices.ContainsFunc(everyone, func(w string) bool { return strings.HasPrefix(said, w+" ") })
}

// named finds who of those known is meant by a name, or all of them.
func (o *oneReader) named(said string) (who int) {
	if len(o.known) > 0 && slices.Contains(everyone, said) {
		return everybody
	}
	for i, name := range o.known {
		name = fold(name)
		if said == name {
			return i + 1
		}
		if said == name[strings.LastIndex(name, " ")+1:] {
			if who != 0 {
				return 0 // two of that name: which?
			}
			who = i + 1
		}
	}
	return who
}
