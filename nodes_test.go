package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"khaibao/core/store/storetest"
)

// newNodes prepares programs on one PostgreSQL behind one door, each with
// metrics of its own.
func newNodes(t *testing.T, n int) ([]*process, *outside, *storetest.Look) {
	t.Helper()
	database, key := storetest.PostgresURL(t), filepath.Join(t.TempDir(), "khaibao.key")
	var addrs, urls []string
	for range n {
		addrs = append(addrs, freeAddr(t))
		urls = append(urls, "http://"+addrs[len(addrs)-1])
	}
	o := newOutside(t, urls...)
	var nodes []*process
	for _, addr := range addrs {
		nodes = append(nodes, newProcess(t, o.settings(map[string]string{"ADDR": addr, "METRICS_ADDR": freeAddr(t), "DATABASE_URL": database, "KEY_FILE": key})))
	}
	return nodes, o, storetest.NewLook(t, database)
}

// sent is how many messages a node has handed to a network.
func (p *process) sent(channel string) int {
	p.t.Helper()
	return p.metric(fmt.Sprintf(`khaibao_outbox_total{channel="%s",event="sent"}`, channel))
}

// metric is the value of a counter, 0 when it was never counted.
func (p *process) metric(name string) int {
	p.t.Helper()
	return measured(p.t, p.env["METRICS_ADDR"], name)
}

// TestTwoNodes has the messages of each person reach two nodes in turn. Then
// the node that sends is stopped, comes back, and the other is killed: the
// right to send moves, every message is answered as if there were one node.
func TestTwoNodes(t *testing.T) {
	scripts := []*script{telegramScript(), smsScript()}
	undisturbed(t, scripts...)
	nodes, o, look := newNodes(t, 2)
	a, b := nodes[0], nodes[1]
	a.start()
	b.start()
	c := &crowd{t: t, out: o, scripts: scripts, enough: make(chan struct{})}
	c.grow(10)
	eventually(t, "messages sent by the first node", func() bool { return a.sent("telegram") > 5 && a.sent("sms") > 5 })
	if n := b.sent("telegram") + b.sent("sms"); n != 0 {
		t.Errorf("the second node sent %d messages while the first had the right to", n)
	}
	if a.metric(`khaibao_messages_total{channel="sms",event="taken"}`) == 0 || b.metric(`khaibao_messages_total{channel="sms",event="taken"}`) == 0 {
		t.Error("only one node took messages")
	}

	if took, err := a.stop(); err != nil || took > 20*time.Second {
		t.Errorf("the first node stopped in %v with %v", took, err)
	}
	stopped := time.Now()
	eventually(t, "messages sent by the second node", func() bool { return b.sent("telegram") > 5 && b.sent("sms") > 5 })
	t.Logf("the second node sends %.1f s after the first was stopped", time.Since(stopped).Seconds())
	a.start()

	b.kill()
	killed := time.Now()
	inFlight := make(map[string]int)
	for _, row := range look.Outbox() {
		if row.State == 0 && row.LeasedUntil > killed.UnixMilli() {
			inFlight[row.ID]++
		}
	}
	c.grow(4)
	eventually(t, "messages sent by the first node again", func() bool { return a.sent("telegram")+a.sent("sms") > 5 })
	t.Logf("the first node sends %.1f s after the second was killed", time.Since(killed).Seconds())
	close(c.enough)
	c.living.Wait()
	eventually(t, "an empty outbox", func() bool { return look.Count(`SELECT COUNT(*) FROM outbox WHERE state = 0`) == 0 })
	checkEffects(t, look, c.people)
	checkSeen(t, look, o, c.people, inFlight, 1)
}

// TestPageOnOtherNode has a page open at one node while another one sends: the
// answer comes to the page by itself, at once.
func TestPageOnOtherNode(t *testing.T) {
	nodes, _, _ := newNodes(t, 2)
	sender, holder := nodes[0], nodes[1]
	sender.start() // first, so that it has the right to send
	eventually(t, "a sender", func() bool { return status(sender.url+"/readyz") == 200 })
	holder.start()

	v := newVisitor(t, holder.url)
	v.get("/")
	v.say("khai báo") // through the node that holds the page
	if sender.sent("web") == 0 || holder.sent("web") != 0 {
		t.Fatalf("the nodes sent %d and %d messages to pages, want all by the first", sender.sent("web"), holder.sent("web"))
	}
	after := regexp.MustCompile(`data-after="(\d+)"`).FindStringSubmatch(v.last)
	if after == nil {
		t.Fatalf("a page without its place:\n%s", v.last)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", holder.url+"/chat/events?after="+after[1], nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := v.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	events := bufio.NewScanner(res.Body)
	events.Buffer(nil, 1<<20)
	if !events.Scan() || !strings.HasPrefix(events.Text(), "retry:") {
		t.Fatalf("the stream begins with %q", events.Text())
	}
	other := newVisitor(t, holder.url) // the same browser's second tab
	other.client.Jar = v.client.Jar
	came := make(chan time.Time, 1)
	go func() {
		for events.Scan() {
			if strings.Contains(events.Text(), "chưa đúng") {
				came <- time.Now()
				return
			}
		}
	}()
	said := time.Now()
	other.post("/chat", "text", "12345", "lang", "vi")
	select {
	case at := <-came:
		// Without word from the other node the page would look every 15 s.
		if took := at.Sub(said); took > 5*time.Second {
			t.Errorf("the answer came to the page after %v", took)
		} else {
			t.Logf("the answer came to the page after %v", took)
		}
	case <-ctx.Done():
		t.Error("the answer never came to the page")
	}
}
