package flows

import "slices"

// State is one run through a form. It names questions by ID, never by number,
// so that a form can grow while people are halfway through it. A State is a
// value: Step never changes the one it was given.
type State struct {
	Run      int      `json:"run,omitempty"`      // counts an address's runs: buttons of an older run are known by it
	Question string   `json:"question,omitempty"` // ID of the question last asked, "review" at the end
	Answers  []Answer `json:"answers,omitempty"`  // one for each answered question, in order of answering
	Open     *Open    `json:"open,omitempty"`     // an answer that is not whole yet
	Misses   int      `json:"misses,omitempty"`   // misunderstandings in a row

	People []Member `json:"people,omitempty"` // who is declared for, unless it is one new person: the writer
	At     int      `json:"at,omitempty"`     // of several people, whom the last question was about: 1 is the first; else 0
	Party  bool     `json:"party,omitempty"`  // more people may be added
	Undo   []Answer `json:"undo,omitempty"`   // all answers as they were, while one of them is being corrected
	Same   bool     `json:"same,omitempty"`   // all answers are of an earlier declaration
	Once   bool     `json:"once,omitempty"`   // was told in one message: is sent once nothing is missing
}

// Member is one of the people that a run declares for.
type Member struct {
	ID    string `json:"id,omitempty"`    // of a person recalled, "" for one who is new
	Proxy bool   `json:"proxy,omitempty"` // is not the one who writes
}

// grouped tells whether the run is about several people. Then answers to a
// question for Each are of one of them, and all others are common.
func (s *State) grouped() bool { return len(s.People) > 1 }

// Answer is what was said to one question.
type Answer struct {
	ID    string   `json:"id"`              // of the question
	Value string   `json:"value,omitempty"` // choice, ISO date cut to its precision, normalised number, area code or text
	Set   []string `json:"set,omitempty"`   // choices of a SelectMany; with none of them Value holds the question's None
	Type  string   `json:"type,omitempty"`  // kind of paper, "cccd", or of a vehicle's number, "flight"
	Sub   string   `json:"sub,omitempty"`   // quarter or hamlet of a place
	House string   `json:"house,omitempty"` // house and street of a place
	Typed string   `json:"typed,omitempty"` // a place or a vehicle as typed
	Stops []Stop   `json:"stops,omitempty"` // places passed; with none of them Value holds the question's None
	Sex   string   `json:"sex,omitempty"`   // what the digits of a card's number tell
	Year  int      `json:"year,omitempty"`  // of birth, as the digits of a card's number tell
	By    string   `json:"by,omitempty"`    // ID of the question whose answer gave this one
	Of    int      `json:"of,omitempty"`    // of several people, whose answer it is: 1 is the first; 0 is common
	Kept  bool     `json:"kept,omitempty"`  // taken from an earlier declaration
}

// Skipped is the Value of an optional question that was passed over.
const Skipped = "skip"

// Open is an answer in the making: choices ticked so far, a place of which only
// a part is known, or a number to be confirmed.
type Open struct {
	ID     string   `json:"id"`
	Set    []string `json:"set,omitempty"`    // choices ticked
	Codes  []string `json:"codes,omitempty"`  // areas to choose from
	Within string   `json:"within,omitempty"` // area already known, to be made finer
	Sub    string   `json:"sub,omitempty"`    // quarter or hamlet already read
	House  string   `json:"house,omitempty"`  // house and street already read
	Typed  string   `json:"typed,omitempty"`  // what was typed so far, or a card's text
	Stops  []Stop   `json:"stops,omitempty"`  // places already told
	Of     int      `json:"of,omitempty"`     // of several people, whose card it is
}

// answer finds the answer to a question, of the person asked about or else the
// common one; nil when there is none.
func (s *State) answer(id string) *Answer {
	var common *Answer
	for i := range s.Answers {
		switch a := &s.Answers[i]; {
		case a.ID != id:
		case a.Of == s.At:
			return a
		case a.Of == 0:
			common = a
		}
	}
	return common
}

// put returns the answers with one set, without touching the old slice.
func put(answers []Answer, a Answer) []Answer {
	others := drop(answers, func(old *Answer) bool { return old.ID == a.ID && old.Of == a.Of })
	out := make([]Answer, 0, len(others)+1)
	return append(append(out, others...), a)
}

// drop returns the answers without those that gone names. The old slice stays
// as it was, and is returned when nothing goes.
func drop(answers []Answer, gone func(a *Answer) bool) []Answer {
	first := 0
	for first < len(answers) && !gone(&answers[first]) {
		first++
	}
	if first == len(answers) {
		return answers
	}
	out := slices.Clone(answers[:first])
	for i := first + 1; i < len(answers); i++ {
		if !gone(&answers[i]) {
			out = append(out, answers[i])
		}
	}
	return out
}

// same tells whether two answers say the same.
func same(a, b *Answer) bool {
	if a.Value != b.Value || a.Sub != b.Sub || a.Type != b.Type || len(a.Set) != len(b.Set) || !slices.EqualFunc(a.Stops, b.Stops, Stop.same) {
		return false
	}
	for _, c := range a.Set {
		if !slices.Contains(b.Set, c) {
			return false
		}
	}
	return true
}
