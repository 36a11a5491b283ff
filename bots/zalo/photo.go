package zalo

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"khaibao/bots/fetch"
	"khaibao/core"
	"khaibao/core/qr"
)

const maxPicture = qr.MaxBytes

var errPrivate = errors.New("zalo: a picture at a private address")

// read fetches a picture and reads its QR.
func (c *Channel) read(ctx context.Context, address string) (*core.Photo, error) {
	return c.photos.Read(ctx, func(ctx context.Context) ([]byte, error) { return c.fetch(ctx, address) })
}

// fetch gets a picture from where Zalo says that it is. The address came from
// outside: it is neither kept nor shown, and leads to no machine near ours.
func (c *Channel) fetch(ctx context.Context, address string) ([]byte, error) {
	u, err := url.Parse(address)
	own := err == nil && hostPort(u) == ownHost(c.API)
	if err != nil || u.User != nil || u.Scheme != "https" && !(own && u.Scheme == "http") {
		return nil, noAnswer("the address of a picture is unusable")
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && private(a) && !own { // also where a proxy would be asked
		return nil, errPrivate
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, noAnswer("the address of a picture is unusable")
	}
	resp, err := c.fetcher.Do(r)
	if errors.Is(err, errPrivate) {
		return nil, errPrivate
	}
	if err != nil {
		return nil, fetch.Unanswered(ctx, "zalo", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, &apiError{Host: "pictures", Code: resp.StatusCode}
	}
	picture, err := io.ReadAll(io.LimitReader(resp.Body, maxPicture+1))
	if err != nil {
		return nil, fetch.Unanswered(ctx, "zalo", err)
	}
	if len(picture) > maxPicture {
		return nil, noAnswer("the picture is too big")
	}
	return picture, nil
}

// newFetcher fetches from the whole internet and from own, the host of the API,
// but from nothing else at a private address. It follows no redirects. Behind a
// proxy the proxy is asked for what has a public name, and decides itself.
func newFetcher(api string) *http.Client {
	trusted := []string{ownHost(api), proxyHost()}
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	guarded := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		if at, err := netip.ParseAddrPort(address); err != nil || private(at.Addr()) {
			return errPrivate
		}
		return nil
	}}
	return &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment,
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				for _, t := range trusted {
					if t != "" && address == t {
						return dialer.DialContext(ctx, network, address)
					}
				}
				return guarded.DialContext(ctx, network, address)
			},
			ForceAttemptHTTP2:     true,
			MaxIdleConnsPerHost:   fetch.PhotosAtOnce,
			IdleConnTimeout:       30 * time.Second,
			TLSHandshakeTimeout:   5 * time.Second,
			ResponseHeaderTimeout: 10 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// ownHost is host and port of the API where it is not Zalo's own: an imitation
// may stand beside us, and hand out pictures itself.
func ownHost(api string) string {
	u, err := url.Parse(base(api, API))
	if err != nil {
		return ""
	}
	return hostPort(u)
}

// proxyHost is host and port of the proxy that web requests go through, if any.
func proxyHost() string {
	u, err := http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: "https", Host: "openapi.zalo.me"}})
	if err != nil || u == nil {
		return ""
	}
	return hostPort(u)
}

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// shared are addresses that carriers and machines use among themselves, beside
// those that netip knows; and the range by which IPv4 is reached from IPv6.
var shared = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"),
}

// private tells whether an address is not of the public internet.
func private(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return true
	}
	for _, p := range shared {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
