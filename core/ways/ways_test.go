package ways

import (
	"strings"
	"testing"
	"time"

	"khaibao/core"
)

const phone = "+84900000001"

var now = time.Date(2021, 8, 15, 12, 0, 0, 0, time.UTC)

// on is an address that proved the phone and was silent since.
func on(channel string, silent time.Duration) Known {
	return Known{ID: channel, Channel: channel, URN: core.URN(channel + ":1"), Heard: now.Add(-silent)}
}

// byNumber is the address of the telephone itself.
func byNumber(channel string) Known {
	return Known{ID: channel + "-tel", Channel: channel, URN: core.TelURN(phone)}
}

func (k Known) gone() Known     { k.Gone = true; return k }
func (k Known) optedOut() Known { k.OptedOut = true; return k }
func (k Known) as(id string) Known {
	k.ID, k.URN = id, core.URN(k.Channel+":"+id)
	return k
}

const day = 24 * time.Hour

func TestOrder(t *testing.T) {
	approved := Templates{
		"told":      {SMS: map[string]string{"vi": "{name:30} da khai"}, Zalo: &ZaloTemplate{ID: "77", Params: map[string]string{"name": "n:30"}}},
		"code.text": {SMS: map[string]string{"vi": "{code:8} la ma"}, Zalo: &ZaloTemplate{ID: "88", Params: map[string]string{"code": "otp:8"}, By: "phone"}},
		"user":      {Zalo: &ZaloTemplate{ID: "99", Params: map[string]string{"name": "n:30"}, By: "user"}},
	}
	all := Book{SMS: "sms", Telegram: true, Zalo: true, Templates: approved}
	brand, onlySMS, noSMS := all, Book{SMS: "sms"}, all
	brand.Brand, noSMS.SMS = true, ""
	bare := all
	bare.Templates = nil
	code := core.Queued{Priority: core.PriorityCode, Lang: "vi", Say: core.Say{Key: "code.text"}}
	askedOn := func(channel string) core.Queued { m := code; m.Asker = channel; return m }
	notice := core.Queued{Priority: core.PriorityNotice, Lang: "vi", Say: core.Say{Key: "told"}}
	red := core.Queued{Priority: core.PriorityRed, Lang: "vi", Say: core.Say{Key: "told"}}
	other := core.Queued{Priority: core.PriorityNotice, Lang: "vi", Say: core.Say{Key: "other"}}
	toUser := core.Queued{Priority: core.PriorityNotice, Lang: "vi", Say: core.Say{Key: "user"}}
	english := core.Queued{Priority: core.PriorityNotice, Lang: "en", Say: core.Say{Key: "told"}}
	long := core.Queued{Priority: core.PriorityNotice, Lang: "vi", Say: core.Say{Key: "told", Lines: []core.Say{{Line: "more"}}}}

	tests := []struct {
		why   string
		b     Book
		m     core.Queued
		known []Known
		want  string
	}{
		{"a telephone nobody wrote from gets an SMS", onlySMS, notice, nil, "sms"},
		{"Zalo by number costs less than SMS", all, notice, nil, "zalo_template_phone sms"},
		{"who wrote on Zalo today reads it there for nothing", all, notice, []Known{on("zalo", time.Hour)},
			"zalo_cs zalo_template_user zalo_template_phone sms"},
		{"the last minute of the free hours", all, notice, []Known{on("zalo", 48*time.Hour), on("telegram", 3*day)},
			"zalo_cs telegram zalo_template_user zalo_template_phone sms"},
		{"of two free chats the one where the person wrote last", all, notice, []Known{on("zalo", 2*time.Hour), on("telegram", time.Hour)},
			"telegram zalo_cs zalo_template_user zalo_template_phone sms"},
		{"behind the free hours Zalo bills: what is free comes first", all, notice, []Known{on("zalo", 49*time.Hour), on("telegram", 20*day)},
			"telegram zalo_cs zalo_template_user zalo_template_phone sms"},
		{"the window of seven days is over: approved texts alone", all, notice, []Known{on("zalo", 7*day+time.Second)},
			"zalo_template_user zalo_template_phone sms"},
		{"seven days to the second", all, notice, []Known{on("zalo", 7*day)},
			"zalo_cs zalo_template_user zalo_template_phone sms"},
		{"a Telegram chat long silent may be left: after all else", all, notice, []Known{on("telegram", 31*day)},
			"zalo_template_phone sms telegram"},
		{"after half a year a chat may be a former holder's", all, notice, []Known{on("telegram", 181*day), on("zalo", 181*day)},
			"zalo_template_phone sms"},
		{"who left Zalo is still reached by number", all, notice, []Known{on("zalo", time.Hour).gone()},
			"zalo_template_phone sms"},
		{"a number that Zalo has not is not tried again", all, notice, []Known{byNumber("zalo").gone()}, "sms"},
		{"a dead number gets no SMS", all, notice, []Known{byNumber("sms").gone(), on("telegram", time.Hour)}, "telegram zalo_template_phone"},
		{"of two chats of a shared telephone the one last used", all, other,
			[]Known{on("telegram", 2*time.Hour).as("5"), on("telegram", time.Hour).as("6"), on("telegram", time.Minute).as("7").gone()}, "telegram:6 sms"},
		{"a page that was open once is no way to anybody", all, other, []Known{on("web", time.Minute)}, "sms"},
		{"no template for this: words of our own by SMS", all, other, nil, "sms"},
		{"no template for this: in the window Zalo takes any words", all, other, []Known{on("zalo", time.Hour)}, "zalo_cs sms"},
		{"a template that goes to users only", all, toUser, []Known{on("zalo", 30*day)}, "zalo_template_user sms"},
		{"a line of several texts is no template", all, long, []Known{on("zalo", 30*day)}, "sms"},
		{"under a brand name what is not registered cannot go", brand, other, nil, "(no_way)"},
		{"under a brand name what is registered goes", brand, notice, nil, "zalo_template_phone sms"},
		{"under a brand name a text of several lines is not what is registered", brand, long, nil, "(no_way)"},
		{"registered in Vietnamese alone it goes in Vietnamese", brand, english, nil, "zalo_template_phone sms"},
		{"without SMS and without a chat nobody is reached", noSMS, other, nil, "(no_way)"},
		{"channels that are not set up are no ways", onlySMS, notice, []Known{on("zalo", time.Hour), on("telegram", time.Hour)}, "sms"},
		{"STOP on any channel stops notices on all, the billed ones too", all, notice, []Known{on("telegram", time.Hour).optedOut(), on("zalo", time.Hour)}, "(opted_out)"},
		{"STOP by SMS", all, notice, []Known{byNumber("sms").optedOut()}, "(opted_out)"},
		{"STOP does not stop a red alert", all, red, []Known{byNumber("sms").optedOut(), on("telegram", time.Hour)}, "telegram zalo_template_phone sms"},

		{"a code goes to the telephone", onlySMS, code, nil, "sms"},
		{"a code goes as a Zalo OTP first where there is one", all, code, nil, "zalo_template_phone sms"},
		{"a code never goes into a chat", bare, askedOn("telegram"), []Known{on("telegram", time.Minute), on("zalo", time.Minute)}, "sms"},
		{"a code asked for on Zalo does not come to Zalo", all, askedOn("zalo"), []Known{on("zalo", time.Minute)}, "sms"},
		{"a code asked for on Telegram may", all, askedOn("telegram"), nil, "zalo_template_phone sms"},
		{"STOP does not stop a code that was asked for", all, code, []Known{byNumber("sms").optedOut()}, "zalo_template_phone sms"},
		{"a number once dead gets its code: somebody holds it now", onlySMS, code, []Known{byNumber("sms").gone()}, "sms"},
		{"no SMS and asked for on Zalo: no code", noSMS, askedOn("zalo"), nil, "(no_way)"},
	}
	for _, tt := range tests {
		got, why := tt.b.Order(tt.m, phone, tt.known, now)
		var names []string
		for _, w := range got {
			name := w.Name
			if u := string(w.URN); w.Name == core.WayTelegram && u != "telegram:1" {
				name = u
			}
			names = append(names, name)
		}
		if why != "" {
			names = append(names, "("+why+")")
		}
		if s := strings.Join(names, " "); s != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.why, s, tt.want)
		}
	}
}

// A way says where it goes and what it costs; a way by number has the address
// that is known of it, if any.
func TestOrderFillsWays(t *testing.T) {
	own := int64(0)
	b := Book{SMS: "sms", Zalo: true, Brand: true, Prices: Prices{"sms": 350, "zalo_cs": 55, "zalo_template_user": 165, "zalo_template_phone": 300},
		Templates: Templates{"told": {SMS: map[string]string{"vi": "Da khai"}, Zalo: &ZaloTemplate{ID: "77", Price: &own}}}}
	m := core.Queued{Priority: core.PriorityNotice, Lang: "vi", Say: core.Say{Key: "told"}}
	got, _ := b.Order(m, phone, []Known{on("zalo", 3*day), byNumber("sms")}, now)
	want := []core.Way{
		{Name: "zalo_cs", Channel: "zalo", AddressID: "zalo", URN: "zalo:1", Price: 55},
		{Name: "zalo_template_user", Channel: "zalo", AddressID: "zalo", URN: "zalo:1", Template: "77"},
		{Name: "zalo_template_phone", Channel: "zalo", URN: core.TelURN(phone), Template: "77"},
		{Name: "sms", Channel: "sms", AddressID: "sms-tel", URN: core.TelURN(phone), Template: "told", Price: 350},
	}
	if len(got) != len(want) {
		t.Fatalf("ways %+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("way %d is %+v, want %+v", i, got[i], want[i])
		}
	}
	if got, _ := b.Order(m, phone, []Known{on("zalo", day)}, now); got[0].Price != 0 {
		t.Errorf("a message in the free hours costs %d", got[0].Price)
	}
	if !b.SendsCodes("zalo", "told") || b.SendsCodes("telegram", "code.text") || new(Book).SendsCodes("", "code.text") {
		t.Error("a book sends the codes for which it has a way")
	}
}

func TestPrices(t *testing.T) {
	p, err := ReadPrices("sms=350, zalo_cs=55,zalo_template_phone=300")
	if err != nil || p["sms"] != 350 || p["zalo_cs"] != 55 || p["zalo_template_phone"] != 300 || len(p) != 3 {
		t.Fatalf("%v %v", p, err)
	}
	if p, err := ReadPrices(""); err != nil || len(p) != 0 {
		t.Errorf("nothing reads as %v, %v", p, err)
	}
	for why, bad := range map[string]string{"no price": "sms", "no number": "sms=vnd", "below zero": "sms=-1", "beyond any price": "sms=10000000",
		"a way that there is not": "smoke=5", "an answer has the price of its channel": "reply=5", "a fraction": "sms=3.5"} {
		if _, err := ReadPrices(bad); err == nil {
			t.Errorf("%s: %q is taken", why, bad)
		}
	}
	b := Book{SMS: "sms", Prices: Prices{"sms": 350, "telegram": 1, "zalo_cs": 55}}
	for why, one := range map[string]struct {
		m    core.Queued
		want int64
	}{
		"a reply by SMS costs what SMS costs":    {core.Queued{Channel: "sms", Priority: core.PriorityReply}, 350},
		"a reply on Zalo is free":                {core.Queued{Channel: "zalo", Priority: core.PriorityReply}, 0},
		"a prompt without ways, by its channel":  {core.Queued{Channel: "telegram", Priority: core.PriorityPrompt}, 1},
		"a way knows its price":                  {core.Queued{Channel: "zalo", Way: core.Way{Name: "zalo_cs", Price: 0}}, 0},
		"a web page costs nothing":               {core.Queued{Channel: "web", Priority: core.PriorityReply}, 0},
		"a code that went to the phone directly": {core.Queued{Channel: "sms", Priority: core.PriorityCode}, 350},
	} {
		if got := b.Of(one.m); got != one.want {
			t.Errorf("%s: %d, want %d", why, got, one.want)
		}
	}
}
