package flows

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/triage"
	"khaibao/locales"
)

// pure plays a transcript to Turn, with just enough around it: it remembers
// what Known says, one code at a time, and the declarations of this telephone.
type pure struct {
	bundle   *locales.Bundle
	features channel.Features
	session  Session
	known    Known
	codes    map[string]*sentCode // by phone
	sent     int
	persons  []QRCode
	versions map[string]int
	people   []core.Remembered
	shown    []shownMessage
	did      []string
	told     []shownMessage // notices to others
	notified map[string]bool
	name     string
	declared map[string][]core.HeldDeclaration
	made     map[string]time.Time
	verdicts map[string]core.Verdict // in force, by person
	watch    []core.Watched
	signs    map[string][]string // of the last answer, by monitoring
	want     string
	linked   bool   // an officer's chat is
	alerted  string // whom the newest alert is about
	taken    bool
}

type sentCode struct {
	code  string
	at    time.Time
	tries int
	n     int
}

func newPure(b *locales.Bundle, name string) *pure {
	return &pure{bundle: b, features: looks[name], codes: map[string]*sentCode{}, versions: map[string]int{}, notified: map[string]bool{},
		name: name, declared: map[string][]core.HeldDeclaration{}, made: map[string]time.Time{}, verdicts: map[string]core.Verdict{}}
}

func (p *pure) take(t *testing.T, in core.Inbound, now time.Time) ([]shownMessage, []string) {
	t.Helper()
	p.shown, p.did, p.told = nil, nil, nil
	if in.URN == officerURN { // a chat of its own
		citizen, known, features := p.session, p.known, p.features
		p.session, p.known, p.features = Session{}, Known{}, looks["telegram"]
		p.turn(t, Event{In: &in}, in.URN, now)
		p.session, p.known, p.features = citizen, known, features
		return p.shown, p.did
	}
	p.turn(t, Event{In: &in}, in.URN, now)
	if p.features.Plain { // a notice goes after the replies, on another network before them
		return append(p.shown, p.told...), p.did
	}
	return append(p.told, p.shown...), p.did
}

func (p *pure) turn(t *testing.T, e Event, urn core.URN, now time.Time) {
	t.Helper()
	e.Now, e.Today, e.Features, e.Known, e.Setting = now, core.DayOf(now), p.features, p.known, transcriptSetting
	var effects []Effect
	p.session, effects = Turn(p.session, e)
	p.session = stored(t, p.session)
	for _, effect := range effects {
		if result := p.apply(effect, urn, now); result != nil {
			p.turn(t, Event{Result: result}, urn, now)
		}
	}
}

// stored is a session after it went through the store.
func stored(t *testing.T, s Session) Session {
	t.Helper()
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	back := Session{Form: s.Form, Question: s.Question}
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

func (p *pure) apply(effect Effect, urn core.URN, now time.Time) Result {
	switch e := effect.(type) {
	case Reply:
		data, _ := json.Marshal(e.Say) // replies wait in the outbox as JSON
		say := core.Say{Key: e.Key}
		_ = json.Unmarshal(data, &say)
		lang := p.known.Lang
		if lang == "" {
			lang = "vi"
		}
		p.show(say, lang, p.features, urn, "")
	case SendCode:
		return p.sendCode(e, now)
	case CheckCode:
		c := p.codes[e.Phone]
		switch {
		case c == nil || c.code == "" || now.Sub(c.at) > transcriptSetting.CodeLifetime:
			return CodeChecked{Expired: true}
		case e.Code == c.code:
			c.code = ""
			return CodeChecked{OK: true}
		}
		if c.tries--; c.tries == 0 {
			c.code = ""
			return CodeChecked{Expired: true}
		}
		return CodeChecked{Left: c.tries}
	case Prove:
		p.known.Phone = e.Phone
		p.did = append(p.did, "proved: "+e.Phone+" by "+e.How)
	case SetLang:
		p.known.Lang = e.Lang
		p.did = append(p.did, "language: "+e.Lang)
	case OptOut:
		p.known.OptedOut = true
		p.did = append(p.did, "opted out")
	case OptIn:
		p.known.OptedOut = false
		p.did = append(p.did, "opted in")
	case NoticeShown:
		p.known.NoticeSeen = e.Version
		p.did = append(p.did, "notice: "+strconv.Itoa(e.Version))
	case OpenTask:
		p.did = append(p.did, strings.TrimSpace("task: "+e.Kind+" "+e.Note))
	case FindWatched:
		return Watched{In: e.In, List: slices.Clone(p.watch), Want: p.want}
	case KeepCheckups:
		return p.keepCheckups(e, now)
	case LinkOfficer, UnlinkOfficer, TakeAlert:
		return p.officerSays(e)
	case KeepSent:
		p.want = ""
		p.did = append(p.did, "sent: "+e.What)
	case Declare:
		return p.declare(e, now)
	case DeclareAll:
		var all DeclaredAll
		for _, d := range e.List {
			all.List = append(all.List, p.declare(d, now).(Declared))
		}
		return all
	case Recall:
		return p.recall(e)
	case Object:
		p.did = append(p.did, "objected")
		return Objected{Count: 1}
	case FindQR:
		return QRs{List: p.persons, Lost: e.Lost}
	case ReplaceQR:
		at := slices.IndexFunc(p.persons, func(q QRCode) bool { return q.PersonID == e.PersonID })
		if at < 0 {
			return QRReplaced{}
		}
		p.did = append(p.did, "replaced the QR of "+p.persons[at].Name)
		return QRReplaced{QRCode: p.persons[at], Done: true}
	case FindHeld:
		var h core.Holding
		for _, m := range p.recall(Recall{}).People {
			h.People = append(h.People, core.HeldPerson{PersonID: m.PersonID, Name: m.Facts.Name, Declarations: p.declared[m.PersonID],
				Phones: []string{p.known.Phone[len(p.known.Phone)-3:]}, QRs: []core.HeldQR{{Made: p.made[m.PersonID]}}})
		}
		return Held{h}
	}
	return nil
}

// filled panics where a text has a placeholder that the line does not fill: it
// would leave a hole in front of a person.
func (p *pure) filled(s core.Say, lang string, f channel.Features) {
	check := func(key string, args, words map[string]string, lists map[string][]string) {
		if f.Plain && p.bundle.Has(lang, key+".sms") {
			key += ".sms"
		}
		for _, name := range p.bundle.Placeholders(lang, key) {
			if args[name] == "" && words[name] == "" && len(lists[name]) == 0 {
				panic(key + " in " + lang + " has nothing for " + name)
			}
		}
	}
	check(s.Key, s.Args, s.Words, s.Lists)
	for _, l := range s.Lines {
		check(l.Line, l.Args, l.Words, l.Lists)
	}
	for _, c := range s.Choices {
		check(c.Key, c.Args, nil, nil)
	}
	for _, list := range s.Lists {
		for _, key := range list {
			check(key, nil, nil, nil)
		}
	}
}

func (p *pure) show(s core.Say, lang string, f channel.Features, to core.URN, code string) {
	p.filled(s, lang, f)
	for _, out := range channel.Fit(Render(p.bundle, s, lang, f), f) {
		p.shown = append(p.shown, shownMessage{out: out, to: to, code: code})
	}
}

// sendCode waits a minute after the first code to a phone and twice as long
// after each other.
func (p *pure) sendCode(e SendCode, now time.Time) Result {
	c := p.codes[e.Phone]
	if c == nil {
		c = &sentCode{}
		p.codes[e.Phone] = c
	}
	if wait := c.at.Add(time.Minute << max(c.n-1, 0)).Sub(now); c.n > 0 && wait > 0 {
		return CodeSent{Phone: e.Phone, Refused: "wait", Wait: wait}
	}
	p.sent++
	c.n++
	c.code, c.at, c.tries = fmt.Sprintf("%06d", 123450+p.sent), now, 5
	p.show(core.Say{Key: "code.text", Args: args{"code": c.code}}, cmp.Or(p.known.Lang, "vi"), looks["sms"], core.TelURN(e.Phone), c.code)
	return CodeSent{Phone: e.Phone}
}

func (p *pure) declare(e Declare, now time.Time) Result {
	who := e.Person.Name + "|" + e.Person.Birth
	p.versions[who]++ // of the person, and of each form as the store counts them
	p.versions[who+"|"+e.Form]++
	version := p.versions[who+"|"+e.Form]
	p.declared[who] = slices.Insert(p.declared[who], 0, core.HeldDeclaration{Form: e.Form, Day: core.DayOf(now), At: now, Channel: p.name, Proxy: e.Proxy})
	if p.versions[who] == 1 {
		p.made[who] = now
	}
	code := QRCode{PersonID: who, Name: e.Person.Name, Code: strings.Repeat("A", 25) + "B", Number: "1000000007", Day: core.DayOf(now)}
	if p.versions[who] == 1 {
		p.persons = slices.Insert(p.persons, 0, code)
	}
	p.known.Declared = e.Proven
	if e.Proven {
		p.remember(e, version, core.DayOf(now))
	}
	p.did = append(p.did, "form: "+e.Form, "declared: version "+strconv.Itoa(version),
		fmt.Sprintf("person: %s, %s, %s, %s %s", e.Person.Name, e.Person.Birth, e.Person.Sex, e.Person.IDType, e.Person.ID),
		fmt.Sprintf("lives in: %s %s", e.Person.Commune, e.Person.Sub))
	if e.Proven {
		p.did = append(p.did, "phone: "+e.Phone)
	} else {
		p.did = append(p.did, "phone: "+e.Phone+" not proved")
	}
	if _, known := p.notified[e.Notify]; e.Notify != "" && !known {
		p.tell(e.Notify)
	}
	if e.Proxy {
		p.did = append(p.did, strings.TrimSpace("by another person "+e.Notify))
	}
	for _, key := range slices.Sorted(maps.Keys(e.Facts)) {
		p.did = append(p.did, fmt.Sprintf("%s: %v", key, e.Facts[key]))
	}
	for _, key := range slices.Sorted(maps.Keys(e.Private)) {
		p.did = append(p.did, fmt.Sprintf("%s (private): %v", key, e.Private[key]))
	}
	j := judgeOn(core.DayOf(now))
	said := j.of(e, core.DayOf(now))(core.PersonFacts{Birth: e.Person.Birth, Commune: e.Person.Commune, Sub: e.Person.Sub}, "", "")
	if last, _ := e.Facts["exposure_last"].(string); last == "" {
		said, _ = said.Repeating(p.verdicts[who], core.DayOf(now), core.DayOf(now))
	}
	p.verdicts[who], _ = said.Beside(p.verdicts[who], core.DayOf(now))
	v := p.verdicts[who]
	p.did = append(p.did, strings.TrimSpace(fmt.Sprintf("verdict: %s %s %s %s", v.Class, v.Colour, v.Measure, v.Until)))
	out := Declared{PersonName: e.Person.Name, Code: code.Code, Number: code.Number, Version: version, Verdict: v}
	out.Why, out.WhyMeasure = j.why(v, cmp.Or(p.known.Lang, "vi"))
	return out
}

// remember keeps a declaration as the store would give it back: through JSON.
func (p *pure) remember(e Declare, version int, day core.Day) {
	data, err := json.Marshal([2]any{e.Facts, e.Private})
	if err != nil {
		panic(err)
	}
	var back [2]map[string]any
	if err := json.Unmarshal(data, &back); err != nil {
		panic(err)
	}
	of := e.Person
	m := core.Remembered{PersonID: of.Name + "|" + of.Birth, Self: !e.Proxy, Form: e.Form, Version: version, Day: day,
		Facts: core.PersonFacts{Name: of.Name, Birth: of.Birth, Sex: of.Sex, IDType: of.IDType, ID: of.ID, Insurance: of.Insurance,
			Commune: of.Commune, Sub: of.Sub, House: of.House}, Answers: back[0], Private: back[1]}
	for i, old := range p.people {
		if old.PersonID == m.PersonID && old.Form == m.Form {
			m.Self = m.Self || old.Self
			p.people = slices.Delete(p.people, i, i+1)
			break
		}
	}
	p.people = slices.Insert(p.people, 0, m)
}

// recall gives each person once: with the declaration of this form, if there is
// one.
func (p *pure) recall(e Recall) Recalled {
	var out Recalled
	for _, m := range p.people {
		at := slices.IndexFunc(out.People, func(o core.Remembered) bool { return o.PersonID == m.PersonID })
		if m.Form != e.Form {
			m.Form, m.Version, m.Answers, m.Private = "", 0, nil, nil
		}
		switch {
		case at < 0:
			out.People = append(out.People, m)
		case out.People[at].Version == 0:
			out.People[at] = m
		}
	}
	return out
}

// tell is the notice to somebody for whom another declared.
func (p *pure) tell(phone string) {
	p.notified[phone] = true
	s := core.Say{Key: "proxy.told", Args: args{"last": lastDigits(p.known.Phone), "hotline": transcriptSetting.Hotline}}
	by := slices.IndexFunc(p.people, func(m core.Remembered) bool { return m.Self })
	if by < 0 {
		s.Words = args{"by": "proxy.unnamed"}
	} else {
		s.Args["by"] = p.people[by].Facts.Name
	}
	before := p.shown
	p.shown = nil
	p.show(s, "vi", looks["sms"], core.TelURN(phone), "")
	p.told = append(p.told, p.shown...)
	p.shown = before
}

// judgeOn judges by the rules of a day that the program brings, without areas:
// as a store does that was just made.
func judgeOn(day core.Day) judge {
	var j judge
	for _, r := range triage.BuiltIn() {
		if r.From() <= day {
			j.rules = r
		}
	}
	return j
}
