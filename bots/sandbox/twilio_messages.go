package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// twilioMessage is a row of the list, either way.
type twilioMessage struct {
	sid, service string
	inbound      bool
	from, to     string
	body         string
	status       string
	code, fate   int // of the failure that is told, and that will come
	made, sent   time.Time
	updated      time.Time
	callback     string
}

// phone is the telephone at the other end.
func (m *twilioMessage) phone() string {
	if m.inbound {
		return m.from
	}
	return m.to
}

const maxTwilioBody = 1600

func (t *Twilio) create(w http.ResponseWriter, r *http.Request) (int, any, *twilioError) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := r.ParseForm(); err != nil {
		return 0, nil, twilioBad("", "the form cannot be read")
	}
	form := r.PostForm
	if refused := t.conforms(form); refused != nil {
		t.fault("send: %d %s", refused.Code, refused.Message)
		return 0, nil, refused
	}
	m := &twilioMessage{
		sid: twilioSID("SM"), service: form.Get("MessagingServiceSid"),
		from: form.Get("From"), to: form.Get("To"), body: form.Get("Body"),
		status: "queued", callback: form.Get("StatusCallback"),
	}
	if m.service != "" {
		m.from, m.status = t.account.Number, "accepted"
	}
	if m.from != t.account.Number && !slices.Contains(t.account.Names, m.from) {
		return 0, nil, &twilioError{http.StatusBadRequest, 21606, fmt.Sprintf("The 'From' phone number provided (%s) is not a valid message-capable Twilio phone number for this destination", m.from)}
	}
	if refused := t.unreachable(m.to); refused != nil {
		return 0, nil, refused
	}
	if !t.meter.take(t.now(), m.to, twilioParts(m.body)) {
		return 0, nil, &twilioError{http.StatusTooManyRequests, 20429, "Too Many Requests"}
	}
	lost := t.keep(m)
	answer := t.json(m) // as it stands now: it may be delivered before the answer is written
	t.process(m)
	if lost {
		panic(http.ErrAbortHandler)
	}
	return http.StatusCreated, answer, nil
}

// conforms checks a form against the specification and Twilio's own rules.
func (t *Twilio) conforms(form url.Values) *twilioError {
	if refused := t.spec.check(t.spec.send, form); refused != nil {
		return refused
	}
	for _, name := range t.spec.required {
		if form.Get(name) == "" {
			return &twilioError{http.StatusBadRequest, 21604, "A '" + name + "' phone number is required."}
		}
	}
	switch {
	case form.Get("From") == "" && form.Get("MessagingServiceSid") == "":
		return &twilioError{http.StatusBadRequest, 21603, "A 'From' phone number is required."}
	case form.Get("Body") == "" && form.Get("MediaUrl") == "" && form.Get("ContentSid") == "":
		return &twilioError{http.StatusBadRequest, 21602, "Message body is required."}
	case utf8.RuneCountInString(form.Get("Body")) > maxTwilioBody:
		return &twilioError{http.StatusBadRequest, 21617, "The concatenated message body exceeds the 1600 character limit."}
	}
	if given := form.Get("ValidityPeriod"); given != "" {
		if n, err := strconv.Atoi(given); err != nil || n < 1 || n > 36000 {
			return twilioBad("ValidityPeriod", "ValidityPeriod is out of its range")
		}
	}
	return nil
}

// unreachable refuses a number at once, quoting it as Twilio does.
func (t *Twilio) unreachable(to string) *twilioError {
	t.mu.Lock()
	code := t.dead[to]
	if t.out[to] {
		code = 21610
	}
	t.mu.Unlock()
	text, ok := map[int]string{
		21211: "The 'To' number %s is not a valid phone number.",
		21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: %s.",
		21610: "Attempt to send to unsubscribed recipient %s",
		21612: "The 'To' phone number: %s, is not currently reachable using the 'From' phone number",
		21614: "To number: %s, is not a mobile number",
		21635: "The 'To' number %s cannot be a landline",
	}[code]
	if !ok {
		return nil
	}
	return &twilioError{http.StatusBadRequest, code, fmt.Sprintf(text, to)}
}

// keep adds a message to the list. lost says that its answer must be.
func (t *Twilio) keep(m *twilioMessage) (lost bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m.made = t.now().UTC()
	m.updated = m.made
	if !m.inbound {
		m.fate = t.dead[m.to]
	}
	if len(t.messages) >= maxTwilio {
		oldest := t.messages[0]
		t.messages = t.messages[1:]
		delete(t.bySID, oldest.sid)
		t.byPhone[oldest.phone()] = t.byPhone[oldest.phone()][1:]
	}
	t.messages = append(t.messages, m)
	t.bySID[m.sid] = m
	t.byPhone[m.phone()] = append(t.byPhone[m.phone()], m)
	if !m.inbound && t.lose > 0 {
		t.lose--
		return true
	}
	return false
}

func (t *Twilio) fetch(sid string) (int, any, *twilioError) {
	t.mu.Lock()
	m := t.bySID[sid]
	t.mu.Unlock()
	if m == nil {
		return 0, nil, twilioMissing("/" + twilioVersion + "/Accounts/" + t.account.SID + "/Messages/" + sid + ".json")
	}
	return http.StatusOK, t.json(m), nil
}

// list answers one page, newest first. A page is named by the last message of
// the one before, so that what comes in meanwhile moves nothing.
func (t *Twilio) list(r *http.Request) (int, any, *twilioError) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return 0, nil, twilioBad("", "the query cannot be read")
	}
	if refused := t.spec.check(t.spec.list, query); refused != nil {
		t.fault("list: %d %s", refused.Code, refused.Message)
		return 0, nil, refused
	}
	size, _ := strconv.Atoi(query.Get("PageSize"))
	if size == 0 {
		size = 50
	}
	number, _ := strconv.Atoi(query.Get("Page"))
	after := strings.TrimPrefix(query.Get("PageToken"), "PA")
	wanted := t.matching(query)
	if after != "" {
		i := slices.IndexFunc(wanted, func(m *twilioMessage) bool { return m.sid == after })
		if i < 0 {
			return 0, nil, &twilioError{http.StatusBadRequest, 20006, "Invalid page token"}
		}
		wanted = wanted[i+1:]
	} else {
		wanted = wanted[min(number*size, len(wanted)):]
	}
	page := wanted[:min(size, len(wanted))]
	rows := []any{}
	for _, m := range page {
		rows = append(rows, t.json(m))
	}
	at := func(page int, token string) string {
		query.Set("PageSize", strconv.Itoa(size))
		query.Set("Page", strconv.Itoa(page))
		query.Del("PageToken")
		if token != "" {
			query.Set("PageToken", token)
		}
		return strings.Replace(twilioPath, "{AccountSid}", t.account.SID, 1) + "?" + query.Encode()
	}
	var next any
	if len(page) < len(wanted) {
		next = at(number+1, "PA"+page[len(page)-1].sid)
	}
	return http.StatusOK, map[string]any{
		"messages": rows, "page": number, "page_size": size, "start": number * size, "end": number*size + max(0, len(page)-1),
		"uri": at(number, ""), "first_page_uri": at(0, ""), "next_page_uri": next, "previous_page_uri": nil,
	}, nil
}

// matching are the messages that a query asks for, newest first.
func (t *Twilio) matching(query url.Values) []*twilioMessage {
	on, onDay, _ := twilioTime(query.Get("DateSent"))
	before, beforeDay, _ := twilioTime(query.Get("DateSent<"))
	after, _, _ := twilioTime(query.Get("DateSent>"))
	if beforeDay {
		before = before.AddDate(0, 0, 1).Add(-time.Nanosecond) // on and before a day
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var wanted []*twilioMessage
	for _, m := range slices.Backward(t.messages) {
		// What has not been sent yet has no day of sending.
		dated := !m.sent.IsZero()
		switch {
		case query.Get("To") != "" && m.to != query.Get("To"),
			query.Get("From") != "" && m.from != query.Get("From"),
			query.Get("DateSent") != "" && (!dated || onDay && m.sent.Format(time.DateOnly) != on.Format(time.DateOnly) || !onDay && !m.sent.Equal(on)),
			query.Get("DateSent<") != "" && (!dated || m.sent.After(before)),
			query.Get("DateSent>") != "" && (!dated || m.sent.Before(after)):
			continue
		}
		wanted = append(wanted, m)
	}
	return wanted
}

func (t *Twilio) json(m *twilioMessage) map[string]any {
	t.mu.Lock()
	defer t.mu.Unlock()
	when := func(at time.Time) any {
		if at.IsZero() {
			return nil
		}
		return at.Format(time.RFC1123Z)
	}
	direction := "outbound-api"
	if m.inbound {
		direction = "inbound"
	}
	var service, code, why any
	parts := strconv.Itoa(twilioParts(m.body))
	if m.service != "" {
		service = m.service
		if m.status == "accepted" {
			parts = "0" // no sender has been chosen yet
		}
	}
	if m.code != 0 {
		code, why = m.code, "sandbox"
	}
	path := "/" + twilioVersion + "/Accounts/" + t.account.SID + "/Messages/" + m.sid
	return map[string]any{
		"sid": m.sid, "account_sid": t.account.SID, "api_version": twilioVersion, "messaging_service_sid": service,
		"from": m.from, "to": m.to, "body": m.body, "direction": direction, "status": m.status,
		"num_segments": parts, "num_media": "0", "price": nil, "price_unit": "USD",
		"date_created": when(m.made), "date_sent": when(m.sent), "date_updated": when(m.updated),
		"error_code": code, "error_message": why,
		"uri": path + ".json", "subresource_uris": map[string]any{"media": path + "/Media.json"},
	}
}

// gsmBasic and gsmExtended are the letters of GSM 7-bit (3GPP TS 23.038, 6.2.1);
// the latter count two.
const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿" +
		"abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtended = "\f^{}\\[~]|€"
)

// twilioParts is how many parts a text is carried in.
func twilioParts(body string) int {
	septets, plain := 0, true
	for _, r := range body {
		switch {
		case strings.ContainsRune(gsmBasic, r):
			septets++
		case strings.ContainsRune(gsmExtended, r):
			septets += 2
		default:
			plain = false
		}
	}
	one, many, n := 160, 153, septets
	if !plain {
		one, many, n = 70, 67, units(body)
	}
	if n <= one {
		return 1
	}
	return (n + many - 1) / many
}
