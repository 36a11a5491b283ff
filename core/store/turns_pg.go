package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"khaibao/core"
)

// takePG is Take on PostgreSQL: two pipelined round trips for a whole group,
// one that begins, locks and records, one that saves, queues and commits.
// Measured against one statement at a time this is what keeps a province's
// evening on two cores; see docs/performance.md.
func (s *Store) takePG(ctx context.Context, now time.Time, inbox []inbound, turn TurnFunc) error {
	conn, err := s.pg.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("take: %w", err)
	}
	defer conn.Release()
	for try := 1; ; try++ {
		p := newPipe(conn.Conn())
		tx := &Tx{s: s, q: p, now: now}
		err := tx.takeOn(ctx, p, inbox, turn)
		if err == nil {
			s.wake.tell(tx.channels())
			s.countLosses(tx.lost)
			return nil
		}
		if conn.Conn().PgConn().TxStatus() != 'I' {
			_, _ = pgConn{conn}.exec(context.WithoutCancel(ctx), "ROLLBACK") // a broken connection is dropped by the pool
		}
		if !undoneByOthers(err) || try == maxTries {
			return err
		}
	}
}

// maxTries bounds how often a group is taken again that others undid.
const maxTries = 5

// undoneByOthers tells whether PostgreSQL undid a transaction that did nothing
// wrong, to end a circle of transactions that waited for each other.
func undoneByOthers(err error) bool {
	const deadlock, serialization = "40P01", "40001"
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == deadlock || pg.Code == serialization)
}

func (tx *Tx) takeOn(ctx context.Context, p *pipe, inbox []inbound, turn TurnFunc) error {
	found, fresh, err := tx.beginPG(ctx, p.conn, inbox)
	if err != nil {
		return err
	}
	if err := tx.recordNewcomers(ctx, inbox, found, fresh); err != nil {
		return err
	}
	if err := tx.runTurns(ctx, inbox, found, fresh, turn); err != nil {
		return err
	}
	return tx.commitPG(ctx, p)
}

// beginPG locks the known addresses and records their messages. fresh holds
// the IDs of recorded messages: true for each of them.
func (tx *Tx) beginPG(ctx context.Context, conn *pgx.Conn, inbox []inbound) (map[string]*core.Address, map[string]bool, error) {
	n := len(inbox)
	channels, hashes, externals, ids := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	bodies := make([][]byte, n)
	for i, m := range inbox {
		channels[i], hashes[i], externals[i], ids[i], bodies[i] = m.Channel, m.hash, m.ExternalID, m.id, m.body
	}
	found := make(map[string]*core.Address, n)
	fresh := make(map[string]bool, n)
	var batch pgx.Batch
	batch.Queue("BEGIN")
	batch.Queue(`SELECT `+addressColumns+`
		FROM addresses WHERE (channel, hash) IN (SELECT * FROM unnest($1::text[], $2::text[]))
		ORDER BY id FOR UPDATE`, channels, hashes).Query(func(r pgx.Rows) error {
		for r.Next() {
			key, at, err := tx.scanAddress(r)
			if err != nil {
				return err
			}
			found[key] = at
		}
		return r.Err()
	})
	batch.Queue(`INSERT INTO messages (channel, external_id, id, address_id, body, received_at)
		SELECT u.channel, u.external_id, u.id, a.id, u.body, $6::bigint
		FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[]) AS u (channel, hash, external_id, id, body)
		JOIN addresses a ON a.channel = u.channel AND a.hash = u.hash
		ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING RETURNING id`,
		channels, hashes, externals, ids, bodies, tx.now.UnixMilli()).Query(func(r pgx.Rows) error {
		return scanFresh(r, fresh)
	})
	if err := conn.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, nil, fmt.Errorf("record messages: %w", err)
	}
	return found, fresh, nil
}

func scanFresh(r pgx.Rows, fresh map[string]bool) error {
	for r.Next() {
		var id string
		if err := r.Scan(&id); err != nil {
			return err
		}
		fresh[id] = true
	}
	return r.Err()
}

// recordNewcomers adds the addresses that were not found and records their
// messages. An address may have been added by another node after ours looked:
// then its message is recorded already, and only the lock is missing. Messages
// of known addresses that were not recorded were seen before.
func (tx *Tx) recordNewcomers(ctx context.Context, inbox []inbound, found map[string]*core.Address, fresh map[string]bool) error {
	var unknown []inbound
	for _, m := range inbox {
		if found[m.key()] == nil {
			unknown = append(unknown, m)
		}
	}
	// In one order on all nodes, so that no two groups wait for each other.
	slices.SortStableFunc(unknown, func(a, b inbound) int { return strings.Compare(a.key(), b.key()) })
	if err := tx.makeAddresses(ctx, unknown, found); err != nil {
		return err
	}
	for _, m := range unknown {
		if fresh[m.id] {
			continue
		}
		n, err := tx.q.exec(ctx, recordText,
			m.Channel, m.ExternalID, m.id, found[m.key()].ID, m.body, tx.now.UnixMilli())
		if err != nil {
			return fmt.Errorf("record first message: %w", err)
		}
		fresh[m.id] = n == 1
	}
	return nil
}

// commitPG writes what the turns gathered and what still waits, wakes the
// senders of all nodes and commits, in one round trip.
func (tx *Tx) commitPG(ctx context.Context, p *pipe) error {
	batch := p.take()
	if n := len(tx.saves); n > 0 {
		ids, forms, questions := make([]string, n), make([]string, n), make([]string, n)
		states := make([][]byte, n)
		for i, at := range tx.saves {
			ids[i], forms[i], questions[i], states[i] = at.ID, at.Form, at.Question, tx.s.sealState(at)
		}
		batch.Queue(`UPDATE addresses a SET form = u.form, question = u.question, state = u.state, turned_at = $5
			FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[]) AS u (id, form, question, state)
			WHERE a.id = u.id`, ids, forms, questions, states, tx.now.UnixMilli())
	}
	slices.Sort(tx.told)
	for _, id := range tx.told {
		batch.Queue(toldText, id, tx.now.UnixMilli())
	}
	if err := tx.batchQueue(batch); err != nil {
		return err
	}
	for _, h := range tx.held {
		batch.Queue(holdText, h.id, h.until)
	}
	if channels := tx.channels(); len(channels) > 0 {
		batch.Queue(`SELECT pg_notify('outbox', $1)`, strings.Join(channels, " "))
	}
	committed := false
	batch.Queue("COMMIT").Exec(func(tag pgconn.CommandTag) error {
		committed = tag.String() == "COMMIT"
		return nil
	})
	if err := p.conn.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("write turns: %w", err)
	}
	if !committed {
		return fmt.Errorf("write turns: rolled back")
	}
	return nil
}

func (tx *Tx) batchQueue(batch *pgx.Batch) error {
	n := len(tx.queue)
	if n == 0 {
		return nil
	}
	ids, channels, addresses, causes := make([]string, 0, n), make([]string, 0, n), make([]string, 0, n), make([]string, 0, n)
	keys, langs, args := make([]string, 0, n), make([]string, 0, n), make([][]byte, 0, n)
	priorities := make([]int64, 0, n)
	for _, m := range tx.queue {
		sealed, err := tx.s.sealSay(m)
		if err != nil {
			return err
		}
		if m.Way.Name != "" {
			batch.Queue(queueWayText, append(tx.queueValues(m, sealed), m.Way.Name)...)
			continue
		}
		ids, channels, addresses, causes = append(ids, m.ID), append(channels, m.Channel), append(addresses, m.AddressID), append(causes, m.Cause)
		keys, langs, args = append(keys, m.Say.Key), append(langs, m.Lang), append(args, sealed)
		priorities = append(priorities, int64(m.Priority))
	}
	if len(ids) == 0 {
		return nil
	}
	batch.Queue(`INSERT INTO outbox (id, channel, address_id, cause, priority, locale_key, lang, args, created_at, due_at)
		SELECT id, channel, address_id, cause, priority, locale_key, lang, args, $9::bigint, $9::bigint
		FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::bytea[])
			AS u (id, channel, address_id, cause, priority, locale_key, lang, args)`,
		ids, channels, addresses, causes, priorities, keys, langs, args, tx.now.UnixMilli())
	return nil
}
