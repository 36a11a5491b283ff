package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"khaibao/core/area"
	"khaibao/core/demo"
	"khaibao/core/duty"
	"khaibao/core/store"
)

// web is the program on the invented people, as officers meet it.
type web struct {
	b           *bench
	store       *store.Store
	program     *served
	client      *http.Client
	options     demo.Options
	people      *demo.Generator
	databaseURL string
	keyFile     string
	network     *http.Server
	officers    map[string]duty.Officer // by their cookies
	lookers     [atOnceOfficers]string  // sign-ins of those who look people up
	r           *rand.Rand              // for what is asked; used by one goroutine
}

// atOnceOfficers is how many officers ask at once: two cores hold the program,
// the database and those who ask.
const atOnceOfficers = 2

func newClient() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: atOnceOfficers}, Timeout: 10 * time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (w *web) close() {
	w.client.CloseIdleConnections()
	w.program.stop()
	w.store.Close()
	w.network.Close()
}

// asking is one request of an officer.
type asking struct {
	cookie string
	path   string     // with its query
	form   url.Values // nil: a GET
}

func (a asking) String() string {
	if a.form == nil || a.form.Has("q") { // of the invented, but nobody's number is printed
		return a.path
	}
	shown := maps.Clone(a.form)
	shown.Del("name")
	return a.path + " " + shown.Encode()
}

// ask sends one request and reads all of the answer, which must be a page.
func (w *web) ask(ctx context.Context, a asking) (body []byte, took time.Duration, err error) {
	began := time.Now()
	body, to, err := w.send(ctx, a)
	if err == nil && to != "" {
		err = fmt.Errorf("%s: led to another page", a)
	}
	return body, time.Since(began), err
}

// send sends one request and reads all of the answer: a page, or the way to
// another.
func (w *web) send(ctx context.Context, a asking) (body []byte, to string, err error) {
	method, sent := http.MethodGet, io.Reader(nil)
	if a.form != nil {
		method, sent = http.MethodPost, strings.NewReader(a.form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, method, w.program.url+a.path, sent)
	if err != nil {
		return nil, "", err
	}
	if a.form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.AddCookie(&http.Cookie{Name: "officer", Value: a.cookie})
	res, err := w.client.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer res.Body.Close()
	body, err = io.ReadAll(res.Body)
	if to = res.Header.Get("Location"); err == nil && res.StatusCode != http.StatusOK && (res.StatusCode != http.StatusSeeOther || strings.HasPrefix(to, "/admin/sign-in")) {
		err = fmt.Errorf("%s: answered %d", a, res.StatusCode)
	}
	return body, to, err
}

// measure sends all requests, some at once, and prints the times that whoever
// asked waited, against a limit in milliseconds. The first twentieth warms up.
func (w *web) measure(ctx context.Context, what string, limit float64, all []asking) error {
	if !strings.Contains(what, *officersOnly) {
		return nil
	}
	runtime.GC() // that of whoever asks is no officer's time
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	type answer struct {
		took time.Duration
		of   asking
	}
	var mu sync.Mutex
	var answers []answer
	var failed error
	next := 0
	take := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		next++
		return next - 1, next <= len(all) && failed == nil
	}
	var running sync.WaitGroup
	for range atOnceOfficers {
		running.Go(func() {
			for i, ok := take(); ok; i, ok = take() {
				_, took, err := w.ask(ctx, all[i])
				mu.Lock()
				if err != nil && failed == nil {
					failed = err
				}
				if i >= len(all)/20 {
					answers = append(answers, answer{took, all[i]})
				}
				mu.Unlock()
			}
		})
	}
	running.Wait()
	if failed != nil {
		return fmt.Errorf("%s: %w", what, failed)
	}
	slices.SortFunc(answers, func(a, b answer) int { return int(a.took - b.took) })
	ms := func(at int) float64 { return float64(answers[at].took.Microseconds()) / 1000 }
	p99 := ms(len(answers) * 99 / 100)
	w.b.atMost(what+", p99 of "+fmt.Sprint(len(answers)), p99, limit, "ms")
	w.b.say("  median, ratio of p99 to the limit", "%.2f ms, %.2f", ms(len(answers)/2), p99/limit)
	if p99 > limit || *officersSlow {
		for _, a := range answers[max(0, len(answers)-5):] {
			w.b.say("  slow", "%.0f ms: %s", float64(a.took.Microseconds())/1000, a.of)
		}
	}
	return nil
}

// someArea is the province, a district or a commune of it.
func (w *web) someArea() string {
	districts := area.Children(w.options.Province)
	d := districts[w.r.IntN(len(districts))]
	switch w.r.IntN(4) {
	case 0:
		return w.options.Province
	case 1:
		return d.Code
	}
	communes := area.Children(d.Code)
	return communes[w.r.IntN(len(communes))].Code
}

// assets finds what a page loads beside itself.
var assets = regexp.MustCompile(`(?:src|href)="(/admin/assets/[^"]+)"`)

// weights measures how large pages are with all their assets.
func (w *web) weights(ctx context.Context) error {
	cookie, err := w.signIn(ctx, "cdc", w.options.Province)
	if err != nil {
		return err
	}
	sizes := make(map[string]int)
	for _, path := range []string{"/admin/", "/admin/check", "/admin/declarations", "/admin/tasks", "/admin/monitoring", "/admin/arrivals", "/admin/enter/resident", "/admin/figures"} {
		body, _, err := w.ask(ctx, asking{cookie: cookie, path: path})
		if err != nil {
			return err
		}
		weight := len(body)
		for _, m := range assets.FindAllStringSubmatch(string(body), -1) {
			if sizes[m[1]] == 0 {
				asset, _, err := w.ask(ctx, asking{cookie: cookie, path: m[1]})
				if err != nil {
					return err
				}
				sizes[m[1]] = len(asset)
			}
			weight += sizes[m[1]]
		}
		w.b.atMost("weight of "+path+" with its assets", float64(weight)/1000, 150, "KB")
	}
	return nil
}
