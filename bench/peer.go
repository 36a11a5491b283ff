package main

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/store"
)

// peer writes the rows of one step with prepared statements and nothing
// around them: no network, no reading, no sealing.
type peer struct {
	db      *sql.DB
	look    *sql.Stmt
	record  *sql.Stmt
	save    *sql.Stmt
	queue   *sql.Stmt
	address string
}

const peerRows = 400 // bytes of a sealed session

// newPeer makes the tables of the program in the peer's database, with one person.
func newPeer(path, dir string) (*peer, error) {
	keys, err := os.MkdirTemp(dir, "peer")
	if err != nil {
		return nil, err
	}
	s, err := store.Open(noCancel, store.Options{URL: "sqlite:" + path, KeyFile: filepath.Join(keys, "key")})
	if err != nil {
		return nil, err
	}
	s.Close()
	db, err := sql.Open("sqlite", "file:"+path+
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	p := &peer{db: db, address: core.NewID()}
	_, err = db.Exec(`INSERT INTO addresses (id, channel, hash, urn, state, created_at) VALUES ($1, 'sms', 'peer', $2, $3, 0)`,
		p.address, make([]byte, 60), make([]byte, peerRows))
	if err != nil {
		return nil, err
	}
	for _, st := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&p.look, `SELECT id, channel, hash, urn, lang, phone, form, question, state FROM addresses WHERE channel = $1 AND hash = $2`},
		{&p.record, `INSERT INTO messages (channel, external_id, id, address_id, body, received_at) VALUES ('sms', $1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`},
		{&p.save, `UPDATE addresses SET form = 'resident', question = 'birth', state = $2, turned_at = $3 WHERE id = $1`},
		{&p.queue, `INSERT INTO outbox (id, channel, address_id, cause, priority, locale_key, lang, args, created_at, due_at)
			VALUES ($1, 'sms', $2, $3, 2, 'resident.birth.ask', 'vi', $4, $5, $5)`},
	} {
		if *st.to, err = db.Prepare(st.text); err != nil {
			return nil, fmt.Errorf("%.30q: %w", st.text, err)
		}
	}
	return p, nil
}

// step is one transaction.
func (p *peer) step() error {
	tx, err := p.db.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	var id, ignored string
	var bytes []byte
	err = tx.Stmt(p.look).QueryRow("sms", "peer").Scan(&id, &ignored, &ignored, &bytes, &ignored, &bytes, &ignored, &ignored, &bytes)
	if err != nil {
		return err
	}
	now, message := time.Now().UnixMilli(), core.NewID()
	if _, err := tx.Stmt(p.record).Exec("SM"+strings.ReplaceAll(message, "-", ""), message, id, make([]byte, 60), now); err != nil {
		return err
	}
	if _, err := tx.Stmt(p.save).Exec(id, make([]byte, peerRows), now); err != nil {
		return err
	}
	if _, err := tx.Stmt(p.queue).Exec(core.NewID(), id, message, make([]byte, 200), now); err != nil {
		return err
	}
	return tx.Commit()
}
