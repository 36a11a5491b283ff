package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"khaibao/bots/sandbox"
)

// script is one conversation, a step for each message. "[Label]" presses the
// button with that label; "#" stands for digits of the person's own.
type script struct {
	channel string
	steps   []string
	lines   [][]string // what each step is answered with when nothing goes wrong, masked
	keys    [][]string // the locale keys of the same, codes included
	ends    string     // where the session stands at the end
}

// The conversations of flows/testdata/first-telegram.txt and first-sms.txt.
func telegramScript() *script {
	return &script{channel: "telegram", steps: []string{"/start", "[Khai báo]", "[Gửi số của tôi]", "nguyễn văn an", "2/9/1955", "04605500####",
		"tổ 3, phường Vỹ Dạ, TP Huế", "[Như hộ khẩu]", "[Không có]", "[Ho]", "[Đau họng]", "[Ho]", "[Xong]", "[Không]", "[Bỏ qua]", "[Gửi tờ khai]"}}
}

func smsScript() *script {
	return &script{channel: "sms", steps: []string{"kb", "Nguyen Thi Hoa", "1960", "19123####", "nu", "xa phu duong, phu vang",
		"thon duong no dong", "1", "0", "khong", "ko", "0", "ok"}}
}

// person goes through a script and reads what comes back, as people do: the
// next message is written when the last one was answered.
type person struct {
	out    *outside
	script *script
	digits string // four, of the person's own papers
	chat   int64
	phone  string

	mu   sync.Mutex
	sent []string      // the IDs of the messages, as the networks name them: "sms SM…"
	wait time.Duration // the longest that an answer took
}

var lastPerson atomic.Int64

// newPerson is an invented person that nobody was before.
func newPerson(o *outside, s *script) *person {
	n := lastPerson.Add(1)
	p := &person{out: o, script: s, digits: fmt.Sprintf("%04d", 3000+n), phone: fmt.Sprintf("+849000%05d", 10000+n), chat: 7_000_000_000 + n}
	p.meet()
	return p
}

// meet puts the person's telephone on Telegram.
func (p *person) meet() {
	if p.script.channel == "telegram" {
		p.out.telegram.Meet(sandbox.Owner{ID: p.chat, Name: "Người Thử", Phone: p.phone, Lang: "vi"})
	}
}

func (p *person) to() string {
	if p.script.channel == "telegram" {
		return strconv.FormatInt(p.chat, 10)
	}
	return p.phone
}

var anyQR = regexp.MustCompile(`/[qQ]/[A-Za-z2-7]{26}|\b[1-9][0-9]{9}\b|\b[1-9][0-9]{3} [0-9]{3} [0-9]{3}\b`)

// masked takes out of a line what belongs to this person alone. The code goes
// first: its number may end in the digits of the person's papers.
func (p *person) masked(line string) string {
	local := "0" + strings.TrimPrefix(p.phone, "+84")
	return strings.NewReplacer(local[:4]+" "+local[4:7]+" "+local[7:], "{phone}", local, "{phone}", p.digits, "####", p.out.door.url, "{site}").
		Replace(anyQR.ReplaceAllString(line, "{qr}"))
}

// A number of a code that ends in the digits of one's papers is a number still.
func TestMaskedHidesTheWholeCode(t *testing.T) {
	p := &person{out: &outside{door: &door{url: "http://localhost"}}, digits: "3012", phone: "+84900013012"}
	line := "1992943012 or 1992 943 012 or http://localhost/q/abcdefghijklmnopqrstuvwxyz, 0900 013 012 or 0900013012, 046055003012"
	if got, want := p.masked(line), "{qr} or {qr} or {site}{qr}, {phone} or {phone}, 04605500####"; got != want {
		t.Errorf("masked %q, want %q", got, want)
	}
}

// got is what the person received, masked.
func (p *person) got() []string {
	lines := p.out.cable.got(p.to())
	for i := range lines {
		lines[i] = p.masked(lines[i])
	}
	return lines
}

// say does step i and returns the network's ID of the message.
func (p *person) say(t testing.TB, i int) {
	t.Helper()
	step := strings.ReplaceAll(p.script.steps[i], "####", p.digits)
	label, isPress := strings.CutPrefix(step, "[")
	label = strings.TrimSuffix(label, "]")
	id := ""
	switch {
	case p.script.channel == "sms":
		id = p.out.twilio.Receive(p.phone, step)
	case label == "Gửi số của tôi":
		id = strconv.FormatInt(p.out.telegram.ShareContact(p.chat), 10)
	case isPress:
		id = strconv.FormatInt(p.press(label), 10)
	default:
		id = strconv.FormatInt(p.out.telegram.Write(p.chat, step), 10)
	}
	if id == "" || id == "0" {
		t.Errorf("step %d, %q: the network has nothing to deliver; the person got %q", i, step, p.got())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, p.script.channel+" "+id)
}

// said are the IDs of the messages so far, in the order of the steps.
func (p *person) said() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.sent)
}

// press presses the newest button with a label.
func (p *person) press(label string) int64 {
	screen := p.out.telegram.Screen(p.chat)
	for i := len(screen.Bubbles) - 1; i >= 0; i-- {
		for _, row := range screen.Bubbles[i].Buttons {
			for _, key := range row {
				if strings.TrimLeft(key.Label, "✓✔☑☐✅⬜ ") == label {
					return p.out.telegram.Press(p.chat, screen.Bubbles[i].ID, key.Action)
				}
			}
		}
	}
	return 0
}

// heard compares what a person received with what the script has. reached is
// how many of its lines came, in its order; again is how many came once more.
func (p *person) heard() (reached, again int, err error) {
	var all []string
	for _, lines := range p.script.lines {
		all = append(all, lines...)
	}
	got := p.got()
	for _, line := range got {
		switch {
		case reached < len(all) && line == all[reached]:
			reached++
		case slices.Contains(all[:reached], line):
			again++
		default:
			next := "nothing more"
			if reached < len(all) {
				next = all[reached]
			}
			return reached, again, fmt.Errorf("got %q\nwant %q", line, next)
		}
	}
	return reached, again, nil
}

// live goes through the whole script, each answer waited for.
func (p *person) live(t testing.TB, patience time.Duration) bool {
	t.Helper()
	want := 0
	for i := range p.script.steps {
		p.say(t, i)
		want += len(p.script.lines[i])
		said := time.Now()
		for ; ; time.Sleep(5 * time.Millisecond) {
			reached, _, err := p.heard()
			if err != nil {
				t.Errorf("%s, after step %d %q: %v", p.script.channel, i, p.script.steps[i], err)
				return false
			}
			if reached >= want {
				break
			}
			if time.Since(said) > patience {
				t.Errorf("%s, step %d %q was not answered in %v: %d of %d lines came", p.script.channel, i, p.script.steps[i], patience, reached, want)
				return false
			}
		}
		p.wait = max(p.wait, time.Since(said))
	}
	return true
}
