package admin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"html/template"
	"io"
	"net/http"
	"strconv"

	"golang.org/x/sync/errgroup"

	"khaibao/core"
	"khaibao/core/reading"
	"khaibao/core/sheet"
)

const excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// maxList lets a list that is too large be taken in and refused in words.
const maxList = 4 * maxAccountsMB << 20

// accountListPage is the page on which a list of accounts is sent, looked at and added.
type accountListPage struct {
	Error   string // locale key of why the file was not read
	Rows    []listRow
	Good    int
	Bad     int
	Once    string
	Carried string
	Added   bool
	File    template.URL // the sheet of first passwords
}

func (s *Server) showAccountList(*request) (string, any, error) {
	return "account-list.html", accountListPage{}, nil
}

func (s *Server) accountTemplate(r *request) (string, any, error) {
	body, err := s.templateFile(r)
	r.header.Set("Content-Disposition", `attachment; filename="tai-khoan-can-bo.xlsx"`)
	return "", raw{excel, body}, err
}

// takeAccountList reads a file and shows what it would add, or adds what was
// looked at.
func (s *Server) takeAccountList(r *request) (string, any, error) {
	file, form, err := readUpload(r, "file", maxAccountsMB<<20)
	if err != nil {
		return "", nil, err
	}
	if form["rows"] != "" {
		return s.addAccountList(r, form)
	}
	var p accountListPage
	if len(file) == 0 {
		p.Error = "admin.doors.list.nofile"
		return "account-list.html", p, status(http.StatusUnprocessableEntity)
	}
	p.Rows, err = s.readAccounts(r, file)
	var bad *sheet.Error
	if errors.As(err, &bad) {
		p.Error = r.listReason(bad)
		return "account-list.html", p, status(http.StatusUnprocessableEntity)
	}
	if err != nil {
		return "", nil, err
	}
	if len(p.Rows) == 0 {
		p.Error = "admin.doors.reason.empty"
		return "account-list.html", p, status(http.StatusUnprocessableEntity)
	}
	p.Once = core.NewID()
	p.count()
	p.Carried, err = carried(p.Rows)
	return "account-list.html", p, err
}

// listReason is the locale key of why a file was not read.
func (r *request) listReason(e *sheet.Error) string {
	if key := "admin.doors.reason." + string(e.Reason); r.Has(key) {
		return key
	}
	return "admin.doors.reason.damaged"
}

func (p *accountListPage) count() {
	for _, l := range p.Rows {
		if l.Good() {
			p.Good++
		} else {
			p.Bad++
		}
	}
}

// addAccountList adds the rows that the preview carried, read again: nothing
// that a browser sends is believed.
func (s *Server) addAccountList(r *request, form map[string]string) (string, any, error) {
	var rows []listRow
	if err := json.Unmarshal([]byte(form["rows"]), &rows); err != nil || len(rows) > maxAccounts || form["once"] == "" || len(form["once"]) > 100 {
		return "", nil, refusal{http.StatusBadRequest, "admin.error.form"}
	}
	for i := range rows {
		l := &rows[i]
		name, err := reading.ReadName(l.Name)
		if l.Name = name.Full; err != nil || !l.Duty.Valid() || cleanSignIn(l.SignIn) != l.SignIn || l.SignIn == "" || l.Error != "" {
			return "", nil, refusal{http.StatusBadRequest, "admin.error.form"}
		}
		l.Password, l.Typed = "", [4]string{l.Name, r.Duty(l.Duty), r.Area(l.Area), l.SignIn}
	}
	added, err := s.addRows(r, form["once"], rows)
	if err != nil {
		return "", nil, err
	}
	p := accountListPage{Rows: rows, Added: true}
	p.count()
	if added == 0 {
		return "account-list.html", p, status(http.StatusConflict)
	}
	body, err := passwordFile(r, rows)
	p.File = template.URL("data:" + excel + ";base64," + base64.StdEncoding.EncodeToString(body))
	return "account-list.html", p, err
}

// made is a first password with its hash.
type made struct{ password, phc string }

// firstPasswords makes many, two at a time: the others who sign in meanwhile
// have the other two places.
func firstPasswords(ctx context.Context, n int) ([]made, error) {
	all := make([]made, n)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2)
	for i := range all {
		group.Go(func() (err error) {
			all[i].password, all[i].phc, err = firstPassword(ctx)
			return err
		})
	}
	return all, group.Wait()
}

// maxUploadParts is more parts than a form with one file has.
const maxUploadParts = 20

// readUpload reads a form with one file, in memory and within bounds: a file
// beyond them comes back as one byte too many. Fields are cut at maxList.
func readUpload(r *request, name string, most int64) (file []byte, form map[string]string, err error) {
	bad := refusal{http.StatusBadRequest, "admin.error.form"}
	form = make(map[string]string)
	parts, err := r.MultipartReader()
	if err != nil { // sent without a file
		if err := parseForm(r); err != nil {
			return nil, nil, err
		}
		for key := range r.PostForm {
			form[key] = r.PostFormValue(key)
		}
		return nil, form, nil
	}
	for range maxUploadParts {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return file, form, nil
		}
		if err != nil {
			return nil, nil, formError(err, bad)
		}
		body, err := io.ReadAll(io.LimitReader(part, most+1))
		if err != nil {
			return nil, nil, formError(err, bad)
		}
		if part.FormName() == name {
			file = body
		} else {
			form[part.FormName()] = string(body)
		}
	}
	return nil, nil, bad
}

// RowError says what is wrong with a line.
func (r *request) RowError(l listRow) string {
	return r.T(l.Error, "n", strconv.Itoa(l.Same))
}

// RowDuty is a line's duty as it will be, or as it was typed.
func (r *request) RowDuty(l listRow) string {
	if l.Duty == "" {
		return l.Typed[colDuty]
	}
	return r.Duty(l.Duty)
}

// RowArea is a line's area as it will be, or as it was typed.
func (r *request) RowArea(l listRow) string {
	if l.Area == "" {
		return l.Typed[colArea]
	}
	return r.Area(l.Area)
}
