package sms

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"khaibao/bots/bottest"
	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/sms/smstest"
)

const (
	esmsKey     = "ESMSAPIKEY0123456789ABCDEF"
	esmsSecret  = "ESMSSECRETKEY0123456789ABCD"
	esmsPrivate = "17417a0d20114d36a902e49cad0e97f3" // of the documentation's sample
	esmsCPID    = "abcdef"
)

// notes keep what gateways tell: statuses, costs, counts and log lines.
type notes struct {
	mu       sync.Mutex
	away     bool
	statuses []string // "name status"
	costs    []string // "name dong segments"
	dead     []string
	counts   map[string]int
	log      bytes.Buffer
}

func (n *notes) MoveStatus(_ context.Context, channel, networkID, status string, rank int) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.away {
		return context.DeadlineExceeded
	}
	if channel != Name || rank == 0 || rank != Rank(status) {
		status = "WRONG " + status
	}
	n.statuses = append(n.statuses, networkID+" "+status)
	return nil
}

func (n *notes) NumberDead(_ context.Context, _ time.Time, _, networkID string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.dead = append(n.dead, networkID)
	return nil
}

func (n *notes) KeepCost(_ context.Context, _, networkID string, cost int64, segments int) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.costs = append(n.costs, fmt.Sprintf("%s %d %d", networkID, cost, segments))
	return nil
}

func (n *notes) Write(line []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.log.Write(line)
}

func (n *notes) count(what string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.counts[what]++
}

func (n *notes) counted(what string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.counts[what]
}

// took gives what was kept since the last call.
func (n *notes) took() (statuses, costs string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	statuses, costs = strings.Join(n.statuses, "; "), strings.Join(n.costs, "; ")
	n.statuses, n.costs = nil, nil
	return statuses, costs
}

func (n *notes) common(public string) Common {
	n.counts = make(map[string]int)
	return Common{PublicURL: public, Rate: 1000, Statuses: n, Costs: n, Count: n.count, Log: slog.New(slog.NewJSONHandler(n, nil))}
}

// esmsWorld is eSMS wired to its imitation, web-hooks and all.
type esmsWorld struct {
	*smstest.ESMS
	notes
	gateway *ESMS
	channel *Channel
	public  string
	api     *httptest.Server
}

func startESMS(t testing.TB, change func(*ESMSConfig, *smstest.ESMSAccount)) *esmsWorld {
	t.Helper()
	w := &esmsWorld{}
	mux := http.NewServeMux()
	door := httptest.NewServer(mux)
	w.public = door.URL
	a := smstest.ESMSAccount{APIKey: esmsKey, SecretKey: esmsSecret, Brandname: "SOYTE", CPID: esmsCPID, PrivateKey: esmsPrivate, Hook: door.URL + ESMSHookPath}
	c := ESMSConfig{Common: w.common(door.URL), APIKey: esmsKey, SecretKey: esmsSecret, Brandname: "SOYTE", CPID: esmsCPID, PrivateKey: esmsPrivate}
	if change != nil {
		change(&c, &a)
	}
	w.ESMS = smstest.NewESMS(a)
	w.api = httptest.NewServer(w.ESMS)
	c.API = w.api.URL
	var err error
	if w.gateway, err = NewESMS(c); err != nil {
		t.Fatal(err)
	}
	w.channel = &Channel{Out: w.gateway, In: w.gateway}
	mux.Handle(ESMSStatusPath, w.gateway.StatusHook())
	t.Cleanup(func() {
		w.api.Close()
		door.Close()
		if faults := w.Faults(); len(faults) > 0 {
			t.Errorf("calls that eSMS does not allow: %v", faults)
		}
	})
	return w
}

func (w *esmsWorld) send(t testing.TB, id, text string) (string, error) {
	t.Helper()
	return w.channel.Send(t.Context(), core.Outbound{ID: id, URN: core.TelURN(onePhone), Text: text})
}

// esmsNetwork is the world as bottest asks for it.
type esmsNetwork struct{ *esmsWorld }

func TestESMSConformance(t *testing.T) {
	bottest.Run(t, func(t *testing.T) bottest.Network { return esmsNetwork{startESMS(t, nil)} })
}

func (n esmsNetwork) Channel() channel.Channel { return n.channel }

func (n esmsNetwork) Person(i int) core.URN { return core.TelURN(fmt.Sprintf("+849000001%02d", i)) }

func esmsHook(q url.Values) *http.Request {
	return httptest.NewRequest(http.MethodGet, "http://behind.the.proxy"+ESMSHookPath+"?"+q.Encode(), nil)
}

func (n esmsNetwork) Text(id int, from core.URN, text string) *http.Request {
	return esmsHook(n.MO(fmt.Sprint("mo", id), from.Path(), text, time.Now()))
}

func (n esmsNetwork) Press(int, core.URN, string, string) *http.Request { return nil }

func (n esmsNetwork) Forged() map[string]*http.Request {
	all := make(map[string]*http.Request)
	forge := func(name string, spoil func(url.Values)) {
		q := n.MO("mo1", onePhone, "KB", time.Now())
		spoil(q)
		all[name] = esmsHook(q)
	}
	forge("no sign", func(q url.Values) { q.Del("sign") })
	forge("an empty one", func(q url.Values) { q.Set("sign", "") })
	forge("another one", func(q url.Values) { q.Set("sign", "RSOYDt4T1cUTdK1PDd93/A==") })
	forge("of another key", func(q url.Values) {
		q.Set("sign", smstest.ESMSSign(esmsCPID, "mo1", "KB", q.Get("receiverTime"), "another"))
	})
	forge("of no key", func(q url.Values) {
		q.Set("sign", smstest.ESMSSign(esmsCPID, "mo1", "KB", q.Get("receiverTime"), ""))
	})
	forge("of another text", func(q url.Values) { q.Set("content", "KB 1") })
	forge("of another time", func(q url.Values) { q.Set("receiverTime", "20210815080000") })
	forge("of another account", func(q url.Values) {
		q.Set("cpid", "another")
		q.Set("sign", smstest.ESMSSign("another", "mo1", "KB", q.Get("receiverTime"), esmsPrivate))
	})
	return all
}

func (n esmsNetwork) Garbage() map[string]*http.Request {
	signed := func(smsID, phone, receiverTime string) *http.Request {
		q := n.MO(smsID, phone, "KB", time.Now())
		q.Set("receiverTime", receiverTime)
		q.Set("sign", smstest.ESMSSign(esmsCPID, smsID, "KB", receiverTime, esmsPrivate))
		return esmsHook(q)
	}
	at := time.Now().Format("20060102150405")
	broken := esmsHook(url.Values{})
	broken.URL.RawQuery = "smsid=%zz&;="
	post := n.Text(1, n.Person(1), "KB")
	post.Method = http.MethodPost
	return map[string]*http.Request{
		"nothing at all":      broken,
		"no message ID":       signed("", onePhone, at),
		"an endless one":      signed(strings.Repeat("1", 200), onePhone, at),
		"no sender":           signed("mo1", "", at),
		"a short code":        signed("mo1", "8041", at),
		"a sender name":       signed("mo1", "VIETTEL", at),
		"no time":             signed("mo1", onePhone, ""),
		"a time that is none": signed("mo1", onePhone, "15/8/2021 8:00"),
		"a text of last year": signed("mo1", onePhone, "20210815080000"),
		"a text of next year": signed("mo1", onePhone, "29990815080000"),
		"by another method":   post,
	}
}

func (n esmsNetwork) Seen(by core.URN) []bottest.Seen { return seenAt(&n.Gateway, by) }

func (n esmsNetwork) Fail(how bottest.Failure, to core.URN) bool {
	known := failAs(&n.Gateway, how)
	switch how {
	case bottest.Blocked:
		n.Refuse(to.Path(), "99")
		return true
	case bottest.Unknown:
		n.Refuse(to.Path(), "108")
		return true
	}
	return known
}

func (n esmsNetwork) Secrets() []string { return []string{esmsKey, esmsSecret, esmsPrivate} }
