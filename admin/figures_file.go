package admin

import (
	"bytes"
	"net/http"

	"khaibao/core"
	"khaibao/core/sheet"
)

// downloadFigures is the table of a page as an Excel file, all of its rows: who
// asked, for what and when stands above them. It names nobody, so it is made at
// once and asks for no second officer.
func (s *Server) downloadFigures(r *request) (string, any, error) {
	ask, scope, complaint, err := r.figuresAsked()
	if err != nil {
		return "", nil, err
	}
	if complaint != "" {
		return "", nil, refusal{http.StatusUnprocessableEntity, complaint}
	}
	table, _, err := s.figureTable(r, scope, ask)
	if err != nil {
		return "", nil, err
	}
	page := figurePage{Ask: ask}
	r.figureChoices(&page, scope)
	above := []string{table.Caption, r.T("admin.sheet.by", "name", r.Officer.Name, "duty", r.Duty(r.Officer.Duty), "at", r.At.In(core.Zone).Format("15:04 02/01/2006"))}
	for _, n := range page.Narrowed {
		above = append(above, n.Name)
	}
	heads, rows := table.cells()
	var file bytes.Buffer
	if err := sheet.Write(&file, sheet.Page{Name: r.T("admin.nav.figures"), Above: above, Heads: heads}, rows); err != nil {
		return "", nil, err
	}
	r.header.Set("Content-Disposition", `attachment; filename="thong-ke-`+ask.Area+`-`+string(core.DayOf(r.At))+`.xlsx"`)
	return "", raw{sheet.MIME, file.Bytes()}, nil
}
