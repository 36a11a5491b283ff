package zalo

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"khaibao/core"
)

// vectors are Zalo's documented events, signed with a made-up account, and what
// must not be believed. Where each comes from stands beside it in the file.
type vectors struct {
	MadeUp struct {
		AppID  string `json:"app_id"`
		Secret string `json:"oa_secret_key"`
	} `json:"made_up"`
	Events []struct {
		ID     string
		Signed struct {
			Body    string
			Headers map[string]string
		}
	}
	Negative []struct {
		ID, Body, Expect string
		Headers          map[string]string
	}
}

func readVectors(t testing.TB) vectors {
	t.Helper()
	raw, err := os.ReadFile("testdata/zalo-webhook.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// deliver gives a web-hook a body, and returns what it answers and takes.
func deliver(c *Channel, body string, headers map[string]string) (status int, outcome string, took []core.Inbound) {
	c.Count = func(o string) { outcome = o }
	r := httptest.NewRequest(http.MethodPost, HookPath, strings.NewReader(body))
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	c.Webhook(func(_ context.Context, m core.Inbound) error { took = append(took, m); return nil }).ServeHTTP(w, r)
	return w.Code, outcome, took
}

func TestVectors(t *testing.T) {
	v := readVectors(t)
	c := &Channel{AppID: v.MadeUp.AppID, OASecret: v.MadeUp.Secret, Vault: &memory{}}
	const person = "zalo:246845883529197922"
	then := time.UnixMilli(1763740800000).UTC()
	said := func(id, text string) *core.Inbound {
		return &core.Inbound{ExternalID: id, URN: person, Text: text, At: then}
	}
	event := func(control core.Control) *core.Inbound { return &core.Inbound{URN: person, Control: control} }
	want := map[string]struct {
		outcome string
		in      *core.Inbound // but for the ID of those without a message
	}{
		"user_send_text":            {Taken, &core.Inbound{ExternalID: "96d3cdf3af150460909", URN: person, Text: "message"}}, // 1974 was not
		"user_send_text_vietnamese": {Taken, said("aa11bb22cc33dd44ee55", "Tôi bị sốt từ hôm qua, ở xã Tân Thuận")},
		"user_send_text_quoted":     {Taken, said("aa11bb22cc33dd44ee56", "Đúng rồi")},
		"user_click_query_button":   {Taken, said("aa11bb22cc33dd44ee57", "#khaibao_batdau")}, // no button of ours
		"user_send_image":           {Taken, &core.Inbound{ExternalID: "bb11", URN: person, At: then, Photo: &core.Photo{Failed: true}}},
		"user_send_location":        {Taken, &core.Inbound{ExternalID: "bb12", URN: person, At: then, Location: &core.Location{Lat: 10.7642473, Lon: 106.6564314}}},
		"user_send_link":            {Taken, said("bb13", "https://example.invalid")},
		"user_send_sticker":         {Taken, said("bb14", "")},
		"user_send_audio":           {Taken, said("bb15", "")},
		"user_send_video":           {Taken, said("bb16", "")},
		"user_send_file":            {Taken, said("bb17", "")},
		"follow":                    {Taken, event(core.Start)},
		"unfollow":                  {Taken, event(core.Blocked)},
		"user_submit_info_current":  {Taken, &core.Inbound{URN: person, Offered: "8491" + "2345678", At: time.UnixMilli(1540368141908).UTC()}},
		"user_submit_info_older":    {Taken, &core.Inbound{URN: "zalo:1695259959489112035", Offered: "012345688", At: time.UnixMilli(1680942200839).UTC()}},
		"user_click_chatnow":        {Taken, &core.Inbound{URN: person, Control: core.Start, At: then}},
		"user_withdraw":             {Taken, &core.Inbound{URN: person, Control: core.Withdraw, At: then}},
		"anonymous_send_text": {Taken, &core.Inbound{ExternalID: "dd11", Text: "hello", At: then,
			URN: "zalo:anonymous/1ffedc467f179649cf06/fa8f3f8701c2e89cb1d3"}},
		"oa_send_text":                   {Answered, nil},
		"user_received_message_oa":       {Reported, nil},
		"user_seen_message":              {Reported, nil},
		"user_received_message_template": {Reported, nil},
		"user_reacted_message":           {Ignored, nil},
		"user_join_group":                {Ignored, nil},
		"user_send_group_text":           {Ignored, nil},
		"change_oa_daily_quota":          {Ignored, nil},
	}
	if len(v.Events) != len(want) {
		t.Errorf("%d events, %d expected", len(v.Events), len(want))
	}
	for _, e := range v.Events {
		t.Run(e.ID, func(t *testing.T) {
			w, ok := want[e.ID]
			if !ok {
				t.Fatal("nothing is known of this event")
			}
			status, outcome, took := deliver(c, e.Signed.Body, e.Signed.Headers)
			if status != http.StatusOK || outcome != w.outcome {
				t.Errorf("answered %d, %s, want 200, %s", status, outcome, w.outcome)
			}
			if w.in == nil {
				if len(took) != 0 {
					t.Errorf("taken as %+v", took)
				}
				return
			}
			if len(took) != 1 {
				t.Fatalf("%d messages were taken", len(took))
			}
			got := took[0]
			w.in.Channel = Name
			if w.in.ExternalID == "" { // stable, and nobody's address
				_, _, again := deliver(c, e.Signed.Body, e.Signed.Headers)
				if got.ExternalID != again[0].ExternalID || !strings.HasPrefix(got.ExternalID, "event:") || strings.Contains(got.ExternalID, w.in.URN.Path()) {
					t.Errorf("its ID is %q, and again %q", got.ExternalID, again[0].ExternalID)
				}
				w.in.ExternalID = got.ExternalID
			}
			gotJSON, _ := json.Marshal(got)
			wantJSON, _ := json.Marshal(w.in)
			if string(gotJSON) != string(wantJSON) {
				t.Errorf("taken as %s\nwant     %s", gotJSON, wantJSON)
			}
		})
	}
	for _, n := range v.Negative {
		t.Run(n.ID, func(t *testing.T) {
			want := http.StatusUnauthorized
			if n.Expect != "reject" { // the digest without its name proves as much
				want = http.StatusOK
			}
			status, _, took := deliver(c, n.Body, n.Headers)
			if status != want || (len(took) > 0) != (want == http.StatusOK) {
				t.Errorf("answered %d, %d taken; want %d", status, len(took), want)
			}
		})
	}
}

// No two events that differ have the same ID, and none of a person shows.
func TestEventsHaveIDsOfTheirOwn(t *testing.T) {
	c := &Channel{OASecret: testOASeal}
	seen := map[string]string{}
	for _, body := range []string{
		`{"event_name":"follow","follower":{"id":"5"},"timestamp":"1763740800000"}`,
		`{"event_name":"unfollow","follower":{"id":"5"},"timestamp":"1763740800000"}`,
		`{"event_name":"follow","follower":{"id":"6"},"timestamp":"1763740800000"}`,
		`{"event_name":"follow","follower":{"id":"5"},"timestamp":"1763740800001"}`,
		`{"event_name":"user_submit_info","sender":{"id":"5"},"info":{"phone":"84900000001"},"timestamp":"1763740800000"}`,
		`{"event_name":"user_submit_info","sender":{"id":"5"},"info":{"phone":"84900000002"},"timestamp":"1763740800000"}`,
		`{"event_name":"user_send_text","sender":{"id":"5"},"message":{"text":"a"},"timestamp":"1763740800000"}`,
		`{"event_name":"user_send_text","sender":{"id":"5"},"message":{"text":"b"},"timestamp":"1763740800000"}`,
		`{"event_name":"user_send_text","sender":{"id":"5"},"message":{"text":"b","msg_id":"` + strings.Repeat("9", 300) + `"},"timestamp":"1763740800000"}`,
		`{"event_name":"user_send_text","sender":{"id":"5"},"message":{"text":"b","msg_id":"a b"},"timestamp":"1763740800000"}`,
	} {
		e, err := decode([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		d, err := c.translate(e)
		if err != nil {
			t.Fatal(err)
		}
		id := d.in.ExternalID
		if other := seen[id]; other != "" || len(id) > maxID {
			t.Errorf("%s\n%s\nboth have the ID %s", other, body, id)
		}
		seen[id] = body
	}
}
