package admin

import (
	"slices"

	"khaibao/core/duty"
)

// A tab is a part of the work that has a page of its own in the menu.
type tab struct {
	path string
	key  string // locale key of its name
	what string // locale key of what it is for, on the first page; "" for a part that needs no word
	may  rule
}

// tabs is the whole menu, in the order of one case: somebody arrives, is
// checked, entered, verified, watched and counted. A new part of the work is one
// line here, and one in firstTabs where it is a duty's daily bread.
func tabs() []tab {
	return []tab{
		{homePath, "admin.nav.today", "", anyOfficer},
		{checkPath, "admin.nav.check", "", checks},
		{"/admin/enter", "admin.enter.nav", "admin.enter.lead", may(duty.Enter)},
		{arrivalsPath, "admin.verify.nav", "admin.verify.home", lists},
		{triagePath, "admin.triage.nav", "admin.triage.home", may(duty.Watch)},
		{watchPath, "admin.nav.monitoring", "admin.home.monitoring", may(duty.Watch)},
		{tasksPath, "admin.nav.tasks", "admin.home.tasks", worksOnTasks},
		{"/admin/declarations", "admin.nav.declarations", "admin.home.declarations", lists},
		{figuresPath, "admin.nav.figures", "admin.home.figures", seesFigures},
		{"/admin/policy", "admin.nav.policy", "admin.home.policy", may(duty.SeePolicy)},
		{accountsPath, "admin.doors.accounts", "admin.doors.accounts.way", may(duty.Accounts)},
		{logPath, "admin.doors.log", "admin.doors.log.way", may(duty.ReadLog)},
	}
}

const (
	checkPath = "/admin/check"
	tasksPath = "/admin/tasks"
)

// nearTabs is how many tabs stand at the thumb on a phone; the rest are one
// press further.
const nearTabs = 4

// firstTabs are what a duty does most, in its order.
var firstTabs = map[duty.Duty][]string{
	duty.Team:         {homePath, checkPath, "/admin/enter", tasksPath},
	duty.Police:       {checkPath},
	duty.Station:      {homePath, watchPath, arrivalsPath, checkPath},
	duty.Digitisation: {homePath, "/admin/enter", arrivalsPath, checkPath},
	duty.CDC:          {homePath, triagePath, watchPath, tasksPath},
	duty.Leader:       {homePath, figuresPath, "/admin/declarations", "/admin/policy"},
	duty.Centre:       {checkPath, "/admin/policy"},
	duty.Admin:        {homePath, accountsPath, logPath, tasksPath},
}

// A shownTab is a tab as the menu of one officer has it.
type shownTab struct {
	Path, Key, What string
	Here            bool // the page lies in this part
	Far             bool // on a phone it is behind the last one
}

// Tabs is the officer's menu: what the duty needs and nothing else.
func (r *request) Tabs() []shownTab {
	var all []tab
	for _, t := range tabs() {
		if t.may(r.Officer) {
			all = append(all, t)
		}
	}
	if len(all) == 2 && all[1].path == checkPath { // then the first page is that one
		all = all[1:]
	}
	first := firstTabs[r.Officer.Duty]
	rank := func(t tab) int {
		if i := slices.Index(first, t.path); i >= 0 {
			return i
		}
		return len(first)
	}
	slices.SortStableFunc(all, func(a, b tab) int { return rank(a) - rank(b) })
	shown := make([]shownTab, len(all))
	here, longest := -1, 0
	for i, t := range all {
		shown[i] = shownTab{Path: t.path, Key: t.key, What: t.what, Far: i >= nearTabs && len(all) > nearTabs+1}
		if r.Here(t.path) && len(t.path) > longest {
			here, longest = i, len(t.path)
		}
	}
	if here < 0 && len(all) == 1 && r.Here(homePath) {
		here = 0 // the first page of who only checks is the check
	}
	if here >= 0 {
		shown[here].Here = true
	}
	return shown
}

// FarTabs are those of the menu that a phone shows behind the last one.
func (r *request) FarTabs() (far []shownTab) {
	for _, t := range r.Tabs() {
		if t.Far {
			far = append(far, t)
		}
	}
	return far
}

// FarHere tells whether the page lies in one of them.
func (r *request) FarHere() bool {
	return slices.ContainsFunc(r.FarTabs(), func(t shownTab) bool { return t.Here })
}
