package store

import (
	"context"
	"fmt"
	"time"

	"khaibao/core"
)

// SetLang keeps the language of an address.
func (tx *Tx) SetLang(ctx context.Context, at *core.Address, lang string) error {
	at.Lang = lang
	_, err := tx.q.exec(ctx, `UPDATE addresses SET lang = $2 WHERE id = $1`, at.ID, lang)
	return wrap(err, "set language")
}

// SetOptedOut keeps that an address wants nothing but replies and codes. Whom it
// answers for while they are watched is an officer's from then on.
func (tx *Tx) SetOptedOut(ctx context.Context, at *core.Address, out bool) error {
	at.OptedOut = out
	_, err := tx.q.exec(ctx, `UPDATE addresses SET opted_out_at = $2 WHERE id = $1`, at.ID, tx.millisIf(out))
	if err != nil {
		return fmt.Errorf("opt out: %w", err)
	}
	if out {
		return wrap(tx.stopWatched(ctx, at), "opt out")
	}
	return wrap(tx.resumeWatched(ctx, at), "opt in")
}

// SetGone keeps that a network said an address is blocked, or is back.
func (tx *Tx) SetGone(ctx context.Context, at *core.Address, gone bool) error {
	at.Gone = gone
	_, err := tx.q.exec(ctx, `UPDATE addresses SET gone_at = $2 WHERE id = $1`, at.ID, tx.millisIf(gone))
	if err != nil || !gone || !at.Watched {
		return wrap(err, "address gone")
	}
	return addressLost(ctx, tx.q, tx.now, at.ID)
}

// DropWaiting gives up all that waits to be sent to an address.
func (tx *Tx) DropWaiting(ctx context.Context, at *core.Address) error {
	_, err := tx.q.exec(ctx, `UPDATE outbox SET state = 2, done_at = $2, leased_until = 0, error_class = 'withdrawn', args = NULL
		WHERE address_id = $1 AND state = 0`, at.ID, tx.now.UnixMilli())
	return wrap(err, "drop what waits")
}

// SetNotice keeps the version of the privacy notice that was shown.
func (tx *Tx) SetNotice(ctx context.Context, at *core.Address, version int) error {
	at.Notice = version
	err := tx.q.later(ctx, `UPDATE addresses SET notice = $2 WHERE id = $1`, at.ID, version)
	return wrap(err, "notice shown")
}

// AddressOf finds or adds the address of a channel by which a phone is reached.
// It takes no lock: to queue for an address is not to run a turn of it, and a
// second lock behind the group's own could wait for another group's.
func (tx *Tx) AddressOf(ctx context.Context, channel string, urn core.URN) (addressID string, err error) {
	if err := tx.addAddress(ctx, channel, urn); err != nil {
		return "", err
	}
	err = tx.q.row(ctx, `SELECT id FROM addresses WHERE channel = $1 AND hash = $2`, channel, tx.s.urnHash(urn)).Scan(&addressID)
	return addressID, wrap(err, "find address")
}

func (tx *Tx) millisIf(yes bool) int64 {
	if yes {
		return tx.now.UnixMilli()
	}
	return 0
}

// OpenTask makes a task for officers. While one of its kind is open for the
// address and person, it only counts another attempt.
func (tx *Tx) OpenTask(ctx context.Context, t core.Task) error {
	n, err := tx.q.exec(ctx, `UPDATE tasks SET attempts = attempts + 1, note = $3
		WHERE address_id = $1 AND kind = $2 AND person_id = $4 AND closed_at = 0`, t.AddressID, t.Kind, t.Note, t.PersonID)
	if err != nil {
		return fmt.Errorf("open task: %w", err)
	}
	if n > 0 {
		return nil
	}
	_, err = tx.q.exec(ctx, `INSERT INTO tasks (id, kind, person_id, address_id, commune, district, province, note, opened_at, due_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, core.NewID(), t.Kind, t.PersonID, t.AddressID,
		t.Commune, t.District, t.Province, t.Note, tx.now.UnixMilli(), t.Due.UnixMilli())
	return wrap(err, "open task")
}

// Dated is the dated data in force on a day: name -> value.
func (s *Store) Dated(ctx context.Context, day core.Day) (map[string]string, error) {
	r, err := s.q.query(ctx, `SELECT d.name, d.value FROM dated d
		WHERE d.from_day = (SELECT MAX(e.from_day) FROM dated e WHERE e.name = d.name AND e.from_day <= $1)`, string(day))
	values := make(map[string]string)
	_, err = collect(r, err, func(r scanner) (struct{}, error) {
		var name, value string
		err := r.Scan(&name, &value)
		values[name] = value
		return struct{}{}, err
	})
	return values, wrap(err, "dated data")
}

// LastReceived is when the newest message of a channel was recorded; zero when
// there is none.
func (s *Store) LastReceived(ctx context.Context, channel string) (time.Time, error) {
	var at int64
	err := s.q.row(ctx, `SELECT COALESCE(MAX(received_at), 0) FROM messages WHERE channel = $1`, channel).Scan(&at)
	if err != nil || at == 0 {
		return time.Time{}, wrap(err, "last received")
	}
	return time.UnixMilli(at), nil
}

// Mark is the moment up to which a recurring work is done; zero when it never
// was.
func (s *Store) Mark(ctx context.Context, name string) (time.Time, error) {
	var at int64
	err := s.q.row(ctx, `SELECT at FROM marks WHERE name = $1`, name).Scan(&at)
	if err == errNoRows {
		return time.Time{}, nil
	}
	return time.UnixMilli(at), wrap(err, "read mark")
}

// SetMark moves a mark forward; it never goes back.
func (s *Store) SetMark(ctx context.Context, name string, at time.Time) error {
	_, err := s.q.exec(ctx, `INSERT INTO marks (name, at) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET at = excluded.at WHERE marks.at < excluded.at`, name, at.UnixMilli())
	return wrap(err, "set mark")
}
