package flows

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"khaibao/core"
)

// family are the right answers of three people, by question; what is not there
// is answered as possible says first.
var family = []map[string]string{
	{"full_name": "Nguyễn Thị Hoa", "birth": "02/09/1985", "id_number": "046185001234", "phone": "0900222333", "symptoms": "sốt", "has_conditions": "có", "conditions": "gan"},
	{"full_name": "Trần Văn Bình", "birth": "1990", "id_number": "191234567", "sex": "nam", "phone": "0", "exposures": "1 3", "exposure_last": "10/8"},
	{"full_name": "Hồ A Nun", "birth": "01/01/2015", "id_number": "không có", "sex": "nam", "phone": "0", "symptoms": "ho và khó thở"},
}

// concerned are the people that a thing applies to.
var concerned = map[string]string{"who_exposures": "2", "who_symptoms": "13", "who_conditions": "1"}

// group answers a form for several people as one who writes for them.
type group struct {
	t     *testing.T
	state State
	event Event
	rand  *rand.Rand
	done  []Declare
	n     int
}

func newGroup(t *testing.T, seed uint64, look string) *group {
	g := &group{t: t, rand: rand.New(rand.NewPCG(seed, 11)), state: State{Run: 1, Party: true, People: []Member{{Proxy: true}}},
		event: Event{Now: time.Unix(1e9, 0), Today: "2021-08-15", Features: looks[look], Setting: transcriptSetting}}
	g.step(nil)
	return g
}

func (g *group) step(in *core.Inbound) {
	g.t.Helper()
	if g.n++; g.n > 3000 {
		g.t.Fatalf("does not end: %+v", g.state)
	}
	e := g.event
	e.In = in
	var effects []Effect
	g.state, effects = Step(Resident, g.state, e)
	for _, effect := range effects {
		if d, ok := effect.(DeclareAll); ok {
			g.done = d.List
		}
	}
}

// answer says something to the question asked; with the chance given, not the
// right thing.
func (g *group) answer(mistakes float64) {
	g.t.Helper()
	q := Resident.question(g.state.Question)
	place := max(g.state.At, 1)
	text, ok := family[place-1][q.ID]
	if !ok && len(possible[q.ID]) > 0 {
		text = possible[q.ID][0]
	}
	if !ok && slices.Contains([]string{"exposures", "symptoms", "has_conditions", "conditions"}, q.ID) {
		text = "0"
	}
	if g.rand.Float64() < mistakes {
		if options := possible[q.ID]; len(options) > 0 {
			text = options[g.rand.IntN(len(options))]
		} else if q.About != "" {
			text = []string{"0", "1", "23", "123"}[g.rand.IntN(4)]
		}
	} else if q.About != "" {
		text = concerned[q.ID]
	}
	in := &core.Inbound{Text: text}
	switch {
	case g.state.Open != nil && len(g.state.Open.Codes) > 0:
		in.Text = "2"
	case g.state.Open != nil && g.state.Open.Within == "478":
		in.Text = "Phú Mỹ"
	case g.state.Open != nil:
		in.Text = "không rõ"
	case q.Recheck:
		in.Action = q.ID + personMark + strconv.Itoa(g.state.At) + ":keep"
		if !g.state.grouped() {
			in.Action = q.ID + ":keep"
		}
	case q.ID == "others" && max(len(g.state.People), 1) < len(family):
		in.Text = family[max(len(g.state.People), 1)]["full_name"]
	case q.ID == "others":
		in.Text = "0"
	}
	before := g.state.Misses
	g.step(in)
	if g.state.Misses > before {
		g.t.Fatalf("%s of %d: %q was not understood", q.ID, place, in.Text)
	}
}

func (g *group) toReview(mistakes, backs float64) {
	g.t.Helper()
	for g.state.Question != Review {
		if g.rand.Float64() < backs {
			g.step(&core.Inbound{Text: "quay lại"})
			continue
		}
		g.answer(mistakes)
	}
}

func (g *group) items() []item {
	r := run{form: &Resident, s: g.state, e: &g.event}
	return r.items()
}

func (g *group) correct(it item, mistakes float64) {
	g.t.Helper()
	id := it.ID
	if it.of > 0 {
		id += personMark + strconv.Itoa(it.of)
	}
	g.step(&core.Inbound{Action: Review + ":" + id})
	g.toReview(mistakes, 0)
}

// Of a family too, any answer, corrected any number of times, ends in the same
// declarations as answering right at once, whatever the network can show.
func TestCorrectingAFamilyEndsAsAnsweringRight(t *testing.T) {
	straight := newGroup(t, 1, "sms")
	straight.toReview(0, 0)
	want := straight.state
	straight.step(&core.Inbound{Text: "ok"})
	if len(straight.done) != len(family) {
		t.Fatalf("%d declarations", len(straight.done))
	}
	find := func(s *State, id string, of int) *Answer {
		at := *s
		at.At = of
		return at.answer(id)
	}
	differs := func(g *group, id string, of int) bool {
		a, b := find(&g.state, id, of), find(&want, id, of)
		if a != nil && id == "conditions" && a.Value == "none" { // has_conditions stands behind it, and comes to the same
			a = nil
		}
		return (a == nil) != (b == nil) || a != nil && (!same(a, b) || a.House != b.House || a.Typed != b.Typed)
	}
	wrong := func(g *group) *item {
		for _, it := range g.items() {
			if differs(g, it.ID, it.of) {
				return &it
			}
			for _, q := range Resident.Questions {
				if q.Under == it.ID && differs(g, q.ID, it.of) {
					return &it
				}
			}
		}
		return nil
	}
	for seed := range uint64(200) {
		g := newGroup(t, seed, []string{"sms", "telegram", "web"}[seed%3])
		g.toReview(0.4, 0.08)
		for range g.rand.IntN(8) {
			items := g.items()
			g.correct(items[g.rand.IntN(len(items))], 0.4)
		}
		for it := wrong(g); it != nil; it = wrong(g) {
			g.correct(*it, 0)
		}
		g.step(&core.Inbound{Text: "ok"})
		if !reflect.DeepEqual(g.done, straight.done) {
			t.Fatalf("seed %d:\n got %+v\nwant %+v", seed, g.done, straight.done)
		}
	}
}

// No answer of a family survives its question, whatever is said on the way, and
// none is of somebody who is not declared for.
func TestFollowUpsOfAFamilyGoWithTheirQuestion(t *testing.T) {
	for seed := range uint64(150) {
		g := newGroup(t, seed, "telegram")
		for range 120 {
			switch {
			case g.state.Question == Review && g.rand.IntN(5) == 0 && len(g.state.People) < 4:
				g.step(&core.Inbound{Text: "thêm"})
			case g.state.Question == Review:
				items := g.items()
				it := items[g.rand.IntN(len(items))]
				g.step(&core.Inbound{Action: Review + ":" + it.ID + map[bool]string{true: personMark + strconv.Itoa(it.of)}[it.of > 0]})
			case g.rand.Float64() < 0.15:
				g.step(&core.Inbound{Text: "quay lại"})
			case g.state.Question == "others" && len(g.state.People) >= len(family):
				g.step(&core.Inbound{Text: "0"})
			default:
				g.answer(0.6)
			}
			if g.state.Question != Review {
				continue
			}
			r := run{form: &Resident, s: g.state, e: &g.event}
			all := r.views()
			for _, a := range g.state.Answers {
				if a.Of > len(g.state.People) || !all.some(a.Of, Resident.question(a.ID).relevant) {
					t.Fatalf("seed %d: %s of %d is answered but not asked", seed, a.ID, a.Of)
				}
			}
		}
	}
}

// A form goes on wherever its person writes next: brought to another channel at
// any question, it ends in the same declaration.
func TestSwitchingTheChannelLosesNothing(t *testing.T) {
	names := []string{"sms", "telegram", "web"}
	talk := func(cut int, from, to string) *Declare {
		s := Session{}
		event := func(look, text string) Event {
			return Event{Now: time.Unix(1e9, 0), Today: "2021-08-15", Features: looks[look], Setting: transcriptSetting,
				Known: Known{Phone: transcriptPhone, NoticeSeen: 1, Lang: "vi"}, In: &core.Inbound{URN: core.URN(look + ":1"), Text: text}}
		}
		s, _ = turnNew(s, event(from, "kb"))
		look := from
		for n := range 40 {
			if n == cut { // the phone is proved on another network
				kept := &Kept{Form: s.Form, State: s.State, At: s.Asked}
				data, err := json.Marshal(kept)
				if err != nil {
					t.Fatal(err)
				}
				moved := &Kept{}
				if err := json.Unmarshal(data, moved); err != nil {
					t.Fatal(err)
				}
				look = to
				s, _ = Turn(Session{}, event(look, "kb"))
				e := event(look, "")
				e.In, e.Result = nil, Recalled{Kept: moved}
				s, _ = Turn(s, e)
				s, _ = Turn(s, event(look, "1"))
			}
			text := "ok"
			if s.Question != Review {
				text = possible[s.Question][0]
			}
			var effects []Effect
			s, effects = Turn(s, event(look, text))
			for _, effect := range effects {
				if d, ok := effect.(Declare); ok {
					return &d
				}
			}
		}
		t.Fatalf("nothing is declared after %d messages, stands at %q", 40, s.Question)
		return nil
	}
	for _, from := range names {
		want := talk(-1, from, from)
		for _, to := range names {
			for cut := range 12 {
				if got := talk(cut, from, to); !reflect.DeepEqual(got, want) {
					t.Errorf("from %s to %s at question %d:\n got %+v\nwant %+v", from, to, cut, got, want)
				}
			}
		}
	}
}

// Adding a symptom never lowers what is reported, nor what the person is told
// to do.
func TestMoreSymptomsNeverReportLess(t *testing.T) {
	choices := Resident.question("symptoms").Choices
	choices = choices[:len(choices)-1] // without "none"
	rank := func(s core.Say) int {
		return slices.IndexFunc([]string{"well", "exposed", "ill", "urgent"}, func(end string) bool { return s.Key == "resident.done."+end })
	}
	r := rand.New(rand.NewPCG(5, 5))
	for range 300 {
		state := State{Question: Review, Run: 1, Answers: slices.Clone(reviewed.Answers)}
		e := Event{Now: time.Unix(1e9, 0), Today: "2021-08-15", Setting: transcriptSetting}
		v := View{Form: &Resident, State: &state, Event: &e}
		var set []string
		last, reported := -1, 0
		for _, i := range r.Perm(len(choices)) {
			set = append(set, choices[i])
			state.Answers = put(state.Answers, Answer{ID: "symptoms", Set: Resident.question("symptoms").inOrder(set)})
			got := Resident.Declare(v).Facts["symptoms"].([]string)
			now := rank(Resident.Ending(v))
			if now < 0 || now < last || len(got) != reported+1 || !slices.Contains(got, choices[i]) {
				t.Fatalf("with %v: reported %v, ending %d after %d", set, got, now, last)
			}
			last, reported = now, len(got)
		}
	}
}

// What is recalled of a declaration declares the same again.
func TestRecallIsTheInverseOfDeclare(t *testing.T) {
	eachForm(t, func(t *testing.T, f *Form) {
		for seed := range uint64(400) {
			w := newWalker(t, f, rand.New(rand.NewPCG(seed, 21)))
			w.toReview(0.6, 0.05)
			w.step(&core.Inbound{Text: "ok"})
			first := *w.done
			data, err := json.Marshal([]any{first.Facts, first.Private})
			if err != nil {
				t.Fatal(err)
			}
			var back [2]map[string]any
			if err := json.Unmarshal(data, &back); err != nil {
				t.Fatal(err)
			}
			p := first.Person
			people := []core.Remembered{{PersonID: "p", Self: true, Version: 1, Form: f.ID, Day: "2021-08-15", Answers: back[0], Private: back[1],
				Facts: core.PersonFacts{Name: p.Name, Birth: p.Birth, Sex: p.Sex, IDType: p.IDType, ID: p.ID, Insurance: p.Insurance,
					Commune: p.Commune, Sub: p.Sub, House: p.House}}}
			say := func(session Session, text string) (Session, []Effect) {
				e := plainEvent(text)
				e.Now, e.Today, e.Setting = w.event.Now, w.event.Today, w.event.Setting
				return turnKnown(session, e, people)
			}
			session, effects := say(Session{}, map[string]string{Resident.ID: "như cũ", Journey.ID: "về huế"}[f.ID])
			if f == &Journey { // a journey is never declared again unseen
				_, effects = say(session, "ok")
			}
			at := slices.IndexFunc(effects, func(e Effect) bool { _, ok := e.(Declare); return ok })
			if at < 0 {
				t.Fatalf("seed %d: nothing is declared of %+v: %s", seed, first, told(effects))
			}
			again := effects[at].(Declare)
			if !reflect.DeepEqual(again.Facts, first.Facts) || !reflect.DeepEqual(again.Private, first.Private) || !reflect.DeepEqual(again.Person, first.Person) {
				t.Fatalf("seed %d:\n got %s\nwant %s", seed, shown(again), shown(first))
			}
		}
	})
}

func shown(d Declare) string { return fmt.Sprintf("%+v %v %v", d.Person, d.Facts, d.Private) }
