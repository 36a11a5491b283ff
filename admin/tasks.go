package admin

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
)

// taskScope is whose tasks an officer sees: those of the own area for a duty
// that sees its people unmasked, and for who keeps the accounts.
func taskScope(o duty.Officer) duty.Scope {
	switch duty.May(o.Duty, duty.InArea, duty.Lists) {
	case duty.Yes, duty.OfficersOnly:
		return duty.Scope{Area: o.Area}
	}
	return duty.Scope{}
}

// taskPage is what the list of tasks shows.
type taskPage struct {
	Tasks []store.OpenTask
	After string // ID of the last one when there are more
	Done  bool   // one was just closed
}

// tasksShown is how many tasks one page holds.
const tasksShown = 100

func (s *Server) showTasks(r *request) (string, any, error) {
	cursor := parseCursor(r.URL.Query().Get("after"))
	after := store.OpenTask{ID: cursor.ID, Due: time.UnixMilli(cursor.At)}
	list, err := s.Store.Tasks(r.Context(), *r.Officer, taskScope(*r.Officer), after, tasksShown+1)
	if err != nil {
		return "", nil, err
	}
	page := taskPage{Tasks: list, Done: r.URL.Query().Get("done") == "1"}
	if len(list) > tasksShown {
		page.Tasks = list[:tasksShown]
		last := page.Tasks[tasksShown-1]
		page.After = cursorText(store.Cursor{At: last.Due.UnixMilli(), ID: last.ID})
	}
	return "tasks.html", page, nil
}

// taskOutcomes are how a task may turn out.
var taskOutcomes = []string{"reached", "no_answer", "wrong_number", "visited", "handed", "nothing"}

// oneTask is what one task's page shows.
type oneTask struct {
	store.TaskContact
	Outcomes      []string
	Done, Changed bool
	Outcome, Note string // as filled in
	Error         string // locale key
	Once          string
}

// showTask shows whom to call about one task.
func (s *Server) showTask(r *request) (string, any, error) {
	return s.taskPage(r, oneTask{Done: r.URL.Query().Get("done") == "1"})
}

func (s *Server) taskPage(r *request, page oneTask) (string, any, error) {
	look := store.Look{Officer: *r.Officer, Screen: "task", At: r.At}
	t, err := s.Store.TaskContact(r.Context(), look, taskScope(*r.Officer), r.PathValue("id"))
	if err != nil {
		return "", nil, err
	}
	page.TaskContact, page.Outcomes, page.Once = t, taskOutcomes, core.NewID()
	switch {
	case page.Changed:
		return "task.html", page, status(http.StatusConflict)
	case page.Error != "":
		return "task.html", page, status(http.StatusUnprocessableEntity)
	}
	return "task.html", page, nil
}

// workOnTask takes what an officer did about a task.
func (s *Server) workOnTask(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	page := oneTask{Outcome: r.PostFormValue("outcome"), Note: strings.TrimSpace(strings.ToValidUTF8(r.PostFormValue("note"), ""))}
	w := store.TaskWork{ID: r.PostFormValue("once"), Kind: r.PostFormValue("do"), Seen: r.PostFormValue("owner")}
	switch w.Kind {
	case store.WorkAttempt, store.WorkClosed:
		w.Outcome, w.Note = page.Outcome, page.Note
		if !slices.Contains(taskOutcomes, w.Outcome) {
			page.Error = "admin.task.choose"
		} else if len(w.Note) > maxNote {
			page.Error = "admin.act.wrong.long"
		}
	case store.WorkTaken, store.WorkReleased:
	default:
		return "", nil, refusal{http.StatusBadRequest, "admin.error.form"}
	}
	if page.Error != "" {
		return s.taskPage(r, page)
	}
	look := store.Look{Officer: *r.Officer, Screen: "task", At: r.At}
	err := s.Store.WorkOnTask(r.Context(), look, taskScope(*r.Officer), r.PathValue("id"), w)
	switch {
	case errors.Is(err, store.ErrChanged):
		page.Changed = true
		return s.taskPage(r, page)
	case err != nil:
		return "", nil, err
	case w.Kind == store.WorkClosed:
		return "", nil, redirect("/admin/tasks?done=1")
	}
	return "", nil, redirect("/admin/tasks/" + r.PathValue("id") + "?done=1")
}

// MayCall tells whether an officer may see whom a task is about.
func (r *request) MayCall() bool {
	return duty.May(r.Officer.Duty, duty.InArea, duty.FullIdentity) == duty.Yes
}

// TaskKind names a kind of task.
func (r *request) TaskKind(kind string) string { return r.orKey("admin.task."+kind, kind) }

// TaskNote says what a task's note stands for: the question that was not
// understood, the officer it is about, or what somebody could not be told.
func (r *request) TaskNote(t store.OpenTask) string {
	switch {
	case t.Note == "":
		return ""
	case t.Kind == store.TaskLooks:
		return t.Note
	case t.Kind == core.TaskVisit:
		return r.orKey("admin.outcome."+t.Note, t.Note)
	case t.Kind == core.TaskUnreached:
		return r.orKey("admin.notice."+t.Note, t.Note)
	case slices.Contains(core.MonitoringTasks(), t.Kind):
		return r.orKey("admin.watch.note."+t.Note, "")
	}
	form, question, ofForm := strings.Cut(t.Note, ".")
	if !ofForm { // of the conversation itself
		return r.question("", t.Note)
	}
	return r.question(form, question)
}

// TaskNoteName says what TaskNote is.
func (r *request) TaskNoteName(t store.OpenTask) string {
	if t.Kind == core.TaskUnreached {
		return r.T("admin.task.notice")
	}
	return r.T("admin.task.question")
}
