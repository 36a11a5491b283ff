package main

import (
	"errors"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/core/store/storetest"
)

// outages are the ways in which a database can be away, each with the settings
// of a program that it can be taken from.
var outages = map[string]func(t *testing.T) (look *storetest.Look, settings map[string]string, begin, end func()){
	"sqlite is locked": func(t *testing.T) (*storetest.Look, map[string]string, func(), func()) {
		database := "sqlite:" + filepath.Join(t.TempDir(), "khaibao.db")
		var release func()
		look := storetest.NewLook(t, database)
		return look, map[string]string{"DATABASE_URL": database},
			func() { release = storetest.NewLook(t, database).Hold() }, func() { release() }
	},
	"postgres is stopped": func(t *testing.T) (*storetest.Look, map[string]string, func(), func()) {
		database := storetest.PostgresURL(t)
		b, through := newBetween(t, database)
		return storetest.NewLook(t, database), map[string]string{"DATABASE_URL": through}, b.cut, b.back
	},
	"postgres hangs": func(t *testing.T) (*storetest.Look, map[string]string, func(), func()) {
		database := storetest.PostgresURL(t)
		b, through := newBetween(t, database)
		return storetest.NewLook(t, database), map[string]string{"DATABASE_URL": through}, b.hang, b.back
	},
}

// longestTry is longer than the program waits for any answer of the database:
// ten seconds for a group of messages, two for a ping.
const longestTry = 12 * time.Second

// TestOutage takes the database away for longer than anything retries. Networks
// are told to come again (503, never 4xx), the page of the web chat keeps what
// was typed, and when the database is back everything flows by itself: what
// Telegram sends again, and what Twilio does not and is asked for.
func TestOutage(t *testing.T) {
	tests := make(map[string]func(*testing.T))
	for name, prepare := range outages {
		tests[name] = func(t *testing.T) {
			look, settings, begin, end := prepare(t)
			testOutage(t, look, settings, begin, end)
		}
	}
	together(t, tests)
}

func testOutage(t *testing.T, look *storetest.Look, settings map[string]string, begin, end func()) {
	addr := freeAddr(t)
	o := newOutside(t, "http://"+addr)
	settings["ADDR"] = addr
	r := start(t, o.settings(settings))

	chat := newPerson(o, &script{channel: "telegram", steps: []string{"/start", "[Khai báo]", "[Gửi số của tôi]"}})
	phone := newPerson(o, &script{channel: "sms", steps: []string{"kb", "Nguyen Thi Hoa", "1960"}})
	page := newVisitor(t, o.door.url)
	page.get("/")
	page.say("khai báo")
	for i, one := range []*person{chat, phone} {
		one.say(t, 0)
		answered(t, look, one.sent[0], "before the outage", i)
	}

	begin()
	began := time.Now()
	chat.say(t, 1)
	phone.say(t, 1)
	code := page.post("/chat", "text", "giữ lại lời này", "id", "một-hai-ba", "lang", "vi")
	if code != 503 || !strings.Contains(page.last, `value="giữ lại lời này"`) {
		t.Errorf("the page answered %d to a message that cannot be stored, and its box is not as it was", code)
	}
	waited(t, "an SMS that was refused", func() bool { return o.door.refusals(phone.sent[1]) == 1 })
	waited(t, "a Telegram update that was refused again and again", func() bool { return o.door.refusals(chat.sent[1]) >= 2 })
	waited(t, "not ready", func() bool { return status(r.url+"/readyz") == 503 })
	if code := page.post("/admin/sign-in", "name", "can.bo", "password", "khong biet"); code != 503 {
		t.Errorf("an officer who signs in gets %d", code)
	}
	if code := page.get("/q/" + strings.Repeat("A", 26)); code != 200 {
		t.Errorf("the picture of a QR, which needs no database, answers %d", code)
	}
	if got := status(r.url + "/healthz"); got != 200 {
		t.Errorf("/healthz answers %d", got)
	}
	for code := range o.door.statuses() {
		if code != 200 && code != 503 {
			t.Errorf("a web-hook answered %d", code)
		}
	}
	waited(t, "an end of all that is tried again", func() bool { return time.Since(began) > longestTry })
	t.Logf("away for %.0f s; web-hooks answered %v", time.Since(began).Seconds(), o.door.statuses())

	end()
	back := time.Now()
	waited(t, "ready again", func() bool { return status(r.url+"/readyz") == 200 })
	answered(t, look, chat.sent[1], "sent again by Telegram", 1)
	answered(t, look, phone.sent[1], "asked for at Twilio", 1)
	t.Logf("all was answered %.1f s after the database was back", time.Since(back).Seconds())
	if code := page.post("/chat", "text", "giữ lại lời này", "id", "một-hai-ba", "lang", "vi"); code != 200 || strings.Count(page.words(), "giữ lại lời này") != 1 {
		t.Errorf("sent again, the page answered %d and shows:\n%s", code, page.words())
	}
	chat.say(t, 2)
	phone.say(t, 2)
	answered(t, look, chat.sent[2], "after the outage", 2)
	answered(t, look, phone.sent[2], "after the outage", 2)
	lines := strings.Join(phone.got(), "\n")
	if strings.Count(lines, "Ngay sinh?") != 1 || !strings.Contains(lines, "Ngay sinh: 1960") {
		t.Errorf("the conversation by SMS did not go on:\n%s", lines)
	}
	r.stop()
}

// waited is eventually with the patience that an outage asks for.
func waited(t *testing.T, what string, fact func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if fact() {
			return
		}
	}
	t.Fatalf("never came: %s", what)
}

// answered waits until a message is kept and its replies were sent, each once.
func answered(t *testing.T, look *storetest.Look, message, when string, step int) {
	t.Helper()
	waited(t, fmt.Sprintf("the answer to step %d, %s", step, when), func() bool {
		rows := answers(look, message)
		return len(rows) > 0 && !slices.ContainsFunc(rows, func(r storetest.Row) bool { return r.State == 0 })
	})
	keys := keysOf(answers(look, message))
	if slices.Sort(keys); len(slices.Compact(keys)) != len(answers(look, message)) {
		t.Errorf("step %d, %s: replies %v", step, when, keys)
	}
}

// TestStartWithoutDatabase has the program started while its database is away:
// it ends with words, without a password, and with a code that says so.
func TestStartWithoutDatabase(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for name, c := range map[string]struct{ database, says string }{
		"refused":      {"postgres://khaibao:mat-khau-bi-mat@" + freeAddr(t) + "/khaibao?sslmode=disable", "khaibao: reach postgres: "},
		"silent":       {"postgres://khaibao:mat-khau-bi-mat@" + silent.Addr().String() + "/khaibao?sslmode=disable", "khaibao: reach postgres: "},
		"not a folder": {"sqlite:/dev/null/khaibao.db", "khaibao: make the folder of the database: "},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProcess(t, map[string]string{"DATABASE_URL": c.database})
			p.launch()
			select {
			case err = <-p.done:
			case <-time.After(20 * time.Second):
				t.Fatal("it waits for ever")
			}
			p.cmd = nil
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != 1 {
				t.Errorf("it ended with %v, want exit status 1", err)
			}
			if shown := p.out.String(); !strings.Contains(shown, c.says) || strings.Contains(shown, "bi-mat") {
				t.Errorf("it says %q", shown)
			}
		})
	}
}
