package admin

import (
	"net/http"
)

const alertsPath = "/admin/alerts"

// alertsPage is an officer's own chats for alerts.
type alertsPage struct {
	Chats int
	Code  string // just made, six digits in two groups; "" for none
	Done  string // locale key of what was just done
}

func (s *Server) showAlerts(r *request) (string, any, error) {
	page := alertsPage{}
	if r.URL.Query().Get("done") == "unlinked" {
		page.Done = "admin.alerts.unlinked"
	}
	var err error
	page.Chats, err = s.Store.OfficerChats(r.Context(), r.Officer.ID)
	return "alerts.html", page, err
}

// changeAlerts gives a one-time code, on the page that answers and nowhere
// else, or ends the officer's chats.
func (s *Server) changeAlerts(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	switch r.PostFormValue("do") {
	case "code":
		code, err := s.Store.NewOfficerCode(r.Context(), r.At, *r.Officer)
		if err != nil {
			return "", nil, err
		}
		page := alertsPage{Code: code[:3] + " " + code[3:]}
		page.Chats, err = s.Store.OfficerChats(r.Context(), r.Officer.ID)
		return "alerts.html", page, err
	case "unlink":
		if err := s.Store.UnlinkChats(r.Context(), r.Officer.ID); err != nil {
			return "", nil, err
		}
		return "", nil, redirect(alertsPath + "?done=unlinked")
	}
	return "", nil, refusal{http.StatusBadRequest, "admin.error.form"}
}
