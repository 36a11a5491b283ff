package store

import (
	"context"
	"fmt"
	"time"

	"khaibao/core"
)

// Mail is one thing that the page of a browser shows.
type Mail struct {
	Seq  int64 // its place in the mailbox of its URN, from 1
	ID   string
	Body []byte
	Mine bool // said by the person
	At   time.Time
}

const mailColumns = `seq, id, mine, body, at`

// PutMail lays a message behind all others of a URN. An ID that is there
// already changes nothing. Two that come at once are put one after the other:
// the second meets the first's place, waits for it and takes the next, so that
// who has seen a place never misses an earlier one.
func (s *Store) PutMail(ctx context.Context, urn core.URN, m Mail) error {
	hash := s.urnHash(urn)
	sealed := s.keys.Seal("web_mail.body", hash+"/"+m.ID, m.Body)
	for range 100 {
		n, err := s.q.exec(ctx, `INSERT INTO web_mail (hash, seq, id, mine, body, at)
			SELECT $1, COALESCE(MAX(w.seq), 0) + 1, $2, $3, $4, $5 FROM web_mail w WHERE w.hash = $1
			ON CONFLICT DO NOTHING`, hash, m.ID, bit(m.Mine), sealed, m.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("put mail: %w", err)
		}
		if n == 1 {
			return s.tellMail(ctx, hash)
		}
		if _, err := s.MailItem(ctx, urn, m.ID); err != core.ErrNotFound {
			return err
		}
	}
	return fmt.Errorf("put mail: no place in 100 tries")
}

func mailName(hash string) string { return "mail:" + hash }

func (s *Store) tellMail(ctx context.Context, hash string) error {
	s.wake.tell([]string{mailName(hash)})
	if s.pg == nil {
		return nil
	}
	_, err := s.q.exec(ctx, `SELECT pg_notify('outbox', $1)`, mailName(hash))
	return wrap(err, "tell of mail")
}

// WakeMail is Wake for a mailbox.
func (s *Store) WakeMail(urn core.URN) (<-chan struct{}, func()) {
	return s.Wake(mailName(s.urnHash(urn)))
}

// MailItem gives one message, or core.ErrNotFound.
func (s *Store) MailItem(ctx context.Context, urn core.URN, id string) (Mail, error) {
	hash := s.urnHash(urn)
	m, err := s.scanMail(hash, s.q.row(ctx, `SELECT `+mailColumns+` FROM web_mail WHERE hash = $1 AND id = $2`, hash, id))
	if err == errNoRows {
		return m, core.ErrNotFound
	}
	return m, wrap(err, "mail item")
}

// LatestMail gives the newest messages, at most limit, oldest first.
func (s *Store) LatestMail(ctx context.Context, urn core.URN, limit int) ([]Mail, error) {
	return s.mail(ctx, urn, `SELECT `+mailColumns+` FROM (SELECT `+mailColumns+` FROM web_mail
		WHERE hash = $1 AND seq > $2 ORDER BY seq DESC LIMIT $3) newest ORDER BY seq`, 0, limit)
}

// MailAfter gives the messages behind a place, at most limit, oldest first.
func (s *Store) MailAfter(ctx context.Context, urn core.URN, seq int64, limit int) ([]Mail, error) {
	return s.mail(ctx, urn, `SELECT `+mailColumns+` FROM web_mail WHERE hash = $1 AND seq > $2 ORDER BY seq LIMIT $3`, seq, limit)
}

func (s *Store) mail(ctx context.Context, urn core.URN, text string, seq int64, limit int) ([]Mail, error) {
	hash := s.urnHash(urn)
	r, err := s.q.query(ctx, text, hash, seq, limit)
	all, err := collect(r, err, func(r scanner) (Mail, error) { return s.scanMail(hash, r) })
	return all, wrap(err, "read mail")
}

func (s *Store) scanMail(hash string, r scanner) (m Mail, err error) {
	var mine, at int64
	var sealed []byte
	if err = r.Scan(&m.Seq, &m.ID, &mine, &sealed, &at); err != nil {
		return m, err
	}
	m.Mine, m.At = mine == 1, time.UnixMilli(at)
	m.Body, err = s.keys.Open("web_mail.body", hash+"/"+m.ID, sealed)
	return m, wrap(err, "mail "+m.ID)
}
