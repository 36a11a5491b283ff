package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/triage"
)

// The states of a version of the rules and of an epidemic area.
const (
	stateDraft = "draft" // not in force, may be rehearsed
	stateOn    = "on"    // in force on its days
	stateOff   = "off"   // was taken back
)

// Act is who did something when; zero where nobody did. By is an officer's ID,
// "" for the program.
type Act struct {
	By string
	At time.Time
}

// RuleVersion is one version of the rule file as staff see it.
type RuleVersion struct {
	Version string
	Title   string   // in Vietnamese
	From    core.Day // in force from this day, once it is on
	State   string   // "draft", "on", "off"
	InForce bool     // today
	Hash    string   // SHA-256 of its text, in hexadecimal
	Made    Act
	Switch  Act // when it was switched on
	Ended   Act // when it was taken back
}

// What a change of the policy is refused for; others are told as they are.
var (
	ErrVersionTaken = errors.New("the version is in use for another text")
	ErrLastRules    = errors.New("these are the only rules in force")
	ErrNoDraft      = errors.New("only what is a draft can be switched on")
)

// SaveRules keeps a new version of the rule file as a draft and gives its name.
// A file with a mistake is refused whole, with a *triage.Error that names the
// line; a name that another text has is ErrVersionTaken. Who may not edit the
// policy gets core.ErrNotFound.
func (s *Store) SaveRules(ctx context.Context, by duty.Officer, now time.Time, text []byte) (version string, err error) {
	if !by.MayDo(duty.EditPolicy) {
		return "", core.ErrNotFound
	}
	rules, err := triage.Parse(text)
	if err != nil {
		return "", err
	}
	n, err := s.q.exec(ctx, `INSERT INTO rules (version, from_day, text, hash, state, officer_id, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT DO NOTHING`, rules.Version(), string(rules.From()), rules.Text(), rules.Hash(), stateDraft, by.ID, now.UnixMilli())
	if err != nil {
		return "", fmt.Errorf("save rules: %w", err)
	}
	if n == 0 {
		var hash string
		if err := s.q.row(ctx, `SELECT hash FROM rules WHERE version = $1`, rules.Version()).Scan(&hash); err != nil {
			return "", fmt.Errorf("save rules: %w", err)
		}
		if hash != rules.Hash() {
			return "", ErrVersionTaken
		}
	}
	return rules.Version(), nil
}

// RuleVersions lists all versions, the newest in force first, drafts before
// them.
func (s *Store) RuleVersions(ctx context.Context, by duty.Officer, today core.Day) ([]RuleVersion, error) {
	if !by.MayDo(duty.SeePolicy) {
		return nil, core.ErrNotFound
	}
	r, err := s.q.query(ctx, `SELECT version, from_day, text, state, hash, officer_id, made_at, switched_by, switched_at, ended_by, ended_at FROM rules
		ORDER BY CASE WHEN state = 'draft' THEN 0 ELSE 1 END, from_day DESC, switched_at DESC, made_at DESC, version DESC`)
	found := false
	list, err := collect(r, err, func(r scanner) (v RuleVersion, err error) {
		var from, text string
		var made, switched, ended int64
		if err = r.Scan(&v.Version, &from, &text, &v.State, &v.Hash, &v.Made.By, &made, &v.Switch.By, &switched, &v.Ended.By, &ended); err != nil {
			return v, err
		}
		v.From, v.Made.At, v.Switch.At, v.Ended.At = core.Day(from), moment(made), moment(switched), moment(ended)
		if rules, err := triage.Parse([]byte(text)); err == nil { // one of a newer program has no title here
			v.Title = rules.Title("vi")
		}
		if v.State == stateOn && v.From <= today && !found {
			found, v.InForce = true, true
		}
		return v, nil
	})
	return list, wrap(err, "rule versions")
}

// RuleText is the text of one version, to be read or changed into another.
func (s *Store) RuleText(ctx context.Context, by duty.Officer, version string) (text string, err error) {
	if !by.MayDo(duty.SeePolicy) || !goodText(version) {
		return "", core.ErrNotFound
	}
	err = s.q.row(ctx, `SELECT text FROM rules WHERE version = $1`, version).Scan(&text)
	if errors.Is(err, errNoRows) {
		return "", core.ErrNotFound
	}
	return text, wrap(err, "rule text")
}

// SwitchRules switches a draft on from a day, the file's own day or today,
// whichever is last, and has the declarations inside the look-back window judged
// again on that day. The job that does so is given by its ID.
func (s *Store) SwitchRules(ctx context.Context, by duty.Officer, now time.Time, version string, from core.Day) (jobID string, err error) {
	if !by.MayDo(duty.EditPolicy) {
		return "", core.ErrNotFound
	}
	err = s.changePolicy(ctx, func(q querier) error {
		if !goodText(version) {
			return core.ErrNotFound
		}
		var text, state, own string
		err := q.row(ctx, `SELECT text, state, from_day FROM rules WHERE version = $1`, version).Scan(&text, &state, &own)
		switch {
		case errors.Is(err, errNoRows):
			return core.ErrNotFound
		case err != nil:
			return err
		case state != stateDraft:
			return ErrNoDraft
		}
		if _, err := triage.Parse([]byte(text)); err != nil { // of another program
			return err
		}
		from = max(from, core.Day(own), core.DayOf(now))
		if _, err = q.exec(ctx, `UPDATE rules SET state = $2, from_day = $3, switched_at = $4, switched_by = $5 WHERE version = $1`,
			version, stateOn, string(from), now.UnixMilli(), by.ID); err != nil {
			return err
		}
		jobID, err = s.addJudgeJob(ctx, q, by, now, judgeArgs{Why: whyRules, From: from})
		return err
	})
	return jobID, wrapPolicy(err, "switch rules on")
}

// TakeBackRules takes a version out of force, so that the one before it is in
// force again, and has declarations judged again. The only rules in force stay:
// ErrLastRules.
func (s *Store) TakeBackRules(ctx context.Context, by duty.Officer, now time.Time, version string) (jobID string, err error) {
	if !by.MayDo(duty.EditPolicy) {
		return "", core.ErrNotFound
	}
	today := core.DayOf(now)
	err = s.changePolicy(ctx, func(q querier) error {
		if !goodText(version) {
			return core.ErrNotFound
		}
		n, err := q.exec(ctx, `UPDATE rules SET state = $2, ended_at = $3, ended_by = $4 WHERE version = $1 AND state <> $2`,
			version, stateOff, now.UnixMilli(), by.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return core.ErrNotFound
		}
		var left int
		err = q.row(ctx, `SELECT COUNT(*) FROM rules WHERE state = 'on' AND from_day <= $1`, string(today)).Scan(&left)
		if err == nil && left == 0 {
			err = ErrLastRules
		}
		if err != nil {
			return err
		}
		jobID, err = s.addJudgeJob(ctx, q, by, now, judgeArgs{Why: whyRules, From: today})
		return err
	})
	return jobID, wrapPolicy(err, "take rules back")
}

// wrapPolicy wraps what nobody answers to; refusals are told as they are.
func wrapPolicy(err error, doing string) error {
	var refused *triage.Error
	for _, known := range []error{core.ErrNotFound, ErrVersionTaken, ErrLastRules, ErrNoDraft, ErrAreaRefused} {
		if errors.Is(err, known) {
			return err
		}
	}
	if errors.As(err, &refused) {
		return err
	}
	return wrap(err, doing)
}
