package sms

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Twilio speaks to Twilio's Messages API, version 2010-04-01, both ways.
//
// It relies on three things: a web-hook's signature covers the public URL and
// every field; a web-hook that failed is not sent again, but stays in the
// account's list; creating a message has no idempotency key, so what timed out
// is looked for before it is sent again (docs/reference/channels.md, 3).
type Twilio struct {
	c      Config
	api    *url.URL
	kind   senderKind
	heard  bool // Twilio can reach us, so it may be asked to call back
	client http.RoundTripper
	doubts doubts
}

// Config is what a Twilio gateway needs.
type Config struct {
	AccountSID string // AC and 32 hex digits
	AuthToken  string // signs the web-hooks, too
	// From is who sends: a number in E.164, a short code, a registered sender
	// name, or the SID of a Messaging Service (MG and 32 hex digits).
	From      string
	API       string  // "" for https://api.twilio.com
	PublicURL string  // where Twilio finds us, without the path of a web-hook
	Rate      float64 // messages a second; 0 takes what Twilio gives this kind of sender

	Statuses Statuses          // nil: statuses are checked and dropped
	Count    func(what string) // told of every delivery that was not taken, by a fixed word; may be nil
	Log      *slog.Logger      // nil for slog.Default
	Timeout  time.Duration     // of one call; 0 for 10 s
}

// The paths under PublicURL that Twilio calls.
const (
	HookPath   = "/hooks/twilio"
	StatusPath = "/hooks/twilio/status"
)

const twilioAPI = "https://api.twilio.com"

type senderKind int

const (
	longCode senderKind = iota
	shortCode
	senderName
	messagingService
)

var (
	accountSID  = regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`)
	serviceSID  = regexp.MustCompile(`^MG[0-9a-fA-F]{32}$`)
	plainToken  = regexp.MustCompile(`^[A-Za-z0-9]+$`)
	e164        = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	shortNumber = regexp.MustCompile(`^[0-9]{3,8}$`)
	// A registered sender name has 1 to 11 letters, digits and blanks, one of
	// them a letter.
	nameOnPhones = regexp.MustCompile(`^[A-Za-z0-9 +_&-]{1,11}$`)
	anyLetter    = regexp.MustCompile(`[A-Za-z]`)
)

// NewTwilio checks the settings; it calls nobody. Its errors name settings and
// never quote them.
func NewTwilio(c Config) (*Twilio, error) {
	if !accountSID.MatchString(c.AccountSID) {
		return nil, errors.New("twilio: the account SID must be AC and 32 hex digits")
	}
	if !plainToken.MatchString(c.AuthToken) {
		return nil, errors.New("twilio: the auth token must be letters and digits, and without it no web-hook can be believed")
	}
	kind, err := kindOf(c.From)
	if err != nil {
		return nil, err
	}
	if c.API == "" {
		c.API = twilioAPI
	}
	api, err := baseURL(c.API)
	if err != nil {
		return nil, fmt.Errorf("twilio: the API URL %w", err)
	}
	public, err := baseURL(c.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("twilio: the public URL %w", err)
	}
	if strings.Contains(public.Hostname(), "_") { // Twilio refuses it as a StatusCallback
		return nil, errors.New("twilio: the host of the public URL must have no underscore")
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	if c.Rate < 0 {
		return nil, errors.New("twilio: the rate must not be below zero")
	}
	if c.Rate == 0 {
		c.Rate = kind.rate()
	}
	if c.Timeout <= 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Count == nil {
		c.Count = func(string) {}
	}
	heard := !homely(public) || homely(api)
	return &Twilio{c: c, api: api, kind: kind, heard: heard, client: newTransport()}, nil
}

// homely tells whether a site is known by its own machine or network alone.
// Twilio refuses a message whose call-back it cannot reach; without one a
// machine that has no public address can still send, and hear by Missed.
func homely(site *url.URL) bool {
	host := site.Hostname()
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback() || ip.IsPrivate() || ip.IsUnspecified() || ip.IsLinkLocalUnicast()
	}
	return !strings.Contains(host, ".") || strings.HasSuffix(host, ".localhost")
}

func kindOf(from string) (senderKind, error) {
	switch {
	case serviceSID.MatchString(from):
		return messagingService, nil
	case e164.MatchString(from):
		return longCode, nil
	case shortNumber.MatchString(from):
		return shortCode, nil
	case nameOnPhones.MatchString(from) && anyLetter.MatchString(from):
		return senderName, nil
	}
	return 0, errors.New("twilio: the sender must be a number in E.164, a short code, a sender name of at most 11 letters, or a Messaging Service")
}

// rate is what Twilio takes from one sender, in parts a second
// (docs/reference/channels.md, 3.3). What comes faster waits at Twilio, where
// a code can no longer overtake a notice.
func (k senderKind) rate() float64 {
	switch k {
	case shortCode, messagingService:
		return 100
	case senderName:
		return 10
	}
	return 1
}

// baseURL reads the URL of a site. It quotes nothing of it, as it may hold a
// password.
func baseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("must begin with https:// or http:// and a host")
	}
	if u.RawQuery != "" || u.Fragment != "" || u.ForceQuery {
		return nil, errors.New("must have no query")
	}
	return u, nil
}

// Rate implements Gateway.
func (t *Twilio) Rate() float64 { return t.c.Rate }

// Hears tells whether this sender can receive answers; a sender name cannot.
func (t *Twilio) Hears() bool { return t.kind != senderName }

// Format prints no token, whatever the verb.
func (t *Twilio) Format(f fmt.State, _ rune) { fmt.Fprint(f, "twilio") }

// Format prints no token, whatever the verb.
func (c Config) Format(f fmt.State, _ rune) { fmt.Fprint(f, "[redacted]") }

// LogValue logs no token.
func (c Config) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// MarshalText marshals no token.
func (c Config) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }
