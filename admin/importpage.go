package admin

import (
	"bytes"
	"errors"
	"net/http"
	"strings"

	"khaibao/core/sheet"
	"khaibao/core/store"
	"khaibao/flows"
)

// Rows that a page of an import shows: the first as they were understood, and
// those that are wrong.
const (
	previewRows = 5
	errorsShown = 200
)

type importPage struct {
	store.Import
	jobView
	Preview []previewRow
	Errors  []errorRow
	Unread  []string // headers that answer no question
	Changed bool
}

type previewRow struct {
	N    int
	Said []fieldChange // what stood there, and how it was understood
}

type errorRow struct {
	N      int
	Name   string
	Faults []fault
}

// MayStart and MayUndo tell which button the page shows.
func (p importPage) MayStart() bool { return p.Phase == "ready" && p.Good > 0 && !p.Gone }

// MayUndo tells that the list was kept and not undone.
func (p importPage) MayUndo() bool { return p.Phase == "kept" && p.Stored > 0 }

// Works tells that a job is at work on the list.
func (p importPage) Works() bool {
	return (p.Phase == "read" || p.Phase == "keep" || p.Phase == "undo") && p.jobView.Job.Error == ""
}

func (s *Server) showImport(r *request) (string, any, error) { return s.importPage(r, false) }

func (s *Server) importPage(r *request, changed bool) (string, any, error) {
	i, err := s.Store.Import(r.Context(), *r.Officer, r.PathValue("id"))
	if err != nil {
		return "", nil, err
	}
	page := importPage{Import: i, jobView: viewJob(i.Job), Changed: changed}
	for k, key := range i.Head.Columns {
		if key == "" && i.Head.Headers[k] != "" {
			page.Unread = append(page.Unread, i.Head.Headers[k])
		}
	}
	if err := s.previewOf(r, &page); err != nil {
		return "", nil, err
	}
	bad, err := s.Store.ImportRows(r.Context(), i.ID, "bad", 0, errorsShown)
	for _, row := range bad {
		page.Errors = append(page.Errors, errorRow{row.N, textOf(i.Head, row, "full_name"), readFaults(row.Why)})
	}
	if err == nil && changed {
		return "import.html", page, status(http.StatusConflict)
	}
	return "import.html", page, err
}

// previewOf shows the first rows as they were understood, until they are kept.
func (s *Server) previewOf(r *request, page *importPage) error {
	if page.Phase != "read" && page.Phase != "ready" {
		return nil
	}
	rows, err := s.Store.ImportRows(r.Context(), page.Import.ID, "good", 0, previewRows)
	if err != nil {
		return err
	}
	e, err := s.Dispatcher.PageEvent(r.Context(), r.look(), r.Lang)
	if err != nil {
		return err
	}
	for _, row := range rows {
		p, _ := r.readRow(page.Head, e, row)
		said, line := p.Said(), previewRow{N: row.N}
		for _, f := range p.Fields {
			if heard, ok := said[f.ID]; ok {
				line.Said = append(line.Said, fieldChange{Label: r.T(f.Label), After: flows.RenderPage(s.Words, heard, r.Lang)})
			}
		}
		page.Preview = append(page.Preview, line)
	}
	return nil
}

func textOf(head store.ImportHead, row store.ImportRow, key string) string {
	for i, k := range head.Columns {
		if k == key && i < len(row.Texts) {
			return row.Texts[i]
		}
	}
	return ""
}

func (s *Server) changeImport(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	id := r.PathValue("id")
	do := s.Store.StartImport
	if r.PostFormValue("do") == "undo" {
		do = s.Store.UndoImport
	}
	err := do(r.Context(), *r.Officer, r.At, id)
	if errors.Is(err, store.ErrChanged) {
		return s.importPage(r, true)
	}
	if err != nil {
		return "", nil, err
	}
	return "", nil, redirect(importsPath + "/" + id)
}

// importErrors gives the bad rows as a file, each with what is wrong, to be
// mended and brought again.
func (s *Server) importErrors(r *request) (string, any, error) {
	i, err := s.Store.Import(r.Context(), *r.Officer, r.PathValue("id"))
	if err != nil {
		return "", nil, err
	}
	bad, err := s.Store.ImportRows(r.Context(), i.ID, "bad", 0, maxImportRows)
	if err != nil {
		return "", nil, err
	}
	page := sheet.Page{Name: r.T("admin.sheet.bad"), Above: []string{r.T("admin.sheet.bad.title"), r.T("admin.sheet.bad.help")},
		Heads: []sheet.Head{{Title: r.T("admin.sheet.bad.row"), Width: 8}, {Title: r.T("admin.sheet.bad.why"), Width: 60}}}
	for _, h := range i.Head.Headers {
		page.Heads = append(page.Heads, sheet.Head{Title: h, Width: 20})
	}
	rows := make([][]sheet.Cell, len(bad))
	for k, row := range bad {
		var why []string
		for _, f := range readFaults(row.Why) {
			why = append(why, strings.TrimPrefix(f.Column+": "+f.Say, ": "))
		}
		rows[k] = append(rows[k], sheet.Cell{Kind: sheet.Number, Text: number(row.N)}, sheet.Cell{Kind: sheet.Text, Text: strings.Join(why, "\n")})
		for _, text := range row.Texts {
			rows[k] = append(rows[k], sheet.Cell{Kind: sheet.Text, Text: text})
		}
	}
	var file bytes.Buffer
	if err := sheet.Write(&file, page, rows); err != nil {
		return "", nil, err
	}
	r.header.Set("Content-Disposition", `attachment; filename="dong-can-sua.xlsx"`)
	return "", raw{sheet.MIME, file.Bytes()}, nil
}

// importTemplate gives the file to fill in: headers with help, choices to pick,
// and an example on a sheet of its own.
func (s *Server) importTemplate(r *request) (string, any, error) {
	var t sheet.Template
	t.Name, t.Example, t.Help = r.T("admin.sheet.template"), r.T("admin.sheet.template.example"), r.T("admin.sheet.template.help")
	for _, key := range []string{"full_name", "birth", "sex", "id_number", "phone", "permanent", "current", "exposures", "exposure_last", "symptoms", "conditions", "insurance", "occupation", "workplace"} {
		c := sheet.Asked{Title: r.T("admin.sheet.in." + key), Help: r.T("admin.sheet.help." + key), Example: r.orKey("admin.sheet.example."+key, "")}
		if key == "sex" {
			c.Choices = []string{r.Sex("male"), r.Sex("female"), r.Sex("other")}
		}
		c.Must = key == "full_name" || key == "birth" || key == "sex"
		t.Columns = append(t.Columns, c)
	}
	body, err := t.File()
	r.header.Set("Content-Disposition", `attachment; filename="mau-to-khai.xlsx"`)
	return "", raw{sheet.MIME, body}, err
}
