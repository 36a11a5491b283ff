package main

import (
	"net/http"
	"testing"
	"time"

	"khaibao/bots/sandbox"
	"khaibao/core/store/storetest"
)

// TestStop stops the program by SIGTERM while people declare over slow networks
// and a page is open. It ends within its bound; nothing acknowledged is lost,
// and, other than after a kill, nobody gets a line twice: what was handed to a
// network is marked before the end. The next start goes on.
func TestStop(t *testing.T) {
	onEachEngine(t, testStop)
}

func testStop(t *testing.T, database string) {
	scripts := []*script{telegramScript(), smsScript()}
	undisturbed(t, scripts...)
	addr := freeAddr(t)
	o := newOutside(t, "http://"+addr)
	p := newProcess(t, o.settings(map[string]string{"ADDR": addr, "DATABASE_URL": database}))
	p.start()
	look := storetest.NewLook(t, database)
	o.telegram.Fail(sandbox.Failures{Slow: 300 * time.Millisecond})
	o.twilio.Fail(sandbox.Failures{Slow: 300 * time.Millisecond})
	c := &crowd{t: t, out: o, scripts: scripts, enough: make(chan struct{})}
	c.grow(8)
	for n := range 3 {
		before := o.cable.total()
		eventually(t, "messages that go out", func() bool { return o.cable.total() > before+5 })
		v := newVisitor(t, p.url)
		v.get("/")
		open, err := v.client.Get(p.url + "/chat/events") // a stream that nobody reads
		if err != nil || open.StatusCode != http.StatusOK {
			t.Fatalf("no stream: %v", err)
		}
		took, err := p.stop()
		open.Body.Close()
		if err != nil || took > stopTime+5*time.Second {
			t.Errorf("stop %d took %v and ended with %v", n+1, took, err)
		}
		rows := look.Outbox()
		for _, row := range rows {
			if row.State == 0 && row.LeasedUntil > 0 {
				t.Errorf("stop %d left outbox %s leased: its reader waits for nothing", n+1, row.ID)
			}
		}
		checkAcknowledged(t, n+1, o, c, look.Messages(), rows)
		t.Logf("stop %d took %v", n+1, took)
		p.start()
	}
	close(c.enough)
	c.living.Wait()
	eventually(t, "an empty outbox", func() bool { return look.Count(`SELECT COUNT(*) FROM outbox WHERE state = 0`) == 0 })
	checkEffects(t, look, c.people)
	for _, one := range c.people {
		if _, again, err := one.heard(); again > 0 || err != nil {
			t.Errorf("%s: %d lines came again: %v", one.sent[0], again, err)
		}
	}
}

// TestStopWhileTheDatabaseHangs must end all the same.
func TestStopWhileTheDatabaseHangs(t *testing.T) {
	b, through := newBetween(t, storetest.PostgresURL(t))
	addr := freeAddr(t)
	o := newOutside(t, "http://"+addr)
	p := newProcess(t, o.settings(map[string]string{"ADDR": addr, "DATABASE_URL": through}))
	p.start()
	one := newPerson(o, telegramScript())
	one.say(t, 0)
	eventually(t, "an answer", func() bool { return len(one.got()) == 1 })
	b.hang()
	one.say(t, 1)
	if took, err := p.stop(); err != nil || took > 2*stopTime+10*time.Second {
		t.Errorf("the stop took %v and ended with %v", took, err)
	}
	b.back()
	p.start()
	eventually(t, "the answer to what was said meanwhile", func() bool { return len(one.got()) > 1 })
}
