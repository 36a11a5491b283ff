package sandbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// zaloEvent is one delivery to the web-hook.
type zaloEvent struct {
	phone, at string
	zns       bool // of a template by phone
	body      []byte
}

// emit queues an event; z.mu is held.
func (z *Zalo) emit(p *zaloPerson, kind string, fields map[string]any) {
	z.queue(p, kind, fields, false)
}

// emitZNS queues the receipt of a template by phone; z.mu is held.
func (z *Zalo) emitZNS(p *zaloPerson, fields map[string]any) {
	z.queue(p, "user_received_message", fields, true)
}

func (z *Zalo) queue(p *zaloPerson, kind string, fields map[string]any, zns bool) {
	a := z.account
	if a.Hook == "" || a.Events != nil && !slices.Contains(a.Events, kind) {
		return
	}
	if z.stopped {
		z.lost++
		return
	}
	e := &zaloEvent{phone: p.owner.Phone, at: millis(a.Clock()), zns: zns}
	all := maps.Clone(fields)
	all["app_id"], all["event_name"], all["timestamp"] = a.AppID, kind, e.at
	body, err := json.Marshal(all)
	if err != nil {
		panic(fmt.Sprintf("an event of our own making: %v", err))
	}
	e.body = body
	z.waiting++
	z.lanes.add(e.phone, func() { z.push(e) })
}

// push delivers an event for the first time. Within a person's chat events go
// in order; one that has to go again lets the later ones pass.
func (z *Zalo) push(e *zaloEvent) {
	if z.post(e, 0) == nil {
		z.settle(e, true)
		return
	}
	z.lanes.beside(func() { z.pushAgain(e) })
}

// pushAgain climbs the ladder. At its end the app is unsubscribed.
func (z *Zalo) pushAgain(e *zaloEvent) {
	for i, pause := range z.account.Ladder {
		select {
		case <-z.life.Done():
			return
		case <-time.After(pause):
		}
		if z.Stopped() {
			z.settle(e, false)
			return
		}
		var err error
		z.lanes.inSlot(func() { err = z.post(e, i+1) })
		if err == nil {
			z.settle(e, true)
			return
		}
	}
	z.mu.Lock()
	z.stopped = true
	z.mu.Unlock()
	z.settle(e, false)
}

// settle counts an event that was taken, or given up.
func (z *Zalo) settle(e *zaloEvent, taken bool) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.waiting--
	if !taken {
		z.lost++
	}
	z.changed(e.phone)
}

func (z *Zalo) post(e *zaloEvent, retry int) error {
	r, err := http.NewRequestWithContext(z.life, http.MethodPost, z.account.Hook, bytes.NewReader(e.body))
	if err != nil {
		return fmt.Errorf("bad web-hook address")
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-ZEvent-Signature", ZaloSignature(z.account.AppID, z.account.OASecret, e.at, e.body))
	if retry > 0 {
		r.Header.Set("num_retry", strconv.Itoa(retry))
	}
	if e.zns {
		r.Header.Set("X-ZEvent-Server", "ZNS")
	}
	resp, err := z.hooks.Do(r)
	if err != nil {
		return fmt.Errorf("connection failed")
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20)); err != nil {
		return fmt.Errorf("the answer was cut off")
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the web-hook answered %s", resp.Status)
	}
	return nil
}

// ZaloSignature signs an event as Zalo does: a plain digest, no HMAC. It is
// written apart from the check of the channel, so that one proves the other.
func ZaloSignature(appID, oaSecret, timestamp string, body []byte) string {
	h := sha256.New()
	io.WriteString(h, appID)
	h.Write(body)
	io.WriteString(h, timestamp+oaSecret)
	return "mac=" + hex.EncodeToString(h.Sum(nil))
}

// Probe asks for the web-hook's address as the developer console does before it
// takes it: it wants 200.
func (z *Zalo) Probe(ctx context.Context) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, z.account.Hook, nil)
	if err != nil {
		return fmt.Errorf("bad web-hook address")
	}
	resp, err := z.hooks.Do(r)
	if err != nil {
		return fmt.Errorf("connection failed")
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the web-hook answered %s", resp.Status)
	}
	return nil
}

// Stopped tells that events are not delivered any more, since one of them was
// not taken at the end of the ladder.
func (z *Zalo) Stopped() bool {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.stopped
}

// Resubscribe is a person who turns the web-hook on again in the console. What
// was lost stays lost.
func (z *Zalo) Resubscribe() {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.stopped = false
}

// Pending is how many events wait to be taken, and how many were given up.
func (z *Zalo) Pending() (waiting, lost int) {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.waiting, z.lost
}

// Settle waits until every event so far was tried once.
func (z *Zalo) Settle() { z.lanes.settle() }
