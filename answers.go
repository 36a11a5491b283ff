package main

import (
	"net/http"
	"strconv"
)

// countAnswers counts what is answered, by route and status, so that whoever
// knocks with garbage is seen at every door. The route is its pattern, never
// the path, which may hold a code. mux tells the pattern, so nothing may stand
// between the two that copies the request.
func (m *metrics) countAnswers(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := &watchedAnswer{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			route := r.Pattern
			if route == "" {
				route = "none"
			}
			m.answers.WithLabelValues(route, strconv.Itoa(a.status)).Inc()
		}()
		mux.ServeHTTP(a, r)
	})
}

// watchedAnswer remembers the status of an answer.
type watchedAnswer struct {
	http.ResponseWriter
	status int
	told   bool
}

func (a *watchedAnswer) WriteHeader(status int) {
	if !a.told && status >= 200 {
		a.status, a.told = status, true
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *watchedAnswer) Write(b []byte) (int, error) {
	a.told = true
	return a.ResponseWriter.Write(b)
}

// Unwrap is how streams find what they flush.
func (a *watchedAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
