package sms

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	twilio "github.com/twilio/twilio-go/client"
	messages "github.com/twilio/twilio-go/rest/api/v2010"
)

// maxAnswer bounds what is read of one answer: a page of 100 messages with the
// longest bodies, escaped, is below it.
const maxAnswer = 2 << 20

func newTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	t.TLSHandshakeTimeout = 5 * time.Second
	t.MaxResponseHeaderBytes = 64 << 10
	t.MaxIdleConnsPerHost = 8
	return t
}

// call is one call of the API. Twilio's library knows no context, one host and
// no header of an answer; standing under it as its transport, a call gives the
// first, changes the second and remembers the third.
type call struct {
	ctx  context.Context
	base *url.URL
	next http.RoundTripper

	wrote  atomic.Bool // some of the request has left: the network may have it
	status int         // of the answer; 0 while there is none
	after  time.Duration
}

// do runs one call of the library within the time-out. f must be done with the
// answer when it returns.
func (t *Twilio) do(ctx context.Context, f func(*messages.ApiService) error) (*call, error) {
	ctx, cancel := context.WithTimeout(ctx, t.c.Timeout)
	defer cancel()
	c := &call{base: t.api, next: t.client}
	c.ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteHeaderField: func(string, []string) { c.wrote.Store(true) },
	})
	library := &twilio.Client{
		Credentials: twilio.NewCredentials(t.c.AccountSID, t.c.AuthToken),
		HTTPClient: &http.Client{Transport: c, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}},
	}
	library.SetAccountSid(t.c.AccountSID) // or the path has none
	handler := twilio.NewRequestHandler(library)
	handler.Edge, handler.Region = "", "" // which it reads from the environment
	return c, f(messages.NewApiService(handler))
}

// errRedirect stands for an answer that sends us elsewhere, which no API of
// Twilio does. The library would take it for a success.
var errRedirect = errors.New("the answer is a redirect")

// RoundTrip sends the request to the configured site, whichever host the
// library names, so that the token goes nowhere else.
func (c *call) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(c.ctx)
	r.URL.Scheme, r.URL.Host, r.Host = c.base.Scheme, c.base.Host, ""
	r.URL.Path = strings.TrimRight(c.base.Path, "/") + r.URL.Path
	r.URL.RawPath = ""
	res, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	c.status = res.StatusCode
	if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && seconds > 0 {
		c.after = time.Duration(min(seconds, 3600)) * time.Second
	}
	if res.StatusCode >= 300 && res.StatusCode < 400 {
		res.Body.Close()
		return nil, errRedirect
	}
	res.Body = bounded{io.LimitReader(res.Body, maxAnswer), res.Body}
	return res, nil
}

type bounded struct {
	io.Reader
	io.Closer
}

// reached tells whether the network may have acted on a call that failed: all
// but those that never left and those that it refused in words.
func (c *call) reached() bool {
	return c.wrote.Load() && (c.status < 400 || c.status >= 500)
}
