package admin

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"khaibao/core"
	"khaibao/core/store"
)

// manyDone is what came of one of many arrivals.
type manyDone struct {
	ID, Name string
	Key      string // locale key
	Done     bool
}

// verifyMany is about the rows that were chosen on the list: first it asks what
// shall become of them, then it does each and tells what came of it. Each is
// done by itself, and the same form sent again does nothing twice.
func (s *Server) verifyMany(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	f := &arrivalForm{Value: map[string]string{}, Errors: map[string]string{}}
	versions := make(map[string]int)
	var ids []string
	for _, chosen := range r.PostForm["chosen"] {
		id, version, _ := strings.Cut(strings.ToValidUTF8(chosen, ""), ".")
		if n, err := strconv.Atoi(version); err == nil && len(ids) < store.PageSize && versions[id] == 0 {
			versions[id], ids = n, append(ids, id)
		}
	}
	f.readFrom(r.PostFormValue("from"))
	if len(ids) == 0 {
		return s.arrivals(r, arrivalsPage{Filter: f.Filter, Error: "admin.verify.wrong.nobody"}, "")
	}
	look := store.Look{Officer: *r.Officer, Screen: "arrivals", At: r.At}
	rows, err := s.Store.ArrivalsOf(r.Context(), look, r.Officer.ListScope(), ids)
	if err != nil {
		return "", nil, err
	}
	if len(rows) == 0 {
		return "", nil, core.ErrNotFound
	}
	f.Chosen = rows
	for i := range f.Chosen { // as the officer saw them
		f.Chosen[i].Version = versions[rows[i].ID]
	}
	if r.PostFormValue("state") == "" {
		f.Value["once"] = core.NewID()
		return "arrivalmany.html", f, nil
	}
	f.readForm(r)
	if len(f.Errors) > 0 {
		return "arrivalmany.html", f, status(http.StatusUnprocessableEntity)
	}
	page := arrivalsPage{Filter: f.Filter}
	for _, row := range f.Chosen {
		c := f.change
		c.Version = row.Version
		_, err := s.Store.Verify(r.Context(), look, r.Officer.ListScope(), row.ID, c)
		done := manyDone{ID: row.ID, Name: row.Name, Key: "admin.verify.many.done", Done: err == nil}
		_, key := refused(err)
		switch {
		case key != "":
			done.Key = key
		case errors.Is(err, store.ErrChanged):
			done.Key = "admin.verify.many.changed"
		case errors.Is(err, core.ErrNotFound):
			done.Key = "admin.verify.many.gone"
		case err != nil:
			return "", nil, err
		}
		page.Done = append(page.Done, done)
	}
	slices.SortStableFunc(page.Done, func(a, b manyDone) int { // what is left to do first
		switch {
		case a.Done == b.Done:
			return 0
		case b.Done:
			return -1
		}
		return 1
	})
	for _, d := range page.Done {
		if !d.Done {
			page.Failed++
		}
	}
	return s.arrivals(r, page, "")
}
