package flows

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
)

// right and wrong answers to each question; the first is the right one.
var possible = map[string][]string{
	"full_name":      {"Nguyễn Thị Hoa", "Trần Văn Bình", "Hồ A Nun"},
	"birth":          {"02/09/1985", "1990", "01/01/2015", "1950", "05/1985"},
	"id_number":      {"046185001234", "191234567", "000000000", "C1234567", "046085001234", "046190001234"},
	"sex":            {"nữ", "nam", "khác"},
	"nationality":    {"Lào", "1"},
	"permanent":      {"tổ 3, phường Vỹ Dạ, TP Huế", "xã Phú Dương", "12 Bà Triệu, Phú Hội", "hương vân", "Phú Vang", "Quảng Trị"},
	"permanent_sub":  {"tổ 4", "thôn Trung", "0"},
	"current":        {"tổ 1 thị trấn Khe Tre", "1", "xã Lộc Trì"},
	"current_sub":    {"0", "tổ 9"},
	"exposures":      {"1 3", "0", "2"},
	"exposure_last":  {"10/8", "hôm qua"},
	"symptoms":       {"sốt, đau họng", "0", "ho và khó thở"},
	"has_conditions": {"có", "không", "tiểu đường"},
	"conditions":     {"gan, có thai", "0", "1 2 3"},
	"more":           {"có", "không"},
	"insurance":      {"DN4461234567890", "0"},
	"ethnicity":      {"1", "Pa Kô", "0"},
	"marital":        {"2", "0"},
	"education":      {"5", "0"},
	"occupation":     {"giáo viên", "0"},
	"workplace":      {"0", "Trường Hai Bà Trưng"},

	"from":            {"tổ 3, Hòa Minh, Liên Chiểu, Đà Nẵng", "Savannakhet, Lào", "Hà Nội", "12 Lê Lợi, Bến Nghé, quận 1, TP HCM"},
	"from_sub":        {"0", "tổ 9"},
	"vehicle":         {"xe khách", "5", "xe khách Hùng Cường 75B-012.34", "VN1543 12A", "tàu SE3", "taxi 75A-123.45", "ô tô", "khác"},
	"vehicle_no":      {"75B-012.34 ghế 12", "0", "Hùng Cường"},
	"departed_on":     {"14/8", "hôm nay", "ngày mai", "14/8 17/8"},
	"arrive_on":       {"17/8", "18/8"},
	"destination":     {"12 Bà Triệu, tổ 3, phường Vỹ Dạ, TP Huế", "xã Phú Dương", "hương vân", "huyện Phú Vang"},
	"destination_sub": {"tổ 4", "0"},
	"passed":          {"Đà Nẵng 10/8, Quảng Nam 12/8", "0", "Lào 5/8, Quảng Trị", "Vinh"},
	"countries":       {"Lào, Thái Lan", "0"},
	"doses":           {"2", "0", "1 mũi"},
	"last_dose":       {"20/7", "0", "tháng 6"},
	"recovered_on":    {"0", "1/6"},
	"seat":            {"12", "0"},
}

// eachForm runs a test of what holds for every form.
func eachForm(t *testing.T, test func(t *testing.T, f *Form)) {
	for _, f := range forms {
		t.Run(f.ID, func(t *testing.T) { test(t, f) })
	}
}

// walker answers a form as a person would.
type walker struct {
	t      *testing.T
	form   *Form
	state  State
	event  Event
	rand   *rand.Rand
	done   *Declare
	events int
}

func newWalker(t *testing.T, f *Form, r *rand.Rand) *walker {
	w := &walker{t: t, form: f, rand: r, event: Event{Now: time.Unix(1e9, 0), Today: "2021-08-15", Features: looks["sms"], Setting: transcriptSetting}}
	w.event.Setting.AskVaccination = true
	w.step(nil)
	return w
}

func (w *walker) step(in *core.Inbound) {
	w.t.Helper()
	if w.events++; w.events > 2000 {
		w.t.Fatalf("does not end: %+v", w.state)
	}
	e := w.event
	e.In = in
	state, effects := Step(*w.form, w.state, e)
	w.state = state
	for _, effect := range effects {
		if d, ok := effect.(Declare); ok {
			w.done = &d
		}
	}
}

// answer says something to the current question; with the chance given, not
// the right thing.
func (w *walker) answer(mistakes float64) {
	w.t.Helper()
	q := w.form.question(w.state.Question)
	in := &core.Inbound{}
	switch {
	case w.state.Open != nil && len(w.state.Open.Codes) > 0:
		in.Text = "2"
	case w.state.Open != nil && q.Kind == Stops:
		in.Text = "0"
	case w.state.Open != nil && w.state.Open.Within == "478":
		in.Text = "Phú Mỹ"
	case w.state.Open != nil:
		in.Text = "không rõ"
	case q.Recheck:
		in.Action = q.ID + ":keep"
	default:
		options := possible[q.ID]
		in.Text = options[0]
		if w.rand.Float64() < mistakes {
			in.Text = options[w.rand.IntN(len(options))]
		}
	}
	before := w.state.Misses
	w.step(in)
	if w.state.Misses > before {
		w.t.Fatalf("%s: %q was not understood", q.ID, in.Text)
	}
}

func (w *walker) toReview(mistakes, backs float64) {
	w.t.Helper()
	for w.state.Question != Review {
		if w.rand.Float64() < backs {
			w.step(&core.Inbound{Text: "quay lại"})
			continue
		}
		w.answer(mistakes)
	}
}

func (w *walker) items() []string {
	r := run{form: w.form, s: w.state, e: &w.event}
	var ids []string
	for _, q := range r.items() {
		ids = append(ids, q.ID)
	}
	return ids
}

// Any answer, corrected any number of times, ends in the same declaration as
// answering right at once.
func TestCorrectingEndsAsAnsweringRight(t *testing.T) {
	eachForm(t, func(t *testing.T, f *Form) {
		straight := newWalker(t, f, rand.New(rand.NewPCG(1, 1)))
		straight.toReview(0, 0)
		want := straight.state
		straight.step(&core.Inbound{Text: "ok"})
		if straight.done == nil {
			t.Fatal("nothing was declared")
		}
		wrong := func(w *walker) string { // an item that is not right yet
			for _, id := range w.items() {
				a, b := w.state.answer(id), want.answer(id)
				if b == nil || !same(a, b) || a.House != b.House || a.Typed != b.Typed {
					return id
				}
				for _, q := range f.Questions {
					if q.Under != id {
						continue
					}
					if a, b := w.state.answer(q.ID), want.answer(q.ID); (a == nil) != (b == nil) || a != nil && !same(a, b) {
						return id
					}
				}
			}
			return ""
		}
		for seed := range uint64(400) {
			w := newWalker(t, f, rand.New(rand.NewPCG(seed, 2)))
			w.toReview(0.5, 0.1)
			for range w.rand.IntN(8) { // corrections at random, right or wrong
				items := w.items()
				w.step(&core.Inbound{Action: Review + ":" + items[w.rand.IntN(len(items))]})
				w.toReview(0.5, 0.05)
			}
			for id := wrong(w); id != ""; id = wrong(w) {
				w.step(&core.Inbound{Action: Review + ":" + id})
				w.toReview(0, 0)
			}
			w.step(&core.Inbound{Text: "ok"})
			if w.done == nil || !reflect.DeepEqual(w.done, straight.done) {
				t.Fatalf("seed %d:\n got %+v\nwant %+v", seed, w.done, straight.done)
			}
		}
	})
}

// A follow-up never survives its question, whatever is said on the way.
func TestFollowUpsGoWithTheirQuestion(t *testing.T) {
	eachForm(t, func(t *testing.T, f *Form) {
		for seed := range uint64(300) {
			w := newWalker(t, f, rand.New(rand.NewPCG(seed, 3)))
			for range 80 {
				if w.state.Question == Review {
					items := w.items()
					w.step(&core.Inbound{Action: Review + ":" + items[w.rand.IntN(len(items))]})
				} else if w.rand.Float64() < 0.1 {
					w.step(&core.Inbound{Text: "quay lại"})
				} else {
					w.answer(0.7)
				}
				v := View{Form: f, State: &w.state, Event: &w.event}
				if w.state.Question != Review {
					continue // a question that was forgotten for correction may hold follow-ups for the moment
				}
				for _, a := range w.state.Answers {
					if !f.question(a.ID).relevant(v) {
						t.Fatalf("seed %d: %s is answered but not asked", seed, a.ID)
					}
				}
				d := f.Declare(v)
				if len(v.Set("exposures")) == 0 && d.Facts["exposure_last"] != nil {
					t.Fatalf("seed %d: a last day without an exposure", seed)
				}
			}
		}
	})
}

func TestStepNeverChangesTheStateItWasGiven(t *testing.T) {
	eachForm(t, func(t *testing.T, f *Form) {
		for seed := range uint64(50) {
			w := newWalker(t, f, rand.New(rand.NewPCG(seed, 4)))
			for range 60 {
				before := w.state
				copied := clone(t, before)
				if w.state.Question == Review {
					items := w.items()
					w.step(&core.Inbound{Action: Review + ":" + items[w.rand.IntN(len(items))]})
				} else {
					w.answer(0.6)
				}
				if !reflect.DeepEqual(clone(t, before), copied) {
					t.Fatalf("seed %d: the old state changed", seed)
				}
			}
		}
	})
}

// clone is a state after a way through JSON.
func clone(t testing.TB, s State) State {
	t.Helper()
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back State
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

// A form may grow or lose questions while people are halfway through it.
func TestFormGrowsUnderARunningState(t *testing.T) {
	w := newWalker(t, &Resident, rand.New(rand.NewPCG(9, 9)))
	for range 5 {
		w.answer(0)
	}
	at := w.state.Question
	grown := Resident
	grown.Questions = slices.Insert(slices.Clone(Resident.Questions), 0, Question{ID: "email", Kind: Text})
	grown.Questions = slices.DeleteFunc(grown.Questions, func(q Question) bool { return q.ID == at })
	e := w.event
	e.In = &core.Inbound{Text: "Phú Vang"} // to a question that is gone
	s, effects := Step(grown, w.state, e)
	if s.Question != "email" || len(effects) != 1 {
		t.Errorf("stands at %q with %d effects, want the new question", s.Question, len(effects))
	}
	if reply, ok := effects[0].(Reply); !ok || !strings.HasSuffix(reply.Key, "email.ask") {
		t.Errorf("asks %+v", effects[0])
	}
}

func BenchmarkStep(b *testing.B) {
	texts := []string{"Nguyễn Thị Hoa", "02/09/1985", "046185001234", "tổ 3, phường Vỹ Dạ, TP Huế", "1", "0", "0", "0", "0", "ok"}
	e := Event{Now: time.Unix(1e9, 0), Today: "2021-08-15", Features: looks["sms"], Setting: transcriptSetting}
	ins := make([]core.Inbound, len(texts))
	for i, text := range texts {
		ins[i].Text = text
	}
	b.ReportAllocs()
	steps := 0
	for b.Loop() {
		s, _ := Step(Resident, State{Run: 1}, e)
		for i := range ins {
			e.In = &ins[i]
			s, _ = Step(Resident, s, e)
		}
		e.In = nil
		steps += len(ins) + 1
	}
	b.ReportMetric(float64(steps)/b.Elapsed().Seconds(), "steps/s")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(steps), "ns/step")
}

// BenchmarkTurn is what a message costs without the store: the turn, its
// session to JSON and back, and its words.
func BenchmarkTurn(b *testing.B) {
	words := bundle(b)
	e := Event{Now: time.Unix(1e9, 0), Today: "2021-08-15", Features: looks["sms"], Setting: transcriptSetting,
		Known: Known{Lang: "vi", Phone: transcriptPhone, NoticeSeen: 1}}
	e.In = &core.Inbound{URN: core.TelURN(transcriptPhone), Text: "kb"}
	begun, _ := turnNew(Session{}, e)
	for _, text := range []string{"Nguyen Thi Hoa", "02/09/1985", "046185001234", "to 3, phuong Vy Da, TP Hue", "1", "0"} {
		e.In.Text = text
		begun, _ = turnNew(begun, e)
	}
	stored, err := json.Marshal(begun)
	if err != nil {
		b.Fatal(err)
	}
	e.In.Text = "sot, ho"
	b.ReportAllocs()
	for b.Loop() {
		s := Session{Form: begun.Form, Question: begun.Question}
		if err := json.Unmarshal(stored, &s); err != nil {
			b.Fatal(err)
		}
		s, effects := turnNew(s, e)
		if _, err := json.Marshal(s); err != nil {
			b.Fatal(err)
		}
		for _, effect := range effects {
			if r, ok := effect.(Reply); ok {
				channel.Fit(Render(words, r.Say, "vi", e.Features), e.Features)
			}
		}
	}
}

func BenchmarkRender(b *testing.B) {
	words := bundle(b)
	e := &Event{Now: time.Unix(1e9, 0), Today: "2021-08-15", Features: looks["telegram"], Setting: transcriptSetting}
	r := run{form: &Resident, e: e}
	s := r.question(Resident.question("symptoms"))
	b.ReportAllocs()
	for b.Loop() {
		channel.Fit(Render(words, s, "vi", e.Features), e.Features)
	}
}
