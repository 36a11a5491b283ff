package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/seal"
)

// The jobs of a list that an officer brought: it is read, then kept, and may be
// undone.
const (
	JobImportRead = "import_read"
	JobImportKeep = "import_keep"
	JobImportUndo = "import_undo"
)

// ImportJobs are the kinds of them.
func ImportJobs() []string { return []string{JobImportRead, JobImportKeep, JobImportUndo} }

// ImportKept is how long what stood in the rows of a list is held. What became of
// them stays.
const ImportKept = 7 * 24 * time.Hour

// Import is a list that an officer brought, with how far it came.
type Import struct {
	ID      string
	Officer string // name of who brought it
	By      string // ID of that account
	Area    string
	Form    string
	Lang    string
	Head    ImportHead
	Total   int
	Phase   string // "read", "ready", "keep", "kept", "undo", "undone"
	Made    time.Time
	Kept    time.Time // zero before
	Undone  string    // name of who undid it
	Gone    bool      // what stood in its rows was removed

	Read, Good, Bad, Stored, Withdrawn, Stayed int // rows
	Job                                        core.Job
}

// ImportHead is what is held of the file beside its rows.
type ImportHead struct {
	File    string   `json:"file"` // its name
	Sheet   string   `json:"sheet"`
	Others  []string `json:"others,omitempty"` // sheets that were not read
	Headers []string `json:"headers"`
	Columns []string `json:"columns"` // of each header the question that it answers; "" for none
}

// ImportRow is one row of a list: its number in the file and the texts of its
// cells.
type ImportRow struct {
	N      int      `json:"-"`
	Texts  []string `json:"t"`
	Joined []int    `json:"j,omitempty"` // cells whose value is that of joined ones

	State string `json:"-"`
	Why   string `json:"-"` // JSON, as its reader keeps it
	ID    string `json:"-"` // of the declaration that it became
}

// AddImport keeps a list with its rows, to be read by a job. digest tells the
// same file again. once is the key of the form that was shown.
func (s *Store) AddImport(ctx context.Context, o duty.Officer, now time.Time, once, form, lang, digest string, head ImportHead, rows []ImportRow) (id string, err error) {
	if !o.MayDo(duty.Enter) || !goodText(once) {
		return "", core.ErrNotFound
	}
	id = core.NewID()
	text, err := json.Marshal(head)
	if err != nil {
		return "", err
	}
	all := make([][]any, len(rows))
	for i, row := range rows {
		body, err := json.Marshal(row)
		if err != nil {
			return "", err
		}
		all[i] = []any{id, row.N, s.keys.Seal("import_rows.body", importRow(id, row.N), body)}
	}
	err = s.inTx(ctx, func(q querier) error {
		made, err := s.addImportJob(ctx, q, JobImportRead, id, o, now, len(rows), "import:"+o.ID+":"+once)
		if err != nil || made != id {
			id = made
			return err
		}
		if _, err := q.exec(ctx, `INSERT INTO imports (id, officer_id, area, form, lang, head, digest, total, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			id, o.ID, o.Area, form, lang, s.keys.Seal("imports.head", id, text), s.keys.Hash(seal.KindEntry, digest), len(rows), now.UnixMilli()); err != nil {
			return err
		}
		_, err = execEach(ctx, q, `INSERT INTO import_rows (import_id, n, body) VALUES ($1, $2, $3)`, all)
		return err
	})
	if err == nil {
		s.wake.tell([]string{jobsName})
	}
	return id, wrap(err, "add import")
}

func importRow(id string, n int) string { return fmt.Sprint(id, ".", n) }

// addImportJob adds the job of a phase; its args name the import, whose ID the
// first job has, too.
func (s *Store) addImportJob(ctx context.Context, q querier, kind, id string, o duty.Officer, now time.Time, total int, key string) (string, error) {
	j := core.Job{ID: id, Kind: kind, Args: id, OfficerID: o.ID, Area: o.Area, Made: now, Due: now}
	if kind != JobImportRead {
		j.ID = core.NewID()
	}
	made, err := s.addJob(ctx, q, j, key)
	if err == nil && made == j.ID {
		_, err = q.exec(ctx, `UPDATE jobs SET total = $2 WHERE id = $1`, j.ID, total)
	}
	return made, err
}

const importColumns = `i.id, COALESCE((SELECT o.name FROM officers o WHERE o.id = i.officer_id), ''), i.officer_id, i.area, i.form, i.lang, i.head, i.total, i.phase, i.made_at, i.kept_at,
	COALESCE((SELECT o.name FROM officers o WHERE o.id = i.undone_by), ''), i.gone_at`

func (s *Store) scanImport(r scanner) (i Import, err error) {
	var head []byte
	var made, kept, gone int64
	if err = r.Scan(&i.ID, &i.Officer, &i.By, &i.Area, &i.Form, &i.Lang, &head, &i.Total, &i.Phase, &made, &kept, &i.Undone, &gone); err != nil {
		return i, err
	}
	i.Made, i.Kept, i.Gone = moment(made), moment(kept), gone > 0
	plain, err := s.keys.Open("imports.head", i.ID, head)
	if err == nil {
		err = json.Unmarshal(plain, &i.Head)
	}
	return i, wrap(err, "import "+i.ID)
}

// mayImport tells whether an officer sees an import: who brought it, and who
// types in for all of its area.
func mayImport(o duty.Officer, i Import) bool {
	return o.MayDo(duty.Enter) && (i.By == o.ID || o.ListScope().Holds(i.Area) && o.ListScope() != (duty.Scope{}))
}

// Imports lists the imports of an officer's area, the newest first.
func (s *Store) Imports(ctx context.Context, o duty.Officer, n int) ([]Import, error) {
	if !o.MayDo(duty.Enter) {
		return nil, core.ErrNotFound
	}
	r, err := s.q.query(ctx, `SELECT `+importColumns+` FROM imports i WHERE i.area = $1 OR i.officer_id = $2 ORDER BY i.made_at DESC, i.id DESC LIMIT $3`, o.Area, o.ID, n)
	list, err := collect(r, err, s.scanImport)
	return list, wrap(err, "list imports")
}

// Import is one of them with its counts and its newest job; core.ErrNotFound for
// who may not see it.
func (s *Store) Import(ctx context.Context, o duty.Officer, id string) (Import, error) {
	if !goodText(id) {
		return Import{}, core.ErrNotFound
	}
	i, err := s.scanImport(s.q.row(ctx, `SELECT `+importColumns+` FROM imports i WHERE i.id = $1`, id))
	if errors.Is(err, errNoRows) || err == nil && !mayImport(o, i) {
		return Import{}, core.ErrNotFound
	}
	if err == nil {
		i.Job, err = scanJob(s.q.row(ctx, `SELECT `+jobColumns+` FROM jobs WHERE args = $1 AND kind IN ('import_read', 'import_keep', 'import_undo')
			ORDER BY made_at DESC, id DESC LIMIT 1`, id))
	}
	if err == nil {
		err = s.countImport(ctx, s.q, &i)
	}
	return i, wrap(err, "read import")
}

func (s *Store) countImport(ctx context.Context, q querier, i *Import) error {
	r, err := q.query(ctx, `SELECT state, COUNT(*) FROM import_rows WHERE import_id = $1 GROUP BY state`, i.ID)
	_, err = collect(r, err, func(r scanner) (none struct{}, err error) {
		var state string
		var n int
		err = r.Scan(&state, &n)
		if state != "" {
			i.Read += n
		}
		switch state {
		case "good":
			i.Good = n
		case "bad":
			i.Bad = n
		case "kept":
			i.Stored += n
		case "withdrawn":
			i.Withdrawn = n
		case "stayed":
			i.Stayed, i.Stored = n, i.Stored+n
		}
		return none, err
	})
	return err
}

// SameImport is the newest import of the same file that an officer may see and
// nobody undid; core.ErrNotFound for none.
func (s *Store) SameImport(ctx context.Context, o duty.Officer, digest string) (Import, error) {
	r, err := s.q.query(ctx, `SELECT `+importColumns+` FROM imports i WHERE i.digest = $1 AND i.phase IN ('keep', 'kept') ORDER BY i.made_at DESC LIMIT 10`, s.keys.Hash(seal.KindEntry, digest))
	list, err := collect(r, err, s.scanImport)
	if err != nil {
		return Import{}, wrap(err, "find the same import")
	}
	for _, i := range list {
		if mayImport(o, i) {
			return i, nil
		}
	}
	return Import{}, core.ErrNotFound
}

// ImportRows are rows of an import behind a number, n at most, of one state or
// of all for "all". Those whose content was removed are not among them.
func (s *Store) ImportRows(ctx context.Context, id, state string, after, n int) ([]ImportRow, error) {
	only := ` AND state = $4`
	args := []any{id, after, n, state}
	if state == "all" {
		only, args = "", args[:3]
	}
	r, err := s.q.query(ctx, `SELECT n, body, state, why, declaration_id FROM import_rows WHERE import_id = $1 AND n > $2 AND body IS NOT NULL`+only+` ORDER BY n LIMIT $3`, args...)
	rows, err := collect(r, err, func(r scanner) (row ImportRow, err error) {
		var number int
		var body, why []byte
		if err = r.Scan(&number, &body, &row.State, &why, &row.ID); err != nil {
			return row, err
		}
		plain, err := s.keys.Open("import_rows.body", importRow(id, number), body)
		if err == nil {
			err = json.Unmarshal(plain, &row)
		}
		if row.N = number; err == nil && len(why) > 0 {
			row.Why, err = s.keys.OpenString("import_rows.why", importRow(id, number), why)
		}
		return row, err
	})
	return rows, wrap(err, "rows of an import")
}

// ImportOfJob is the import that a job works on.
func (s *Store) ImportOfJob(ctx context.Context, j core.Job) (Import, error) {
	i, err := s.scanImport(s.q.row(ctx, `SELECT `+importColumns+` FROM imports i WHERE i.id = $1`, j.Args))
	return i, wrap(err, "import of a job")
}

// Officer is an account as it is now; core.ErrNotFound for one that was disabled.
func (s *Store) Officer(ctx context.Context, id string) (duty.Officer, error) {
	o, err := scanOfficer(s.q.row(ctx, `SELECT `+officerColumns+` FROM officers o WHERE o.id = $1 AND o.disabled_at = 0`, id))
	if errors.Is(err, errNoRows) {
		return o, core.ErrNotFound
	}
	return o, wrap(err, "find officer")
}

// DropImports removes what stood in the rows of lists that were brought before a
// time.
func (s *Store) DropImports(ctx context.Context, now, before time.Time) error {
	r, err := s.q.query(ctx, `SELECT id FROM imports WHERE gone_at = 0 AND made_at < $1 ORDER BY made_at LIMIT 100`, before.UnixMilli())
	ids, err := collect(r, err, scanText)
	for _, id := range ids {
		if err != nil {
			break
		}
		err = s.inTx(ctx, func(q querier) error {
			if _, err := q.exec(ctx, `UPDATE import_rows SET body = NULL, why = NULL WHERE import_id = $1`, id); err != nil {
				return err
			}
			_, err := q.exec(ctx, `UPDATE imports SET gone_at = $2 WHERE id = $1`, id, now.UnixMilli())
			return err
		})
	}
	return wrap(err, "remove rows of old imports")
}
