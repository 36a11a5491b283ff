package zalo

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"khaibao/core"
	"khaibao/core/channel"
)

// verdict is what the outbox learns of an error.
func verdict(err error) string {
	var e *channel.SendError
	if !errors.As(err, &e) {
		return "again"
	}
	var says []string
	for _, s := range []struct {
		yes  bool
		word string
	}{{e.Gone, "gone"}, {e.Refused, "refused"}, {e.Config, "config"}, {e.Elsewhere, "elsewhere"}, {e.RetryAfter > 0, "wait " + e.RetryAfter.String()}} {
		if s.yes {
			says = append(says, s.word)
		}
	}
	return strings.Join(says, ", ")
}

// noCanary searches everything that a log could print of an error.
func noCanary(t *testing.T, err error) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		for _, text := range []string{err.Error(), fmt.Sprintf("%v %+v", err, err)} {
			if strings.Contains(text, "CANARY") || strings.Contains(text, "://") || strings.Contains(text, "246845883529197922") || strings.Contains(text, "900000001") {
				t.Errorf("the error tells too much: %q", text)
			}
		}
	}
}

// Every code of the reference is told apart, and every way to fail beside them.
func TestFailuresToldApart(t *testing.T) {
	code := func(n int, message string) answers {
		return func(r *http.Request, _ string) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "access_token") {
				return respond(200, `{"access_token":"CANARY-next","refresh_token":"CANARY-next-refresh","expires_in":"90000"}`), nil
			}
			return respond(200, fmt.Sprintf(`{"error":%d,"message":"%s CANARY-text"}`, n, message)), nil
		}
	}
	status := func(n int, header, value string) answers {
		return func(*http.Request, string) (*http.Response, error) {
			r := respond(n, "<html>CANARY-text</html>")
			r.Header.Set(header, value)
			return r, nil
		}
	}
	broken := func(err error) answers {
		return func(*http.Request, string) (*http.Response, error) { return nil, err }
	}
	type test struct {
		name string
		net  answers
		want string
	}
	said := []test{
		{"no such person", code(-201, "user_id is invalid!"), "gone"},
		{"no such recipient", code(-201, "recipient.user_id is invalid!"), "gone"},
		{"a text that is none", code(-201, "text is invalid!"), "refused"},
		{"something else invalid", code(-201, "attachment.payload.buttons is invalid!"), "refused"},
		{"too many", code(-32, ""), "wait 20s"},
		{"too many, by a proxy", status(429, "Retry-After", "9"), "wait 9s"},
		{"too many, an absurd time", status(429, "Retry-After", "999999999"), "wait 1h0m0s"},
		{"a code never heard of", code(-9999, ""), "again"},
		{"refused with a number above zero", code(213, ""), "gone"},
		{"a broken gateway", status(502, "X", "x"), "again"},
		{"no such path", status(404, "X", "x"), "config"},
		{"another host", status(302, "Location", "https://elsewhere.invalid/CANARY"), "config"},
		{"no answer of Zalo's", func(*http.Request, string) (*http.Response, error) {
			return respond(200, `{"ok":true,"CANARY":1}`), nil
		}, "again"},
		{"no JSON", func(*http.Request, string) (*http.Response, error) { return respond(200, "CANARY"), nil }, "again"},
		{"taken without an ID", func(*http.Request, string) (*http.Response, error) { return respond(200, `{"error":0,"data":{}}`), nil }, "again"},
		{"an answer without end", func(*http.Request, string) (*http.Response, error) {
			return respond(200, strings.Repeat("CANARY", maxAnswer/4)), nil
		}, "again"},
		{"an answer that breaks off", func(*http.Request, string) (*http.Response, error) {
			r := respond(200, "")
			r.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"error":0`), failing{}))
			return r, nil
		}, "again"},
		{"no connection", broken(&url.Error{Op: "Post", URL: "https://openapi.zalo.me/?CANARY", Err: errors.New("refused CANARY")}), "again"},
		{"a token that is refused though it is new", code(-216, ""), "config"},
		{"a proof that is refused", code(-242, ""), "config"},
	}
	for want, all := range map[string][]int{
		"gone":      {-213, -227},
		"elsewhere": {-211, -217, -218, -230, -232, -234, -244},
		"refused":   {-210, -233, -237, -248, -403},
		"config":    {-209, -212, -219, -220, -221, -223, -224, -235, -240, -320, -321},
	} {
		for _, n := range all {
			said = append(said, test{fmt.Sprint(n), code(n, ""), want})
		}
	}
	templates := []test{
		{"no such template", code(-201, "template_id is invalid!"), "config, elsewhere"},
		{"by phone only", code(-249, ""), "config, elsewhere"},
		{"window over does not matter, but an old rule does", code(-230, ""), "elsewhere"},
		{"a phone's code by user", code(-1121, ""), "config, elsewhere"},
		{"not for our kind of account", code(-235, ""), "config, elsewhere"},
		{"a dead token", code(-216, ""), "config, elsewhere"},
		{"a broken gateway", status(502, "X", "x"), "again"},
	}
	var byPhone []test
	for want, all := range map[string][]int{
		"gone":              {-108},
		"elsewhere":         {-114, -118, -119, -133, -139, -141, -144, -147},
		"config, elsewhere": {-109, -115, -117, -124, -126, -127, -131, -135, -136, -137, -138, -146, -1121, -1122, -1124, -1351},
		"wait 20s":          {-32},
		"again":             {-999},
	} {
		for _, n := range all {
			byPhone = append(byPhone, test{fmt.Sprint(n), code(n, ""), want})
		}
	}
	template := &core.Template{ID: "1", Data: map[string]string{"name": "CANARY"}}
	for _, group := range []struct {
		tests []test
		sent  map[string]core.Outbound
	}{
		{said, map[string]core.Outbound{
			"text":    {URN: "zalo:246845883529197922", Text: "CANARY-text"},
			"buttons": {URN: "zalo:246845883529197922", Text: "CANARY-text", Buttons: [][]core.Button{{{Label: "CANARY", Action: "CANARY"}}}},
			"picture": {URN: "zalo:246845883529197922", Photo: []byte("CANARY, no QR")},
			"request": {URN: "zalo:246845883529197922", Text: "CANARY-text", Ask: core.AskContact, AskText: "CANARY"},
		}},
		{templates, map[string]core.Outbound{"template": {ID: "o1", URN: "zalo:246845883529197922", Template: template}}},
		{byPhone, map[string]core.Outbound{"template by phone": {ID: "o1", URN: "tel:+84900000001", Template: template}}},
	} {
		for _, tt := range group.tests {
			for shape, m := range group.sent {
				_, err := over(tt.net).Send(t.Context(), m)
				if got := verdict(err); err == nil || got != tt.want {
					t.Errorf("%s, %s: %s (%v), want %s", tt.name, shape, got, err, tt.want)
				}
				noCanary(t, err)
			}
		}
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("cut CANARY") }
