package sms

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"khaibao/core"
)

// nasty is a text with every mark that means something somewhere.
const nasty = "\"Có\" & 'không' <b> 50% + 1 = \\n {to} #1;\n/?\u2028€"

func filled(t *testing.T, c HTTPConfig, text string) (*http.Request, string) {
	t.Helper()
	c.PublicURL = "https://khaibao.example.vn"
	h, err := NewHTTP(c)
	if err != nil {
		t.Fatal(err)
	}
	r, err := h.template.request(valuesOf(core.Outbound{ID: "id-1", URN: core.TelURN(onePhone), Text: text}, "8041", h.c.PublicURL+HTTPStatusPath+httpSecret))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r, string(body)
}

// A value arrives as it is, wherever its gap stands, and changes nothing beside it.
func TestValuesAreEscapedForTheirPlace(t *testing.T) {
	r, body := filled(t, HTTPConfig{URL: "http://kb:pass@127.0.0.1/{to_digits}/send?user=kb&to={to_local}&text={text}&dlr={status_url}%3Fid%3D{id}%26s%3D%25d&from={from}"}, nasty)
	q := r.URL.Query()
	if r.Method != http.MethodGet || body != "" || r.URL.Path != "/84900000001/send" || len(q) != 5 || q.Get("user") != "kb" ||
		q.Get("to") != "0900000001" || q.Get("text") != nasty || q.Get("from") != "8041" ||
		q.Get("dlr") != "https://khaibao.example.vn/hooks/sms/status/"+httpSecret+"?id=id-1&s=%d" {
		t.Errorf("in a URL: %s %s %v", r.Method, r.URL, q)
	}
	if name, password, ok := r.BasicAuth(); !ok || name != "kb" || password != "pass" {
		t.Error("the password before the host is not sent")
	}

	r, body = filled(t, HTTPConfig{URL: "http://127.0.0.1/send", Body: "to={to}&text={text}"}, nasty)
	form, err := url.ParseQuery(body)
	if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" ||
		len(form) != 2 || form.Get("text") != nasty || form.Get("to") != onePhone {
		t.Errorf("in a form: %v %q", err, body)
	}

	r, body = filled(t, HTTPConfig{URL: "http://127.0.0.1/send", Method: "put", Header: "Authorization: Bearer x | X-Id: {id}",
		Body: `[{"to":["{to}"],"text":"{text}","n":1}]`}, nasty)
	var list []struct {
		To   []string
		Text string
		N    int
	}
	if err := json.Unmarshal([]byte(body), &list); err != nil || r.Method != http.MethodPut || r.Header.Get("Content-Type") != "application/json" ||
		r.Header.Get("X-Id") != "id-1" || r.Header.Get("Authorization") != "Bearer x" || list[0].Text != nasty || list[0].To[0] != onePhone || list[0].N != 1 {
		t.Errorf("in JSON: %v %s %v", err, body, r.Header)
	}

	r, body = filled(t, HTTPConfig{URL: "http://127.0.0.1/send", Header: "Content-Type: application/soap+xml", Body: `<sms to="{to}"><text>{text}</text></sms>`}, nasty)
	var sms struct {
		To   string `xml:"to,attr"`
		Text string `xml:"text"`
	}
	if err := xml.Unmarshal([]byte(body), &sms); err != nil || r.Header.Get("Content-Type") != "application/soap+xml" || sms.Text != nasty || sms.To != onePhone {
		t.Errorf("in XML: %v %s", err, body)
	}
}

// Whatever is said, a request keeps its shape.
func FuzzTemplate(f *testing.F) {
	f.Add(nasty, "id")
	f.Add("&to=+84900000002", `"`)
	f.Add("\x00\xff]]>", "\r\nX: y")
	common := Common{PublicURL: "https://khaibao.example.vn"}
	var all []*HTTP
	for _, c := range []HTTPConfig{
		{URL: "http://127.0.0.1/a/{text}?to={to}&id={id}"},
		{URL: "http://127.0.0.1/", Body: "text={text}&to={to}&id={id}"},
		{URL: "http://127.0.0.1/", Body: `{"text":"{text}","to":"{to}","id":"{id}"}`},
		{URL: "http://127.0.0.1/", Body: `<a to="{to}" id="{id}">{text}</a>`},
	} {
		c.Common = common
		h, err := NewHTTP(c)
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, h)
	}
	f.Fuzz(func(t *testing.T, text, id string) {
		for i, h := range all {
			r, err := h.template.request(valuesOf(core.Outbound{ID: id, URN: core.TelURN(onePhone), Text: text}, "", ""))
			if err != nil {
				t.Fatalf("%d: %v", i, err)
			}
			body, _ := io.ReadAll(r.Body)
			switch i {
			case 0:
				if q := r.URL.Query(); r.URL.Host != "127.0.0.1" || q.Get("to") != onePhone || q.Get("id") != id || r.URL.Path != "/a/"+text {
					t.Errorf("the URL is %q", r.URL)
				}
			case 1:
				if q, err := url.ParseQuery(string(body)); err != nil || len(q) != 3 || q.Get("text") != text || q.Get("to") != onePhone {
					t.Errorf("the form is %q", body)
				}
			case 2:
				var q map[string]string
				if json.Unmarshal(body, &q) != nil || len(q) != 3 || q["to"] != onePhone || utf8.ValidString(text) && q["text"] != text {
					t.Errorf("the JSON is %q", body)
				}
			case 3:
				if strings.Count(string(body), "<") != 2 || !readsAsXML(string(body)) {
					t.Errorf("the XML is %q", body)
				}
			}
		}
	})
}

func FuzzHTTPDelivery(f *testing.F) {
	h, err := NewHTTP(HTTPConfig{Common: Common{PublicURL: "https://khaibao.example.vn"}, Secret: httpSecret,
		Status: "id=payload.0.id status=s 1=delivered", In: "from=payload.from text=payload.text id=id"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("id=1&payload.from=84900000001&payload.text=KB", []byte(nil), "")
	f.Add("", []byte(`{"id":1e999,"s":1,"payload":{"from":"0900000001","text":null}}`), "application/json")
	f.Add("", []byte(`{"payload":[{"id":1}],"s":1}`), "text/plain")
	f.Add("", []byte("payload.from=%2B84900000001&id=7"), "application/x-www-form-urlencoded")
	f.Fuzz(func(t *testing.T, query string, body []byte, kind string) {
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		r.URL.RawQuery = query
		r.Header.Set("Content-Type", kind)
		read, ok := readFields(r, body)
		if !ok {
			return
		}
		m, why := h.inbound(read)
		if why == "" && (m.ExternalID == "" || !strings.HasPrefix(string(m.URN), "tel:+") || !utf8.ValidString(m.Text)) {
			t.Errorf("took %+v", m)
		}
		_ = h.status.words[read(h.status.status)]
	})
}
