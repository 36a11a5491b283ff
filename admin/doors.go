package admin

import (
	"net/url"
	"slices"
	"strings"

	"khaibao/core/duty"
	"khaibao/core/store"
)

const (
	accountsPath = "/admin/accounts"
	ownPath      = "/admin/account"
	codePath     = "/admin/code"
	factorPath   = "/admin/factor"
	logPath      = "/admin/log"
)

// doorsRoutes are accounts, one-time codes, sign-ins and the log.
func (s *Server) doorsRoutes() []route {
	return []route{
		{pattern: "GET /admin/sso", may: anyone, handle: s.beginSSO},
		{pattern: "GET /admin/sso/back", may: anyone, handle: s.endSSO},
		{pattern: "GET /admin/sso/out", may: anyone, handle: s.endAtProvider},
		{pattern: "GET /admin/code", may: anyOfficer, half: true, handle: s.showCode},
		{pattern: "POST /admin/code", may: anyOfficer, half: true, handle: s.takeCode},
		{pattern: "GET /admin/factor", may: anyOfficer, half: true, handle: s.showFactor},
		{pattern: "POST /admin/factor", may: anyOfficer, half: true, handle: s.changeFactor},
		{pattern: "GET /admin/account", may: anyOfficer, handle: s.showOwn},
		{pattern: "POST /admin/account", may: anyOfficer, handle: s.endSignIns},
		{pattern: "GET /admin/accounts", may: may(duty.Accounts), handle: s.showAccounts},
		{pattern: "POST /admin/accounts", may: may(duty.Accounts), handle: s.showAccounts},
		{pattern: "GET /admin/accounts/new", may: may(duty.Accounts), handle: s.showNewAccount},
		{pattern: "POST /admin/accounts/new", may: may(duty.Accounts), handle: s.addAccount},
		{pattern: "GET /admin/accounts/list", may: may(duty.Accounts), handle: s.showAccountList},
		{pattern: "POST /admin/accounts/list", may: may(duty.Accounts), body: maxList, handle: s.takeAccountList},
		{pattern: "GET /admin/accounts/template.xlsx", may: may(duty.Accounts), handle: s.accountTemplate},
		{pattern: "GET /admin/accounts/{officer}", may: may(duty.Accounts), handle: s.showAccount},
		{pattern: "POST /admin/accounts/{officer}", may: may(duty.Accounts), handle: s.changeAccount},
		{pattern: "GET /admin/log", may: may(duty.ReadLog), handle: s.showLog},
		{pattern: "POST /admin/log", may: may(duty.ReadLog), handle: s.showLog},
	}
}

// Whole tells whether the officer has signed in with all that it takes.
func (r *request) Whole() bool {
	return r.Officer != nil && r.half == nil && !r.Officer.MustChange
}

// halfURL is where a sign-in by half goes on.
func halfURL(r *request) string {
	next := ""
	if r.Method == "GET" {
		next = nextQuery(r.URL.RequestURI())
	}
	if r.half.Awaits == store.AwaitsCode {
		return codePath + next
	}
	return factorPath + next
}

// nextQuery carries the page asked for.
func nextQuery(next string) string {
	if next = safeNext(next); next == homePath {
		return ""
	}
	return "?" + url.Values{"next": {next}}.Encode()
}

// browserOf is a browser's family and system, no more: "Chrome · Android".
func browserOf(agent string) string {
	find := func(pairs [][2]string) string {
		i := slices.IndexFunc(pairs, func(p [2]string) bool { return strings.Contains(agent, p[0]) })
		if i < 0 {
			return ""
		}
		return pairs[i][1]
	}
	// Each calls itself by the names of those before it.
	family := find([][2]string{{"coc_coc", "Cốc Cốc"}, {"Zalo", "Zalo"}, {"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser", "Samsung Internet"},
		{"Firefox", "Firefox"}, {"FxiOS", "Firefox"}, {"CriOS", "Chrome"}, {"Chrome", "Chrome"}, {"Safari", "Safari"}})
	system := find([][2]string{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Macintosh", "Mac"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}})
	return strings.Join(slices.DeleteFunc([]string{family, system}, func(s string) bool { return s == "" }), " · ")
}
