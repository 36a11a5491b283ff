package web

import (
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"khaibao/core"
	"khaibao/core/codes"
)

// Limits bound what one browser, one network and all of them may ask of a
// node. Many people share one address of a mobile network, so a network may do
// far more than a browser.
type Limits struct {
	Browser, BrowserBurst float64 // messages a second
	Network, NetworkBurst float64 // messages a second from one /24, or /48 of IPv6
	Streams               int     // live streams in all, about 30 KB each
	BrowserStreams        int     // live streams of one browser
	Uploads               int     // pictures in memory at once
}

// DefaultLimits allow a person who toggles symptoms as fast as a thumb can.
var DefaultLimits = Limits{
	Browser: 2, BrowserBurst: 30,
	Network: 50, NetworkBurst: 500,
	Streams: 2000, BrowserStreams: 8,
	Uploads: 6,
}

// pictureCost is what a picture counts in messages.
const pictureCost = 4

// maxBuckets bounds the memory of rates: about 100 bytes for each.
const maxBuckets = 50_000

// rates counts messages by browser and by network.
type rates struct {
	limits Limits
	mu     sync.Mutex
	bucket map[string]*rate.Limiter
}

func newRates(l Limits) *rates {
	return &rates{limits: l, bucket: make(map[string]*rate.Limiter)}
}

// take counts n messages, or tells how long to wait.
func (s *rates) take(urn core.URN, network string, n int, now time.Time) (wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.limits
	if network != "" {
		if wait := s.of(network, l.Network, l.NetworkBurst, now).reserve(now, n); wait > 0 {
			return wait
		}
	}
	return s.of(string(urn), l.Browser, l.BrowserBurst, now).reserve(now, n)
}

type bucket struct{ *rate.Limiter }

func (b bucket) reserve(now time.Time, n int) time.Duration {
	if b.AllowN(now, n) {
		return 0
	}
	lack := float64(n) - b.TokensAt(now)
	return max(time.Second, time.Duration(lack/float64(b.Limit())*float64(time.Second)))
}

func (s *rates) of(key string, perSecond, burst float64, now time.Time) bucket {
	b := s.bucket[key]
	if b == nil {
		if len(s.bucket) >= maxBuckets {
			s.sweep(now)
		}
		b = rate.NewLimiter(rate.Limit(perSecond), int(burst))
		s.bucket[key] = b
	}
	return bucket{b}
}

// sweep forgets who has been quiet, as a full bucket is like none. When that
// is not enough it forgets at random: a guard against floods must not itself
// be what grows.
func (s *rates) sweep(now time.Time) {
	for key, b := range s.bucket {
		if b.TokensAt(now) >= float64(b.Burst()) {
			delete(s.bucket, key)
		}
	}
	for key := range s.bucket {
		if len(s.bucket) < maxBuckets*3/4 {
			break
		}
		delete(s.bucket, key)
	}
}

// network is what a browser shares with its neighbours, "" when the request
// does not tell.
func network(r *http.Request) string {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	return codes.Network(ap.Addr())
}
