package flows

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/reading"
	"khaibao/core/store"
)

// turnRun is one message's turn inside a transaction.
type turnRun struct {
	d     *Dispatcher
	judge judge
	tx    *store.Tx
	at    *core.Address
	cause string // ID of the message
	event Event  // what is the same for all events of this turn
}

// message runs the turn of a message and of every result it asks for.
func (r *turnRun) message(ctx context.Context, m core.Inbound) error {
	if m.Control == core.Blocked {
		return r.tx.SetGone(ctx, r.at, true)
	}
	if m.Control == core.Withdraw {
		if err := r.tx.DropWaiting(ctx, r.at); err != nil {
			return err
		}
	} else if r.at.Gone { // who writes is there
		if err := r.tx.SetGone(ctx, r.at, false); err != nil {
			return err
		}
	}
	if r.event.Features.Proven && r.at.Phone == "" && r.at.URN.Scheme() == "tel" {
		if err := r.tx.Prove(ctx, r.at, r.at.URN.Path(), "sms"); err != nil {
			return err
		}
	}
	session := r.session()
	events := []Event{r.event}
	events[0].In = &m
	for n := 0; len(events) > 0; n++ {
		if n == 16 {
			return errTooLong
		}
		e := events[0]
		e.Known = r.known()
		var effects []Effect
		var ok bool
		session, effects, ok = r.safeTurn(session, e)
		if !ok {
			r.say(core.Say{Key: "error.internal", Args: map[string]string{"hotline": e.Setting.Hotline}})
			return nil
		}
		events = events[1:]
		for _, effect := range effects {
			result, err := r.apply(ctx, effect)
			if err != nil {
				return err
			}
			if result != nil {
				next := r.event
				next.Result = result
				events = append(events, next)
			}
		}
	}
	return r.keep(session)
}

// safeTurn runs the pure turn. Should it panic, the message stays recorded, the
// session as it was, and the person gets an answer instead of silence: sent
// again, the message would only panic again.
func (r *turnRun) safeTurn(s Session, e Event) (next Session, effects []Effect, ok bool) {
	defer func() {
		if p := recover(); p != nil {
			// The stack only: the panic's own text may quote what was typed.
			slog.Error("turn panicked", "message", r.cause, "form", s.Form, "question", s.Question, "stack", string(debug.Stack()))
			r.d.Count("panicked", r.at.Channel)
			next, effects, ok = s, nil, false
		}
	}()
	next, effects = Turn(s, e)
	return next, effects, true
}

// apologise answers a message that met a fault of ours, and leaves the session
// as it was.
func (r *turnRun) apologise(context.Context, core.Inbound) error {
	r.say(core.Say{Key: "error.internal", Args: map[string]string{"hotline": r.event.Setting.Hotline}})
	return nil
}

// session is the address's place in its conversation. One that cannot be read
// is begun anew: to fail would shut its person out for good.
func (r *turnRun) session() Session {
	var s Session
	if len(r.at.State) > 0 && json.Unmarshal(r.at.State, &s) != nil {
		slog.Error("session begun anew: it is no JSON", "address", r.at.ID)
		return Session{}
	}
	s.Form, s.Question = r.at.Form, r.at.Question
	return s
}

func (r *turnRun) keep(s Session) error {
	state, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("session of address %s: %w", r.at.ID, err)
	}
	r.at.Form, r.at.Question, r.at.State = s.Form, s.Question, state
	r.tx.SaveSession(r.at)
	return nil
}

func (r *turnRun) known() Known {
	return Known{Lang: r.at.Lang, Phone: r.at.Phone, OptedOut: r.at.OptedOut, Declared: r.at.Declared, NoticeSeen: r.at.Notice, Told: r.at.Told, Watched: r.at.Watched}
}

func (r *turnRun) say(s core.Say) {
	r.tx.Queue(core.Queued{Channel: r.at.Channel, AddressID: r.at.ID, URN: r.at.URN, Cause: r.cause,
		Priority: core.PriorityReply, Lang: cmp.Or(r.at.Lang, "vi"), Say: s})
}

// apply does one effect and gives its result, nil where it has none.
func (r *turnRun) apply(ctx context.Context, effect Effect) (Result, error) {
	switch e := effect.(type) {
	case Reply:
		r.say(e.Say)
		return nil, nil
	case SendCode:
		return r.sendCode(ctx, e)
	case CheckCode:
		ok, expired, left, err := r.tx.CheckCode(ctx, r.at.ID, e.Phone, e.Code, r.event.Now)
		return CodeChecked{OK: ok, Expired: expired, Left: left}, err
	case Prove:
		return nil, r.tx.Prove(ctx, r.at, e.Phone, e.How)
	case SetLang:
		return nil, r.tx.SetLang(ctx, r.at, e.Lang)
	case OptOut:
		return nil, r.tx.SetOptedOut(ctx, r.at, true)
	case OptIn:
		return nil, r.tx.SetOptedOut(ctx, r.at, false)
	case NoticeShown:
		return nil, r.tx.SetNotice(ctx, r.at, e.Version)
	case Declare:
		return r.declare(ctx, e)
	case DeclareAll:
		return r.declareAll(ctx, e)
	case Recall:
		return r.recall(ctx, e)
	case Object:
		return r.object(ctx)
	case FindQR:
		return r.findQR(ctx, e)
	case ReplaceQR:
		return r.replaceQR(ctx, e)
	case FindHeld:
		held, err := r.tx.Held(ctx, r.at)
		return Held{held}, err
	case OpenTask:
		return nil, r.openTask(ctx, e)
	}
	return r.applyWatch(ctx, effect)
}

// sendCode queues a code to the phone, unless a cap refuses it. What is said
// about it never depends on whether the number is known, nor on what others had
// sent to it.
func (r *turnRun) sendCode(ctx context.Context, e SendCode) (Result, error) {
	if !r.tx.SendsCodes(r.at.Channel, codeText) {
		return CodeSent{Phone: e.Phone, Refused: "limit"}, nil
	}
	code, refused, wait, err := r.tx.SendCode(ctx, r.at.ID, e.Phone, r.event.Now, r.d.Limits)
	if err != nil {
		return nil, err
	}
	if refused != "" {
		r.d.Count("code_refused_"+refused, r.at.Channel)
		return CodeSent{Phone: e.Phone, Refused: refused, Wait: wait}, nil
	}
	if code == "" {
		r.d.Count("code_withheld", r.at.Channel)
		return CodeSent{Phone: e.Phone}, nil
	}
	err = r.tx.Notify(ctx, e.Phone, core.Queued{Cause: r.cause, Priority: core.PriorityCode, Lang: cmp.Or(r.at.Lang, "vi"),
		Asker: r.at.Channel, Say: core.Say{Key: codeText, Args: map[string]string{"code": code}}})
	if err != nil {
		return nil, err
	}
	r.d.Count("code_sent", r.at.Channel)
	return CodeSent{Phone: e.Phone}, nil
}

func (r *turnRun) declare(ctx context.Context, e Declare) (Result, error) {
	d := r.judge.declaration(e, r.event.Now, r.event.Setting.Province)
	d.Channel, d.AddressID = r.at.Channel, r.at.ID
	stored, err := r.tx.Declare(ctx, d)
	if err != nil {
		return nil, err
	}
	r.at.Declared = true
	r.d.Count("declared", r.at.Channel)
	if stored.TellPhone {
		task := core.Task{PersonID: stored.PersonID, Commune: d.Person.Commune, District: d.Person.District, Province: d.Person.Province}
		if err := r.tell(ctx, e.Notify, task); err != nil {
			return nil, err
		}
	}
	out := Declared{PersonName: e.Person.Name, Code: stored.Code, Number: stored.Number, Version: stored.Version, Verdict: stored.Verdict}
	out.Why, out.WhyMeasure = r.judge.why(stored.Verdict, cmp.Or(r.at.Lang, "vi"))
	return out, nil
}

// declaration is what was declared at a moment as the store keeps it.
func (j judge) declaration(e Declare, now time.Time, home string) core.Declaration {
	p, today := e.Person, core.DayOf(now)
	commune, district, province := levels(p.Commune, home)
	return core.Declaration{
		Form: e.Form, Day: today, At: now, Phone: e.Phone, Proven: e.Proven, Notice: e.Notice, Facts: e.Facts, Private: e.Private,
		PersonID: e.PersonID, Proxy: e.Proxy, Notify: e.Notify, Judge: j.of(e, today),
		Person: core.PersonFacts{Name: p.Name, Folded: reading.Fold(p.Name), SortKey: reading.SortKey(p.Name),
			Birth: p.Birth, Sex: p.Sex, IDType: p.IDType, ID: p.ID, OldID: p.OldID, Insurance: p.Insurance,
			Commune: commune, District: district, Province: province, Sub: p.Sub, House: p.House},
	}
}

// levels splits an area into commune, district and province; what is coarser
// than a commune leaves the finer ones empty.
func levels(code, home string) (commune, district, province string) {
	unit, ok := area.Get(code)
	if !ok {
		return "", "", home
	}
	for _, u := range append([]area.Unit{unit}, area.Parents(code)...) {
		switch len(u.Code) { // GSO codes: five digits, three, two
		case 5:
			commune = u.Code
		case 3:
			district = u.Code
		case 2:
			province = u.Code
		}
	}
	return commune, district, province
}

func (r *turnRun) findQR(ctx context.Context, e FindQR) (Result, error) {
	found, err := r.tx.FindQRs(ctx, r.at)
	if err != nil {
		return nil, err
	}
	list := make([]QRCode, len(found))
	for i, q := range found {
		list[i] = QRCode{PersonID: q.PersonID, Name: q.Name, Code: q.Code, Number: q.Number, Day: q.Day}
	}
	return QRs{List: list, Lost: e.Lost}, nil
}

// replaceQR gives one of the phone's people a new code for a lost one.
func (r *turnRun) replaceQR(ctx context.Context, e ReplaceQR) (Result, error) {
	found, err := r.tx.FindQRs(ctx, r.at)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(found, func(q store.PersonQR) bool { return q.PersonID == e.PersonID })
	if at < 0 {
		return QRReplaced{}, nil
	}
	q := QRCode{PersonID: e.PersonID, Name: found[at].Name, Day: found[at].Day}
	q.Code, q.Number, err = r.tx.ReplaceQR(ctx, r.at, e.PersonID)
	if errors.Is(err, core.ErrNotFound) {
		return QRReplaced{}, nil
	}
	r.d.Count("qr_replaced", r.at.Channel)
	return QRReplaced{QRCode: q, Done: true}, err
}

// taskTime is how long officers have for a task of a conversation.
const taskTime = 4 * time.Hour

func (r *turnRun) openTask(ctx context.Context, e OpenTask) error {
	commune, district, province := levels(e.Area, r.event.Setting.Province)
	return r.tx.OpenTask(ctx, core.Task{Kind: e.Kind, AddressID: r.at.ID, Commune: commune, District: district,
		Province: province, Note: e.Note, Due: r.event.Now.Add(taskTime)})
}
