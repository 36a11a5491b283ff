package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"khaibao/core/store/storetest"
)

// kannel is the real Kannel of Debian, its two programs set up as in
// docs/operations.md, before a simulated SMSC.
type kannel struct {
	t    *testing.T
	smsc string // where the simulated SMSC meets it
	send string // its sendsms
}

// fakeSMSC is Debian's place for Kannel's own simulation of an SMSC.
const fakeSMSC = "/usr/lib/kannel/test/fakesmsc"

// startKannel starts Kannel; hook is where it delivers texts to.
func startKannel(t *testing.T, hook string) *kannel {
	t.Helper()
	for _, program := range []string{"bearerbox", "smsbox", fakeSMSC} {
		if _, err := exec.LookPath(sbin(program)); err != nil {
			t.Fatalf("%s is missing: apt-get install kannel kannel-extras, or run make needs", program)
		}
	}
	k := &kannel{t: t, smsc: freeAddr(t), send: freeAddr(t)}
	admin, inner, dir := freeAddr(t), freeAddr(t), t.TempDir()
	conf := filepath.Join(dir, "kannel.conf")
	text := fmt.Sprintf(`
group = core
admin-port = %s
admin-password = kannel-admin
smsbox-port = %s
box-allow-ip = 127.0.0.1

group = smsc
smsc = fake
smsc-id = fake
host = 127.0.0.1
port = %s
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = %s
global-sender = 8041
http-request-retry = 10
http-queue-delay = 1

group = sendsms-user
username = khaibao
password = kannel-password
concatenation = true
max-messages = 10

group = sms-service
keyword = default
get-url = "%s?id=%%I&from=%%p&text=%%a&charset=%%C"
max-messages = 0
`, port(admin), port(inner), port(k.smsc), port(k.send), hook)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	launch(t, dir, "bearerbox", "-v", "1", conf)
	for _, addr := range []string{k.smsc, inner, admin} {
		k.listens(addr)
	}
	launch(t, dir, "smsbox", "-v", "1", conf)
	k.listens(k.send)
	return k
}

func port(addr string) string {
	_, p, _ := net.SplitHostPort(addr)
	return p
}

// sbin is where Debian keeps what users seldom start.
func sbin(program string) string {
	if path := filepath.Join("/usr/sbin", program); !filepath.IsAbs(program) {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return program
}

// launch runs a program until stop, or until the test ends; what it prints is
// shown if the test fails.
func launch(t *testing.T, dir, program string, args ...string) (out *lockedBuffer, stop func()) {
	t.Helper()
	cmd := exec.Command(sbin(program), args...)
	out = &lockedBuffer{}
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	t.Cleanup(func() {
		stop()
		if t.Failed() {
			t.Logf("%s:\n%s", program, out)
		}
	})
	return out, stop
}

func (k *kannel) listens(addr string) {
	k.t.Helper()
	eventually(k.t, "Kannel at "+addr, func() bool {
		conn, err := net.DialTimeout("tcp", addr, time.Second)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
}

// handset is a telephone at the simulated SMSC.
type handset struct {
	out  *lockedBuffer
	stop func()
}

// says has a telephone say something, by the real fakesmsc. It hears what comes
// until it is stopped; one is there at a time.
func (k *kannel) says(phone, text string) handset {
	k.t.Helper()
	var ucs2 strings.Builder // as a telephone sends Vietnamese
	for _, unit := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&ucs2, "%%%02x%%%02x", unit>>8, unit&0xff)
	}
	out, stop := launch(k.t, "", fakeSMSC, "-H", "127.0.0.1", "-r", port(k.smsc), "-m", "1", phone+" 8041 ucs2 "+ucs2.String())
	return handset{out, stop}
}

var gotMessage = regexp.MustCompile(`Got message \d+: <8041 (\S+) \S+ ([^>]*)>`)

// heard are the texts that came for a phone.
func (h handset) heard(phone string) []string {
	var all []string
	for _, m := range gotMessage.FindAllStringSubmatch(h.out.String(), -1) {
		if m[1] == phone {
			all = append(all, m[2])
		}
	}
	return all
}

// A commune with a SIM card: the program, its general gateway and the real
// Kannel, with the settings that docs/operations.md gives. The first text comes
// while the program is not there yet.
func TestKannel(t *testing.T) {
	const phone, secret = "+84900000001", "secret-of-the-web-hooks"
	addr, database := freeAddr(t), "sqlite:"+filepath.Join(t.TempDir(), "khaibao.db")
	k := startKannel(t, "http://"+addr+"/hooks/sms/"+secret)
	tel := k.says(phone, "KB")
	eventually(t, "the first text at Kannel", func() bool { return strings.Contains(tel.out.String(), "sent message 1") })
	start(t, map[string]string{"ADDR": addr, "DATABASE_URL": database, "SMS_OUT": "http", "SMS_IN": "http", "SMS_RATE": "50",
		"SMS_HTTP_URL": "http://" + k.send + "/cgi-bin/sendsms?username=khaibao&password=kannel-password&to={to}&text={text}" +
			"&dlr-mask=27&dlr-url={status_url}%3Fid%3D{id}%26status%3D%25d",
		"SMS_HTTP_OK": "/^[03]:/", "SMS_HTTP_SECRET": secret,
		"SMS_HTTP_STATUS": "id=id status=status 1=delivered 2=undelivered 8=sent 16=failed",
		"SMS_HTTP_IN":     "from=from text=text id=id charset=charset"})
	look := storetest.NewLook(t, database)
	for i, turn := range []struct{ said, heard string }{
		{"KB", "Khai bao"},
		{"Trần Thị Một", "Tran Thi Mot"}, // heard by the program with all its marks, or it is no name
		{"2/9/1980", "02/09/1980"},
	} {
		if i > 0 {
			tel = k.says(phone, turn.said)
		}
		eventually(t, "the reply to "+turn.said, func() bool { return len(tel.heard(phone)) > 0 })
		if got := tel.heard(phone)[0]; !strings.Contains(got, turn.heard) { // its first line: the simulation loses others
			t.Errorf("to %q the reply is %q", turn.said, got)
		}
		eventually(t, "reports that all was delivered", func() bool {
			return look.Count(`SELECT COUNT(*) FROM outbox WHERE network_state <> 'delivered'`) == 0
		})
		if n := look.Count(`SELECT COUNT(*) FROM messages`); n != i+1 {
			t.Errorf("after %q %d texts are recorded", turn.said, n)
		}
		tel.stop()
	}
}
