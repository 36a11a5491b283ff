package flows

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"strings"

	"khaibao/core"
)

// declareAll stores the declarations of one run, in order.
func (r *turnRun) declareAll(ctx context.Context, e DeclareAll) (Result, error) {
	all := DeclaredAll{List: make([]Declared, 0, len(e.List))}
	for _, d := range e.List {
		stored, err := r.declare(ctx, d)
		if err != nil {
			return nil, err
		}
		all.List = append(all.List, stored.(Declared))
	}
	return all, nil
}

// recall gives the people of the proved phone, and brings a form half-way on
// another channel here.
func (r *turnRun) recall(ctx context.Context, e Recall) (Result, error) {
	if e.Moved {
		kept, err := r.takeSession(ctx)
		if err != nil || kept != nil {
			return Recalled{Kept: kept}, err
		}
	}
	people, err := r.tx.Recall(ctx, r.at, e.Form)
	return Recalled{People: people}, err
}

// takeSession brings the form that is half-way at another address of the phone.
func (r *turnRun) takeSession(ctx context.Context) (*Kept, error) {
	form, question, state, asked, ok, err := r.tx.TakeSession(ctx, r.at)
	if err != nil || !ok {
		return nil, err
	}
	var s Session
	if json.Unmarshal(state, &s) != nil {
		slog.Error("session of another address left: it is no JSON", "address", r.at.ID)
		return nil, nil
	}
	s.State.Question = question
	return &Kept{Form: form, State: s.State, At: asked}, nil
}

// object makes tasks of what the phone's holder calls wrong.
func (r *turnRun) object(ctx context.Context) (Result, error) {
	list, err := r.tx.Objects(ctx, r.at)
	if err != nil {
		return nil, err
	}
	for _, o := range list {
		err := r.tx.OpenTask(ctx, core.Task{Kind: "objected", PersonID: o.PersonID, AddressID: r.at.ID, Commune: o.Commune, District: o.District,
			Province: cmp.Or(o.Province, r.event.Setting.Province), Due: r.event.Now.Add(taskTime)})
		if err != nil {
			return nil, err
		}
	}
	r.d.Count("objected", r.at.Channel)
	return Objected{Count: len(list)}, nil
}

// longestTeller bounds the name of a declarer in an SMS, in letters.
const longestTeller = 30

// tell tells the holder of a phone who declared for them, and how to object;
// officers do, by the task, when no way reaches them.
func (r *turnRun) tell(ctx context.Context, phone string, unreached core.Task) error {
	s := core.Say{Key: proxyTold, Args: args{"last": lastDigits(r.at.Phone), "hotline": r.event.Setting.Hotline}}
	by, err := r.ownName(ctx)
	if err != nil {
		return err
	}
	if by == "" || len([]rune(by)) > longestTeller {
		s.Words = args{"by": "proxy.unnamed"}
	} else {
		s.Args["by"] = by
	}
	err = r.tx.Notify(ctx, phone, core.Queued{Cause: r.cause, Priority: core.PriorityNotice, Lang: "vi", Say: s,
		Objectable: true, Unreached: &unreached})
	if err != nil {
		return err
	}
	r.d.Count("told", r.at.Channel)
	return nil
}

// ownName is the name under which the writer declared for themselves, "" when
// they never did.
func (r *turnRun) ownName(ctx context.Context) (string, error) {
	people, err := r.tx.Recall(ctx, r.at, Resident.ID)
	for _, p := range people {
		if p.Self {
			return strings.TrimSpace(p.Facts.Name), err
		}
	}
	return "", err
}
