package store

import (
	"context"
	"encoding/json"

	"khaibao/core"
)

// mergeVerdicts judges the person that two records became: the nearer of two
// classes and the worse of two raised colours stay, and what either's
// declarations hold is weighed anew. What an officer lowered of one record was
// said without knowing the other, and is over.
func (m merger) mergeVerdicts(ctx context.Context, l Look, keep, gone string, newest ...string) error {
	if m.policy.rules == nil {
		return nil
	}
	other, _, err := m.s.lockSubject(ctx, m.q, gone)
	if err != nil {
		return err
	}
	sub, _, err := m.s.lockSubject(ctx, m.q, keep)
	if err != nil {
		return err
	}
	was, err := sub.standing.open()
	if err != nil {
		return err
	}
	theirs, err := other.standing.open()
	if err != nil {
		return err
	}
	if was.Class.Farther(theirs.Class) {
		was.Class, was.Since = theirs.Class, theirs.Since
	}
	word := core.Word{Raised: was.Word.Raised.Worse(theirs.Word.Raised), Day: max(was.Word.Day, theirs.Word.Day)}
	if was.Word, sub.word = word, ""; !word.IsZero() {
		text, err := json.Marshal(word)
		if err != nil {
			return err
		}
		sub.word = string(text)
	}
	was.Held = append(append(was.Held, theirs.Held...), newest...)
	was.Held = was.Held[max(0, len(was.Held)-2*maxHolding):]
	earlier, err := m.s.earlierOf(ctx, m.q, was.Held)
	if err != nil {
		return err
	}
	delete(earlier, sub.newest.id)
	j, err := m.policy.verdict(sub, was, earlier)
	if err != nil {
		return err
	}
	j.at = after(m.now, sub.standing.at)
	if err := movePerson(ctx, m.q, keep, j); err != nil {
		return err
	}
	if err := m.s.triageSubject(ctx, m.q, &sub, j, m.now.UnixMilli()); err != nil {
		return err
	}
	_, err = m.q.exec(ctx, `UPDATE people SET class_by = $2, class_since = $3 WHERE id = $1`, keep, string(was.Class), string(was.Since))
	if err != nil {
		return err
	}
	return m.s.keepVerdict(ctx, m.q, verdictRow{person: keep, declaration: sub.newest.id, why: whyMerged, v: j.inForce, officer: l.Officer.ID, at: m.now})
}
