package telegram

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"khaibao/bots/bottest"
	"khaibao/bots/sandbox"
	"khaibao/core"
	"khaibao/core/channel"
)

const (
	testToken  = "900000001:CANARY-token_abcdefghijklmnopqrstuv"
	testSecret = "CANARY-secret_0123456789"
)

// network is the channel beside the imitated Bot API.
type network struct {
	t   *testing.T
	api *sandbox.Telegram
	c   *Channel
}

func newNetwork(t *testing.T) *network {
	api := sandbox.NewTelegram(testToken, sandbox.Retry{})
	server := httptest.NewServer(http.StripPrefix("/telegram", api))
	t.Cleanup(func() { api.Close(); server.Close() })
	return &network{t, api, &Channel{API: server.URL + "/telegram", Token: testToken, Secret: testSecret}}
}

func TestConformance(t *testing.T) {
	bottest.Run(t, func(t *testing.T) bottest.Network {
		n := newNetwork(t)
		t.Cleanup(func() {
			if faults := n.api.Faults(); len(faults) > 0 {
				t.Errorf("calls that the Bot API does not have: %q", faults)
			}
		})
		return n
	})
}

func (n *network) Channel() channel.Channel { return n.c }

func (n *network) Person(i int) core.URN {
	id := int64(5_000_000_000 + i) // wider than 32 bits, as they come nowadays
	if !n.api.Screen(id).Started {
		n.api.Meet(sandbox.Owner{ID: id, Name: "Nguyễn Thị Thử", Phone: fmt.Sprintf("+849000%05d", i), Lang: "vi"})
		n.api.Write(id, "/start")
	}
	return core.URN(fmt.Sprintf("telegram:%d", id))
}

func post(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, HookPath, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(secretHeader, testSecret)
	return r
}

func (n *network) Text(id int, from core.URN, text string) *http.Request {
	return post(fmt.Sprintf(`{"update_id":%d,"message":{"message_id":%d,"from":{"id":%s,"is_bot":false,"first_name":"T","language_code":"vi"},`+
		`"chat":{"id":%s,"type":"private"},"date":1628985600,"text":%s}}`, id, id+1000, from.Path(), from.Path(), quote(text)))
}

func (n *network) Press(id int, from core.URN, action, ref string) *http.Request {
	return post(fmt.Sprintf(`{"update_id":%d,"callback_query":{"id":"%d","from":{"id":%s,"is_bot":false,"first_name":"T"},`+
		`"message":{"message_id":%s,"chat":{"id":%s,"type":"private"},"date":1628985600,"text":"?"},"chat_instance":"1","data":%s}}`,
		id, id, from.Path(), ref, from.Path(), quote(action)))
}

// quote is a JSON string in ASCII alone, as Telegram writes it.
func quote(text string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&b, `\u%04x`, u)
	}
	return `"` + b.String() + `"`
}

func (n *network) Forged() map[string]*http.Request {
	good := func() *http.Request { return n.Text(1, n.Person(1), "có") }
	forged := map[string]*http.Request{"missing": good(), "empty": good(), "wrong": good(), "longer": good(), "shorter": good(), "in the wrong case": good()}
	forged["missing"].Header.Del(secretHeader)
	forged["empty"].Header.Set(secretHeader, "")
	forged["wrong"].Header.Set(secretHeader, "CANARY-secret_0123456780")
	forged["longer"].Header.Set(secretHeader, testSecret+"x")
	forged["shorter"].Header.Set(secretHeader, testSecret[:8])
	forged["in the wrong case"].Header.Set(secretHeader, strings.ToUpper(testSecret))
	return forged
}

func (n *network) Garbage() map[string]*http.Request {
	out := map[string]*http.Request{}
	for name, body := range map[string]string{
		"no JSON":                `<xml/>`,
		"half of it":             `{"update_id":7,"message":{"text":"c`,
		"an array":               `[]`,
		"nothing":                ``,
		"null":                   `null`,
		"no ID":                  `{"message":{"text":"có"}}`,
		"a text for an ID":       `{"update_id":"7"}`,
		"a number for a text":    `{"update_id":7,"message":{"message_id":1,"from":{"id":5},"chat":{"id":5,"type":"private"},"text":5}}`,
		"an ID beyond 64 bits":   `{"update_id":99999999999999999999}`,
		"two values":             `{"update_id":7} {"update_id":8}`,
		"nothing but an ID":      `{"update_id":7}`,
		"a kind not known yet":   `{"update_id":7,"thought":{"text":"có"}}`,
		"a message without from": `{"update_id":7,"message":{"message_id":1,"chat":{"id":5,"type":"private"},"text":"có"}}`,
		"a press without data":   `{"update_id":7,"callback_query":{"id":"1","from":{"id":5}}}`,
	} {
		out[name] = post(body)
	}
	return out
}

func (n *network) Seen(by core.URN) []bottest.Seen {
	id, _ := strconv.ParseInt(by.Path(), 10, 64)
	screen := n.api.Screen(id)
	var seen []bottest.Seen
	for _, b := range screen.Bubbles {
		if b.Mine {
			continue
		}
		s := bottest.Seen{ID: strconv.FormatInt(b.ID, 10), Text: b.Text, Picture: b.Photo != ""}
		for _, row := range b.Buttons {
			for _, k := range row {
				s.Buttons = append(s.Buttons, k.Action)
			}
		}
		seen = append(seen, s)
	}
	for _, row := range screen.Keyboard {
		for _, k := range row {
			if k.Ask != "" && len(seen) > 0 {
				seen[len(seen)-1].Ask = core.Ask(k.Ask)
			}
		}
	}
	return seen
}

func (n *network) Fail(how bottest.Failure, to core.URN) bool {
	id, _ := strconv.ParseInt(to.Path(), 10, 64)
	n.api.Fail(sandbox.Failures{})
	switch how {
	case bottest.TooMany:
		n.api.Fail(sandbox.Failures{TooMany: 7 * time.Second})
	case bottest.Blocked:
		n.api.Block(id, true)
	case bottest.Unknown:
		n.api.Forget(id)
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

func (n *network) Secrets() []string { return []string{testToken, testSecret, "CANARY-token"} }
