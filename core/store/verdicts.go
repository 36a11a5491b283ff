package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"khaibao/core"
)

// maxHolding bounds how many earlier declarations hold beside the newest.
const maxHolding = 4

// lastExposure is the fact that says when the last exposure was.
const lastExposure = "exposure_last"

// judged is a declaration's verdict, and what is in force by it for its person.
type judged struct {
	before  core.Verdict // in force until now
	said    core.Verdict // of the declaration
	inForce core.Verdict
	held    []string // as in core.Standing
	word    string   // as it is stored
	at      int64
}

// standing is the half of a person that a verdict needs, as it is stored.
type standing struct {
	class, since, verdict, held, word string
	at                                int64
}

// standingColumns are read into a standing by its fields, of the table p.
const standingColumns = `p.class_by, p.class_since, p.verdict, p.held, p.word, p.judged_at`

func (st *standing) fields() []any {
	return []any{&st.class, &st.since, &st.verdict, &st.held, &st.word, &st.at}
}

// open reads what is stored as JSON. Most people have none of it.
func (st *standing) open() (core.Standing, error) {
	out := core.Standing{Class: core.Class(st.class), Since: core.Day(st.since), Held: strings.Fields(st.held)}
	for text, into := range map[string]any{st.verdict: &out.Verdict, st.word: &out.Word} {
		if text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(text), into); err != nil {
			return out, fmt.Errorf("verdict is no JSON: %w", err)
		}
	}
	return out, nil
}

// judge gives a declaration its verdict, and its person what is in force by it:
// what earlier declarations gave goes on to hold, and so does an officer's word.
// was is how the person stood, former the declaration before.
func (d *declaring) judge(was standing, former string, facts core.PersonFacts, now time.Time) error {
	if d.Judge == nil {
		return nil
	}
	before, err := was.open()
	if err != nil {
		return fmt.Errorf("judge: %w", err)
	}
	j := &judged{before: before.Verdict, said: d.Judge(facts, before.Class, before.Since), word: was.word, at: after(now, was.at)}
	if j.said.IsZero() {
		return nil
	}
	v, repeats := j.said, false
	if told, _ := d.Facts[lastExposure].(string); told == "" {
		v, repeats = v.Repeating(before.Verdict, d.Day, d.Day)
	}
	var adds bool
	j.inForce, adds = v.Beside(before.Verdict, d.Day)
	switch {
	case adds || repeats && len(before.Held) == 0:
		j.held = append(before.Held, former)
		j.held = j.held[max(0, len(j.held)-maxHolding):]
	case repeats: // what is repeated is among them
		j.held = before.Held
	}
	if !before.Word.IsZero() {
		j.inForce = before.Word.Over(j.inForce)
	}
	d.judged = j
	return nil
}

// left is how a verdict leaves its person standing, with what was before.
func (j *judged) left(was standing) (standing, error) {
	if j == nil {
		return was, nil
	}
	text, err := verdictText(j.inForce)
	was.verdict, was.held, was.word, was.at = text, strings.Join(j.held, " "), j.word, j.at
	return was, err
}

// after is a moment in milliseconds, later than the last one: officers write
// over what they read, by this time.
func after(now time.Time, last int64) int64 { return max(now.UnixMilli(), last+1) }

// verdictText is a verdict as it is stored, "" for none.
func verdictText(v core.Verdict) (string, error) {
	if v.IsZero() {
		return "", nil
	}
	text, err := json.Marshal(v)
	return string(text), wrap(err, "keep verdict")
}

// The columns of a verdict in declarations and in people, in the order of the
// values below.
const (
	declarationVerdict = `class, colour, measure, verdict`
	personVerdict      = `class, colour_rank, measure, measure_until, verdict, judged_at, held, word`
)

// values are those of both tables; the empty ones for a nil j.
func (j *judged) values() (declaration, person []any, err error) {
	if j == nil {
		return []any{"", "", "", ""}, []any{"", int64(0), "", "", "", int64(0), "", ""}, nil
	}
	said, err := verdictText(j.said)
	if err != nil {
		return nil, nil, err
	}
	inForce := said
	if len(j.held) > 0 || j.word != "" {
		if inForce, err = verdictText(j.inForce); err != nil {
			return nil, nil, err
		}
	}
	v := j.inForce
	return []any{string(j.said.Class), string(j.said.Colour), string(j.said.Measure), said},
		[]any{string(v.Class), int64(v.Colour.Rank()), string(v.Measure), string(v.Until), inForce, j.at, strings.Join(j.held, " "), j.word}, nil
}
