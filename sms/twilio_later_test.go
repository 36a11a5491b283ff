package sms

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/bots/sandbox"
	"khaibao/core"
	"khaibao/core/channel"
)

func TestRank(t *testing.T) {
	order := [][]string{{"accepted"}, {"scheduled"}, {"queued"}, {"sending"}, {"sent"}, {"partially_delivered"},
		{"delivered", "undelivered", "failed", "canceled"}, {"read"}}
	for i, words := range order {
		for _, word := range words {
			if Rank(word) != i+1 {
				t.Errorf("%s has rank %d, want %d", word, Rank(word), i+1)
			}
		}
	}
	for _, word := range []string{"", "received", "receiving", "DELIVERED", "lost"} {
		if Rank(word) != 0 {
			t.Errorf("%q has a rank", word)
		}
	}
}

func statusForm(pairs ...string) []string {
	return append([]string{"SmsStatus", "-", "Body", "-", "From", testFrom, "To", onePhone}, pairs...)
}

func TestStatuses(t *testing.T) {
	const sid = "SM00000000000000000000000000000001"
	tests := []struct {
		name    string
		form    []string
		unknown []string
		moved   string
		dead    string
		count   string
	}{
		{"delivered", statusForm("MessageStatus", "delivered"), nil, "delivered", "", ""},
		{"a phone that is off", statusForm("MessageStatus", "undelivered", "ErrorCode", "30003"), nil, "undelivered", "", ""},
		{"filtered", statusForm("MessageStatus", "undelivered", "ErrorCode", "30007"), nil, "undelivered", "", ""},
		{"an unknown handset", statusForm("MessageStatus", "undelivered", "ErrorCode", "30005"), nil, "undelivered", sid, ""},
		{"a landline", statusForm("MessageStatus", "failed", "ErrorCode", "30006"), nil, "failed", sid, ""},
		{"opted out in between", statusForm("MessageStatus", "failed", "ErrorCode", "21610"), nil, "failed", sid, ""},
		{"an error code of a delivered one", statusForm("MessageStatus", "delivered", "ErrorCode", "30005"), nil, "delivered", "", ""},
		{"quicker than we write", statusForm("MessageStatus", "undelivered", "ErrorCode", "30005"), []string{sid}, "undelivered", "outbox-7", ""},
		{"of a message that is gone", statusForm("MessageStatus", "undelivered", "ErrorCode", "30005"), []string{sid, "outbox-7"}, "", "", "status_unknown"},
		{"a word not heard of", statusForm("MessageStatus", "teleported"), nil, "", "", "status_unknown"},
		{"no ID", statusForm("MessageStatus", "delivered", "MessageSid", "-"), nil, "", "", "status_unknown"},
		{"no status", statusForm(), nil, "", "", "status_unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := start(t)
			for _, id := range tt.unknown {
				w.unknown[id], w.byRef = true, true
			}
			if rec := w.deliver(w.hook(StatusPath+"?ref=outbox-7", inForm(tt.form...))); rec.Code != 204 {
				t.Errorf("status %d", rec.Code)
			}
			if got := strings.Join(w.statuses, ","); got != tt.moved {
				t.Errorf("moved to %q, want %q", got, tt.moved)
			}
			if got := strings.Join(w.dead, ","); got != tt.dead {
				t.Errorf("dead by %q, want %q", got, tt.dead)
			}
			if tt.count != "" && w.counted(tt.count) != 1 {
				t.Errorf("counted %v", w.counts)
			}
			clean(t, "log", w.logged())
		})
	}
}

func TestStatusDoors(t *testing.T) {
	w := start(t)
	forged := w.hook(StatusPath+"?ref=1", inForm(statusForm("MessageStatus", "delivered")...))
	forged.URL.RawQuery = "ref=2"
	if rec := w.deliver(forged); rec.Code != 401 || len(w.statuses) != 0 {
		t.Errorf("another outbox ID: %d, moved %v", rec.Code, w.statuses)
	}
	w.setAway(true)
	if rec := w.deliver(w.hook(StatusPath, inForm(statusForm("MessageStatus", "delivered")...))); rec.Code != 503 {
		t.Errorf("the store away: %d", rec.Code)
	}
	clean(t, "log", w.logged())
	none := startWith(t, func(c *Config) { c.Statuses = nil }, nil)
	if rec := none.deliver(none.hook(StatusPath, inForm(statusForm("MessageStatus", "delivered")...))); rec.Code != 204 {
		t.Errorf("nobody who keeps them: %d", rec.Code)
	}
}

// A whole exchange through both doors.
func TestRoundTrip(t *testing.T) {
	w := start(t)
	w.Kill("+84900000005", 30005)
	w.FromPhone(onePhone, "Tôi bị sốt & ho, ở xã Tân Thuận + 3 người")
	for i, to := range []string{onePhone, "+84900000005"} {
		if _, err := w.send(t, fmt.Sprint("outbox-", i), to, "Xin chao"); err != nil {
			t.Fatal(err)
		}
		w.Settle()
	}
	if got := w.inbox(); len(got) != 1 || got[0].Text != "Tôi bị sốt & ho, ở xã Tân Thuận + 3 người" {
		t.Errorf("took %+v", got)
	}
	if got := strings.Join(w.statuses, " "); got != "sent delivered sent undelivered" {
		t.Errorf("statuses %s", got)
	}
	if len(w.dead) != 1 || !strings.HasPrefix(w.dead[0], "SM") {
		t.Errorf("dead: %v", w.dead)
	}
	if w.Lost() != 0 || len(w.Faults()) != 0 {
		t.Errorf("%d lost, faults %v", w.Lost(), w.Faults())
	}
}

// The database is down longer than Twilio cares; afterwards all that was
// texted is there, in its order, and what came through is known by its ID.
func TestMissed(t *testing.T) {
	w := start(t)
	before := time.Now()
	var want []string
	say := func(phone, text string) {
		w.FromPhone(phone, text)
		w.Settle()
		want = append(want, text)
	}
	say(onePhone, "first")
	w.setAway(true)
	for i := range 250 {
		say(fmt.Sprintf("+8490000%04d", 1000+i%7), fmt.Sprint("outage ", i))
	}
	w.FromPhone("+8412", "no phone")
	w.setAway(false)
	say(onePhone, "last")
	if _, err := w.send(t, "1", onePhone, "Xin chao"); err != nil {
		t.Fatal(err)
	}
	if len(w.inbox()) != 2 {
		t.Fatalf("%d came through, want 2", len(w.inbox()))
	}
	pushed := w.inbox()
	w.mu.Lock()
	w.took = nil
	w.mu.Unlock()
	n, err := w.channel.Missed(t.Context(), before, w.take)
	if err != nil || n != 252 {
		t.Fatalf("gave %d, %v, want 252", n, err)
	}
	var got []string
	ids := map[string]bool{}
	for _, m := range w.inbox() {
		got = append(got, m.Text)
		ids[m.ExternalID] = true
		if m.Channel != Name || m.URN.Scheme() != "tel" || m.At.IsZero() {
			t.Errorf("gave %+v", m)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("not in the order of texting: %q", got)
	}
	for _, m := range pushed {
		if !ids[m.ExternalID] {
			t.Errorf("%s has another ID in the list", m.Text)
		}
	}
	if n, err := w.channel.Missed(t.Context(), time.Now().Add(time.Hour), w.take); n != 0 || err != nil {
		t.Errorf("of the future it gave %d, %v", n, err)
	}
	if faults := w.Faults(); len(faults) > 0 {
		t.Errorf("faults: %v", faults)
	}
}

func TestMissedStopsAndResumes(t *testing.T) {
	w := start(t)
	before := time.Now()
	w.setAway(true)
	for i := range 5 {
		w.FromPhone(onePhone, fmt.Sprint(i))
		w.Settle()
	}
	given := 0
	n, err := w.channel.Missed(t.Context(), before, func(context.Context, core.Inbound) error {
		if given++; given == 3 {
			return channel.ErrUnavailable
		}
		return nil
	})
	if n != 2 || !errors.Is(err, channel.ErrUnavailable) {
		t.Errorf("gave %d, %v, want 2 and the store away", n, err)
	}
	clean(t, "error", err.Error())
	w.setAway(false)
	if n, err := w.channel.Missed(t.Context(), before, w.take); n != 5 || err != nil || len(w.inbox()) != 5 {
		t.Errorf("again: gave %d, %v", n, err)
	}
	w.Twilio.Fail(sandbox.Failures{Broken: true})
	if n, err := w.channel.Missed(t.Context(), before, w.take); n != 0 || err == nil {
		t.Errorf("with Twilio broken: gave %d, %v", n, err)
	} else {
		clean(t, "error", err.Error())
	}
	if n, err := (&Channel{}).Missed(t.Context(), before, w.take); n != 0 || err != nil {
		t.Errorf("a channel that receives nothing: %d, %v", n, err)
	}
}

// More than a batch is taken half by half, and still in its order.
func TestMissedInBatches(t *testing.T) {
	clock := time.Now().Add(-2 * time.Hour)
	w := startWith(t, nil, func(a *sandbox.TwilioAccount) {
		a.Hook = ""
		a.Clock = func() time.Time { return clock }
	})
	since := clock
	const many = batchPages*pageSize + 500
	var want []string
	for i := range many {
		w.Receive(onePhone, fmt.Sprint(i))
		want = append(want, fmt.Sprint(i))
		w.Settle()
		clock = clock.Add(time.Second)
	}
	n, err := w.channel.Missed(t.Context(), since, w.take)
	if err != nil || n != many {
		t.Fatalf("gave %d of %d, %v", n, many, err)
	}
	var got []string
	for _, m := range w.inbox() {
		got = append(got, m.Text)
	}
	if !slices.Equal(got, want) {
		t.Error("gave them out of order, or some twice")
	}
}

// What cannot be cut any smaller is told, not lost in silence.
func TestMissedTooMany(t *testing.T) {
	clock := time.Now().Add(-time.Hour).Truncate(time.Second)
	w := startWith(t, nil, func(a *sandbox.TwilioAccount) {
		a.Hook = ""
		a.Clock = func() time.Time { return clock }
	})
	for i := range batchPages*pageSize + 1 {
		w.Receive(onePhone, fmt.Sprint(i))
	}
	w.Settle()
	n, err := w.channel.Missed(t.Context(), clock, w.take)
	if !errors.Is(err, errTooManyPages) || n != 0 {
		t.Errorf("gave %d, %v", n, err)
	}
	if calls := w.Calls()["list"]; calls > maxPages {
		t.Errorf("%d pages were asked for", calls)
	}
}
