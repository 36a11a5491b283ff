package main

import (
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"khaibao/bots/sandbox"
	"khaibao/core/store/storetest"
)

// Very many people declare for their households at once by the program itself,
// over HTTP, through the imitated Telegram, Zalo and Twilio and the web chat;
// one household in five changes its channel in the middle of the form, every
// eleventh message is delivered twice, and a third declare again the next day.
// Each person has one current declaration, one QR and the right household, and
// every answer came to its telephone once and in order. make soak has ten
// thousand households; KHAIBAO_HOUSEHOLDS is another number.
func TestHouseholdsOverHTTP(t *testing.T) {
	many := 20
	if os.Getenv("KHAIBAO_SOAK") == "1" {
		many = 10_000
	}
	if given := os.Getenv("KHAIBAO_HOUSEHOLDS"); given != "" {
		if _, err := fmt.Sscan(given, &many); err != nil {
			t.Fatalf("KHAIBAO_HOUSEHOLDS: %v", err)
		}
	}
	declare := func(t *testing.T, database string) { declareHouseholds(t, database, many) }
	if many <= 1000 {
		onEachEngine(t, declare)
		return
	}
	for engine, database := range engines { // side by side they would measure each other
		t.Run(engine, func(t *testing.T) { declare(t, database(t)) })
	}
}

// talkers is how many households write at a time: as many as two busy cores
// answer within the two seconds that Zalo waits.
const talkers = 96

// town is the networks, the program and the households of a test.
type town struct {
	t        testing.TB
	gate     *gate
	program  string // its URL
	telegram *sandbox.Telegram
	zalo     *sandbox.Zalo
	twilio   *sandbox.Twilio
	day      atomic.Int64
	byPhone  map[string]*household
	byChat   map[int64]*household
	longest  atomic.Int64 // wait for an answer, in nanoseconds
}

func (w *town) now() time.Time { return time.Now().Add(time.Duration(w.day.Load()) * 24 * time.Hour) }

func declareHouseholds(t *testing.T, database string, many int) {
	all := make([]*household, many)
	w := newTown(t, database, many)
	for i := range all {
		all[i] = newHousehold(w, i)
	}
	began := time.Now()
	w.each(all, (*household).declare)
	w.ended("declared", all, began)
	if t.Failed() {
		return
	}
	w.day.Add(1)
	again := time.Now()
	w.each(all, func(h *household) {
		if h.again() {
			h.sayAgain()
		}
	})
	w.ended("declared again", all, again)
	look := storetest.NewLook(t, database)
	eventually(t, "an empty outbox", func() bool { return look.Count(`SELECT COUNT(*) FROM outbox WHERE state = 0`) == 0 })
	checkHouseholds(t, look, w, all)
}

// ended tells how long a day took.
func (w *town) ended(what string, all []*household, began time.Time) {
	took := time.Since(began)
	said := 0
	for _, h := range all {
		said += h.said
	}
	w.t.Logf("%d households %s in %v; %d messages in all so far, %d delivered twice; the longest wait for an answer was %v",
		len(all), what, took.Round(time.Second/10), said, w.gate.again.Load(), time.Duration(w.longest.Load()).Round(time.Second/10))
}

// newTown starts the networks and a program on them. The networks' own pace is
// lifted: at 28 messages a second Telegram alone would take an hour.
func newTown(t testing.TB, database string, many int) *town {
	t.Helper()
	addr := freeAddr(t)
	w := &town{t: t, program: "http://" + addr, byPhone: make(map[string]*household, many), byChat: make(map[int64]*household, many)}
	w.gate = newGate(t, w.program)
	w.telegram = sandbox.NewTelegram(outsideToken, sandbox.Retry{First: 50 * time.Millisecond, Longest: time.Second, Times: 1000, For: time.Hour})
	w.twilio = sandbox.NewTwilio(sandbox.TwilioAccount{SID: outsideSID, Token: outsideAuth, Number: outsideNumber,
		Hook: w.gate.url + "/hooks/twilio", Clock: w.now})
	account := sandbox.ZaloAccount{AppID: "1000000000000000001", AppSecret: "app-secret", OAID: "2000000000000000002", OASecret: "oa-secret-key",
		RefreshToken: "first-refresh-token", Hook: w.gate.url + "/hooks/zalo", PerMinute: 1_000_000, Clock: w.now,
		Ladder: []time.Duration{50 * time.Millisecond, time.Second, 5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute, 5 * time.Minute}}
	w.zalo = sandbox.NewZalo(account)
	w.telegram.OnChange(func(chat int64) { w.byChat[chat].wake() })
	w.twilio.OnChange(func(phone string) { w.byPhone[phone].wake() })
	w.zalo.OnChange(func(phone string) { w.byPhone[phone].wake() })
	telegram, twilio, zalo := httptest.NewServer(w.telegram), httptest.NewServer(w.twilio.API()), httptest.NewServer(w.zalo.API())
	t.Cleanup(func() {
		w.telegram.Close()
		w.twilio.Close()
		w.zalo.Close()
		for _, server := range []*httptest.Server{telegram, twilio, zalo} {
			server.Close()
		}
	})
	settings := map[string]string{
		"ADDR": addr, "DATABASE_URL": database, "PUBLIC_URL": w.gate.url, "TRUSTED_PROXIES": "127.0.0.1",
		"TELEGRAM_TOKEN": outsideToken, "TELEGRAM_SECRET": outsideSecret, "TELEGRAM_API_URL": telegram.URL, "TELEGRAM_RATE": "1000",
		"SMS_OUT": "twilio", "SMS_IN": "twilio", "TWILIO_ACCOUNT_SID": outsideSID, "TWILIO_AUTH_TOKEN": outsideAuth,
		"TWILIO_FROM": outsideSender, "TWILIO_API_URL": twilio.URL, "SMS_RATE": "1000",
		"ZALO_APP_ID": account.AppID, "ZALO_APP_SECRET": account.AppSecret, "ZALO_OA_SECRET": account.OASecret,
		"ZALO_REFRESH_TOKEN": account.RefreshToken, "ZALO_API_URL": zalo.URL + "/openapi", "ZALO_OAUTH_URL": zalo.URL + "/oauth",
		"ZALO_TEMPLATE_URL": zalo.URL + "/business", "ZALO_RATE": "1000",
		"CODES_PER_DAY": fmt.Sprint(2*many + 100), "CODES_PER_NETWORK": fmt.Sprint(2*many + 100), // all of Zalo's askers are one network
	}
	startAt(t, w.now, maps.Clone(settings))
	return w
}

// each lets many households talk at once.
func (w *town) each(all []*household, talk func(*household)) {
	next := make(chan *household)
	var talking sync.WaitGroup
	for range min(talkers, len(all)) {
		talking.Go(func() {
			for h := range next {
				if !w.t.Failed() {
					talk(h)
					h.hangUp()
				}
			}
		})
	}
	for i, h := range all {
		if w.t.Failed() {
			break
		}
		if next <- h; i > 0 && i%1000 == 0 {
			w.t.Logf("%d of %d households have begun", i, len(all))
		}
	}
	close(next)
	talking.Wait()
}

// household is one declarer and whom they declare for.
type household struct {
	w        *town
	n        int
	channels []string // that it writes by; the second from the middle of the form on
	phone    string
	chat     int64
	page     *webPage
	members  []member
	said     int
	woken    chan struct{}        // holds one token: a telephone shows something new
	shows    map[string]*receiver // by channel
}

type member struct{ name, birth, paper, sex string }

// again tells whether the household declares the next day, too.
func (h *household) again() bool { return h.n%3 == 0 }

// last is the channel that the household ends up with.
func (h *household) last() string { return h.channels[len(h.channels)-1] }

var (
	houseChannels = []string{"sms", "telegram", "zalo", "web"}
	// Nobody needs a second code for the change: a phone gets one a minute.
	changesTo = map[string][2]string{"sms": {"zalo", "telegram"}, "telegram": {"web", "zalo"}, "zalo": {"sms", "telegram"}, "web": {"telegram", "sms"}}
	// No word stands in two of the lists, as names of the same words in another
	// order would be likely duplicates.
	familyNames = [3][]string{
		strings.Fields("Ba Bich Canh Chi Cong Dinh Duc Gia Hai Hoang Hung Khac Kim Lan Mai Minh Ngoc Nhat Phuc Phuong Quang Quoc Thanh Thi Tuan Van Xuan Anh Bao Dang"),
		strings.Fields("Bac Bang Chau Chinh Cuong Dao Dat Diep Dong Duy Giang Ha Hanh Hau Hien Hieu Hong Hue Huong Huy Khanh Khoa Khoi Kien Ky Lien Linh Loan Loc Long"),
		strings.Fields("Luong Ly Mau Men Mong Nga Ngan Nghia Nguyet Nhan Nhi Nhung"),
	}
	givenNames = strings.Fields("An Binh Hoa Lam")
)

// newHousehold gives every household a phone, and a family name that no other has.
func newHousehold(w *town, n int) *household {
	h := &household{w: w, n: n, phone: fmt.Sprintf("+849005%05d", n), chat: 8_000_000_000 + int64(n), woken: make(chan struct{}, 1),
		channels: []string{houseChannels[n%4]}, shows: make(map[string]*receiver)}
	if n/4%5 == 2 {
		others := changesTo[h.channels[0]]
		h.channels = append(h.channels, others[n/20%2])
	}
	family := "Le " + familyNames[0][n%30] + " " + familyNames[1][n/30%30] + " " + familyNames[2][n/900%12]
	for i := range 1 + n/4%len(givenNames) {
		m := member{name: family + " " + givenNames[i], birth: fmt.Sprint(1950 + n%40), paper: fmt.Sprintf("%09d", 100_000_000+4*n+i), sex: []string{"nam", "nu"}[(n+i)%2]}
		if i == 2 { // a child without papers: nobody's number
			m.birth, m.paper = "2015", "khong co"
		}
		h.members = append(h.members, m)
	}
	w.byPhone[h.phone], w.byChat[h.chat] = h, h
	owner := sandbox.Owner{ID: h.chat, Name: "Người Thử", Phone: h.phone, Lang: "vi"}
	for _, name := range h.channels {
		h.shows[name] = &receiver{}
		switch name {
		case "telegram":
			w.telegram.Meet(owner)
		case "zalo":
			w.zalo.Meet(owner)
		case "web":
			h.page = newWebPage(h)
		}
	}
	if h.shows["sms"] == nil {
		h.shows["sms"] = &receiver{} // codes come there
	}
	return h
}
