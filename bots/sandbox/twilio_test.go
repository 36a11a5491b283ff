package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	twilioAccountSID = "AC00000000000000000000000000000001"
	twilioToken      = "0123456789abcdef0123456789abcdef"
	ourNumber        = "+84900000000"
	aPhone           = "+84900000001"
)

// twilioProgram is the other end of the web-hooks.
type twilioProgram struct {
	*Twilio
	url  string // of the API
	hook string

	mu     sync.Mutex
	forms  []url.Values
	answer int
}

func (p *twilioProgram) got() []url.Values {
	p.Settle()
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.forms)
}

func startTwilio(t *testing.T, change func(*TwilioAccount)) *twilioProgram {
	t.Helper()
	p := &twilioProgram{answer: http.StatusOK}
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		if want := TwilioSignature(twilioToken, p.hook+r.URL.String(), r.PostForm); r.Header.Get("X-Twilio-Signature") != want {
			t.Errorf("%s is not signed", r.URL)
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.answer == http.StatusOK {
			p.forms = append(p.forms, r.PostForm)
		}
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(p.answer)
		fmt.Fprint(w, "<Response/>")
	}))
	p.hook = hook.URL
	account := TwilioAccount{SID: twilioAccountSID, Token: twilioToken, Number: ourNumber, Names: []string{"SOYTE"}, Hook: hook.URL + "/in"}
	if change != nil {
		change(&account)
	}
	p.Twilio = NewTwilio(account)
	api := httptest.NewServer(p.API())
	p.url = api.URL
	t.Cleanup(func() {
		p.Close()
		api.Close()
		hook.Close()
	})
	return p
}

// call makes a call of the API and reads its JSON.
func (p *twilioProgram) call(t *testing.T, method, path string, form url.Values) (int, map[string]any) {
	t.Helper()
	body := ""
	if form != nil {
		body = form.Encode()
	}
	r, err := http.NewRequestWithContext(t.Context(), method, p.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(twilioAccountSID, twilioToken)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatalf("%s %s: the answer is no JSON: %v", method, path, err)
	}
	return resp.StatusCode, answer
}

const twilioMessages = "/2010-04-01/Accounts/" + twilioAccountSID + "/Messages"

func fields(pairs ...string) url.Values {
	form := url.Values{"To": {aPhone}, "From": {ourNumber}, "Body": {"Xin chao"}}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "-" {
			form.Del(pairs[i])
		} else {
			form.Set(pairs[i], pairs[i+1])
		}
	}
	return form
}

func TestTwilioIsStrict(t *testing.T) {
	p := startTwilio(t, nil)
	p.Kill("+84900000404", 21211)
	p.Kill("+84900000614", 21614)
	p.Block("+84900000610", true)
	tests := []struct {
		name  string
		form  url.Values
		code  int // 0 when it is taken
		fault bool
	}{
		{"as we send", fields("StatusCallback", p.hook+"/status?ref=1"), 0, false},
		{"by a sender name", fields("From", "SOYTE"), 0, false},
		{"by a Messaging Service", fields("From", "-", "MessagingServiceSid", "MG"+strings.Repeat("0", 32)), 0, false},
		{"as long as can be", fields("Body", strings.Repeat("ế", 1600)), 0, false},
		{"a letter longer", fields("Body", strings.Repeat("ế", 1601)), 21617, true},
		{"no To", fields("To", "-"), 21604, true},
		{"To as dialled", fields("To", "0900000001"), 21211, true},
		{"To a name", fields("To", "SOYTE"), 21211, true},
		{"To with blanks", fields("To", "+84 900 000 001"), 21211, true},
		{"no From", fields("From", "-"), 21603, true},
		{"From somebody else's number", fields("From", "+84900000002"), 21606, false},
		{"From a name that is not registered", fields("From", "HUECDC"), 21606, false},
		{"From a long name", fields("From", "BAN CHI DAO COVID THANH PHO"), 21212, true},
		{"no Body", fields("Body", "-"), 21602, true},
		{"an empty Body", fields("Body", ""), 21602, true},
		{"a picture instead", fields("Body", "-", "MediaUrl", "https://example.vn/qr.png"), 0, false},
		{"a picture that is no URL", fields("MediaUrl", "qr.png"), 21620, true},
		{"a field that is not known", fields("Sender", "x"), 20001, true},
		{"a field in small letters", fields("body", "x"), 20001, true},
		{"a boolean that is none", fields("SmartEncoded", "yes"), 20001, true},
		{"a boolean", fields("SmartEncoded", "true"), 0, false},
		{"an integer that is none", fields("Attempt", "one"), 20001, true},
		{"a word that is none of the list", fields("RiskCheck", "maybe"), 20001, true},
		{"a validity of a day", fields("ValidityPeriod", "86400"), 20001, true},
		{"a SID of another kind", fields("MessagingServiceSid", "AC"+strings.Repeat("0", 32)), 21701, true},
		{"a call-back that is no URL", fields("StatusCallback", "/hooks/twilio/status"), 21609, true},
		{"a call-back to an underscore", fields("StatusCallback", "https://khai_bao.vn/status"), 21609, true},
		{"a time that is none", fields("SendAt", "tomorrow"), 20001, true},
		{"a field twice", url.Values{"To": {aPhone, aPhone}, "From": {ourNumber}, "Body": {"x"}}, 21211, true},
		{"a number that never existed", fields("To", "+84900000404"), 21211, false},
		{"a landline", fields("To", "+84900000614"), 21614, false},
		{"somebody who texted STOP", fields("To", "+84900000610"), 21610, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := len(p.Faults())
			status, answer := p.call(t, http.MethodPost, twilioMessages+".json", tt.form)
			if tt.code == 0 {
				if sid, _ := answer["sid"].(string); status != 201 || len(sid) != 34 || !strings.HasPrefix(sid, "SM") {
					t.Errorf("got %d %v, want a message", status, answer)
				}
			} else if status != 400 || answer["code"] != float64(tt.code) || answer["status"] != float64(400) ||
				answer["more_info"] != fmt.Sprintf("https://www.twilio.com/docs/errors/%d", tt.code) {
				t.Errorf("got %d %v, want code %d", status, answer, tt.code)
			}
			if got := len(p.Faults()) > before; got != tt.fault {
				t.Errorf("counted as a fault: %v, want %v", got, tt.fault)
			}
		})
	}
}

func TestTwilioDoors(t *testing.T) {
	p := startTwilio(t, nil)
	for name, tt := range map[string]struct {
		method, path, user, password string
		status, code                 int
	}{
		"no password":      {"GET", twilioMessages + ".json", twilioAccountSID, "", 401, 20003},
		"wrong password":   {"POST", twilioMessages + ".json", twilioAccountSID, "wrong", 401, 20003},
		"another account":  {"GET", strings.Replace(twilioMessages, "01/M", "02/M", 1) + ".json", twilioAccountSID, twilioToken, 404, 20404},
		"another resource": {"GET", strings.Replace(twilioMessages, "Messages", "Calls", 1) + ".json", twilioAccountSID, twilioToken, 404, 20404},
		"another version":  {"GET", strings.Replace(twilioMessages, "2010", "2008", 1) + ".json", twilioAccountSID, twilioToken, 404, 20404},
		"not as JSON":      {"GET", twilioMessages, twilioAccountSID, twilioToken, 404, 20404},
		"no such message":  {"GET", twilioMessages + "/SM" + strings.Repeat("0", 32) + ".json", twilioAccountSID, twilioToken, 404, 20404},
		"taken away":       {"DELETE", twilioMessages + "/SM" + strings.Repeat("0", 32) + ".json", twilioAccountSID, twilioToken, 405, 20004},
	} {
		r := httptest.NewRequest(tt.method, tt.path, nil)
		r.SetBasicAuth(tt.user, tt.password)
		w := httptest.NewRecorder()
		p.API().ServeHTTP(w, r)
		var answer twilioError
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != tt.status || answer.Code != tt.code {
			t.Errorf("%s: got %d %s", name, w.Code, w.Body)
		}
	}
}

func TestTwilioList(t *testing.T) {
	clock := time.Date(2021, 8, 14, 23, 0, 0, 0, time.UTC)
	p := startTwilio(t, func(a *TwilioAccount) { a.Clock = func() time.Time { return clock } })
	for i := range 7 {
		p.Receive(aPhone, fmt.Sprint(i))
		p.Settle()
		clock = clock.Add(30 * time.Minute)
	}
	p.call(t, http.MethodPost, twilioMessages+".json", fields())
	p.Settle()
	list := func(query string) (bodies []string) {
		t.Helper()
		path := twilioMessages + ".json?" + query
		for path != "" {
			status, answer := p.call(t, http.MethodGet, path, nil)
			if status != 200 {
				t.Fatalf("%s: %d %v", path, status, answer)
			}
			for _, m := range answer["messages"].([]any) {
				bodies = append(bodies, m.(map[string]any)["body"].(string))
			}
			path, _ = answer["next_page_uri"].(string)
			if path != "" && len(bodies) == 2 {
				p.Receive("+84900000009", "while paging") // moves nothing
			}
		}
		return bodies
	}
	// In this order: the last one receives a message while it pages.
	for _, try := range [][2]string{
		{"PageSize=3", "Xin chao 6 5 4 3 2 1 0"},
		{"To=%2B84900000001", "Xin chao"},
		{"From=%2B84900000001&DateSent=2021-08-14", "1 0"},
		{"From=%2B84900000001&DateSent%3E=2021-08-15", "6 5 4 3 2"},
		{"From=%2B84900000001&DateSent%3E=2021-08-15T01:00:00Z", "6 5 4"},
		{"From=%2B84900000001&DateSent%3C=2021-08-14", "1 0"},
		{"From=%2B84900000001&DateSent%3E=2021-08-14T23:30:00Z&DateSent%3C=2021-08-15T00:30:00Z", "3 2 1"},
		{"PageSize=2&From=%2B84900000001", "6 5 4 3 2 1 0"},
	} {
		query, want := try[0], try[1]
		if got := strings.Join(list(query), " "); got != want {
			t.Errorf("%s: got %s, want %s", query, got, want)
		}
	}
	for _, query := range []string{"PageSize=0", "PageSize=1001", "Sort=up", "DateSent=today", "PageToken=PAno", "To=0900000001"} {
		if status, _ := p.call(t, http.MethodGet, twilioMessages+".json?"+query, nil); status != 400 {
			t.Errorf("%s: status %d", query, status)
		}
	}
}

func TestTwilioStatuses(t *testing.T) {
	p := startTwilio(t, nil)
	p.Kill("+84900000005", 30005)
	send := func(to string) (string, string) {
		t.Helper()
		_, answer := p.call(t, http.MethodPost, twilioMessages+".json", fields("To", to, "StatusCallback", p.hook+"/status?ref=7"))
		words := []string{answer["status"].(string)}
		for _, form := range p.got() {
			if form.Get("MessageSid") == answer["sid"] {
				words = append(words, strings.TrimSpace(form.Get("MessageStatus")+" "+form.Get("ErrorCode")))
			}
		}
		_, after := p.call(t, http.MethodGet, twilioMessages+"/"+answer["sid"].(string)+".json", nil)
		return strings.Join(words, ", "), after["status"].(string)
	}
	for range 50 { // the answer must not run a race with what is told later
		if words, now := send(aPhone); words != "queued, sent, delivered" || now != "delivered" {
			t.Fatalf("got %s and is %s", words, now)
		}
	}
	if words, now := send("+84900000005"); words != "queued, sent, undelivered 30005" || now != "undelivered" {
		t.Errorf("a dead number: got %s and is %s", words, now)
	}
	p.Backwards(true)
	if words, now := send(aPhone); words != "queued, delivered, sent" || now != "delivered" {
		t.Errorf("backwards: got %s and is %s", words, now)
	}
	if got := p.Messages("+84900000005"); len(got) != 0 {
		t.Errorf("a dead telephone shows %+v", got)
	}
	if got := p.Messages(aPhone); len(got) != 51 || got[0].Status != "delivered" || got[0].Mine || got[0].Other != ourNumber {
		t.Errorf("the telephone shows %+v", got)
	}
}

func TestTwilioDeliversOnce(t *testing.T) {
	p := startTwilio(t, nil)
	p.mu.Lock()
	p.answer = http.StatusServiceUnavailable
	p.mu.Unlock()
	p.FromPhone(aPhone, "lost")
	p.Settle()
	p.mu.Lock()
	p.answer = http.StatusOK
	p.mu.Unlock()
	sid := p.Receive(aPhone, "Tôi bị sốt & ho")
	got := p.got()
	if len(got) != 1 || p.Lost() != 1 {
		t.Fatalf("%d delivered and %d lost, want 1 and 1", len(got), p.Lost())
	}
	if f := got[0]; f.Get("Body") != "Tôi bị sốt & ho" || f.Get("From") != aPhone || f.Get("To") != ourNumber || f.Get("MessageSid") != sid ||
		f.Get("AccountSid") != twilioAccountSID || f.Get("SmsStatus") != "received" || f.Has("OptOutType") {
		t.Errorf("delivered as %v", f)
	}
	if len(p.Faults()) != 0 {
		t.Errorf("faults: %v", p.Faults())
	}
}

func TestTwilioStop(t *testing.T) {
	p := startTwilio(t, func(a *TwilioAccount) { a.Advanced = true })
	for i, step := range []struct{ text, kind, answer string }{
		{"YES", "", ""},
		{" stop ", "STOP", stopped},
		{"STOP nhé", "", ""},
		{"Help", "HELP", helped},
		{"START", "START", started},
		{"START", "", ""},
	} {
		before := len(p.Messages(aPhone))
		p.FromPhone(aPhone, step.text)
		forms, shown := p.got(), p.Messages(aPhone)[before:]
		if got := forms[len(forms)-1]; len(forms) != i+1 || got.Get("OptOutType") != step.kind || got.Get("Body") != step.text {
			t.Errorf("%q is delivered as %v", step.text, got)
		}
		answer := ""
		if len(shown) > 1 {
			answer = shown[1].Body
		}
		if answer != step.answer {
			t.Errorf("%q is answered %q", step.text, answer)
		}
		status, _ := p.call(t, http.MethodPost, twilioMessages+".json", fields())
		if stopped := i >= 1 && i <= 3; stopped != (status == 400) {
			t.Errorf("after %q sending gets %d", step.text, status)
		}
	}
}

func TestTwilioParts(t *testing.T) {
	for text, want := range map[string]int{
		"":                            1,
		strings.Repeat("a", 160):      1,
		strings.Repeat("a", 161):      2,
		strings.Repeat("a", 459):      3,
		strings.Repeat("a", 460):      4,
		strings.Repeat("€", 80):       1,
		strings.Repeat("€", 81):       2,
		strings.Repeat("ế", 70):       1,
		strings.Repeat("ế", 71):       2,
		strings.Repeat("a", 70) + "đ": 2,
		strings.Repeat("👍", 35):       1,
		strings.Repeat("👍", 36):       2,
	} {
		if got := twilioParts(text); got != want {
			t.Errorf("%d bytes are %d parts, want %d", len(text), got, want)
		}
	}
}
