package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"khaibao/core/monitor"
	"khaibao/core/store/storetest"
)

// running is the whole program in this process, wired as main wires it.
type running struct {
	url  string
	dir  string // of its database, key and pictures
	stop func() // as SIGTERM; returns when the program has ended
	out  *lockedBuffer
}

// start runs the program until the test ends. settings are KHAIBAO_ names
// without the prefix; addresses, database and key are its own unless given.
func start(t testing.TB, settings map[string]string) *running {
	t.Helper()
	return startAt(t, time.Now, settings)
}

// startAt is start by another clock.
func startAt(t testing.TB, now func() time.Time, settings map[string]string) *running {
	t.Helper()
	dir := t.TempDir()
	addr := freeAddr(t)
	env := map[string]string{"ADDR": addr, "METRICS_ADDR": "off", "DATABASE_URL": "sqlite:" + filepath.Join(dir, "khaibao.db"),
		"KEY_FILE": filepath.Join(dir, "khaibao.key"), "LOG_LEVEL": "error"}
	if settings["DATABASE_URL"] == "" && settings["KEY_FILE"] == "" {
		storetest.Begin(t, filepath.Join(dir, "khaibao.db"), env["KEY_FILE"])
	}
	for name, value := range settings {
		env[name] = value
	}
	var environ []string
	for name, value := range env {
		environ = append(environ, envPrefix+name+"="+value)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{url: "http://" + env["ADDR"], dir: dir, out: &lockedBuffer{}}
	ended := make(chan error, 1)
	go func() { ended <- runAt(ctx, now, environ, r.out) }()
	var once sync.Once
	r.stop = func() {
		once.Do(func() {
			cancel()
			select {
			case err := <-ended:
				if err != nil {
					t.Errorf("the program ended with: %v", err)
				}
			case <-time.After(30 * time.Second):
				t.Error("the program did not stop in 30 s")
			}
		})
	}
	t.Cleanup(r.stop)
	eventually(t, "a program that is ready", func() bool {
		select {
		case err := <-ended:
			t.Fatalf("the program did not start: %v\n%s", err, r.out.String())
		default:
		}
		res, err := http.Get(r.url + "/readyz")
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
	return r
}

// byDay is the machine's clock, moved on to the next morning where it is night
// in Vietnam, or soon: what waits for the morning leaves at once.
func byDay() func() time.Time {
	now := time.Now()
	on := monitor.NotBefore(now.Add(15 * time.Minute)).Sub(now)
	if on <= 15*time.Minute {
		on = 0
	}
	return func() time.Time { return time.Now().Add(on) }
}

// runAt is run, by a clock of the test's.
func runAt(ctx context.Context, now func() time.Time, environ []string, out io.Writer) error {
	c, _, err := readConfig("serve", nil, environ, out, nil)
	if err != nil {
		return err
	}
	c.now = now
	return serve(ctx, c, out)
}

// freeAddr is an address of this machine that nobody listens on.
func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// eventually waits for a fact, thirty seconds at most.
func eventually(t testing.TB, what string, fact func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if fact() {
			return
		}
	}
	t.Fatalf("never came: %s", what)
}

// lockedBuffer is what a program prints, read while it runs.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestStartsAndStops(t *testing.T) {
	r := start(t, map[string]string{"SANDBOX": "1"})
	for path, want := range map[string]int{"/": 200, "/healthz": 200, "/sandbox/": 200, "/privacy": 200, "/nowhere": 404} {
		res, err := http.Get(r.url + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("GET %s answered %d, want %d", path, res.StatusCode, want)
		}
	}
	r.stop()
	if _, err := http.Get(r.url + "/healthz"); err == nil {
		t.Error("it still answers after it stopped")
	}
}

func TestBadSettingsStopTheStart(t *testing.T) {
	for name, settings := range map[string]string{
		"a web-hook without its secret":       "TELEGRAM_TOKEN=1:abcdefghijklmnopqrstuvwxyz",
		"the sandbox beside real credentials": "SANDBOX=1 TELEGRAM_TOKEN=1:abcdefghijklmnopqrstuvwxyz TELEGRAM_SECRET=0123456789abcdef",
		"a gateway that is not there":         "SMS_OUT=pigeon",
		"Zalo without the web-hook's secret":  "ZALO_APP_ID=1 ZALO_APP_SECRET=abcdefghijklmnop",
		"Zalo without its application":        "ZALO_OA_SECRET=abcdefghijklmnop",
		"Zalo's token without the rest":       "ZALO_REFRESH_TOKEN=abcdefghijklmnop",
		"Zalo with a short secret":            "ZALO_APP_ID=1 ZALO_APP_SECRET=abc ZALO_OA_SECRET=abcdefghijklmnop",
		"Zalo elsewhere than anywhere":        "ZALO_OAUTH_URL=abcdefghijklmnop",
		"the sandbox beside a real account":   "SANDBOX=1 ZALO_APP_ID=1 ZALO_APP_SECRET=abcdefghijklmnop ZALO_OA_SECRET=abcdefghijklmnop",
		"a gateway without its account":       "SMS_OUT=twilio",
		"no such province":                    "PROVINCE=999",
		"a mode that is not there":            "TELEGRAM_MODE=guess",
		"an address without a port":           "ADDR=localhost",
		"no such engine":                      "DATABASE_URL=mysql://localhost/x",
	} {
		environ := []string{envPrefix + "KEY_FILE=" + filepath.Join(t.TempDir(), "key")}
		for _, s := range strings.Fields(settings) {
			environ = append(environ, envPrefix+s)
		}
		out := &lockedBuffer{}
		err := run(t.Context(), nil, environ, strings.NewReader(""), out)
		if err == nil {
			t.Errorf("%s: it started", name)
			continue
		}
		if shown := fmt.Sprint(err) + out.String(); strings.Contains(shown, "abcdefghij") {
			t.Errorf("%s: the message shows a secret: %s", name, shown)
		}
	}
}
