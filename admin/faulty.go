package admin

import "net/http"

// faults name the kinds of pages that tell of a failure, by status, for their
// headings. Any other status is told by its reason alone.
var faults = map[int]string{
	http.StatusForbidden:             "forbidden",
	http.StatusNotFound:              "absent",
	http.StatusConflict:              "changed",
	http.StatusRequestEntityTooLarge: "large",
	http.StatusTooManyRequests:       "often",
	http.StatusInternalServerError:   "ours",
	http.StatusServiceUnavailable:    "away",
}

// Fault is the heading of the page of a failure.
func (r *request) Fault() string {
	if name, ok := faults[r.failed]; ok {
		return r.T("admin.error.title." + name)
	}
	return r.T("admin.error.title")
}

// Passes tells whether the same request may well work in a while.
func (r *request) Passes() bool {
	return r.failed == http.StatusTooManyRequests || r.failed >= 500
}

// Again is where the page that failed may be asked for once more; "" for a form,
// which the browser still holds.
func (r *request) Again() string {
	if r.Method == http.MethodGet && r.Passes() {
		return r.URL.RequestURI()
	}
	return ""
}

// Status is the one of the failure.
func (r *request) Status() int { return r.failed }
