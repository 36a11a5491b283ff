package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/triage"
)

// The kinds of jobs that judge again.
const (
	JobJudge    = "judge"    // after a change of the policy: people move, and are told
	JobRehearse = "rehearse" // before one: who would move
)

// Why people are judged again, as rows of verdicts say it.
const (
	whyRules = "rules"
	whyArea  = "area"
	whyDays  = "days" // a measure's last day is over
)

// judgeArgs are those of JobJudge.
type judgeArgs struct {
	Why  string   `json:"why"`
	From core.Day `json:"from"` // on which the change is in force
}

// addJudgeJob has people judged again once a change is in force.
func (s *Store) addJudgeJob(ctx context.Context, q querier, by duty.Officer, now time.Time, a judgeArgs) (id string, err error) {
	args, err := json.Marshal(a)
	if err != nil {
		return "", err
	}
	due := now
	if start := startOf(a.From); start.After(now) {
		due = start
	}
	return s.addJob(ctx, q, core.Job{ID: core.NewID(), Kind: JobJudge, Args: string(args), OfficerID: by.ID, Made: now, Due: due}, "")
}

// startOf is the first moment of a civil day; the zero time for what is none.
func startOf(d core.Day) time.Time {
	t, _ := time.ParseInLocation(time.DateOnly, string(d), core.Zone)
	return t
}

// Judging judges people again in the background.
type Judging struct {
	Store *Store
	// Tell gives the words for a person whose measure is another now; not ok
	// where there is nothing to tell. name is what a khai hộ calls them, "" for
	// the holder of the phone.
	Tell  func(before, now core.Verdict, name string) (core.Say, bool)
	Batch int // declarations in one step; 0 takes judgeBatch
}

// judgeBatch is how many declarations a step looks at: few enough that those
// who declare at that moment do not wait for it.
const judgeBatch = 1000

// settle is how long after a change some node may still judge by what was in
// force before: until it read the change, and committed what it had in hand.
const settle = policyFresh + 12*time.Second

// judgeCursor is how far a JobJudge has come.
type judgeCursor struct {
	spot
	Began int64 `json:"began"` // when the walk began, in milliseconds
	// Again tells that the walk is the second one, over what came in while nodes
	// were still reading the change.
	Again bool `json:"again,omitempty"`
}

// judgeResult is what a JobJudge did.
type JudgeResult struct {
	People int `json:"people"` // judged again
	Moved  int `json:"moved"`
	Told   int `json:"told"`
	Failed int `json:"failed"` // whose answers could not be read
}

// Step judges the people of the next declarations of the window again; it is a
// jobs.Step. People, verdicts, notices and how far it came are one transaction.
func (g *Judging) Step(ctx context.Context, now, until time.Time, j core.Job) (core.Job, error) {
	var args judgeArgs
	cursor, result := judgeCursor{}, JudgeResult{}
	if err := readJob(j, &args, &cursor, &result); err != nil {
		return j, err
	}
	s := g.Store
	rules, areas, err := s.policyNow(ctx, core.DayOf(now))
	if err != nil {
		return j, err
	}
	p := policy{rules, areas, core.DayOf(now)}
	from := startOf(p.today.Add(-rules.Window()))
	if cursor.Began == 0 {
		cursor.Began = now.UnixMilli()
		if j.Total, err = s.countJudged(ctx, args.Why, p.today, from); err != nil {
			return j, err
		}
	}
	if cursor.Again {
		from = later(from, time.UnixMilli(cursor.Began).Add(-settle))
	}
	var told []string
	err = s.inTx(ctx, func(q querier) error {
		next, step, err := g.judgePage(ctx, q, now, p, from, cursor.spot, args.Why)
		if err != nil {
			return err
		}
		told = step.channels
		cursor.spot = next
		if !cursor.Again {
			j.Done += step.looked
		}
		result.People += step.people
		result.Moved += step.moved
		result.Told += step.told
		result.Failed += step.failed
		switch {
		case next.Done && !cursor.Again && args.Why != whyDays:
			j.Total = j.Done
			cursor = judgeCursor{Began: cursor.Began, Again: true}
			j.Due = time.UnixMilli(cursor.Began).Add(settle)
		case next.Done:
			j.Ended = now
		}
		if err := writeJob(&j, cursor, result); err != nil {
			return err
		}
		j.Failures = 0
		hold := until
		if j.Due.After(now) {
			hold = time.Time{}
		}
		return s.keepJob(ctx, q, j, hold)
	})
	if err == nil {
		s.wake.tell(told)
	}
	return j, err
}

// page of a JobJudge: what was done in one step.
type judgedPage struct {
	looked, people, moved, told, failed int
	channels                            []string // that have a notice waiting
}

func (g *Judging) judgePage(ctx context.Context, q querier, now time.Time, p policy, from time.Time, at spot, why string) (next spot, done judgedPage, err error) {
	s := g.Store
	batch := g.Batch
	if batch == 0 {
		batch = judgeBatch
	}
	var subjects []subject
	var looked int
	if why == whyDays {
		subjects, looked, next, err = s.pageOver(ctx, q, at, p.today, batch)
	} else {
		subjects, looked, next, err = s.page(ctx, q, at, from, provinces(), batch)
	}
	if err != nil {
		return at, done, err
	}
	movers, failed, err := s.judgeAll(ctx, q, p, subjects)
	if err != nil {
		return at, done, err
	}
	for _, err := range failed {
		slog.Error("not judged again", "err", err)
	}
	movers, err = s.moveAll(ctx, q, now, movers, why)
	if err != nil {
		return at, done, fmt.Errorf("keep verdicts: %w", err)
	}
	tx := &Tx{s: s, q: q, now: now}
	if err := tx.watchAll(ctx, movers); err != nil {
		return at, done, err
	}
	done = judgedPage{looked: looked, people: len(subjects), moved: len(movers), failed: len(failed)}
	if why != whyDays { // who is watched hears of it by that, and all were told the day
		if done.told, err = g.tellAll(ctx, tx, movers); err != nil {
			return at, done, err
		}
	}
	done.channels = tx.channels()
	return next, done, tx.flush(ctx)
}

// policyNow is Policy, read again: a job must not judge by what its own change
// replaced.
func (s *Store) policyNow(ctx context.Context, day core.Day) (*triage.Rules, *triage.Areas, error) {
	s.policy.mu.Lock()
	s.policy.read = time.Time{}
	s.policy.mu.Unlock()
	return s.Policy(ctx, day)
}

// countJudged counts what a job will look at.
func (s *Store) countJudged(ctx context.Context, why string, today core.Day, from time.Time) (n int, err error) {
	if why != whyDays {
		return s.countWindow(ctx, s.q, from)
	}
	err = s.q.row(ctx, `SELECT COUNT(*) FROM people WHERE measure_until <> '' AND measure_until < $1`, string(today)).Scan(&n)
	return n, wrap(err, "count the measures that are over")
}

// countWindow counts the declarations that a walk will look at.
func (s *Store) countWindow(ctx context.Context, q querier, from time.Time) (n int, err error) {
	err = q.row(ctx, `SELECT COUNT(*) FROM declarations WHERE province IN (`+quoted(provinces())+`) AND at >= $1`, from.UnixMilli()).Scan(&n)
	return n, wrap(err, "count the window")
}

// AddDaysJob has those judged again whose measure's last day is over: what
// follows it begins. It makes one job a day, however often it is called, on
// whichever node.
func (s *Store) AddDaysJob(ctx context.Context, now time.Time) error {
	day := core.DayOf(now)
	args, err := json.Marshal(judgeArgs{Why: whyDays, From: day})
	if err != nil {
		return err
	}
	_, err = s.addJob(ctx, s.q, core.Job{ID: core.NewID(), Kind: JobJudge, Args: string(args), Made: now, Due: now}, whyDays+" "+string(day))
	return err
}

// provinces are all that a declaration may stand in, in the order of a walk;
// "" first, for those that name none.
func provinces() []string {
	codes := []string{""}
	for _, u := range area.Children("") {
		codes = append(codes, u.Code)
	}
	slices.Sort(codes)
	return codes
}

func quoted(codes []string) string {
	text := ""
	for i, c := range codes {
		if i > 0 {
			text += ", "
		}
		text += "'" + c + "'"
	}
	return text
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// readJob reads what a job keeps as JSON.
func readJob(j core.Job, args, cursor, result any) error {
	for text, into := range map[string]any{j.Args: args, j.Cursor: cursor, j.Result: result} {
		if text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(text), into); err != nil {
			return errors.New("job " + j.ID + ": what it keeps is no JSON")
		}
	}
	return nil
}

func writeJob(j *core.Job, cursor, result any) error {
	at, err := json.Marshal(cursor)
	if err != nil {
		return err
	}
	text, err := json.Marshal(result)
	j.Cursor, j.Result = string(at), string(text)
	return err
}
