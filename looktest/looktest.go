// Package looktest looks at pages in a real browser, as the people see them who
// hold a cheap phone, sit at a wide screen, have no mouse, or hear a page read.
//
// A page is what a handler answered; it is served again from a server of the
// test's own beside the handler's assets, so that one browser looks at the pages
// of every duty without signing in. The rules are those of axe-core, by which
// the pages of public bodies are audited, and those of our own look: no page is
// wider than the smallest phone or heavier than 150 KB, no text smaller than
// 14 px, nothing to press lower than 44 px, and every way on is reached by Tab,
// in order, with a ring around it. Then the page is opened once more in a browser
// that runs no scripts, where all that it shows must be seen, too.
//
// Source: docs/functions.md; Web Content Accessibility Guidelines 2.2, 1.4.3,
// 1.4.10, 2.1.1, 2.4.7, 2.4.11 and 2.5.8.
package looktest

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Page is one answer to look at.
type Page struct {
	Name   string // for the test's words
	Header http.Header
	Body   string
	Keys   bool // go through it with the Tab key, too
}

// MaxWeight is the most that a page may weigh with all its assets, in bytes.
const MaxWeight = 150_000

// A screen is a size in CSS pixels with a colour scheme. Colours do not depend
// on the size, so that two screens are enough for all four.
type screen struct {
	name          string
	width, height int64
	scheme        string
}

var (
	phone = screen{"phone", 360, 740, "light"}
	desk  = screen{"desk", 1280, 900, "dark"}
)

// Functions that the test calls in a page: those of audit.js stand in every page
// from its beginning; those of plain.js are brought along, since a page whose
// scripts do not run has none.
var (
	//go:embed audit.js
	auditScript string
	//go:embed plain.js
	plainScript string
)

// Pages looks at pages in one browser, two at a time, and fails the test with
// everything that is wrong with them. Whatever is not one of the pages is asked
// of assets.
func Pages(t testing.TB, browser context.Context, assets http.Handler, pages []Page) {
	t.Helper()
	axe := axeScript(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var n int
		if _, err := fmt.Sscanf(r.URL.Path, "/look/%d", &n); err != nil || n >= len(pages) {
			assets.ServeHTTP(w, r)
			return
		}
		for key, values := range pages[n].Header {
			if key != "Set-Cookie" && key != "Content-Length" {
				w.Header()[key] = values
			}
		}
		fmt.Fprint(w, pages[n].Body)
	}))
	defer server.Close()
	next := make(chan int)
	var looking sync.WaitGroup
	for range 2 {
		looking.Go(func() {
			eye := open(t, browser, axe)
			for n := range next {
				eye.look(fmt.Sprintf("%s/look/%d", server.URL, n), pages[n])
			}
		})
	}
	for n := range pages {
		next <- n
	}
	close(next)
	looking.Wait()
}

// axeScript is axe-core as npm installed it. Without it the test fails: who runs
// the tests must know that the pages were not tried.
func axeScript(t testing.TB) string {
	t.Helper()
	for folder := "."; ; folder = filepath.Join(folder, "..") {
		if body, err := os.ReadFile(filepath.Join(folder, ".ci", "npm", "node_modules", "axe-core", "axe.min.js")); err == nil {
			return string(body)
		}
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			t.Fatal("axe-core is needed: make needs")
		}
	}
}

// eye is one tab.
type eye struct {
	t   testing.TB
	ctx context.Context
}

func open(t testing.TB, browser context.Context, axe string) *eye {
	ctx, stop := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(stop)
	e := &eye{t, ctx}
	err := chromedp.Do(ctx) // the first run lives as long as the tab, so it has no time limit
	if err == nil {
		err = chromedp.Do(ctx, call(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}),
			call(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: auditScript + ";\n" + axe}))
	}
	if err != nil {
		t.Errorf("open a tab: %v", err)
	}
	return e
}

// call sends a command of the browser's own.
func call[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, command, params)
		return err
	})
}

// patience bounds what one page may take; a slow machine needs some of it.
const patience = 30 * time.Second

func (e *eye) look(url string, p Page) {
	ctx, stop := context.WithTimeout(e.ctx, patience)
	defer stop()
	var shown []string
	for i, s := range []screen{phone, desk} {
		acts := []chromedp.Action[chromedp.Void]{chromedp.EmulateViewport(s.width, s.height), call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: s.scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})}
		if i == 0 {
			acts = append(acts, chromedp.Navigate(url))
		}
		err := chromedp.Do(ctx, acts...)
		var wrong []string
		if err == nil {
			wrong, err = chromedp.Run(ctx, chromedp.Evaluate[[]string](fmt.Sprintf("lookAtPage(%d, %v)", MaxWeight, i == 0), chromedp.EvalAwaitPromise))
		}
		if err == nil && i == 0 && p.Keys {
			var missed []string
			missed, err = e.walk(ctx)
			wrong = append(wrong, missed...)
		}
		if err == nil && i == 0 {
			shown, err = chromedp.Run(ctx, chromedp.Evaluate[[]string](plain("plainShown()")))
		}
		if err != nil {
			e.t.Errorf("%s on the %s: %v", p.Name, s.name, err)
			return
		}
		for _, w := range wrong {
			e.t.Errorf("%s on the %s: %s", p.Name, s.name, w)
		}
	}
	wrong, err := e.withoutScripts(ctx, url, shown)
	if err != nil {
		e.t.Errorf("%s without scripts: %v", p.Name, err)
	}
	for _, w := range wrong {
		e.t.Errorf("%s without scripts: %s", p.Name, w)
	}
}

// withoutScripts opens a page on a phone that runs no scripts, and says what is
// wrong with it, given what it shows on one that does.
func (e *eye) withoutScripts(ctx context.Context, url string, shown []string) ([]string, error) {
	live, err := json.Marshal(shown)
	if err != nil {
		return nil, err
	}
	scripts := func(off bool) chromedp.Action[chromedp.Void] {
		return call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: off})
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(phone.width, phone.height), scripts(true), chromedp.Navigate(url)); err != nil {
		return nil, err
	}
	wrong, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](plain(fmt.Sprintf("plainFaults(%s)", live))))
	if err != nil {
		return nil, err
	}
	return wrong, chromedp.Do(ctx, scripts(false))
}

// plain calls a function of plain.js.
func plain(call string) string { return "(() => {" + plainScript + "\nreturn " + call + "; })()" }

// walk presses Tab until everything that can be pressed or filled in had the
// focus, and says what had none, or had it unseen.
func (e *eye) walk(ctx context.Context) ([]string, error) {
	n, err := chromedp.Run(ctx, chromedp.Evaluate[int]("beginWalk()"))
	if err != nil {
		return nil, err
	}
	tabs := make([]chromedp.Action[chromedp.Void], n+3)
	for i := range tabs {
		tabs[i] = chromedp.KeyEvent(kb.Tab)
	}
	if err := chromedp.Do(ctx, tabs...); err != nil {
		return nil, err
	}
	return chromedp.Run(ctx, chromedp.Evaluate[[]string]("endWalk()"))
}

// attribute is one of a start tag: its name, and its value.
var attribute = regexp.MustCompile(`([a-z-]+)(?:="([^"]*)")?`)

// Shape is what a page is built of, whatever it says: its kinds of start tags. A
// page that adds none to those of its sister looks as its sister does.
func Shape(body string) []string {
	var shape []string
	for _, tag := range strings.Split(body, "<")[1:] {
		tag, _, _ = strings.Cut(tag, ">")
		if strings.HasPrefix(tag, "/") {
			continue
		}
		name, rest, _ := strings.Cut(tag, " ")
		for _, a := range attribute.FindAllStringSubmatch(rest, -1) {
			name += " " + a[1]
			if slices.Contains([]string{"class", "type", "role", "name"}, a[1]) {
				name += "=" + a[2]
			}
		}
		shape = append(shape, name)
	}
	slices.Sort(shape)
	return slices.Compact(shape)
}
