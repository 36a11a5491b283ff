package admin

import (
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
	page := taskPage{Tasks: list}
	if len(list) > tasksShown {
		page.Tasks = list[:tasksShown]
		last := page.Tasks[tasksShown-1]
		page.After = cursorText(store.Cursor{At: last.Due.UnixMilli(), ID: last.ID})
	}
	return "tasks.html", page, nil
}

// showTask shows whom to call about one task.
func (s *Server) showTask(r *request) (string, any, error) {
	look := store.Look{Officer: *r.Officer, Screen: "task", At: r.At}
	t, err := s.Store.TaskContact(r.Context(), look, taskScope(*r.Officer), r.PathValue("id"))
	if err != nil {
		return "", nil, err
	}
	return "task.html", t, nil
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
	case t.Kind == core.TaskUnreached:
		return r.orKey("admin.notice."+t.Note, t.Note)
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
