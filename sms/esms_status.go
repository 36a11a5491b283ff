package sms

import (
	"math"
	"net/http"
	"net/url"
	"strconv"
)

// StatusHook takes what eSMS tells of texts that we sent, below ESMSStatusPath.
func (e *ESMS) StatusHook() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			w.Header().Set("Allow", http.MethodGet)
			e.c.refuse(w, "method", http.StatusMethodNotAllowed)
			return
		}
		if !knows(r, ESMSStatusPath, e.statusSecret()) {
			e.c.refuse(w, "secret", http.StatusForbidden)
			return
		}
		rep, ok := esmsReport(r.URL.Query())
		if !ok {
			e.c.Count("status_unknown")
			w.WriteHeader(http.StatusOK) // said again, it would be no clearer
			return
		}
		e.c.reports(w, r, "esms", rep)
	})
}

// statusSecret is what a report must know; "" believes none.
func (e *ESMS) statusSecret() string {
	if e.c.SecretKey == "" {
		return ""
	}
	return e.secret()
}

// esmsReport reads a report (docs/reference/channels.md, 5.1). A text goes to
// one number, so that a single success or failure is its whole fate.
func esmsReport(q url.Values) (report, bool) {
	r := report{names: []string{networkID(q.Get("SMSID")), furtherName.ReplaceAllString(networkID(q.Get("RequestId")), "")}}
	success, failed := number(q.Get("SendSuccess")), number(q.Get("SendFailed"))
	switch q.Get("SendStatus") {
	case "1": // waits to be approved
		r.status = "accepted"
	case "2": // waits to be sent
		r.status = "queued"
	case esmsRefused:
		r.status, r.code = "failed", "SendStatus 4"
	case "7": // sent; the carrier has not reported yet
		r.status = "sent"
	case "5":
		switch {
		case success > 0:
			r.status = "delivered"
		case failed > 0:
			r.status, r.code = "undelivered", "SendFailed"
		default:
			r.status = "sent"
		}
	}
	price := q.Get("TotalPrice")
	if price == "" {
		price = q.Get("Totalprice") // as the table of the documentation spells it
	}
	r.cost, r.segments = number(price), 1 // of one text, which maxText keeps to one; TotalSent counts people
	return r, r.status != "" && r.name() != ""
}

// number reads a whole or decimal number as gateways print it, 250.0000; 0 for
// one that is none, below zero or beyond what a text can cost.
func number(s string) int64 {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || !(n > 0) || n > 1e9 {
		return 0
	}
	return int64(math.Round(n))
}
