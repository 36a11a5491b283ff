package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/codes"
	"khaibao/core/store"
	"khaibao/flows"
)

// recorder keeps the statements that pass to PostgreSQL, in their order.
type recorder struct {
	mu         sync.Mutex
	on         bool
	statements []statement
}

type statement struct {
	text string
	args []any
}

func (r *recorder) note(text string, args []any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.on {
		r.statements = append(r.statements, statement{text, args})
	}
}

func (r *recorder) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	r.note(d.SQL, d.Args)
	return ctx
}
func (r *recorder) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
func (r *recorder) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}
func (r *recorder) TraceBatchQuery(_ context.Context, _ *pgx.Conn, d pgx.TraceBatchQueryData) {
	r.note(d.SQL, d.Args)
}
func (r *recorder) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// take switches recording and returns what was recorded.
func (r *recorder) take(on bool) []statement {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.on = on
	all := r.statements
	r.statements = nil
	return all
}

// node is the store and the dispatcher in this process, for recording.
type node struct {
	store      *store.Store
	dispatcher *flows.Dispatcher
	recorder   *recorder
	stop       func()
	sent       int
}

var smsFeatures = channel.Features{MaxText: 459, Plain: true, Proven: true}

func openNode(ctx context.Context, databaseURL, dir string) (*node, error) {
	n := &node{recorder: &recorder{}}
	s, err := store.Open(ctx, store.Options{URL: databaseURL, KeyFile: filepath.Join(dir, "bench.key"),
		Tune: func(c *pgxpool.Config) { c.ConnConfig.Tracer = n.recorder }})
	if err != nil {
		return nil, err
	}
	n.store = s
	n.dispatcher = flows.New(flows.Options{Store: s, Now: time.Now, Limits: codes.Default(),
		Features: map[string]channel.Features{"sms": smsFeatures},
		Setting: func(context.Context, time.Time) (flows.Setting, error) {
			return flows.Setting{Province: "46", Hotline: "19001075", LookBack: 14, Notice: 1, NoticeURL: "https://kb.example.vn/privacy",
				PublicURL: "https://kb.example.vn", CodeLifetime: 5 * time.Minute}, nil
		}})
	running, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { n.dispatcher.Run(running, 1); close(done) }()
	n.stop = func() { cancel(); <-done; s.Close() }
	return n, nil
}

func (n *node) say(ctx context.Context, text string) error {
	n.sent++
	return n.dispatcher.Take(ctx, core.Inbound{Channel: "sms", ExternalID: fmt.Sprintf("rec-%d", n.sent),
		URN: "tel:+84900999999", Text: text, At: time.Now()})
}

// step is one recorded step of one person.
type step struct {
	statements []statement
	addressID  string // of the recorded person
}

// recordStep leads one person half-way through a first declaration and records
// the statements of the next step.
func recordStep(ctx context.Context, n *node, script []string) (step, error) {
	half := len(script) / 2
	for _, line := range script[:half] {
		if err := n.say(ctx, line); err != nil {
			return step{}, err
		}
	}
	n.recorder.take(true)
	err := n.say(ctx, script[half])
	s := step{statements: n.recorder.take(false)}
	for _, st := range s.statements {
		if strings.HasPrefix(st.text, "UPDATE addresses") {
			s.addressID = st.args[0].([]string)[0]
		}
	}
	if err == nil && s.addressID == "" {
		err = fmt.Errorf("the recorded step saved no session")
	}
	return s, err
}

// pgbenchScript turns a recorded step into a pgbench script that writes the
// same rows for a person of its own, :client_id, with new IDs each time.
func (s step) pgbenchScript() (string, error) {
	var b strings.Builder
	b.WriteString("\\set n random(1, 1000000000000000)\n")
	for _, st := range s.statements {
		text := st.text
		// Backwards, so that $1 does not eat the beginning of $10.
		for i := len(st.args); i >= 1; i-- {
			literal, err := s.literal(st.args[i-1])
			if err != nil {
				return "", fmt.Errorf("argument %d of %.40q: %w", i, text, err)
			}
			text = strings.ReplaceAll(text, fmt.Sprintf("$%d", i), literal)
		}
		b.WriteString(strings.Join(strings.Fields(text), " "))
		b.WriteString(";\n")
	}
	return b.String(), nil
}

// literal writes an argument as SQL.
func (s step) literal(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return s.text(v, 0), nil
	case int64, int:
		return fmt.Sprint(v), nil
	case []string:
		return array(v, s.text), nil
	case []int64:
		return array(v, func(n int64, _ int) string { return fmt.Sprint(n) }), nil
	case [][]byte:
		return array(v, func(b []byte, _ int) string { return fmt.Sprintf("'\\x%x'::bytea", b) }), nil
	}
	return "", fmt.Errorf("no literal for %T", v)
}

func array[T any](all []T, literal func(T, int) string) string {
	texts := make([]string, len(all))
	for i, v := range all {
		texts[i] = literal(v, i)
	}
	return "ARRAY[" + strings.Join(texts, ", ") + "]"
}

// text writes a text. What names the recorded person becomes the client's own,
// and IDs of new rows are made anew in the order of time, as ours are.
func (s step) text(v string, i int) string {
	switch {
	case v == s.addressID:
		return "('pgbench-address-' || :client_id::text)"
	case len(v) == 32 && strings.Trim(v, "0123456789abcdef") == "": // the keyed hash of its address
		return "('pgbench-hash-' || :client_id::text)"
	case len(v) == 36 && strings.Count(v, "-") == 4:
		return fmt.Sprintf("(lpad((extract(epoch from clock_timestamp())*1000000)::bigint::text, 20, '0') || lpad(:client_id::text, 15, '0') || '%d')", i%10)
	case strings.HasPrefix(v, "rec-"):
		return "('pgbench-' || :client_id::text || '-' || :n::text)"
	}
	return "'" + strings.ReplaceAll(v, "'", "''") + "'"
}

// addPgbenchPeople adds the addresses of pgbench's clients, as far on in the
// conversation as the recorded person.
func addPgbenchPeople(ctx context.Context, databaseURL string, s step, clients int) error {
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, `INSERT INTO addresses (id, channel, hash, urn, phone, phone_hash, form, question, state, created_at)
		SELECT 'pgbench-address-' || c, channel, 'pgbench-hash-' || c, urn, phone, 'pgbench-hash-' || c, form, question, state, created_at
		FROM addresses, generate_series(0, $2::int - 1) c WHERE id = $1`, s.addressID, clients)
	return err
}
