package sandbox

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// The documented fields of the events, as the shared test vectors have them.
func TestZaloEventsHaveTheDocumentedFields(t *testing.T) {
	p := startZalo(t, nil)
	request := `{"attachment":{"type":"template","payload":{"template_type":"request_user_info","elements":[{"title":"x","subtitle":"y","image_url":"https://x.invalid/i.png"}]}}}`
	p.Follow(minh, true)
	p.ChatNow(minh)
	p.ChatNow(minh)
	p.call(zaloCS, p.cs(request))
	asked := p.Screen(lan).Bubbles[0]
	p.See(lan)
	p.Quote(lan, asked.ID, "Đúng rồi")
	p.SubmitInfo(lan, ZaloInfo{Name: "Thử", Phone: "84900000201", Birth: "30/10/1999", Gender: "Nữ", City: "Huế", Ward: "Vỹ Dạ", Address: "Tổ 1"})
	p.SendPicture(lan, picture(20, 20), "")
	p.ShareLocation(lan, 16.4637, 107.5909)
	p.call(zaloByPhone, `{"phone":"84900000202","template_id":"10001","template_data":{"otp":"123456"},"tracking_id":"t-1"}`)
	p.OfficerWrites(lan, "Chào Anh/Chị")
	p.Follow(lan, false)
	p.Withdraw(lan)
	waitFor(t, "every event to be taken", func() bool { waiting, _ := p.Pending(); return waiting == 0 })

	// Each kind with its keys, those of messages sent by the program included.
	want := map[string]string{
		"follow":                `app_id event_name follower{id} oa_id source timestamp user_id_by_app`,
		"unfollow":              `app_id event_name follower{id} oa_id source timestamp user_id_by_app`,
		"user_click_chatnow":    `app_id event_name oa_id timestamp user_id user_id_by_app`,
		"user_send_text":        `app_id event_name message{msg_id quote_msg_id text} recipient{id} sender{id} timestamp user_id_by_app`,
		"user_send_image":       `app_id event_name message{attachments[{payload{thumbnail url} type}] msg_id text} recipient{id} sender{id} timestamp user_id_by_app`,
		"user_send_location":    `app_id event_name message{attachments[{payload{coordinates{latitude longitude}} type}] msg_id text} recipient{id} sender{id} timestamp user_id_by_app`,
		"user_submit_info":      `app_id event_name info{full_address{user_address user_city user_ward} gender name phone user_dob} recipient{id} sender{id} timestamp`,
		"user_seen_message":     `app_id event_name message{msg_ids[]} recipient{id} sender{id} timestamp`,
		"user_withdraw":         `app_id event_name oa_id timestamp user_id user_id_by_app`,
		"oa_send_text":          `app_id event_name message{msg_id text} recipient{id} sender{admin_id id} timestamp user_id_by_app`,
		"user_received_message": `app_id event_name message{delivery_time msg_id tracking_id} recipient{id} sender{id} timestamp`,
	}
	for kind, keys := range want {
		all := p.got(kind)
		znsLast(all)
		if len(all) == 0 {
			t.Errorf("there is no %s", kind)
			continue
		}
		last := all[len(all)-1]
		if got := strings.TrimSuffix(strings.TrimPrefix(shapeOf(last.fields), "{"), "}"); got != keys {
			t.Errorf("%s has %s\nwant %s", kind, got, keys)
		}
	}
	if got := len(p.got("user_click_chatnow")); got != 1 {
		t.Errorf("the first opening of the chat is told %d times", got)
	}
	receipts := p.got("user_received_message")
	znsLast(receipts)
	last := receipts[len(receipts)-1]
	if last.header.Get("X-ZEvent-Server") != "ZNS" || last.at("recipient.id") != "84900000202" || last.at("message.tracking_id") != "t-1" {
		t.Errorf("the receipt of a template by phone: %v %v", last.header, last.fields)
	}
	if first := receipts[0]; first.at("message.msg_id") != asked.ID || first.at("sender.id") != zaloOA || first.at("message.tracking_id") != nil {
		t.Errorf("the receipt of a message: %v", first.fields)
	}
	if got := p.got("user_seen_message")[0].at("message.msg_ids"); fmt.Sprint(got) != fmt.Sprint([]any{asked.ID}) {
		t.Errorf("seen is %v", got)
	}
	if got := p.got("user_send_text")[0]; got.at("message.quote_msg_id") != asked.ID || !regexp.MustCompile(`^\d{13}$`).MatchString(got.fields["timestamp"].(string)) {
		t.Errorf("the quote is %v", got.fields)
	}
}

// znsLast puts the receipts of templates by phone behind the others: events of
// one person come in order, those of several side by side.
func znsLast(all []zaloGot) {
	slices.SortStableFunc(all, func(a, b zaloGot) int {
		return len(a.header.Get("X-ZEvent-Server")) - len(b.header.Get("X-ZEvent-Server"))
	})
}

// shapeOf writes the keys of a value.
func shapeOf(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var keys []string
		for name := range v {
			keys = append(keys, name)
		}
		slices.Sort(keys)
		for i, name := range keys {
			keys[i] = name + shapeOf(v[name])
		}
		return "{" + strings.Join(keys, " ") + "}"
	case []any:
		return "[" + shapeOf(v[0]) + "]"
	}
	return ""
}

// Two of the published test vectors' bodies and digests.
func TestZaloSignature(t *testing.T) {
	for body, want := range map[string]string{
		`{"app_id":"1000000000000000001","sender":{"id":"246845883529197922"},"user_id_by_app":"552177279717587730","recipient":{"id":"388613280878808645"},"event_name":"user_send_text","message":{"text":"message","msg_id":"96d3cdf3af150460909"},"timestamp":"154390853474"}`: "mac=6fece71923a69bd9aa96ecd03bf448ba178e40e50cee9bb0a17b1a699c5f891b",
		`{"app_id":"1000000000000000001","oa_id":"388613280878808645","user_id":"246845883529197922","user_id_by_app":"552177279717587730","event_name":"user_withdraw","timestamp":"1763740800000"}`:                                                                              "mac=0f0a1f51af907432ed7098875b83e9c6935a96079481a5fe3aa79de5feef59f8",
	} {
		var event struct{ Timestamp string }
		if err := json.Unmarshal([]byte(body), &event); err != nil {
			t.Fatal(err)
		}
		if got := ZaloSignature(zaloApp, zaloOAKey, event.Timestamp, []byte(body)); got != want {
			t.Errorf("signed %s, want %s", got, want)
		}
	}
}

// waitFor polls until something holds.
func waitFor(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited for %s", what)
		}
	}
}

// An event that is not taken goes again by the ladder, and lets later ones
// pass; at the end of the ladder nothing goes any more.
func TestZaloLadder(t *testing.T) {
	p := startZalo(t, nil)
	p.Settle()
	var mu sync.Mutex
	var tries []string
	fails := 2
	p.mu.Lock()
	p.answer = func(g zaloGot) int {
		mu.Lock()
		defer mu.Unlock()
		if g.at("message.text") != "một" {
			return 200
		}
		tries = append(tries, g.header.Get("num_retry"))
		if fails--; fails >= 0 {
			return 503
		}
		return 200
	}
	p.mu.Unlock()
	p.Write(lan, "một")
	p.Write(lan, "hai")
	waitFor(t, "the third delivery", func() bool { return len(p.got("user_send_text")) == 2 })
	// On a slow machine the third delivery of one may overtake the first of the other.
	if got := p.got("user_send_text"); got[0].at("message.text") == got[1].at("message.text") {
		t.Errorf("taken as %v", got)
	}
	mu.Lock()
	if fmt.Sprint(tries) != "[ 1 2]" {
		t.Errorf("num_retry was %q", tries)
	}
	fails = 3
	mu.Unlock()
	p.Write(lan, "một")
	waitFor(t, "the end of the ladder", func() bool { waiting, _ := p.Pending(); return p.Stopped() && waiting == 0 })
	p.Write(lan, "ba")
	p.Settle()
	if waiting, lost := p.Pending(); waiting != 0 || lost != 2 || len(p.got("user_send_text")) != 2 {
		t.Errorf("%d wait, %d are lost", waiting, lost)
	}
	p.Resubscribe()
	p.Write(lan, "bốn")
	if got := p.got("user_send_text"); len(got) != 3 || got[2].at("message.text") != "bốn" {
		t.Errorf("after it was turned on again: %v", got)
	}
	if err := p.Probe(t.Context()); err != nil {
		t.Error(err)
	}
}

// An answer that takes too long is none, and a kind that is not ticked in the
// console never comes.
func TestZaloWaitsTwoSeconds(t *testing.T) {
	if z := NewZalo(ZaloAccount{}); z.hooks.Timeout != 2*time.Second || len(z.account.Ladder) != 5 {
		t.Errorf("waits %v, and tries %d times again", z.hooks.Timeout, len(z.account.Ladder))
	}
	p := startZalo(t, func(a *ZaloAccount) {
		a.Patience = 200 * time.Millisecond
		a.Events = []string{"user_send_text"}
	})
	p.mu.Lock()
	p.answer = func(g zaloGot) int {
		if g.header.Get("num_retry") == "" {
			<-g.gone
		}
		return 200
	}
	p.mu.Unlock()
	p.Write(lan, "x")
	waitFor(t, "both deliveries", func() bool { return len(p.got("user_send_text")) == 2 })
	if waiting, lost := p.Pending(); lost != 0 {
		t.Errorf("%d wait, %d are lost", waiting, lost)
	}
	if got := p.got("follow"); len(got) != 0 {
		t.Errorf("not ticked: %v", got)
	}
}
