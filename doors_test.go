package main

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A fault in a handler is heard of, without a word of what was sent, and the
// next request is served.
func TestPanicOfAHandlerIsLogged(t *testing.T) {
	var log bytes.Buffer
	old := slog.Default()
	t.Cleanup(func() { slog.SetDefault(old) })
	slog.SetDefault(slog.New(slog.NewJSONHandler(&log, nil)))

	mux := http.NewServeMux()
	mux.HandleFunc("/hooks/{name}", func(_ http.ResponseWriter, r *http.Request) {
		if name := r.FormValue("name"); name != "" {
			panic("cannot read " + name)
		}
	})
	web := httptest.NewUnstartedServer(nil)
	web.Config = newServer(mux)
	web.Start()
	defer web.Close()
	if res, err := http.Get(web.URL + "/hooks/x?name=0900000001"); err == nil {
		res.Body.Close()
		t.Errorf("a panic answered %d", res.StatusCode)
	}
	res, err := http.Get(web.URL + "/hooks/x")
	if err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("the next request: %v", err)
	}
	res.Body.Close()
	web.Close()
	if got := log.String(); !strings.Contains(got, `"route":"/hooks/{name}"`) || strings.Contains(got, "0900000001") {
		t.Errorf("logged %s", got)
	}
}
