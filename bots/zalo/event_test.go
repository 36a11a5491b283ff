package zalo

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"khaibao/core"
)

// sent is an event from person 5 with a message.
func sent(name, message string) string {
	return fmt.Sprintf(`{"event_name":%q,"sender":{"id":"5"},"recipient":{"id":"9"},"message":%s,"timestamp":"1763740800000"}`, name, message)
}

func TestTranslate(t *testing.T) {
	action := "yes:" + strings.Repeat("ă", 30) // 64 bytes
	tests := []struct {
		name, body string
		want       core.Inbound // its URN, channel and time are person 5's
		picture    string
		outcome    string
	}{
		{"a pressed button", sent("user_send_text", `{"msg_id":"1","text":"#kb:menu:declare"}`), core.Inbound{Action: "menu:declare"}, "", Taken},
		{"a long action", sent("user_send_text", `{"msg_id":"1","text":"#kb:`+action+`"}`), core.Inbound{Action: action}, "", Taken},
		{"an action no button has", sent("user_send_text", `{"msg_id":"1","text":"#kb:`+action+`x"}`), core.Inbound{Text: "#kb:" + action + "x"}, "", Taken},
		{"the mark alone", sent("user_send_text", `{"msg_id":"1","text":"#kb:"}`), core.Inbound{Text: "#kb:"}, "", Taken},
		{"typed after the mark", sent("user_send_text", `{"msg_id":"1","text":"#kb: có"}`), core.Inbound{Text: "#kb: có"}, "", Taken},
		{"two lines after the mark", sent("user_send_text", `{"msg_id":"1","text":"#kb:a\nb"}`), core.Inbound{Text: "#kb:a\nb"}, "", Taken},
		{"the mark inside a text", sent("user_send_text", `{"msg_id":"1","text":"x #kb:menu:declare"}`), core.Inbound{Text: "x #kb:menu:declare"}, "", Taken},
		{"IDs as numbers", `{"event_name":"user_send_text","sender":{"id":5},"message":{"msg_id":1,"text":"có"},"timestamp":1763740800000}`,
			core.Inbound{ExternalID: "1", Text: "có"}, "", Taken},
		{"a picture with words", sent("user_send_image", `{"msg_id":"1","text":"QR","attachments":[{"type":"image","payload":{"url":"https://a/1.jpg"}},{"type":"image","payload":{"url":"https://a/2.jpg"}}]}`),
			core.Inbound{Text: "QR"}, "https://a/1.jpg", Taken},
		{"a picture as a file", sent("user_send_file", `{"msg_id":"1","attachments":[{"type":"file","payload":{"url":"https://a/1","type":"JPG","size":"5"}}]}`),
			core.Inbound{}, "https://a/1", Taken},
		{"a file that is none", sent("user_send_file", `{"msg_id":"1","attachments":[{"type":"file","payload":{"url":"https://a/1","type":"exe"}}]}`), core.Inbound{}, "", Taken},
		{"a thing that moves", sent("user_send_gif", `{"msg_id":"1","attachments":[{"type":"gif","payload":{"url":"https://a/1"}}]}`), core.Inbound{}, "", Taken},
		{"somebody's card", sent("user_send_business_card", `{"msg_id":"1","attachments":[{"type":"link","payload":{"description":"{\"phone\":\"0900000001\"}"}}]}`), core.Inbound{}, "", Taken},
		{"words beside a link", sent("user_send_link", `{"msg_id":"1","text":"tổ 3 https://a","attachments":[{"type":"link","payload":{"url":"https://a"}}]}`), core.Inbound{Text: "tổ 3 https://a"}, "", Taken},
		{"a point as numbers", sent("user_send_location", `{"msg_id":"1","attachments":[{"type":"location","payload":{"coordinates":{"latitude":16.46,"longitude":107.59}}}]}`),
			core.Inbound{Location: &core.Location{Lat: 16.46, Lon: 107.59}}, "", Taken},
		{"a point off the earth", sent("user_send_location", `{"msg_id":"1","attachments":[{"type":"location","payload":{"coordinates":{"latitude":"91","longitude":"0"}}}]}`), core.Inbound{}, "", Taken},
		{"a point that is no number", sent("user_send_location", `{"msg_id":"1","attachments":[{"type":"location","payload":{"coordinates":{"latitude":"NaN","longitude":"0"}}}]}`), core.Inbound{}, "", Taken},
		{"a kind of message not known yet", sent("user_send_hologram", `{"msg_id":"1"}`), core.Inbound{}, "", Taken},
		{"a form without a number", `{"event_name":"user_submit_info","sender":{"id":"5"},"info":{"name":"A"},"timestamp":"1763740800000"}`, core.Inbound{}, "", Taken},
		{"our own message", sent("oa_send_image", `{"msg_id":"1"}`), core.Inbound{}, "", Ignored},
		{"an officer's", `{"event_name":"oa_send_text","sender":{"id":"9","admin_id":"3"},"message":{"msg_id":"1","text":"x"}}`, core.Inbound{}, "", Answered},
		{"a tag", `{"event_name":"add_user_to_tag","sender":{"id":"5"}}`, core.Inbound{}, "", Ignored},
	}
	c := &Channel{OASecret: testOASeal}
	for _, tt := range tests {
		e, err := decode([]byte(tt.body))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		d, err := c.translate(e)
		if err != nil || d.outcome != tt.outcome || d.picture != tt.picture {
			t.Errorf("%s: %v, %s, picture %q; want %s, %q", tt.name, err, d.outcome, d.picture, tt.outcome, tt.picture)
		}
		if tt.outcome != Taken {
			continue
		}
		if d.in.URN != "zalo:5" || d.in.Channel != Name || d.in.At.IsZero() || d.in.ExternalID == "" {
			t.Errorf("%s: from %q on %q at %v, ID %q", tt.name, d.in.URN, d.in.Channel, d.in.At, d.in.ExternalID)
		}
		tt.want.URN, tt.want.Channel, tt.want.At, tt.want.ExternalID = d.in.URN, d.in.Channel, d.in.At, d.in.ExternalID
		if got, want := fmt.Sprintf("%+v %v", d.in, d.in.Location), fmt.Sprintf("%+v %v", tt.want, tt.want.Location); got != want && tt.want.Location == nil {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, want)
		}
		if l := tt.want.Location; l != nil && (d.in.Location == nil || *d.in.Location != *l) {
			t.Errorf("%s: at %v", tt.name, d.in.Location)
		}
	}
}

func TestReports(t *testing.T) {
	c := &Channel{OASecret: testOASeal}
	var many []string
	for i := range 100 {
		many = append(many, fmt.Sprintf(`"id%d"`, i))
	}
	for body, want := range map[string]string{
		`{"event_name":"user_received_message","message":{"msg_id":"a"}}`:                                               "[{a delivered 7}]",
		`{"event_name":"user_received_message","message":{"msg_id":"a","tracking_id":"b","delivery_time":"1"}}`:         "[{b delivered 7} {a delivered 7}]",
		`{"event_name":"user_seen_message","message":{"msg_ids":["a","b"]}}`:                                            "[{a read 8} {b read 8}]",
		`{"event_name":"user_seen_message","message":{"msg_ids":["","` + strings.Repeat("x", 500) + `","\u0000","c"]}}`: "[{c read 8}]",
		`{"event_name":"user_seen_message","message":{}}`:                                                               "[]",
	} {
		e, err := decode([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		d, err := c.translate(e)
		if got := fmt.Sprint(d.moved); err != nil || got != want || d.outcome != Reported {
			t.Errorf("%.80s: %s, %s, %v, want %s", body, d.outcome, got, err, want)
		}
	}
	e, err := decode([]byte(`{"event_name":"user_seen_message","message":{"msg_ids":[` + strings.Join(many, ",") + `]}}`))
	if err != nil {
		t.Fatal(err)
	}
	if d, err := c.translate(e); err != nil || len(d.moved) != maxReports {
		t.Errorf("%d reports of one event, %v", len(d.moved), err)
	}
}

// FuzzEvent holds that whatever is signed becomes a message that the inbox can
// keep, or none, and the same one each time.
func FuzzEvent(f *testing.F) {
	for _, e := range readVectors(f).Events {
		f.Add(e.Signed.Body)
	}
	f.Add(sent("user_send_text", `{"msg_id":"1","text":"#kb:menu:declare"}`))
	f.Add(sent("user_send_location", `{"attachments":[{"type":"location","payload":{"coordinates":{"latitude":1e400}}}]}`))
	f.Add(`{"event_name":"follow","follower":{"id":"anonymous/1/2"}}`)
	c := &Channel{AppID: testApp, OASecret: testOASeal}
	f.Fuzz(func(t *testing.T, body string) {
		c.trusts("mac=00", []byte(body))
		e, err := decode([]byte(body))
		if err != nil {
			return
		}
		d, err := c.translate(e)
		if err != nil || d.outcome != Taken {
			return
		}
		again, _ := c.translate(e)
		in := d.in
		switch {
		case in.ExternalID == "" || len(in.ExternalID) > maxID || !utf8.ValidString(in.ExternalID) || in.ExternalID != again.in.ExternalID:
			t.Fatalf("its ID is %q", in.ExternalID)
		case in.Contact != "":
			t.Fatal("a number is taken for proved")
		case in.Text != "" && in.Action != "":
			t.Fatal("typed and pressed at once")
		case len(in.Action) > 64 || !utf8.ValidString(in.Action):
			t.Fatalf("the action %q", in.Action)
		}
		if to, err := recipientOf(in.URN); err != nil || to == (recipient{}) {
			t.Fatalf("nobody to answer: %q, %v", in.URN, err)
		}
		if _, err := json.Marshal(in); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzAnswer holds that no answer of a server, real or not, breaks a call, and
// that none of its words come back in an error.
func FuzzAnswer(f *testing.F) {
	f.Add(200, `{"error":0,"message":"Success","data":{"message_id":"a"}}`)
	f.Add(200, `{"error":-201,"message":"user_id is invalid! CANARY"}`)
	f.Add(200, `{"error":"-216","message":"CANARY"}`)
	f.Add(502, `<html>CANARY`)
	f.Add(200, `{"error":null}`)
	f.Add(200, `{"error":1e3}`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		for _, h := range []host{messages, templates, oauth} {
			var into struct {
				Data struct {
					ID text `json:"message_id"`
				} `json:"data"`
			}
			err := judge(h, respond(status, ""), []byte(body), &into)
			if err == nil {
				continue
			}
			if text := sendError(err).Error(); strings.Contains(text, "CANARY") || strings.Contains(text, "://") || len(text) > 120 {
				t.Fatalf("the error tells too much: %q", text)
			}
		}
	})
}
