package sms

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/sms/smstest"
)

// answers are what waits as replies, by the text that they answer.
type answers struct {
	waiting map[string]string
	err     error
	done    []bool
	claimed int
}

func (a *answers) ReplyTo(_ context.Context, externalID string) (Reply, error) {
	if a.err != nil {
		return Reply{}, a.err
	}
	text, ok := a.waiting[externalID]
	if !ok {
		return Reply{}, core.ErrNotFound
	}
	a.claimed++
	return Reply{Text: text, Done: func(ctx context.Context, said bool) error {
		a.done = append(a.done, said)
		if said {
			delete(a.waiting, externalID)
		}
		return ctx.Err()
	}}, nil
}

func (w *esmsWorld) deliver(in channel.Inbox, q url.Values) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	w.channel.Webhook(in).ServeHTTP(rec, esmsHook(q))
	return rec
}

func accept(context.Context, core.Inbound) error { return nil }

// The answer to a text is the reply to it, once.
func TestESMSAnswerCarriesTheReply(t *testing.T) {
	replies := &answers{waiting: map[string]string{}}
	w := startESMS(t, func(c *ESMSConfig, _ *smstest.ESMSAccount) { c.Replies = replies })
	in := func(_ context.Context, m core.Inbound) error {
		if m.Waits <= 0 {
			t.Error("the reply is not held back")
		}
		replies.waiting[m.ExternalID] = `Chon: 1 <Co> & 2 "Khong"`
		return nil
	}
	site := httptest.NewServer(w.channel.Webhook(in))
	defer site.Close()
	imitation := smstest.NewESMS(smstest.ESMSAccount{CPID: esmsCPID, PrivateKey: esmsPrivate, Hook: site.URL + ESMSHookPath})
	reply, err := imitation.Receive("17", onePhone, "KB")
	if err != nil || reply != `Chon: 1 <Co> & 2 "Khong"` {
		t.Errorf("answered %q, %v", reply, err)
	}
	if len(replies.done) != 1 || !replies.done[0] {
		t.Errorf("what became of it: %v", replies.done)
	}
	// Delivered again, it was recorded before and its reply was said.
	rec := w.deliver(accept, w.MO("17", onePhone, "KB", time.Now()))
	if rec.Code != 200 || !strings.Contains(rec.Body.String(), "<Message></Message><Smsid>17</Smsid><Receiver>"+onePhone[1:]+"</Receiver>") {
		t.Errorf("delivered again, answered %d %s", rec.Code, rec.Body)
	}
}

// A reply whose answer nobody reads goes out as any other.
func TestESMSAnswerThatNobodyReads(t *testing.T) {
	replies := &answers{waiting: map[string]string{"17": "Chao"}}
	w := startESMS(t, func(c *ESMSConfig, _ *smstest.ESMSAccount) { c.Replies = replies })
	q := w.MO("17", onePhone, "KB", time.Now())
	ctx, hangUp := context.WithCancel(t.Context())
	in := func(context.Context, core.Inbound) error { hangUp(); return nil }
	w.channel.Webhook(in).ServeHTTP(httptest.NewRecorder(), esmsHook(q).WithContext(ctx))
	w.channel.Webhook(accept).ServeHTTP(brokenWriter{httptest.NewRecorder()}, esmsHook(q))
	if len(replies.done) != 2 || replies.done[0] || replies.done[1] {
		t.Errorf("what became of them: %v", replies.done)
	}
	if rec := w.deliver(accept, q); !strings.Contains(rec.Body.String(), "<Message>Chao</Message>") {
		t.Errorf("delivered again, answered %s", rec.Body)
	}
	replies.err = errors.New("the store is away")
	if rec := w.deliver(accept, q); rec.Code != 200 || !strings.Contains(rec.Body.String(), "<Message></Message>") {
		t.Errorf("the text is stored and its reply not found: answered %d %s", rec.Code, rec.Body)
	}
}

type brokenWriter struct{ *httptest.ResponseRecorder }

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("connection reset") }

func TestESMSInbound(t *testing.T) {
	w := startESMS(t, func(c *ESMSConfig, _ *smstest.ESMSAccount) { c.Keyword = "HUE" })
	at := time.Now().Truncate(time.Second)
	for _, tt := range []struct{ name, content, want string }{
		{"the keyword is not the person's", "HUE KB 1", "KB 1"},
		{"in any letters", "hue   có", "có"},
		{"alone, it is all that was said", "HUE", "HUE"},
		{"a longer word is another", "HUEKB 1", "HUEKB 1"},
		{"without it", "KB", "KB"},
		{"Vietnamese", "HUE Trần Thị Một", "Trần Thị Một"},
		{"shorter than it", "ok", "ok"},
		{"a letter cut in half", "HUế", "HUế"},
	} {
		m, why := w.gateway.inbound(w.MO("17", onePhone, tt.content, at), time.Now())
		if why != "" || m.Text != tt.want {
			t.Errorf("%s: %q, %s", tt.name, m.Text, why)
		}
		if m.Channel != Name || m.ExternalID != "17" || m.URN != core.TelURN(onePhone) || !m.At.Equal(at) {
			t.Errorf("%s: %+v", tt.name, m)
		}
	}
}

// The sign as the documentation's own sample computes it, and as it arrives
// when its + was not escaped.
func TestESMSSign(t *testing.T) {
	q := url.Values{"cpid": {"abcdef"}, "smsid": {"1234"}, "content": {"xyz"}, "receiverTime": {"20130228130101"}, "sign": {"X"}}
	right := smstest.ESMSSign("abcdef", "1234", "xyz", "20130228130101", esmsPrivate)
	for plus := 0; !strings.Contains(right, "+"); plus++ {
		q.Set("smsid", strings.Repeat("1", plus))
		right = smstest.ESMSSign("abcdef", q.Get("smsid"), "xyz", "20130228130101", esmsPrivate)
	}
	for sign, want := range map[string]bool{right: true, strings.ReplaceAll(right, "+", " "): true, strings.ToLower(right): false, "": false} {
		q.Set("sign", sign)
		if got := esmsSigned(q, "abcdef", esmsPrivate); got != want {
			t.Errorf("%q: %v", sign, got)
		}
	}
	q.Set("sign", right)
	q.Set("receiveTime", q.Get("receiverTime")) // the name that the prose has
	q.Del("receiverTime")
	if !esmsSigned(q, "abcdef", esmsPrivate) {
		t.Error("not believed by the other name of the time")
	}
	q.Set("sign", smstest.ESMSSign("abcdef", q.Get("smsid"), "xyz", "20130228130101", ""))
	if esmsSigned(q, "abcdef", "") {
		t.Error("without a key everybody can sign")
	}
}

func TestHomePhone(t *testing.T) {
	for from, want := range map[string]string{
		"84900000001": "+84900000001", "0900000001": "+84900000001", "+84900000001": "+84900000001", "0084900000001": "+84900000001",
		" 84900000001 ": "+84900000001", "8041": "", "900": "", "19001075": "", "VIETTEL": "", "": "", "84": "", "+": "", "849000000010000000000": "",
	} {
		got, ok := homePhone(from)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q is %q, %v; want %q", from, got, ok, want)
		}
	}
}

func FuzzESMSInbound(f *testing.F) {
	e, err := NewESMS(ESMSConfig{Common: Common{PublicURL: "https://khaibao.example.vn"}, CPID: esmsCPID, PrivateKey: esmsPrivate, Keyword: "HUE"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("17", onePhone, "HUE KB", "20210815080000")
	f.Add("", "8041", "\x00ế", "receive")
	f.Fuzz(func(t *testing.T, smsID, sender, content, at string) {
		q := url.Values{"cpid": {esmsCPID}, "smsid": {smsID}, "sender": {sender}, "content": {content}, "receiverTime": {at},
			"sign": {smstest.ESMSSign(esmsCPID, smsID, content, at, esmsPrivate)}}
		if !esmsSigned(q, esmsCPID, esmsPrivate) {
			t.Fatal("a right sign is not believed")
		}
		took := 0
		rec := httptest.NewRecorder()
		e.Webhook(func(_ context.Context, m core.Inbound) error {
			took++
			if m.ExternalID == "" || !strings.HasPrefix(string(m.URN), "tel:+") || strings.Contains(m.Text, "\x00") {
				t.Errorf("took %+v", m)
			}
			return nil
		}).ServeHTTP(rec, esmsHook(q))
		if took > 1 || took == 1 && rec.Code != http.StatusOK || rec.Code >= 500 {
			t.Errorf("took %d, answered %d", took, rec.Code)
		}
	})
}

func FuzzESMSReport(f *testing.F) {
	f.Add("SMSID=17&SendStatus=5&SendSuccess=1&TotalPrice=850.0000&RequestId=x~1")
	f.Add("SendStatus=NaN&TotalPrice=Inf&SendFailed=-1")
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		r, ok := esmsReport(q)
		if ok && (Rank(r.status) == 0 || r.name() == "") || r.cost < 0 {
			t.Errorf("%q is %+v", raw, r)
		}
	})
}

func FuzzESMSAnswer(f *testing.F) {
	f.Add(`{"CodeResult":"100","SMSID":"17"}`)
	f.Add(`{"CodeResult":146,"ErrorMessage":"x"}`)
	f.Add(`{"error":"Invalid request"}`)
	e, err := NewESMS(ESMSConfig{Common: Common{PublicURL: "https://khaibao.example.vn"}, APIKey: esmsKey, SecretKey: esmsSecret, Brandname: "SOYTE"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if id, err := e.taken("1", []byte(body)); (id == "") == (err == nil) {
			t.Errorf("%q is %q and %v", body, id, err)
		}
	})
}
