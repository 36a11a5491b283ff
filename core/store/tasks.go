package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
)

// TaskLooks is the kind of a task about an officer who looked up too many
// people. Only those who keep the accounts see it.
const TaskLooks = "look_ups"

// TaskTokens is the kind of a task about a network that takes our tokens no
// more. It is for whoever runs the machines, whom no account names: officers
// of the whole province and those who keep the accounts see it.
const TaskTokens = "zalo_token"

// OpenTask is a task as it stands on a list.
type OpenTask struct {
	ID       string
	Kind     string
	PersonID string
	About    bool   // it is about somebody who can be called
	Area     string // the finest known GSO code
	Owner    string // an officer's ID, or the GSO code of the area whose it is until somebody takes it
	Taken    string // name of the officer who took it; "" for nobody yet
	Note     string // a question's ID, an officer's name for TaskLooks
	Opened   time.Time
	Due      time.Time
	Attempts int
}

// Tasks lists the open tasks of a scope, those due first come first; after is
// the last one of the page before. An officer who keeps the accounts sees the
// tasks about officers and tokens, all others those about people and tokens.
func (s *Store) Tasks(ctx context.Context, o duty.Officer, scope duty.Scope, after OpenTask, n int) ([]OpenTask, error) {
	column, ok := scopeColumn(scope.Area)
	if !ok {
		return nil, nil
	}
	text := `SELECT t.id, t.kind, t.person_id, t.commune, t.district, t.province, t.owner, ` + takenBy + `,
			CASE WHEN t.kind = $2 THEN COALESCE((SELECT o.name FROM officers o WHERE o.id = t.note), '') ELSE t.note END,
			t.opened_at, t.due_at, t.attempts, CASE WHEN t.person_id <> '' OR t.address_id <> '' THEN 1 ELSE 0 END
		FROM tasks t WHERE t.closed_at = 0 AND t.` + column + ` = $1 AND (t.due_at, t.id) > ($3, $4) AND t.kind ` + taskKinds(o)
	due := int64(-1)
	if after.ID != "" {
		due = after.Due.UnixMilli()
	}
	r, err := s.q.query(ctx, text+` ORDER BY t.due_at, t.id LIMIT $5`, scope.Area, TaskLooks, due, after.ID, n)
	list, err := collect(r, err, func(r scanner) (t OpenTask, err error) {
		var commune, district, province string
		var opened, due, about int64
		err = r.Scan(&t.ID, &t.Kind, &t.PersonID, &commune, &district, &province, &t.Owner, &t.Taken, &t.Note, &opened, &due, &t.Attempts, &about)
		t.About = about == 1
		t.Area, t.Opened, t.Due = finest(commune, district, province), time.UnixMilli(opened), time.UnixMilli(due)
		return t, err
	})
	return list, wrap(err, "list tasks")
}

// TaskContact is how the person of a task is reached.
type TaskContact struct {
	OpenTask
	Channel    string // where the person wrote; "" when nobody did
	Phone      string // E.164; "" when none is known
	Proven     bool
	Monitoring string      // ID of the one that it is about; "" for none
	Events     []TaskEvent // what was done about it, the newest first

	// Of an objection: the khai hộ that it is about, and the phone that declared it.
	Declaration string // ID; "" where it is not of this area
	Declarer    string // E.164; "" when it is not known
	InScope     bool   // the person lives in the scope, so that their record may be opened
}

// takenBy is the name of the officer who took a task.
const takenBy = `COALESCE((SELECT o.name FROM officers o WHERE o.id = t.owner), '')`

// TaskContact opens one task of the scope with the phone to call. It is a
// look-up of a person: for duties that see full identities in their area, and
// logged. A task outside is core.ErrNotFound, as one that never was or is done.
func (s *Store) TaskContact(ctx context.Context, l Look, scope duty.Scope, id string) (t TaskContact, err error) {
	err = s.looking(ctx, &l, func(q querier) error {
		if !utf8.ValidString(id) || strings.ContainsRune(id, 0) {
			return s.nobody(ctx, q, l)
		}
		var commune, district, province, address string
		var opened, due int64
		var phone, urn []byte
		err := q.row(ctx, `SELECT t.id, t.kind, t.person_id, t.commune, t.district, t.province, t.note, t.opened_at, t.due_at, t.attempts, t.owner, `+takenBy+`, t.monitoring_id,
				COALESCE(a.id, ''), COALESCE(a.channel, ''), a.phone, a.urn
			FROM tasks t LEFT JOIN addresses a ON a.id = t.address_id WHERE t.id = $1 AND t.closed_at = 0`, id).
			Scan(&t.ID, &t.Kind, &t.PersonID, &commune, &district, &province, &t.Note, &opened, &due, &t.Attempts, &t.Owner, &t.Taken, &t.Monitoring,
				&address, &t.Channel, &phone, &urn)
		if err != nil && !errors.Is(err, errNoRows) {
			return fmt.Errorf("task %s: %w", id, err)
		}
		t.Area, t.Opened, t.Due = finest(commune, district, province), time.UnixMilli(opened), time.UnixMilli(due)
		where := l.Officer.WhereIs(t.Area, false)
		if err != nil || !scope.Holds(t.Area) || aboutMachines(t.Kind) || duty.May(l.Officer.Duty, where, duty.FullIdentity) != duty.Yes {
			t = TaskContact{}
			return s.nobody(ctx, q, l)
		}
		if t.Phone, err = s.keys.OpenString("addresses.phone", address, phone); err != nil {
			return fmt.Errorf("task %s: %w", id, err)
		}
		t.Proven = t.Phone != ""
		if t.Phone == "" { // whoever wrote by SMS wrote from a phone
			plain, err := s.keys.OpenString("addresses.urn", address, urn)
			if err != nil {
				return fmt.Errorf("task %s: %w", id, err)
			}
			if u := core.URN(plain); u.Scheme() == "tel" {
				t.Phone = u.Path()
			}
		}
		if t.Phone == "" {
			if err := s.typedPhone(ctx, q, &t, address); err != nil {
				return fmt.Errorf("task %s: %w", id, err)
			}
		}
		if t.Events, err = s.taskEvents(ctx, q, id); err != nil {
			return err
		}
		if err := s.taskPerson(ctx, q, scope, &t); err != nil {
			return fmt.Errorf("task %s: %w", id, err)
		}
		return s.keepRead(ctx, q, l, t.PersonID, string(duty.FullIdentity), true)
	})
	return t, err
}

// taskObjected is the kind of a task about somebody who objected to a khai hộ.
const taskObjected = "objected"

// taskPerson says whether the person of a task lives in the scope, and of an
// objection which declaration it is about and who made it.
func (s *Store) taskPerson(ctx context.Context, q querier, scope duty.Scope, t *TaskContact) error {
	if t.PersonID == "" {
		return nil
	}
	var commune, district, province string
	err := q.row(ctx, `SELECT commune, district, province FROM people WHERE id = $1`, t.PersonID).Scan(&commune, &district, &province)
	if err != nil && !errors.Is(err, errNoRows) {
		return err
	}
	if t.InScope = err == nil && scope.Holds(finest(commune, district, province)); t.Kind != taskObjected {
		return nil
	}
	var id, address string
	var phone, urn []byte
	err = q.row(ctx, `SELECT d.id, d.commune, d.district, d.province, COALESCE(a.id, ''), a.phone, a.urn FROM declarations d
		LEFT JOIN addresses a ON a.id = d.address_id AND d.address_id <> '' WHERE d.person_id = $1 AND d.proxy = 1 ORDER BY d.at DESC, d.id DESC LIMIT 1`, t.PersonID).
		Scan(&id, &commune, &district, &province, &address, &phone, &urn)
	if errors.Is(err, errNoRows) || err == nil && !scope.Holds(finest(commune, district, province)) {
		return nil
	}
	if err != nil {
		return err
	}
	t.Declaration = id
	if t.Declarer, err = s.keys.OpenString("addresses.phone", address, phone); err != nil || t.Declarer != "" {
		return err
	}
	plain, err := s.keys.OpenString("addresses.urn", address, urn)
	if u := core.URN(plain); err == nil && u.Scheme() == "tel" {
		t.Declarer = u.Path()
	}
	return err
}

// typedPhone takes the phone that was typed with the newest declaration of an
// address, when none was proved there.
func (s *Store) typedPhone(ctx context.Context, q querier, t *TaskContact, address string) error {
	var person string
	var phone []byte
	err := q.row(ctx, `SELECT person_id, phone FROM ties WHERE address_id = $1 AND address_id <> '' AND phone_hash <> ''
		ORDER BY created_at DESC LIMIT 1`, address).Scan(&person, &phone)
	if errors.Is(err, errNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	t.PersonID = person
	t.Phone, err = s.keys.OpenString("ties.phone", person, phone)
	return err
}

// tellOfLooks opens a task about an officer's look-ups, once while it is open.
func (s *Store) tellOfLooks(ctx context.Context, q querier, l Look) error {
	var open int64
	err := q.row(ctx, `SELECT COUNT(*) FROM tasks WHERE kind = $1 AND note = $2 AND closed_at = 0`, TaskLooks, l.Officer.ID).Scan(&open)
	if err != nil {
		return fmt.Errorf("tell of look-ups: %w", err)
	}
	if open > 0 {
		return nil
	}
	commune := l.Officer.Area
	if u, _ := area.Get(commune); u.Level != area.LevelCommune {
		commune = ""
	}
	_, err = q.exec(ctx, `INSERT INTO tasks (id, kind, commune, district, province, note, opened_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		core.NewID(), TaskLooks, commune, area.District(l.Officer.Area), area.Province(l.Officer.Area), l.Officer.ID,
		l.At.UnixMilli(), l.At.Add(24*time.Hour).UnixMilli())
	return wrap(err, "tell of look-ups")
}

// scopeColumn is the column that holds GSO codes of an area's level: two
// digits for a province, three for a district, five for a commune.
func scopeColumn(code string) (column string, ok bool) {
	switch len(code) {
	case 2:
		return "province", true
	case 3:
		return "district", true
	case 5:
		return "commune", true
	}
	return "", false
}

// finest is the first code that is known.
func finest(commune, district, province string) string {
	switch {
	case commune != "":
		return commune
	case district != "":
		return district
	}
	return province
}
