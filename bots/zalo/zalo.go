// Package zalo speaks the Zalo Official Account API, version 3, and version 2
// where an account is not let into version 3.
//
// It relies on what docs/reference/channels.md, section 2, gathered: an event
// not answered with 200 within two seconds is sent again, and a message has the
// same msg_id then; refusals come as HTTP 200 with an error below zero; a
// refresh token is good for one use, which gives its successor.
//
// Nobody can be written to who has been silent for seven days, but by a
// template that Zalo approved. What Zalo shares of a person it does not vouch
// for: see event.go.
package zalo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"khaibao/bots/fetch"
	"khaibao/core/channel"
)

// Name is the channel's name in the store, logs and settings, and the scheme
// of its URNs: zalo:<user id>, as this account knows the person.
const Name = "zalo"

// HookPath is where the program receives from Zalo.
const HookPath = "/hooks/zalo"

// Zalo's own addresses.
const (
	API         = "https://openapi.zalo.me"
	OAuth       = "https://oauth.zaloapp.com"
	TemplateAPI = "https://business.openapi.zalo.me"
)

// Channel is the Zalo network. The fields are set before the first use.
type Channel struct {
	AppID     string // of the application that the account let in
	AppSecret string // of the same; asks for tokens
	OASecret  string // of the account's web-hook; signs what it sends

	// RefreshToken begins a line of tokens, unless it began one before; "" goes
	// on with those in the vault.
	RefreshToken string
	Vault        Vault

	API, OAuth, TemplateAPI string  // where Zalo is; "" for Zalo's own
	PublicURL               string  // where Zalo finds us, without the path of the web-hook
	Rate                    float64 // messages a second; 0 takes what every application may send

	// Statuses is told what became of messages; nil drops it.
	Statuses Statuses
	// Client gives the transport of every call but those for people's pictures;
	// nil means our own. Nothing else of it is used.
	Client *http.Client
	// Count is told of each delivery what became of it, by one of the words
	// below; nil counts nothing.
	Count func(outcome string)
	Log   *slog.Logger // nil means slog.Default()

	now  func() time.Time // nil means time.Now
	look time.Duration    // between two looks at the age of the tokens; 0 means tokenLook

	once    sync.Once
	photos  *fetch.Photos
	fetcher *http.Client // of people's pictures
	tokens  tokenCache
	version versionCache
	uploads uploadCache
	late    lateWork
}

// Statuses keeps what became of messages that were sent; see sms.Statuses.
type Statuses interface {
	// MoveStatus keeps a status unless one of the same or a higher rank is kept.
	MoveStatus(ctx context.Context, channel, networkID, status string, rank int) error
}

// What may become of a delivery, as Count is told.
const (
	Taken       = "taken"
	Forged      = "forged"      // without our account's signature
	TooLarge    = "too_large"   // over maxBody
	Garbled     = "garbled"     // signed, and nothing that we can read
	Ignored     = "ignored"     // an event that says nothing to us
	Answered    = "answered"    // an officer wrote to a person by Zalo's own tool
	Reported    = "reported"    // what became of a message of ours
	Unavailable = "unavailable" // the store was away or slow: Zalo sends again
)

// Name is "zalo".
func (c *Channel) Name() string { return Name }

// DefaultRate is how many messages a second every application may send: it has
// 4,000 calls a minute; a picture takes two, and renewals and the like want
// room, too (channels.md, section 2.2).
const DefaultRate = 50

// Features says what Zalo shows: channels.md, section 2.2. Pictures and buttons are two kinds of template, of which a message
// has one. The number that a person shares comes out of a form that they fill
// in: Zalo is not known to check it.
func (c *Channel) Features() channel.Features {
	return channel.Features{
		MaxText:    2000,
		MaxButtons: 5, MaxColumns: 1, MaxLabel: maxTitle,
		Pictures: true, Apart: true,
		AskContact: true, Unvouched: true,
		Rate: cmp.Or(c.Rate, DefaultRate),
	}
}

var goodID = regexp.MustCompile(`^[0-9]{1,20}$`)

// Check tells whether the settings can work: a web-hook must not start without
// its secret (docs/reference/security.md, section 8). It quotes none of them.
func (c *Channel) Check() error {
	switch {
	case !goodID.MatchString(c.AppID):
		return errors.New("zalo application ID: want its digits")
	case len(c.AppSecret) < 8 || strings.ContainsFunc(c.AppSecret, unprintable):
		return errors.New("zalo application secret: want it as the console shows it")
	case len(c.OASecret) < 8 || strings.ContainsFunc(c.OASecret, unprintable):
		return errors.New("zalo account secret: a web-hook needs the key of its page in the console")
	case strings.ContainsFunc(c.RefreshToken, unprintable):
		return errors.New("zalo refresh token: want it as Zalo gave it")
	}
	for what, base := range map[string]string{"API": c.API, "OAuth": c.OAuth, "template": c.TemplateAPI} {
		if u, err := url.Parse(base); base != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
			return fmt.Errorf("zalo %s URL: want https://… or http://…", what)
		}
	}
	if c.Vault == nil {
		return errors.New("zalo: nowhere to keep tokens")
	}
	return nil
}

// unprintable are what no secret has, and no header may have.
func unprintable(r rune) bool { return r <= ' ' || r >= 0x7f }

// ready makes what the fields do not give.
func (c *Channel) ready() {
	c.once.Do(func() {
		c.photos = fetch.NewPhotos(func(err error) { c.log().Warn("zalo picture not fetched", "err", err) })
		c.fetcher = newFetcher(base(c.API, API))
	})
}

// base is a configured address or Zalo's own.
func base(configured, own string) string {
	if configured == "" {
		configured = own
	}
	return strings.TrimSuffix(configured, "/")
}

func (c *Channel) count(outcome string) {
	if c.Count != nil {
		c.Count(outcome)
	}
}

func (c *Channel) log() *slog.Logger {
	if c.Log != nil {
		return c.Log
	}
	return slog.Default()
}

func (c *Channel) time() time.Time {
	if c.now != nil {
		return c.now()
	}
	return time.Now()
}

// Format prints no secret, whatever the verb.
func (c *Channel) Format(f fmt.State, _ rune) { fmt.Fprint(f, Name) }

// LogValue logs no secret.
func (c *Channel) LogValue() slog.Value { return slog.StringValue(Name) }

// MarshalText marshals no secret.
func (c *Channel) MarshalText() ([]byte, error) { return []byte(Name), nil }
