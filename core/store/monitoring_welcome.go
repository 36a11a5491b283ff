package store

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/monitor"
	"khaibao/core/seal"
)

// UseHotline sets the number that messages about monitoring name. It is called
// once, before the first message.
func (s *Store) UseHotline(number string) { s.hotline = number }

// firstPrompt is the welcome of one monitoring.
type firstPrompt struct {
	m *monitored
	answerer
	day core.Day
	due time.Time
}

const promptText = `INSERT INTO prompts (monitoring_id, day, slot, due_at, escalated_at, missed_at, step, next_at, outbox_id, commune, district, province)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`

// askText queues a message whose words are made when it is sent; see fillAsked.
const askText = `INSERT INTO outbox (id, channel, address_id, priority, locale_key, lang, created_at, due_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

// queueWelcomes writes the first prompts: one message for those of one address
// with one kind and one last day. Whom no message reaches is on an officer's
// list from the first moment.
func (o *opening) queueWelcomes(ctx context.Context) error {
	type letter struct {
		address string
		kind    core.Kind
		until   core.Day
	}
	messages := make(map[letter]string)
	var prompts, queued [][]any
	for _, w := range o.welcome {
		if w.id == "" {
			prompts = append(prompts, []any{w.m.ID, w.day, monitor.SlotWelcome, w.due.UnixMilli(), o.now.UnixMilli(), 0, int(monitor.StepCall), 0, "", w.m.Commune, w.m.District, w.m.Province})
			continue
		}
		to := letter{w.id, w.m.Kind, w.m.Until}
		id, ok := messages[to]
		if !ok {
			id = core.NewID()
			messages[to] = id
			queued = append(queued, []any{id, w.channel, w.id, int64(core.PriorityPrompt), core.MonitorWelcome + string(w.m.Kind), langOr(w.lang), o.now.UnixMilli(), w.due.UnixMilli()})
		}
		prompts = append(prompts, []any{w.m.ID, w.day, monitor.SlotWelcome, w.due.UnixMilli(), 0, 0, 0, w.due.Add(monitor.RemindAfter).UnixMilli(), id, w.m.Commune, w.m.District, w.m.Province})
	}
	if _, err := execEach(ctx, o.q, promptText, prompts); err != nil {
		return wrap(err, "first prompt")
	}
	_, err := execEach(ctx, o.q, askText, queued)
	return wrap(err, "queue welcome")
}

func langOr(lang string) string {
	if lang == "" {
		return "vi"
	}
	return lang
}

func cmpText(a, b string) int { return strings.Compare(a, b) }

// notice is something that is told to who answers for a monitoring: its end, a
// change.
type notice struct {
	m   *monitored
	key string
	day core.Day // that it is about; "" for the last one
}

// tell queues notices, one for those of one address that say the same. They
// wait for the morning, and reach nobody who wants no messages.
func (tx *Tx) tell(ctx context.Context, notices []notice) error {
	var addresses, people []string
	for _, n := range notices {
		if n.m.Address != "" && n.m.stoppedAt == 0 {
			addresses, people = append(addresses, n.m.Address), append(people, n.m.PersonID)
		}
	}
	if len(addresses) == 0 {
		return nil
	}
	places, err := tx.places(ctx, addresses)
	if err != nil {
		return err
	}
	names, err := tx.names(ctx, people)
	if err != nil {
		return err
	}
	type same struct {
		address, key, commune string
		kind                  core.Kind
		until                 core.Day
		alone                 string // ID of a monitoring that is told by itself
	}
	var order []same
	groups := make(map[same][]core.Asked)
	for _, n := range notices {
		if p := places[n.m.Address]; n.m.Address == "" || n.m.stoppedAt > 0 || p.optedOut || p.gone {
			continue
		}
		k := same{n.m.Address, n.key, n.m.area(), n.m.Kind, n.m.Until, ""}
		if n.day != "" {
			k.until, k.alone = n.day, n.m.ID
		}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], core.Asked{MonitoringID: n.m.ID, Name: givenName(names[n.m.PersonID]), Kind: n.m.Kind, Number: n.m.number})
	}
	rows := make([][]any, 0, len(order))
	due := monitor.NotBefore(tx.now)
	for _, k := range order {
		p := places[k.address]
		m := core.Queued{ID: core.NewID(), Channel: p.channel, AddressID: k.address, URN: p.urn, Priority: core.PriorityNotice, Lang: langOr(p.lang),
			Say: core.Say{Key: k.key, Args: map[string]string{"names": core.GivenNames(groups[k]), "given": core.ShortName(groups[k][0].Name), "until": k.until.Local(), "day": dayOf(k.key, k.until, tx.now).Local(),
				"commune": unitName(k.commune), "hotline": tx.s.hotline}, Words: map[string]string{"kind": core.MonitorKind + string(k.kind)}}}
		if k.key == core.MonitorLocationAsk {
			m.Say.Ask, m.Say.AskKey = core.AskLocation, "monitor.location.button"
		}
		sealed, err := tx.s.sealSay(m)
		if err != nil {
			return err
		}
		rows = append(rows, []any{m.ID, m.Channel, m.AddressID, "", int64(m.Priority), m.Say.Key, m.Lang, sealed, tx.now.UnixMilli(), due.UnixMilli()})
	}
	_, err = execEach(ctx, tx.q, `INSERT INTO outbox (id, channel, address_id, cause, priority, locale_key, lang, args, created_at, due_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, rows)
	return wrap(err, "queue notices")
}

// dayOf is the day that a notice names: of an end the last one, or today where an
// officer closes it before.
func dayOf(key string, until core.Day, now time.Time) core.Day {
	if key == core.MonitorEnd+string(core.EndClosed) {
		return min(until, core.DayOf(now))
	}
	return until
}

// place is where an address is.
type place struct {
	channel, lang  string
	urn            core.URN
	optedOut, gone bool
}

func (tx *Tx) places(ctx context.Context, addresses []string) (map[string]place, error) {
	r, err := tx.q.query(ctx, `SELECT id, channel, lang, urn, opted_out_at, gone_at FROM addresses WHERE id`+tx.s.anyOf("$1"), tx.s.among(addresses))
	found := make(map[string]place, len(addresses))
	_, err = collect(r, err, func(r scanner) (struct{}, error) {
		var id string
		var p place
		var urn []byte
		var optedOut, gone int64
		if err := r.Scan(&id, &p.channel, &p.lang, &urn, &optedOut, &gone); err != nil {
			return struct{}{}, err
		}
		plain, err := tx.s.keys.OpenString("addresses.urn", id, urn)
		p.urn, p.optedOut, p.gone = core.URN(plain), optedOut > 0, gone > 0
		if err != nil && !errors.Is(err, seal.ErrUnknownKey) { // damaged: it is no way to anybody
			slog.Error("sealed value of an address left out", "address", id, "err", err)
			err, p.gone = nil, true
		}
		found[id] = p
		return struct{}{}, err
	})
	return found, wrap(err, "find addresses")
}

func (tx *Tx) names(ctx context.Context, people []string) (map[string]string, error) {
	r, err := tx.q.query(ctx, `SELECT id, name FROM people WHERE id`+tx.s.anyOf("$1"), tx.s.among(people))
	found := make(map[string]string, len(people))
	_, err = collect(r, err, func(r scanner) (struct{}, error) {
		var id, name string
		err := r.Scan(&id, &name)
		found[id] = name
		return struct{}{}, err
	})
	return found, wrap(err, "find names")
}

// givenName is the last word of a name, as Vietnamese names have it.
func givenName(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}
