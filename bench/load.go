package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	benchSID    = "AC00000000000000000000000000000009"
	benchToken  = "0123456789abcdef0123456789abcdef"
	benchNumber = "+84900000000"
)

// silent is an SMS network that takes everything at once and says nothing.
func silent() (*http.Server, string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	var n atomic.Int64
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		if r.Method == http.MethodGet { // what was missed: nothing
			_, _ = io.WriteString(w, `{"messages":[],"page":0,"page_size":1000}`)
			return
		}
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"sid":"SM%032x","status":"queued","num_segments":"1"}`, n.Add(1))
	})}
	go func() { _ = srv.Serve(l) }()
	return srv, "http://" + l.Addr().String(), nil
}

// served is the program, built and running as a process of its own.
type served struct {
	cmd  *exec.Cmd
	url  string
	done chan struct{} // closed when it ended
}

// serveProgram starts the built program on a database; settings are more of its
// environment, or other values.
func serveProgram(ctx context.Context, binary, databaseURL, dir, twilio string, settings ...string) (*served, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	l.Close()
	s := &served{url: "http://" + addr, done: make(chan struct{})}
	s.cmd = exec.CommandContext(ctx, binary, "serve")
	s.cmd.Env = append(os.Environ(), "KHAIBAO_ADDR="+addr, "KHAIBAO_METRICS_ADDR=off", "KHAIBAO_DATABASE_URL="+databaseURL,
		"KHAIBAO_KEY_FILE="+filepath.Join(dir, "program.key"), "KHAIBAO_SMS_OUT=twilio", "KHAIBAO_SMS_IN=twilio", "KHAIBAO_TWILIO_API_URL="+twilio,
		"KHAIBAO_TWILIO_ACCOUNT_SID="+benchSID, "KHAIBAO_TWILIO_AUTH_TOKEN="+benchToken, "KHAIBAO_TWILIO_FROM="+benchNumber, "KHAIBAO_LOG_LEVEL=warn")
	s.cmd.Env = append(s.cmd.Env, settings...) // the last of two values counts
	s.cmd.Stderr = os.Stderr
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the program: %w", err)
	}
	go func() {
		_ = s.cmd.Wait()
		close(s.done)
	}()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if res, err := http.Get(s.url + "/readyz"); err == nil {
			res.Body.Close()
			return s, nil
		}
	}
	s.stop()
	return nil, fmt.Errorf("the program did not become ready")
}

func (s *served) stop() {
	_ = s.cmd.Process.Signal(os.Interrupt)
	select {
	case <-s.done:
	case <-time.After(20 * time.Second):
		_ = s.cmd.Process.Kill()
		<-s.done
	}
}

// forgetPeak lets the peak of the program's memory begin anew.
func (s *served) forgetPeak() error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", s.cmd.Process.Pid), []byte("5"), 0)
}

// peakMemory is the most resident memory the program had, in bytes.
func (s *served) peakMemory() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if kb, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kb), "kB")), 10, 64)
			return n << 10, err
		}
	}
	return 0, fmt.Errorf("no VmHWM in /proc")
}

// load is people who declare by SMS for the first time, one after the other on
// each of some connections, until the time is up.
type load struct {
	url     string
	script  []string
	people  int
	first   int // people before those of this load
	warmUp  time.Duration
	warm    func() // called in the warm-up, when the tables have rows; may be nil
	measure time.Duration
}

// measured is what a load saw: steps that were acknowledged, which is after
// their commit.
type measured struct {
	steps    int
	whole    int // conversations walked to their end, warm-up included
	seconds  float64
	p50, p99 time.Duration
}

func (m measured) perSecond() float64 { return float64(m.steps) / m.seconds }

func (l load) run() (measured, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: l.people, MaxConnsPerHost: l.people}, Timeout: 30 * time.Second}
	defer client.CloseIdleConnections()
	began := time.Now()
	if l.warm != nil {
		defer time.AfterFunc(l.warmUp*3/4, l.warm).Stop()
	}
	from, until := began.Add(l.warmUp), began.Add(l.warmUp+l.measure)
	var mu sync.Mutex
	var waits []time.Duration
	var failure error
	var whole int
	var wg sync.WaitGroup
	for p := range l.people {
		wg.Go(func() {
			var own []time.Duration
			sent := 0
			for ; time.Now().Before(until); sent++ {
				posted := time.Now()
				err := l.post(client, p, sent)
				if err != nil {
					mu.Lock()
					failure = err
					mu.Unlock()
					return
				}
				if now := time.Now(); posted.After(from) && now.Before(until) {
					own = append(own, now.Sub(posted))
				}
			}
			mu.Lock()
			whole += sent / len(l.script)
			waits = append(waits, own...)
			mu.Unlock()
		})
	}
	wg.Wait()
	if failure != nil {
		return measured{}, failure
	}
	slices.Sort(waits)
	at := func(share float64) time.Duration { return waits[int(share*float64(len(waits)-1))] }
	return measured{steps: len(waits), whole: whole, seconds: l.measure.Seconds(), p50: at(.5), p99: at(.99)}, nil
}

// post delivers the n-th text of a connection as Twilio does. Each conversation
// is a new person's: who declared before is asked other things.
func (l load) post(client *http.Client, connection, n int) error {
	sid := fmt.Sprintf("SM%016x%016x", l.first+connection, n)
	person := 1 + l.first + connection + l.people*(n/len(l.script))
	form := url.Values{"MessageSid": {sid}, "SmsMessageSid": {sid}, "SmsSid": {sid}, "AccountSid": {benchSID}, "From": {fmt.Sprintf("+84900%06d", person)},
		"To": {benchNumber}, "Body": {asSaidBy(person, l.script[n%len(l.script)])}, "NumMedia": {"0"}, "NumSegments": {"1"}, "SmsStatus": {"received"}, "ApiVersion": {"2010-04-01"}}
	hook := l.url + "/hooks/twilio"
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	mac := hmac.New(sha1.New, []byte(benchToken))
	_, _ = io.WriteString(mac, hook)
	for _, name := range names {
		_, _ = io.WriteString(mac, name+form.Get(name))
	}
	req, err := http.NewRequest(http.MethodPost, hook, bytes.NewReader([]byte(form.Encode())))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Twilio-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("the web-hook answered %d", res.StatusCode)
	}
	return nil
}

// asSaidBy gives the person of the script another name and another number: who
// has the same ones is linked as a likely duplicate, and each link is a row.
func asSaidBy(person int, line string) string {
	given := strings.Fields("An Binh Chi Dung Giang Hanh Hoa Hung Khanh Lan Linh Long Mai Minh Nam Nga Phuong Quang Thao Tuan")
	name := fmt.Sprintf("Nguyen %s %s %s", given[person%20], given[person/20%20], given[person/400%20])
	return strings.NewReplacer("Nguyen Thi Hoa", name, "191234567", fmt.Sprintf("19%07d", person)).Replace(line)
}

// get fetches a page and returns its size in bytes.
func get(pageURL string) (int, error) {
	res, err := http.Get(pageURL)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %d", pageURL, res.StatusCode)
	}
	return len(body), err
}
