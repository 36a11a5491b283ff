package admin

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"khaibao/core"
	"khaibao/core/store"
	"khaibao/core/triage"
)

// maxRules is more than any rule file holds, in bytes.
const maxRules = 256 << 10

// rulesForm is a rule file as it was typed, and what is wrong with it.
type rulesForm struct {
	Text   string
	Error  string // locale key
	Line   int    // of the mistake, from 1
	Quoted string // what stands in that line
	Reason string // in the officer's language
}

// showNewRules shows the rules in force, or one version, to be changed into
// another.
func (s *Server) showNewRules(r *request) (string, any, error) {
	version := r.URL.Query().Get("from")
	if version == "" {
		rules, _, err := s.Store.Policy(r.Context(), core.DayOf(r.At))
		if err != nil {
			return "", nil, err
		}
		version = rules.Version()
	}
	text, err := s.Store.RuleText(r.Context(), *r.Officer, version)
	return "newrules.html", rulesForm{Text: text}, err
}

// saveRules keeps a rule file as a draft. One with a mistake is refused whole,
// with the line and the reason, and stays in its field.
func (s *Server) saveRules(r *request) (string, any, error) {
	text, err := postedRules(r)
	if err != nil {
		return "", nil, err
	}
	f := rulesForm{Text: text}
	version, err := s.Store.SaveRules(r.Context(), *r.Officer, r.At, []byte(text))
	var wrong *triage.Error
	switch {
	case errors.As(err, &wrong):
		f.Error, f.Line, f.Reason = "admin.rules.wrong", wrong.Line, s.Text(r.Lang, wrong.Key(), wrong.Args)
		if lines := strings.Split(text, "\n"); wrong.Line > 0 && wrong.Line <= len(lines) {
			f.Quoted = strings.TrimSpace(lines[wrong.Line-1])
		}
	case errors.Is(err, store.ErrVersionTaken):
		f.Error = "admin.rules.taken"
	case err != nil:
		return "", nil, err
	default:
		return "", nil, redirect(rulesPath + "/" + version)
	}
	return "newrules.html", f, status(http.StatusUnprocessableEntity)
}

// postedRules is the file that was sent, or else what was typed.
func postedRules(r *request) (text string, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return "", refusal{http.StatusBadRequest, "admin.error.form"}
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return strings.ReplaceAll(text, "\r\n", "\n"), nil // as browsers send a field
		}
		if err != nil {
			return "", formError(err, refusal{http.StatusBadRequest, "admin.error.form"})
		}
		body, err := readPart(part)
		if err != nil {
			return "", err
		}
		switch part.FormName() {
		case "text":
			if text == "" {
				text = body
			}
		case "file":
			if body != "" {
				text = body
			}
		}
	}
}

func readPart(part *multipart.Part) (string, error) {
	body, err := io.ReadAll(io.LimitReader(part, maxRules+1))
	if err != nil {
		return "", formError(err, refusal{http.StatusBadRequest, "admin.error.form"})
	}
	if len(body) > maxRules {
		return "", refusal{http.StatusRequestEntityTooLarge, "admin.rules.large"}
	}
	return string(body), nil
}

// rulesPage is one version of the rules.
type rulesPage struct {
	store.RuleVersion
	Text   string
	Refuse string // locale key: why this officer may not switch it on
}

func (s *Server) showRules(r *request) (string, any, error) {
	v, err := s.ruleVersion(r)
	if err != nil {
		return "", nil, err
	}
	text, err := s.Store.RuleText(r.Context(), *r.Officer, v.Version)
	return "rules.html", rulesPage{RuleVersion: v, Text: text, Refuse: secondOfficer(r, v.Made.By)}, err
}

func (s *Server) ruleVersion(r *request) (store.RuleVersion, error) {
	all, err := s.Store.RuleVersions(r.Context(), *r.Officer, core.DayOf(r.At))
	for _, v := range all {
		if v.Version == r.PathValue("version") {
			return v, err
		}
	}
	if err == nil {
		err = core.ErrNotFound
	}
	return store.RuleVersion{}, err
}

// changeRules rehearses a version, switches it on or takes it back.
func (s *Server) changeRules(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	v, err := s.ruleVersion(r)
	if err != nil {
		return "", nil, err
	}
	if r.PostFormValue("do") == "rehearse" {
		return s.rehearse(r, store.Change{Rules: v.Version})
	}
	in, _, err := s.Store.Policy(r.Context(), core.DayOf(r.At))
	if err != nil {
		return "", nil, err
	}
	p := policySure{To: rulesPath + "/" + v.Version, Values: map[string]string{"do": r.PostFormValue("do")}}
	switch r.PostFormValue("do") {
	case "on":
		p.Title, p.What, p.Refuse = "admin.rules.on", "admin.rules.on.what", secondOfficer(r, v.Made.By)
		p.Sure = []fieldChange{{r.T("admin.field.rules"), in.Version(), v.Version},
			{r.T("admin.policy.from"), in.From().Local(), max(v.From, core.DayOf(r.At)).Local()}}
		if r.PostFormValue("sure") == "1" && p.Refuse == "" {
			return startedJob(s.Store.SwitchRules(r.Context(), *r.Officer, r.At, v.Version, v.From))
		}
	case "off":
		p.Title, p.What = "admin.rules.off", "admin.rules.off.what"
		p.Sure = []fieldChange{{v.Version, r.T("admin.policy.state." + v.State), r.T("admin.policy.state.off")}}
		if r.PostFormValue("sure") == "1" {
			return startedJob(s.Store.TakeBackRules(r.Context(), *r.Officer, r.At, v.Version))
		}
	default:
		return "", nil, refusal{http.StatusBadRequest, "admin.error.form"}
	}
	return p.ask()
}

// LineText is the number of a line in words.
func (f rulesForm) LineText() string { return strconv.Itoa(f.Line) }
