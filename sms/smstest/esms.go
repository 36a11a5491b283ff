package smstest

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ESMS imitates eSMS for one account and its short code. As the worst reading
// of its documentation has it, a RequestId counts as used even by a request
// that was refused.
type ESMS struct {
	Gateway
	account ESMSAccount
	used    map[string]string // SendStatus by RequestId
}

// ESMSAccount is what an account is set up with.
type ESMSAccount struct {
	APIKey, SecretKey string
	Brandname         string
	Templates         []string // regular expressions for whole texts; nil allows every text
	CPID, PrivateKey  string   // of the short code
	Hook              string   // where its texts are delivered to
}

// NewESMS makes an imitation of an account. Its API is the handler itself.
func NewESMS(a ESMSAccount) *ESMS {
	return &ESMS{account: a, used: make(map[string]string)}
}

// esmsFields are what a request may hold; true for what it must.
var esmsFields = map[string]bool{
	"ApiKey": true, "SecretKey": true, "Phone": true, "Content": true, "Brandname": true, "SmsType": true,
	"IsUnicode": false, "Sandbox": false, "RequestId": false, "SendDate": false, "campaignid": false, "CallbackUrl": false,
}

// ServeHTTP is the API.
func (e *ESMS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	goesOn := e.survives(w, r, func(f Failures) {
		code := "160"
		if f.Refused {
			code = "101"
		}
		esmsSays(w, code, "")
	})
	if !goesOn {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if r.URL.Path != "/MainService.svc/json/SendMultipleMessage_V4_post_json/" || r.Method != http.MethodPost {
		e.faultf("no such call: %s %s", r.Method, r.URL.Path)
		http.NotFound(w, r)
		return
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		e.faultf("the request is %q, not application/json", kind)
	}
	body, err := io.ReadAll(r.Body)
	q, ok := e.fields(body)
	if err != nil || !ok {
		fmt.Fprint(w, `{"error":"Invalid request"}`)
		return
	}
	code, id := e.judge(q), ""
	if code == "124" { // with what became of the first request, and no ID
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"CodeResult":"124","CountRegenerate":0,"ErrorMessage":"Request exist 1","SendStatus":%q}`, e.used[q["RequestId"]])
		return
	}
	if code == "100" || code == "146" {
		id = "d533459ee42b2b95" + strconv.Itoa(len(e.texts)+len(e.used))
	}
	if ref := q["RequestId"]; ref != "" {
		e.used[ref] = "4"
		if code == "100" {
			e.used[ref] = "5"
		}
	}
	if code == "100" {
		e.keep(Text{ID: id, Ref: q["RequestId"], Phone: esmsPhone(q["Phone"]), Content: q["Content"]}, q["CallbackUrl"])
	}
	esmsSays(w, code, id)
}

// fields reads a request, in which every value is a text.
func (e *ESMS) fields(body []byte) (map[string]string, bool) {
	var q map[string]string
	if json.Unmarshal(body, &q) != nil {
		e.faultf("the request is no object of texts")
		return nil, false
	}
	for name := range q {
		if _, known := esmsFields[name]; !known {
			e.faultf("there is no field %q", name)
		}
	}
	for name, must := range esmsFields {
		if must && q[name] == "" {
			e.faultf("%s is missing", name)
			return nil, false
		}
	}
	return q, true
}

var homePhone = regexp.MustCompile(`^(84|0)[35789][0-9]{8}$`)

func esmsPhone(s string) string {
	if rest, ok := strings.CutPrefix(s, "0"); ok {
		return "+84" + rest
	}
	return "+" + s
}

// judge is the code that a request is answered with.
func (e *ESMS) judge(q map[string]string) string {
	a := e.account
	_, used := e.used[q["RequestId"]]
	switch {
	case q["ApiKey"] != a.APIKey || q["SecretKey"] != a.SecretKey:
		return "101"
	case q["RequestId"] != "" && used:
		return "124"
	case len(q["RequestId"]) > 50:
		e.faultf("a RequestId of more than 50 letters")
		return "118"
	case q["SmsType"] != "2":
		return "118"
	case !slices.Contains([]string{"", "0", "1"}, q["IsUnicode"]):
		e.faultf("IsUnicode is neither 0 nor 1")
		return "118"
	case q["Brandname"] != a.Brandname:
		return "104"
	case !homePhone.MatchString(q["Phone"]):
		return "108"
	}
	if code := e.codes[esmsPhone(q["Phone"])]; code != "" {
		return code
	}
	if q["IsUnicode"] != "1" && strings.ContainsFunc(q["Content"], func(r rune) bool { return r > 0x17F && r != '€' }) {
		e.faultf("a text with marks is sent as one without")
	}
	if u, err := url.Parse(q["CallbackUrl"]); err != nil || q["CallbackUrl"] != "" && u.RawQuery != "" {
		e.faultf("the parameters of a report go behind the CallbackUrl, which has some already")
	}
	for _, template := range a.Templates {
		if regexp.MustCompile("^(?:" + template + ")$").MatchString(q["Content"]) {
			return "100"
		}
	}
	if a.Templates != nil {
		return "146"
	}
	return "100"
}

func esmsSays(w http.ResponseWriter, code, id string) {
	said := map[string]any{"CodeResult": code, "CountRegenerate": 0}
	if id != "" {
		said["SMSID"] = id
	}
	if code != "100" {
		said["ErrorMessage"] = "Request exist or refused: " + code
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(said) // a caller that left wants no answer
}

// Report is a report of a text that was taken: sendStatus is 1, 2, 4, 5 or 7,
// with 5 one of the counts is 1. It tells the status of the answer.
func (e *ESMS) Report(id string, sendStatus, success, failed int) (int, error) {
	e.mu.Lock()
	var r *http.Request
	var err error
	for i, t := range e.texts {
		if t.ID != id {
			continue
		}
		q := url.Values{"SMSID": {id}, "SendFailed": {strconv.Itoa(failed)}, "SendStatus": {strconv.Itoa(sendStatus)},
			"SendSuccess": {strconv.Itoa(success)}, "TotalPrice": {"850.0000"}, "TotalReceiver": {"1"}, "TotalSent": {"1"},
			"RequestId": {t.Ref}, "TypeId": {"2"}, "telcoid": {"1"}, "phonenumber": {"0" + strings.TrimPrefix(t.Phone, "+84")}, "switchsmsid": {""}}
		r, err = http.NewRequest(http.MethodGet, e.reports[i]+"?"+q.Encode(), nil)
	}
	e.mu.Unlock()
	if r == nil || err != nil {
		return 0, fmt.Errorf("no text %s that wants a report", id)
	}
	return e.visit(r)
}

// MO is the query that delivers a text from a phone, in E.164, to the short code.
func (e *ESMS) MO(smsID, phone, content string, at time.Time) url.Values {
	received := at.In(time.FixedZone("ICT", 7*60*60)).Format("20060102150405")
	keyword, _, _ := strings.Cut(content, " ")
	return url.Values{"sender": {strings.TrimPrefix(phone, "+")}, "content": {content}, "serviceNumber": {"8041"}, "keyword": {keyword},
		"cpid": {e.account.CPID}, "smsid": {smsID}, "receiverTime": {received},
		"sign": {ESMSSign(e.account.CPID, smsID, content, received, e.account.PrivateKey)}}
}

// ESMSSign is the sign of a delivery: base64(MD5(all of it, one behind the other)).
func ESMSSign(cpid, smsID, content, receiverTime, privateKey string) string {
	sum := md5.Sum([]byte(cpid + smsID + content + receiverTime + privateKey))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Receive delivers a text, once, and tells what the answer says to its sender;
// "" when it says nothing.
func (e *ESMS) Receive(smsID, phone, content string) (reply string, err error) {
	q := e.MO(smsID, phone, content, time.Now())
	res, err := e.client.Get(e.account.Hook + "?" + q.Encode())
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return "", err
	}
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("answered %d", res.StatusCode)
	}
	var answer struct {
		XMLName  xml.Name `xml:"ClientResponse"`
		Message  string   `xml:"Message"`
		Smsid    string   `xml:"Smsid"`
		Receiver string   `xml:"Receiver"`
	}
	if err := xml.Unmarshal(body, &answer); err != nil {
		return "", fmt.Errorf("the answer is no ClientResponse: %w", err)
	}
	if answer.Smsid != smsID || answer.Receiver != q.Get("sender") {
		return "", fmt.Errorf("the answer is to %s from %s", answer.Smsid, answer.Receiver)
	}
	return answer.Message, nil
}

// ReceiveAndHangUp delivers a text and leaves before anything can be answered.
func (e *ESMS) ReceiveAndHangUp(smsID, phone, content string) error {
	u, err := url.Parse(e.account.Hook)
	if err != nil {
		return err
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		return err
	}
	defer conn.Close()
	u.RawQuery = e.MO(smsID, phone, content, time.Now()).Encode()
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", u.RequestURI(), u.Host)
	return err
}
