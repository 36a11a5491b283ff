package admin

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/store"
	"khaibao/core/triage"
)

// areaForm is an epidemic area as it was typed.
type areaForm struct {
	Value   map[string]string
	Errors  map[string]string
	Choices []area.Unit // when what was typed may be several
}

// V is what was filled in.
func (f *areaForm) V(name string) string { return f.Value[name] }

// Levels are the levels of areas, the mildest first.
func (f *areaForm) Levels() []string { return triage.Levels() }

func (s *Server) showAreas(r *request) (string, any, error) {
	page := policyPage{History: true}
	var err error
	page.Areas, err = s.Store.EpidemicAreas(r.Context(), *r.Officer, true, r.URL.Query().Get("after"), areasShown+1)
	if len(page.Areas) > areasShown {
		page.Areas = page.Areas[:areasShown]
		page.After = page.Areas[areasShown-1].ID
	}
	return "areas.html", page, err
}

func (s *Server) showNewArea(r *request) (string, any, error) {
	return "newarea.html", &areaForm{Value: map[string]string{"from": string(core.DayOf(r.At)), "level": "orange"}}, nil
}

// saveArea reads an area, shows what was understood, and keeps it as a draft.
func (s *Server) saveArea(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	f := &areaForm{Value: map[string]string{}, Errors: map[string]string{}}
	for key := range r.PostForm {
		f.Value[key] = strings.TrimSpace(strings.ToValidUTF8(r.PostFormValue(key), ""))
	}
	a := f.read(r)
	if len(f.Errors) > 0 {
		return "newarea.html", f, status(http.StatusUnprocessableEntity)
	}
	if f.Value["sure"] != "1" {
		f.Value["code"] = a.Code
		until := r.T("admin.policy.open")
		if a.Until != "" {
			until = a.Until.Local()
		}
		none := r.T("admin.none")
		return policySure{Title: "admin.epidemic.new", What: "admin.epidemic.new.what", To: areasPath + "/new", Values: f.Value, Sure: []fieldChange{
			{r.T("admin.epidemic.place"), none, r.EpidemicPlace(a)}, {r.T("admin.field.level"), none, r.T("admin.level." + a.Level)},
			{r.T("admin.field.lockdown"), none, r.yes(a.Lockdown)}, {r.T("admin.policy.from"), none, a.From.Local()}, {r.T("admin.policy.until"), none, until}}}.ask()
	}
	_, err := s.Store.SaveArea(r.Context(), *r.Officer, r.At, a)
	if errors.Is(err, store.ErrAreaRefused) {
		f.Errors["place"] = "admin.epidemic.refused"
		return "newarea.html", f, status(http.StatusUnprocessableEntity)
	}
	if err != nil {
		return "", nil, err
	}
	return "", nil, redirect(policyPath + "?done=area")
}

func (r *request) yes(b bool) string {
	if b {
		return r.T("admin.yes")
	}
	return r.T("admin.no")
}

// read makes an area of what was typed.
func (f *areaForm) read(r *request) triage.Area {
	v := f.Value
	a := triage.Area{ID: core.NewID(), Code: v["code"], Name: v["name"], Level: v["level"], Lockdown: v["lockdown"] == "1"}
	if _, ok := area.Get(a.Code); !ok {
		f.findPlace(r, &a)
	}
	if v["sub"] != "" {
		a.Sub = v["sub"]
	}
	bad := func(field, key string) { f.Errors[field] = "admin.act.wrong." + key }
	var ok bool
	if a.From, ok = readDay(v["from"]); !ok || a.From == "" {
		bad("from", "day")
	}
	if a.Until, ok = readDay(v["until"]); !ok || a.Until != "" && a.Until < a.From {
		bad("until", "day")
	}
	f.readPoint(&a)
	if len(f.Errors) == 0 && a.Check() != nil {
		f.Errors["place"] = "admin.epidemic.refused"
	}
	return a
}

// findPlace reads the place as people type it; when several fit, it asks which.
func (f *areaForm) findPlace(r *request, a *triage.Area) {
	found, err := area.Read(f.Value["place"], area.Context{Province: area.Province(r.Officer.Area)})
	switch {
	case err != nil:
		f.Errors["place"] = "admin.epidemic.unread"
	case len(found.Ambiguous) > 0:
		f.Errors["place"] = "admin.epidemic.which"
		for _, code := range found.Ambiguous {
			if u, ok := area.Get(code); ok {
				f.Choices = append(f.Choices, u)
			}
		}
	default:
		a.Code, a.Sub = found.Code, found.Sub
	}
}

// readPoint reads a circle: both degrees and a radius, or none.
func (f *areaForm) readPoint(a *triage.Area) {
	lat, lon, radius := f.Value["lat"], f.Value["lon"], f.Value["radius"]
	if lat == "" && lon == "" && radius == "" {
		return
	}
	var err [3]error
	a.Lat, err[0] = strconv.ParseFloat(strings.ReplaceAll(lat, ",", "."), 64)
	a.Lon, err[1] = strconv.ParseFloat(strings.ReplaceAll(lon, ",", "."), 64)
	a.Radius, err[2] = strconv.Atoi(radius)
	if errors.Join(err[:]...) != nil || a.Radius < 1 {
		f.Errors["radius"] = "admin.epidemic.point"
	}
}

// changeArea rehearses a draft, switches it on, drops it, or ends what is on.
func (s *Server) changeArea(r *request) (string, any, error) {
	if err := parseForm(r); err != nil {
		return "", nil, err
	}
	a, err := s.openArea(r)
	if err != nil {
		return "", nil, err
	}
	do := r.PostFormValue("do")
	sure := r.PostFormValue("sure") == "1"
	p := policySure{To: areasPath + "/" + a.ID, Values: map[string]string{"do": do}}
	place := r.EpidemicPlace(a.Area)
	state := func(name string) string { return r.T("admin.policy.state." + name) }
	today := core.DayOf(r.At)
	switch {
	case do == "rehearse" && a.State == "draft":
		return s.rehearse(r, store.Change{On: []string{a.ID}})
	case do == "rehearse":
		return s.rehearse(r, store.Change{End: []store.AreaEnd{{ID: a.ID, Until: today.Add(-1)}}})
	case do == "on" && a.State == "draft":
		p.Title, p.What, p.Refuse = "admin.epidemic.on", "admin.rules.on.what", secondOfficer(r, a.Made.By)
		p.Sure = []fieldChange{{place, state("draft"), state("on") + ", " + r.T("admin.level."+a.Level)}}
		if sure && p.Refuse == "" {
			return startedJob(s.Store.SwitchAreas(r.Context(), *r.Officer, r.At, []string{a.ID}))
		}
	case do == "end" && a.State == "draft":
		p.Title, p.What = "admin.epidemic.drop", "admin.epidemic.drop.what"
		p.Sure = []fieldChange{{place, state("draft"), state("off")}}
		if sure {
			_, err := s.Store.EndArea(r.Context(), *r.Officer, r.At, a.ID, today)
			if err != nil {
				return "", nil, err
			}
			return "", nil, redirect(policyPath + "?done=dropped")
		}
	case do == "end":
		until := r.T("admin.policy.open")
		if a.Until != "" {
			until = a.Until.Local()
		}
		p.Title, p.What = "admin.epidemic.end", "admin.epidemic.end.what"
		p.Sure = []fieldChange{{place + ", " + r.T("admin.policy.until"), until, today.Local()}}
		if sure {
			return startedJob(s.Store.EndArea(r.Context(), *r.Officer, r.At, a.ID, today))
		}
	default:
		return "", nil, refusal{http.StatusConflict, "admin.policy.changed"}
	}
	return p.ask()
}

// openArea is an area that is drafted or on.
func (s *Server) openArea(r *request) (store.EpidemicArea, error) {
	for after := ""; ; {
		list, err := s.Store.EpidemicAreas(r.Context(), *r.Officer, false, after, areasShown)
		if err != nil {
			return store.EpidemicArea{}, err
		}
		for _, a := range list {
			if after = a.ID; a.ID == r.PathValue("area") {
				return a, nil
			}
		}
		if len(list) < areasShown {
			return store.EpidemicArea{}, core.ErrNotFound
		}
	}
}
