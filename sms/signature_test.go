package sms

import (
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"testing"
)

// vector is one entry of testdata/twilio-signature.json.
type vector struct {
	ID          string         `json:"id"`
	Token       string         `json:"auth_token"`
	URL         string         `json:"url"`
	Signature   string         `json:"expected_signature"`
	Valid       bool           `json:"valid"`
	Params      map[string]any `json:"params"`
	RawBody     string         `json:"raw_body"`
	ContentType string         `json:"content_type"`
}

func vectors(t testing.TB) []vector {
	t.Helper()
	text, err := os.ReadFile("testdata/twilio-signature.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Published, Computed []vector }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Published) != 19 || len(file.Computed) != 5 {
		t.Fatalf("%d published and %d computed vectors, want 19 and 5", len(file.Published), len(file.Computed))
	}
	return append(file.Published, file.Computed...)
}

// signed is what a vector's request holds, as ValidSignature takes it.
func (v vector) signed(t testing.TB) (url.Values, []byte) {
	t.Helper()
	if v.ContentType == "application/json" {
		return nil, []byte(v.RawBody)
	}
	if v.RawBody != "" {
		form, err := url.ParseQuery(v.RawBody)
		if err != nil {
			t.Fatal(err)
		}
		return form, nil
	}
	form := url.Values{}
	for name, value := range v.Params {
		switch value := value.(type) {
		case string:
			form.Add(name, value)
		case []any:
			for _, one := range value {
				form.Add(name, one.(string))
			}
		default:
			t.Fatalf("%s: field %s is a %T", v.ID, name, value)
		}
	}
	return form, nil
}

func TestSignatureVectors(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.ID, func(t *testing.T) {
			form, body := v.signed(t)
			if got := ValidSignature(v.Token, v.URL, form, body, v.Signature); got != v.Valid {
				t.Errorf("got %v, want %v", got, v.Valid)
			}
		})
	}
}

// Whatever is changed in a signed request, it is no longer signed.
func TestSignatureSpoiled(t *testing.T) {
	for _, v := range vectors(t) {
		if !v.Valid {
			continue
		}
		form, body := v.signed(t)
		check := func(what, token, url string, form url.Values, body []byte, signature string) {
			t.Helper()
			if ValidSignature(token, url, form, body, signature) {
				t.Errorf("%s: accepted with %s", v.ID, what)
			}
		}
		check("another token", v.Token+"0", v.URL, form, body, v.Signature)
		check("no token", "", v.URL, form, body, v.Signature)
		check("no signature", v.Token, v.URL, form, body, "")
		check("a cut signature", v.Token, v.URL, form, body, v.Signature[:len(v.Signature)-1])
		check("another path", v.Token, strings.Replace(v.URL, "my", "your", 1)+"x", form, body, v.Signature)
		check("another scheme", v.Token, strings.Replace(v.URL, "http", "HTTP", 1), form, body, v.Signature)
		if form == nil {
			check("another body", v.Token, v.URL, form, append([]byte(" "), body...), v.Signature)
			check("no body", v.Token, v.URL, form, nil, v.Signature)
			cut, _, _ := strings.Cut(v.URL, "bodySHA256")
			check("no body hash", v.Token, cut, form, body, v.Signature)
			continue
		}
		check("no form", v.Token, v.URL, nil, []byte(form.Encode()), v.Signature)
		more := url.Values{"Added": {"1"}}
		for name, values := range form {
			more[name] = values
			changed := url.Values{}
			for other, values := range form {
				changed[other] = values
			}
			changed[name] = []string{values[0] + "x"}
			check("a changed field", v.Token, v.URL, changed, body, v.Signature)
			delete(changed, name)
			if values[0] != "" || len(values) > 1 {
				check("a field taken away", v.Token, v.URL, changed, body, v.Signature)
			}
		}
		check("a field added", v.Token, v.URL, more, body, v.Signature)
	}
}

func TestPortForms(t *testing.T) {
	tests := []struct{ name, url, with, without string }{
		{"https without", "https://a.vn/x?y=1:2", "https://a.vn:443/x?y=1:2", "https://a.vn/x?y=1:2"},
		{"http without", "http://a.vn", "http://a.vn:80", "http://a.vn"},
		{"its own port", "https://a.vn:8443/x", "https://a.vn:8443/x", "https://a.vn/x"},
		{"name and password", "https://u:p@a.vn/x", "https://u:p@a.vn:443/x", "https://u:p@a.vn/x"},
		{"an address of IPv6", "https://[2001:db8::1]/x", "https://[2001:db8::1]:443/x", "https://[2001:db8::1]/x"},
		{"the same with a port", "https://[2001:db8::1]:81/x", "https://[2001:db8::1]:81/x", "https://[2001:db8::1]/x"},
		{"a query at once", "https://a.vn?x=@:1", "https://a.vn:443?x=@:1", "https://a.vn?x=@:1"},
		{"no URL", "a.vn", "a.vn", "a.vn"},
	}
	for _, tt := range tests {
		if with, without := portForms(tt.url); with != tt.with || without != tt.without {
			t.Errorf("%s: got %s and %s", tt.name, with, without)
		}
	}
}

func FuzzSignature(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.Token, v.URL, v.RawBody, v.Signature, v.ContentType == "application/json")
	}
	f.Fuzz(func(t *testing.T, token, rawURL, body, signature string, plain bool) {
		var form url.Values
		if !plain {
			parsed, err := url.ParseQuery(body)
			if err != nil {
				return
			}
			form = parsed
		}
		if ValidSignature(token, rawURL, form, []byte(body), signature) && ValidSignature(token+"x", rawURL, form, []byte(body), signature) {
			t.Error("two tokens make one signature")
		}
		if form != nil && token != "" && !ValidSignature(token, rawURL, form, nil, sign(token, rawURL+signedFields(form))) && strings.Contains(rawURL, "://") {
			with, without := portForms(rawURL)
			if rawURL == with || rawURL == without {
				t.Errorf("what was signed for %q is refused", rawURL)
			}
		}
	})
}
