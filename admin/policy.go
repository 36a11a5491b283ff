package admin

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/triage"
)

const (
	policyPath = "/admin/policy"
	rulesPath  = policyPath + "/rules"
	areasPath  = policyPath + "/areas"
	jobsPath   = policyPath + "/jobs"
)

// policyPage is what is in force, what is drafted, and what is under way.
type policyPage struct {
	Rules   []store.RuleVersion
	Areas   []store.EpidemicArea
	Jobs    []jobView
	History bool
	After   string // ID of the last area shown when there may be more
	Done    string // locale key of what was just done
}

// jobView is a job as a page shows it.
type jobView struct {
	core.Job
	Percent int
}

func viewJob(j core.Job) jobView {
	v := jobView{Job: j}
	switch {
	case !j.Ended.IsZero():
		v.Percent = 100
	case j.Total > 0:
		v.Percent = min(99, 100*j.Done/j.Total)
	}
	return v
}

// State is how a job stands, as part of a locale key.
func (j jobView) State() string {
	switch {
	case j.Cancelled:
		return "cancelled"
	case j.Error != "":
		return "failed"
	case !j.Ended.IsZero():
		return "done"
	case j.Done > 0 || j.Total > 0:
		return "running"
	}
	return "waiting"
}

// areasShown is how many areas one page holds.
const areasShown = 100

func (s *Server) showPolicy(r *request) (string, any, error) {
	page := policyPage{}
	if done := r.URL.Query().Get("done"); done == "draft" || done == "off" || done == "area" || done == "dropped" {
		page.Done = "admin.policy.done." + done
	}
	var err error
	if page.Rules, err = s.Store.RuleVersions(r.Context(), *r.Officer, core.DayOf(r.At)); err != nil {
		return "", nil, err
	}
	if page.Areas, err = s.Store.EpidemicAreas(r.Context(), *r.Officer, false, "", areasShown); err != nil {
		return "", nil, err
	}
	jobs, err := s.Store.Jobs(r.Context(), *r.Officer, 10)
	for _, j := range jobs {
		page.Jobs = append(page.Jobs, viewJob(j))
	}
	return "policy.html", page, err
}

// policySure is what an officer is asked before the policy changes.
type policySure struct {
	Title  string // locale key
	What   string // locale key: what follows
	To     string // where the form goes
	Values map[string]string
	Sure   []fieldChange
	Refuse string // locale key: why this officer may not
}

// secondOfficer holds a switch to two people: who drafted it may not switch it
// on (docs/reference/security.md, section 4).
func secondOfficer(r *request, madeBy string) string {
	if madeBy == r.Officer.ID {
		return "admin.policy.second"
	}
	return ""
}

// ask shows what will change; refused with 403 where this officer may not.
func (p policySure) ask() (string, any, error) {
	if p.Refuse != "" {
		return "policysure.html", p, status(http.StatusForbidden)
	}
	return "policysure.html", p, nil
}

// startedJob leads to the page of a job that a change began.
func startedJob(id string, err error) (string, any, error) {
	switch {
	case errors.Is(err, store.ErrNoDraft):
		return "", nil, refusal{http.StatusConflict, "admin.policy.changed"}
	case errors.Is(err, store.ErrLastRules):
		return "", nil, refusal{http.StatusConflict, "admin.policy.last"}
	case err != nil:
		return "", nil, err
	}
	return "", nil, redirect(jobsPath + "/" + id)
}

// rehearse has a job count what a change would do.
func (s *Server) rehearse(r *request, c store.Change) (string, any, error) {
	return startedJob(s.Store.Rehearse(r.Context(), *r.Officer, r.At, c))
}

// jobPage is one job with its progress, and what it has found so far.
type jobPage struct {
	jobView
	Rehearsal *store.Rehearsal
	Judged    *store.JudgeResult
	Movers    []store.WouldMove
	Masked    bool
	After     string
}

// moversShown is how many people one page of a rehearsal names.
const moversShown = 50

func (s *Server) showJob(r *request) (string, any, error) {
	j, err := s.Store.Job(r.Context(), *r.Officer, r.PathValue("job"))
	if err != nil {
		return "", nil, err
	}
	page := jobPage{jobView: viewJob(j)}
	if j.Kind != store.JobRehearse {
		page.Judged = &store.JudgeResult{}
		if j.Result != "" {
			if err := json.Unmarshal([]byte(j.Result), page.Judged); err != nil {
				return "", nil, errors.New("job " + j.ID + ": its result is no JSON")
			}
		}
		return "job.html", page, nil
	}
	_, found, err := s.Store.Rehearsal(r.Context(), *r.Officer, j.ID)
	if err != nil {
		return "", nil, err
	}
	page.Rehearsal = &found
	if !duty.MayList(r.Officer.Duty) {
		return "job.html", page, nil
	}
	page.Masked = duty.May(r.Officer.Duty, duty.InArea, duty.Lists) == duty.Masked
	page.Movers, err = s.Store.WouldMove(r.Context(), *r.Officer, r.Officer.ListScope(), j.ID, r.URL.Query().Get("after"), moversShown+1)
	if len(page.Movers) > moversShown {
		page.Movers = page.Movers[:moversShown]
		page.After = page.Movers[moversShown-1].PersonID
	}
	return "job.html", page, err
}

// Older is the link to the next people of a rehearsal.
func (p jobPage) Older() string {
	if p.After == "" {
		return ""
	}
	return jobsPath + "/" + p.ID + "?" + url.Values{"after": {p.After}}.Encode()
}

// cancelJob stops a rehearsal.
func (s *Server) cancelJob(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	id := r.PathValue("job")
	if err := s.Store.CancelJob(r.Context(), *r.Officer, r.At, id); err != nil {
		return "", nil, err
	}
	return "", nil, redirect(jobsPath + "/" + id)
}

// Moves says from what to what people would go, in words.
func (r *request) Moves(field string, list []triage.Move) []fieldChange {
	var all []fieldChange
	for _, m := range list {
		all = append(all, fieldChange{thousands(m.Count), r.word0(field, m.From), r.word0(field, m.To)})
	}
	return all
}

// word0 is one code of a field in words, also where it is "".
func (r *request) word0(field, code string) string {
	if field == "colour" && code == "" {
		return r.T("admin.measure.")
	}
	return r.T(coded[field] + code)
}

// Number is a count as people write it.
func (r *request) Number(n int) string { return thousands(n) }

// Percent is a share in words.
func (j jobView) PercentText() string { return strconv.Itoa(j.Percent) + " %" }

// Place names an epidemic area: what people call it, or its unit.
func (r *request) EpidemicPlace(a triage.Area) string {
	name := a.Code
	if _, ok := area.Get(a.Code); ok {
		name = area.Address(a.Code)
	} else {
		name = r.country(a.Code)
	}
	if a.Radius > 0 {
		name = r.T("admin.epidemic.circle", "metres", strconv.Itoa(a.Radius), "area", name)
	}
	return joined(a.Name, r.Quarter(a.Sub), name)
}
