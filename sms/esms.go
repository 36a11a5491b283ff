package sms

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// ESMS speaks to eSMS (ViHAT): a registered sender name to send, a short code
// to receive; each has a contract of its own and works without the other.
//
// It relies on three things: a RequestId is taken once, so that what timed out
// is sent again without harm; a report is unsigned, so that its URL holds a
// secret; the answer to an incoming text is itself the reply
// (docs/reference/channels.md, 5.1).
type ESMS struct {
	c      ESMSConfig
	api    *url.URL
	status string // where eSMS tells what became of a text; "" where it cannot reach us
	caller caller
	again  retries
}

// ESMSConfig is what eSMS needs, for one direction or both.
type ESMSConfig struct {
	Common
	APIKey, SecretKey string // of the account; needed to send
	Brandname         string // that is registered with the carriers; needed to send
	API               string // "" for https://rest.esms.vn

	// CPID and PrivateKey come with the short code; needed to receive. Keyword
	// is what texts to a shared short code begin with; "" for one of our own.
	CPID, PrivateKey, Keyword string
	Replies                   Replies // nil: an incoming text is answered by nothing
}

// The paths under PublicURL that eSMS calls. The second goes on with a secret.
const (
	ESMSHookPath   = "/hooks/esms"
	ESMSStatusPath = "/hooks/esms/status/"
)

const (
	esmsAPI  = "https://rest.esms.vn"
	esmsRate = 10 // a second; the limit of an account stands in its contract, and 160 says that it is lower
)

// NewESMS checks the settings; it calls nobody. Its errors name settings and
// never quote them.
func NewESMS(c ESMSConfig) (*ESMS, error) {
	if err := c.check(esmsRate); err != nil {
		return nil, fmt.Errorf("esms: %w", err)
	}
	if c.API == "" {
		c.API = esmsAPI
	}
	api, err := baseURL(c.API)
	if err != nil {
		return nil, fmt.Errorf("esms: the API URL %w", err)
	}
	if c.APIKey == "" && c.PrivateKey == "" {
		return nil, errors.New("esms: the API key or the private key of a short code is needed")
	}
	if c.APIKey != "" && (c.SecretKey == "" || c.Brandname == "") {
		return nil, errors.New("esms: the secret key and the registered brandname are needed to send")
	}
	if c.PrivateKey != "" && c.CPID == "" {
		return nil, errors.New("esms: the CPID is needed to receive")
	}
	if strings.ContainsFunc(c.Keyword, unicode.IsSpace) {
		return nil, errors.New("esms: the keyword must be one word")
	}
	e := &ESMS{c: c, api: api, caller: caller{gateway: "esms", client: newTransport(), timeout: c.Timeout,
		secrets: []string{c.APIKey, c.SecretKey, c.PrivateKey}}}
	if public, _ := baseURL(c.PublicURL); c.SecretKey != "" && (!homely(public) || homely(api)) {
		e.status = c.PublicURL + ESMSStatusPath + e.secret()
	}
	return e, nil
}

// secret is what the URL of a report ends with.
func (e *ESMS) secret() string { return derived(e.c.SecretKey, "esms status") }

// Rate implements Gateway.
func (e *ESMS) Rate() float64 { return e.c.Rate }

// Format prints no key, whatever the verb.
func (e *ESMS) Format(f fmt.State, _ rune) { fmt.Fprint(f, "esms") }

// retries names the requests for messages that a gateway takes once by their
// ID. eSMS does not say whether a request that it refused counts as taken: if it
// did, the next try would be called a duplicate, and the message be lost. So
// what was refused in words is asked for under a further name.
type retries struct {
	mu      sync.Mutex
	refused map[string]int // by outbox ID
}

const (
	maxRefused = 10_000
	furtherBy  = "~"
)

var furtherName = regexp.MustCompile(`~[0-9]+$`)

// name is the request's; what was never refused goes by its own ID.
func (r *retries) name(id string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := r.refused[id]; n > 0 {
		return fmt.Sprintf("%s%s%d", id, furtherBy, n)
	}
	return id
}

func (r *retries) refuse(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refused == nil {
		r.refused = make(map[string]int)
	}
	for old := range r.refused { // any one: this many at once is a long outage
		if len(r.refused) < maxRefused {
			break
		}
		delete(r.refused, old)
	}
	r.refused[id]++
}

func (r *retries) settle(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.refused, id)
}
