package zalo

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"khaibao/bots/bottest"
	"khaibao/bots/sandbox"
	"khaibao/core"
	"khaibao/core/channel"
)

const (
	testApp     = "1000000000000000001"
	testSecret  = "CANARY-app-secret"
	testOA      = "388613280878808645"
	testOASeal  = "CANARY-oa-secret-key"
	testRefresh = "CANARY-first-refresh-token"
)

// network is the channel beside the imitated Zalo.
type network struct {
	t   *testing.T
	api *sandbox.Zalo
	v   *memory
	c   *Channel
}

func newNetwork(t *testing.T, set func(*sandbox.ZaloAccount)) *network {
	t.Helper()
	var h http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(w, r) }))
	a := sandbox.ZaloAccount{AppID: testApp, AppSecret: testSecret, OAID: testOA, OASecret: testOASeal, RefreshToken: testRefresh, Base: server.URL}
	if set != nil {
		set(&a)
	}
	n := &network{t: t, api: sandbox.NewZalo(a), v: &memory{}}
	h = n.api.API()
	t.Cleanup(func() { n.api.Close(); server.Close() })
	n.c = &Channel{AppID: testApp, AppSecret: testSecret, OASecret: testOASeal, RefreshToken: testRefresh, Vault: n.v,
		API: server.URL + "/openapi", OAuth: server.URL + "/oauth", TemplateAPI: server.URL + "/business", PublicURL: "https://khaibao.example.vn"}
	if err := n.c.Check(); err != nil {
		t.Fatal(err)
	}
	if _, err := n.v.Offer(t.Context(), time.Now(), testRefresh); err != nil {
		t.Fatal(err)
	}
	if _, err := n.c.access(t.Context()); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestConformance(t *testing.T) {
	for name, province := range map[string]bool{"enterprise": false, "state agency": true} {
		t.Run(name, func(t *testing.T) {
			bottest.Run(t, func(t *testing.T) bottest.Network {
				n := newNetwork(t, func(a *sandbox.ZaloAccount) { a.Province = province })
				t.Cleanup(func() {
					if faults := n.api.Faults(); len(faults) > 0 {
						t.Errorf("calls that Zalo does not have: %q", faults)
					}
				})
				return n
			})
		})
	}
}

func (n *network) Channel() channel.Channel { return n.c }

func phoneOf(i int) string { return fmt.Sprintf("+849000%05d", i) }

func (n *network) Person(i int) core.URN {
	phone := phoneOf(i)
	if n.api.UserID(phone) == "" {
		n.api.Meet(sandbox.Owner{Name: "Nguyễn Thị Thử", Phone: phone, Lang: "vi"})
		n.api.Follow(phone, true)
		n.api.Write(phone, "xin chào")
	}
	return core.URN("zalo:" + n.api.UserID(phone))
}

// phone is whose address it is.
func (n *network) phone(u core.URN) string {
	for i := range 200 {
		if n.api.UserID(phoneOf(i)) == u.Path() {
			return phoneOf(i)
		}
	}
	n.t.Fatalf("nobody has the address %s", u)
	return ""
}

func post(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, HookPath, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	var stamp struct {
		Timestamp string `json:"timestamp"`
	}
	_ = json.Unmarshal([]byte(body), &stamp)
	r.Header.Set(signatureHeader, sandbox.ZaloSignature(testApp, testOASeal, stamp.Timestamp, []byte(body)))
	return r
}

func quote(text string) string {
	raw, _ := json.Marshal(text)
	return string(raw)
}

func (n *network) Text(id int, from core.URN, text string) *http.Request {
	return post(fmt.Sprintf(`{"app_id":"%s","sender":{"id":"%s"},"user_id_by_app":"55","recipient":{"id":"%s"},"event_name":"user_send_text",`+
		`"message":{"text":%s,"msg_id":"m%d"},"timestamp":"1763740800000"}`, testApp, from.Path(), testOA, quote(text), id))
}

func (n *network) Press(id int, from core.URN, action, _ string) *http.Request {
	return n.Text(id, from, pressMark+action)
}

func (n *network) Forged() map[string]*http.Request {
	good := func() *http.Request { return n.Text(1, n.Person(1), "có") }
	forged := map[string]*http.Request{}
	for _, name := range []string{"missing", "empty", "another's", "no hex", "shorter", "longer"} {
		forged[name] = good()
	}
	mac := good().Header.Get(signatureHeader)
	forged["missing"].Header.Del(signatureHeader)
	forged["empty"].Header.Set(signatureHeader, "mac=")
	forged["another's"].Header.Set(signatureHeader, n.Text(2, n.Person(1), "có").Header.Get(signatureHeader))
	forged["no hex"].Header.Set(signatureHeader, "mac=zz")
	forged["shorter"].Header.Set(signatureHeader, mac[:40])
	forged["longer"].Header.Set(signatureHeader, mac+"00")
	forged["by another name"] = good()
	forged["by another name"].Header.Set(signatureHeader, strings.Replace(mac, "mac", "hmac", 1))
	return forged
}

func (n *network) Garbage() map[string]*http.Request {
	out := map[string]*http.Request{}
	for name, body := range map[string]string{
		"no JSON":                `<xml/>`,
		"half of it":             `{"event_name":"user_send_text","message":{"text":"c`,
		"an array":               `[]`,
		"nothing":                ``,
		"null":                   `null`,
		"an empty object":        `{}`,
		"no name":                `{"timestamp":"1","sender":{"id":"5"},"message":{"text":"có","msg_id":"1"}}`,
		"nobody":                 `{"timestamp":"1","event_name":"user_send_text","message":{"text":"có","msg_id":"1"}}`,
		"an impossible person":   `{"timestamp":"1","event_name":"user_send_text","sender":{"id":"5/../6"},"message":{"text":"có","msg_id":"1"}}`,
		"no conversation":        `{"timestamp":"1","event_name":"anonymous_send_text","sender":{"id":"5"},"message":{"text":"có","msg_id":"1"}}`,
		"a list for a text":      `{"timestamp":"1","event_name":"user_send_text","sender":{"id":"5"},"message":{"text":["có"],"msg_id":"1"}}`,
		"an event not known yet": `{"timestamp":"1","event_name":"user_thinks","sender":{"id":"5"},"message":{"text":"có","msg_id":"1"}}`,
		"a group's":              `{"timestamp":"1","event_name":"user_send_group_text","sender":{"id":"5"},"message":{"text":"có","msg_id":"1"}}`,
		"our own":                `{"timestamp":"1","event_name":"oa_send_text","sender":{"id":"5"},"message":{"text":"có","msg_id":"1"}}`,
		"two values":             `{"timestamp":"1","event_name":"user_send_text"} {}`,
	} {
		out[name] = post(body)
	}
	return out
}

func (n *network) Seen(by core.URN) []bottest.Seen {
	var seen []bottest.Seen
	for _, b := range n.api.Screen(n.phone(by)).Bubbles {
		if b.Mine {
			continue
		}
		s := bottest.Seen{ID: b.ID, Text: b.Text, Picture: b.Photo != ""}
		for _, k := range b.Buttons {
			s.Buttons = append(s.Buttons, strings.TrimPrefix(k.Payload, pressMark))
		}
		if b.Request != nil {
			s.Ask, s.Text = core.AskContact, b.Request.Subtitle
		}
		seen = append(seen, s)
	}
	return seen
}

func (n *network) Fail(how bottest.Failure, to core.URN) bool {
	n.api.Fail(sandbox.Failures{})
	switch how {
	case bottest.TooMany:
		n.api.Fail(sandbox.Failures{TooMany: 7 * time.Second})
	case bottest.Blocked:
		n.api.Follow(n.phone(to), false)
	case bottest.Unknown:
		n.api.Refuse(n.phone(to), -227)
	case bottest.Account:
		n.api.Fail(sandbox.Failures{Refused: true})
	case bottest.Broken:
		n.api.Fail(sandbox.Failures{Broken: true})
	case bottest.Cut:
		n.api.Fail(sandbox.Failures{Cut: true})
	case bottest.Slow:
		n.api.Fail(sandbox.Failures{Slow: time.Hour})
	default:
		return false
	}
	return true
}

func (n *network) Secrets() []string {
	return []string{testSecret, testOASeal, testRefresh, n.v.t.Access, n.v.t.Refresh}
}
