package sms

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"khaibao/core"
	"khaibao/core/channel"
)

// HTTP speaks to any gateway that takes a text by one HTTP request: Kannel, a
// telephone with an app, a carrier's own. How is settings, not code, so that a
// commune can begin with a SIM card. docs/operations.md has worked examples.
type HTTP struct {
	c        HTTPConfig
	template *template
	ok       check
	id       finder
	status   statusRule
	in       inRule
	caller   caller
}

// HTTPConfig is what a general gateway needs, for one direction or both.
//
// A template has gaps, {to} (E.164), {to_digits} (without +), {to_local} (with
// 0), {text}, {id}, {from} and {status_url}, each escaped for where it stands.
// A place in an answer or a delivery is a path in JSON (data.0.id), the name of
// a field, or, in answers, a /regular expression/ with one group.
type HTTPConfig struct {
	Common
	URL    string // template; a user and a password before the host are sent as such
	Method string // "" for GET, or POST with a body
	Header string // template: "Name: value", several parted by |
	Body   string // template; JSON, XML or a form by its Content-Type or by how it begins
	From   string // {from}
	OK     string // when the text was taken: "" for any answer 2xx, a /regexp/ in it, or place=value|value
	ID     string // the place of the gateway's ID in the answer; "" where it knows the text by ours

	Secret string // that the gateway's calls hold behind their path; needed to hear of anything
	// Status is how a report is read: "id=PLACE status=PLACE" and what the
	// gateway's words mean in those of Rank: "1=delivered 2=undelivered".
	Status string
	// In is how an incoming text is read: "from=PLACE text=PLACE id=PLACE". The ID
	// may be left out where a gateway has none: then a text that is delivered
	// twice is taken twice. "charset=PLACE" tells where the text may be UTF-16.
	In string
}

// The paths under PublicURL that a general gateway calls. Each goes on with the
// secret.
const (
	HTTPHookPath   = "/hooks/sms/"
	HTTPStatusPath = "/hooks/sms/status/"
)

// httpRate is what a SIM card sends a second without being blocked by its
// carrier.
const httpRate = 1

// NewHTTP checks the settings; it calls nobody. Its errors name settings and
// never quote them.
func NewHTTP(c HTTPConfig) (*HTTP, error) {
	if err := c.check(httpRate); err != nil {
		return nil, fmt.Errorf("sms http: %w", err)
	}
	h := &HTTP{c: c}
	var err error
	if c.URL != "" {
		if h.template, err = newTemplate(c); err != nil {
			return nil, fmt.Errorf("sms http: %w", err)
		}
	}
	if h.ok, err = newCheck(c.OK); err != nil {
		return nil, fmt.Errorf("sms http: what tells success: %w", err)
	}
	if h.id, err = newFinder(c.ID); err != nil {
		return nil, fmt.Errorf("sms http: the place of the ID: %w", err)
	}
	if h.status, err = newStatusRule(c.Status); err != nil {
		return nil, fmt.Errorf("sms http: how a report is read: %w", err)
	}
	if h.in, err = newInRule(c.In); err != nil {
		return nil, fmt.Errorf("sms http: how an incoming text is read: %w", err)
	}
	if (c.Status != "" || c.In != "") && !HookSecret(c.Secret) {
		return nil, errors.New("sms http: reports and incoming texts need a secret of 16 to 256 letters, digits, _ or -")
	}
	if !headerValue.MatchString(c.From) {
		return nil, errors.New("sms http: the sender must be plain letters and digits")
	}
	h.caller = caller{gateway: "sms http", client: newTransport(), timeout: h.c.Timeout, secrets: h.secrets()}
	return h, nil
}

// secrets are what no error may hold: whatever stands in the settings beside
// the gaps.
func (h *HTTP) secrets() []string {
	secrets := []string{h.c.Secret}
	if h.template == nil {
		return secrets
	}
	for _, header := range h.template.header {
		for _, p := range header.value {
			secrets = append(secrets, strings.TrimSpace(p.text))
		}
	}
	if u, err := url.Parse(fill(h.template.url, nil)); err == nil {
		for _, values := range u.Query() {
			secrets = append(secrets, values...)
		}
		if password, ok := u.User.Password(); ok {
			secrets = append(secrets, password)
		}
	}
	return slices.DeleteFunc(secrets, func(s string) bool { return len(s) < 4 })
}

// Rate implements Gateway.
func (h *HTTP) Rate() float64 { return h.c.Rate }

// Format prints no setting, whatever the verb.
func (h *HTTP) Format(f fmt.State, _ rune) { fmt.Fprint(f, "sms http") }

// Send implements Gateway.
func (h *HTTP) Send(ctx context.Context, m core.Outbound) (string, error) {
	if h.template == nil {
		return "", &channel.SendError{Config: true, Err: errors.New("sms http: no URL is set up for sending")}
	}
	r, err := h.template.request(valuesOf(m, h.c.From, h.c.PublicURL+HTTPStatusPath+h.c.Secret))
	if err != nil {
		return "", &channel.SendError{Config: true, Err: fmt.Errorf("sms http: %w", err)}
	}
	a, err := h.caller.do(ctx, r, m.URN.Path(), strings.TrimPrefix(m.URN.Path(), "+"), m.Text)
	if err != nil {
		return "", err
	}
	if a.status/100 != 2 {
		return "", h.caller.refusal(a)
	}
	if !h.ok(a.body) {
		return "", fmt.Errorf("sms http: HTTP %d with an answer that tells no success", a.status)
	}
	if id := networkID(h.id(a.body)); id != "" {
		return id, nil
	}
	return m.ID, nil
}

// check tells whether the answer to a text says that it was taken.
type check func(body []byte) bool

func newCheck(rule string) (check, error) {
	if rule == "" {
		return func([]byte) bool { return true }, nil
	}
	if expr, ok := expression(rule); ok {
		re, err := regexp.Compile(expr)
		if err != nil {
			return nil, errors.New("no regular expression")
		}
		return re.Match, nil
	}
	place, values, ok := strings.Cut(rule, "=")
	if !ok || place == "" || values == "" {
		return nil, errors.New("want a /regular expression/ or place=value")
	}
	allowed := strings.Split(values, "|")
	return func(body []byte) bool {
		tree, err := readTree(body)
		if err != nil {
			return false
		}
		value, ok := at(tree, place)
		return ok && slices.Contains(allowed, value)
	}, nil
}

// finder takes the gateway's ID out of its answer, or "".
type finder func(body []byte) string

func newFinder(rule string) (finder, error) {
	if rule == "" {
		return func([]byte) string { return "" }, nil
	}
	if expr, ok := expression(rule); ok {
		re, err := regexp.Compile(expr)
		if err != nil || re.NumSubexp() != 1 {
			return nil, errors.New("want a regular expression with one group")
		}
		return func(body []byte) string {
			if m := re.FindSubmatch(body); m != nil {
				return string(m[1])
			}
			return ""
		}, nil
	}
	return func(body []byte) string {
		tree, err := readTree(body)
		if err != nil {
			return ""
		}
		id, _ := at(tree, rule)
		return id
	}, nil
}

func expression(rule string) (string, bool) {
	if len(rule) < 2 || rule[0] != '/' || rule[len(rule)-1] != '/' {
		return "", false
	}
	return rule[1 : len(rule)-1], true
}
