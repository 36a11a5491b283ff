package flows

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/locales"
)

var update = flag.Bool("update", false, "write transcripts anew")

// A transcript is a conversation that anyone can read. Lines that begin with
//
//	#  say why it is there
//	@  set the scene: "@ telegram", "@ +45m" moves the clock, "@ day 2021-08-15 08:00";
//	   "@ watch home 2021-08-29: Nguyễn Văn An, Trần Thị Bình" has an officer open the
//	   monitoring of people for whom this telephone answers, "@ schedule" lets the
//	   program's own clock strike, "@ extend 2021-09-05", "@ move 19777", "@ close",
//	   "@ want photo" are what officers do, "@ code" is one of them getting a code for
//	   a chat; what is sent then is shown below
//	>  are the person; [Label] presses the newest button of that label, [Label]^2
//	   the one before it; (photo), (photo TEXT), (photo broken), (location),
//	   (empty), (start), (stop) and (resume) are what they say; {code} is the
//	   newest code by SMS; "(officer) text" comes from an officer's own chat on
//	   Telegram, where {task} is the newest alert
//	<  are shown to the person; (SMS) comes on the phone that a code was asked for
//	=  are what was done: facts of a declaration, private answers, tasks, settings
//
// The last two are checked, and "go test ./flows -update" writes them anew.

// A backend is what a transcript is played to: Turn with little around it, or
// the dispatcher with its store.
type backend interface {
	// take plays one message, and returns what is shown and what was done.
	take(t *testing.T, in core.Inbound, now time.Time) (shown []shownMessage, did []string)
	// officer plays what an officer or the schedule does to the watched people.
	officer(t *testing.T, what, how string, to core.URN, now time.Time) (shown []shownMessage, did []string)
}

// shownMessage is one message as it arrives; code is the code in it, if any.
type shownMessage struct {
	out  core.Outbound
	to   core.URN
	code string
}

var looks = map[string]channel.Features{
	"telegram": {MaxText: 4096, MaxCaption: 1024, MaxButtons: 24, MaxColumns: 2, Pictures: true, Album: 10, Edits: true, AskContact: true},
	"sms":      {Plain: true, Proven: true, MaxText: 160},
	"zalo":     {MaxText: 2000, MaxButtons: 5, MaxColumns: 1, MaxLabel: 100, Pictures: true, Apart: true, AskContact: true, Unvouched: true},
	"web":      {MaxButtons: 40, MaxColumns: 2, Pictures: true, Edits: true},
}

var transcriptSetting = Setting{
	Province: "46", Hotline: "19001075", Disease: "COVID-19", LookBack: 14, Notice: 1,
	NoticeURL: "https://khaibao.example.vn/privacy", PublicURL: "https://khaibao.example.vn", CodeLifetime: 5 * time.Minute,
}

// officerURN is the chat of the officer, and alertTask what is typed there.
const officerURN core.URN = "telegram:9"

var alertTask = regexp.MustCompile(`DA NHAN ([A-Z2-9]{4})`)

// transcriptPhone is whose telephone it is.
const transcriptPhone = "+84900123456"

func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	bundle, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			p := player{open: func(name string) backend { return newPure(bundle, name) }}
			p.replay(t, file, *update)
		})
	}
}

// replay plays a transcript and compares what it brings with what is written.
func (p *player) replay(t *testing.T, file string, write bool) {
	t.Helper()
	p.now = time.Date(2021, 8, 15, 1, 0, 0, 0, time.UTC) // 08:00 in Hue
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for n, l := range strings.Split(strings.TrimRight(string(text), "\n"), "\n") {
		switch {
		case strings.HasPrefix(l, "<"), strings.HasPrefix(l, "="), strings.HasPrefix(l, "  "):
			continue
		case strings.HasPrefix(l, "@ "):
			lines, err := p.scene(t, l[2:])
			if err != nil {
				t.Fatalf("%s:%d: %v", file, n+1, err)
			}
			got = append(append(got, l), lines...)
		case strings.HasPrefix(l, "> "):
			got = append(got, l)
			lines, err := p.play(t, l[2:])
			if err != nil {
				t.Fatalf("%s:%d: %v\n%s", file, n+1, err, strings.Join(got, "\n"))
			}
			got = append(got, lines...)
		default:
			got = append(got, l)
		}
	}
	result := strings.Join(got, "\n") + "\n"
	if write {
		if err := os.WriteFile(file, []byte(result), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want := string(text)
	if p.onlyShown {
		want = didLine.ReplaceAllString(want, "")
	}
	if result != want {
		t.Errorf("%s differs; go test ./flows -update shows it in the diff:\n%s", file, firstDifference(want, result))
	}
}

var didLine = regexp.MustCompile(`(?m)^= .*\n`)

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		a, b := "", ""
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b {
			return fmt.Sprintf("line %d\nwant %s\n got %s", i+1, a, b)
		}
	}
	return "nothing"
}

// player holds the telephone of a transcript.
type player struct {
	open   func(string) backend
	to     backend
	name   string
	now    time.Time
	sent   int
	screen []shownMessage // all messages so far, in order
	code   string         // the newest code
	task   string         // short ID of the newest alert

	onlyShown bool // what was done cannot be seen
}

func (p *player) scene(t *testing.T, s string) ([]string, error) {
	if _, ok := looks[s]; ok {
		p.name, p.to = s, p.open(s)
		return nil, nil
	}
	if d, err := time.ParseDuration(strings.TrimPrefix(s, "+")); err == nil {
		p.now = p.now.Add(d)
		return nil, nil
	}
	if day, ok := strings.CutPrefix(s, "day "); ok {
		var err error
		p.now, err = time.ParseInLocation("2006-01-02 15:04", day, core.Zone)
		return nil, err
	}
	what, how, _ := strings.Cut(s, " ")
	if !slices.Contains([]string{"watch", "schedule", "extend", "move", "close", "want", "code"}, what) {
		return nil, fmt.Errorf("no scene %q", s)
	}
	shown, did := p.to.officer(t, what, how, p.urn(), p.now)
	if what == "code" {
		p.code, did = did[0], nil
	}
	return p.lines(shown, did), nil
}

func (p *player) urn() core.URN {
	if looks[p.name].Proven {
		return core.TelURN(transcriptPhone)
	}
	return core.URN(p.name + ":1")
}

func (p *player) play(t *testing.T, l string) ([]string, error) {
	t.Helper()
	in := core.Inbound{Channel: p.name, URN: p.urn(), At: p.now}
	if text, ok := strings.CutPrefix(l, "(officer) "); ok {
		in.Channel, in.URN, l = "telegram", officerURN, strings.ReplaceAll(text, "{task}", p.task)
	}
	if err := p.read(l, &in); err != nil {
		return nil, err
	}
	p.sent++
	in.ExternalID = strconv.Itoa(p.sent)
	p.now = p.now.Add(10 * time.Second) // people take their time
	shown, did := p.to.take(t, in, p.now)
	return p.lines(shown, did), nil
}

// lines are what is written of messages and of what was done.
func (p *player) lines(shown []shownMessage, did []string) []string {
	var lines []string
	for _, m := range shown {
		if m.code != "" {
			p.code = m.code
		}
		if task := alertTask.FindStringSubmatch(m.out.Text); task != nil && m.to == officerURN {
			p.task = task[1]
		}
		p.show(m)
		lines = append(lines, p.written(m)...)
	}
	for _, d := range did {
		lines = append(lines, "= "+p.marked(d))
	}
	return lines
}

var pressed = regexp.MustCompile(`^\[(.*)\](?:\^(\d+))?$`)

// read turns a line of the person into a message.
func (p *player) read(l string, in *core.Inbound) error {
	switch {
	case l == "(empty)":
		return nil
	case l == "(location)":
		in.Location = &core.Location{Lat: 16.46, Lon: 107.59}
	case l == "(photo)":
		in.Photo = &core.Photo{}
	case l == "(photo broken)":
		in.Photo = &core.Photo{Failed: true}
	case strings.HasPrefix(l, "(photo "):
		in.Photo = &core.Photo{Text: strings.TrimSuffix(l[len("(photo "):], ")")}
	case l == "(start)", l == "(stop)", l == "(resume)":
		in.Control = core.Control(strings.Trim(l, "()"))
	case pressed.MatchString(l):
		return p.press(pressed.FindStringSubmatch(l), in)
	default:
		in.Text = strings.ReplaceAll(l, "{code}", p.code)
	}
	return nil
}

// press finds a button on the screen.
func (p *player) press(label []string, in *core.Inbound) error {
	nth, _ := strconv.Atoi(label[2])
	for i := len(p.screen) - 1; i >= 0; i-- {
		m := p.screen[i].out
		if m.Ask == core.AskContact && m.AskText == label[1] {
			if in.Contact = transcriptPhone; looks[p.name].Unvouched {
				in.Contact, in.Offered = "", strings.TrimPrefix(transcriptPhone, "+")
			}
			return nil
		}
		for _, row := range m.Buttons {
			for _, b := range row {
				if strings.TrimPrefix(b.Label, "✓ ") != label[1] {
					continue
				}
				if nth--; nth <= 0 {
					in.Action, in.Ref = b.Action, m.ID
					return nil
				}
				goto earlier
			}
		}
	earlier:
	}
	return fmt.Errorf("no button [%s]", label[1])
}

// show puts a message on the screen, or changes one that is there.
func (p *player) show(m shownMessage) {
	if m.to != p.urn() {
		return
	}
	if m.out.Edit != "" {
		for i := range p.screen {
			if p.screen[i].out.ID == m.out.Edit {
				m.out.ID = m.out.Edit
				p.screen[i] = m
				return
			}
		}
	}
	m.out.ID = strconv.Itoa(len(p.screen) + 1)
	p.screen = append(p.screen, m)
}

// written writes a message as a transcript does.
func (p *player) written(m shownMessage) []string {
	text := m.out.Text
	if m.code != "" {
		text = strings.ReplaceAll(text, m.code, "{code}")
	}
	switch {
	case m.to == officerURN:
		text = "(officer) " + text
		if p.task != "" {
			text = strings.ReplaceAll(text, p.task, "{task}")
		}
	case m.to != p.urn():
		text = "(SMS) " + text
	case m.out.Edit != "":
		text = "(edited) " + text
	case m.out.Photo != nil:
		text = "(QR) " + text
	case len(m.out.Album) > 0:
		text = "(album)"
		for _, p := range m.out.Album {
			text += "\n(QR) " + p.Caption
		}
	}
	for _, row := range m.out.Buttons {
		for _, b := range row {
			text += " [" + b.Label + "]"
		}
	}
	if m.out.Ask != "" {
		text += " [" + m.out.AskText + "]"
	}
	lines := strings.Split(p.marked(text), "\n")
	for i := range lines {
		if i == 0 {
			lines[i] = "< " + lines[i]
		} else {
			lines[i] = "  " + lines[i]
		}
	}
	return lines
}

var (
	qrLink   = regexp.MustCompile(`https://\S+/q/[A-Za-z2-7]{26}`)
	taskPage = regexp.MustCompile(`https://\S+/admin/tasks/\S+`)
	qrNumber = regexp.MustCompile(`\b[1-9][0-9]{9}\b`)
)

// marked writes marks for what differs from run to run.
func (p *player) marked(s string) string {
	return qrNumber.ReplaceAllString(qrLink.ReplaceAllString(taskPage.ReplaceAllString(s, "{page}"), "{link}"), "{number}")
}
