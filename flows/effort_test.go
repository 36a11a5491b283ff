package flows

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"khaibao/core/channel"
)

const effortFile = "../docs/effort.md"

const effortHead = `# What a conversation costs

Counted from the transcripts in ` + "`flows/testdata`" + ` by a test; ` + "`go test ./flows -run Effort -update`" + ` writes this page anew. "Typed" are messages
that a person writes, "presses" are buttons, "received" are messages of ours with their characters and, where they are SMS, segments;
(SMS) lines that come on a second telephone are not counted.

| Transcript | Channel | Typed | Presses | Received | Characters | Segments |
| --- | --- | --- | --- | --- | --- | --- |
`

// effort is what one transcript costs its person.
type effort struct {
	channel                                        string
	typed, presses, received, characters, segments int
}

// buttons is a line that shows nothing but buttons.
var buttons = regexp.MustCompile(`^(\[[^\]]*\] ?)+$`)

// effortOf counts a transcript.
func effortOf(text string) effort {
	var e effort
	var message []string
	arrived := func() {
		if message == nil {
			return
		}
		said := strings.Join(message, "\n")
		e.received++
		e.characters += utf8.RuneCountInString(said)
		if e.channel == "sms" {
			n, _ := channel.Segments(said)
			e.segments += n
		}
		message = nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if more, ok := strings.CutPrefix(line, "  "); ok && message != nil {
			if !buttons.MatchString(more) {
				message = append(message, more)
			}
			continue
		}
		arrived()
		mark, rest, _ := strings.Cut(line, " ")
		switch {
		case mark == "@" && looks[rest].MaxButtons+looks[rest].MaxText > 0:
			e.channel = rest
		case mark == ">" && strings.HasPrefix(rest, "["):
			e.presses++
		case mark == ">" && !strings.HasPrefix(rest, "("):
			e.typed++
		case mark == "<" && !strings.HasPrefix(rest, "(SMS)") && !strings.HasPrefix(rest, "(officer)"):
			message = []string{rest}
		}
	}
	arrived()
	return e
}

// The page must say what the transcripts show, so that a change that costs
// people another message is seen in review.
func TestEffortIsAsWritten(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d transcripts, %v", len(files), err)
	}
	var page strings.Builder
	page.WriteString(effortHead)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		e := effortOf(string(text))
		if e.channel == "" || e.received == 0 {
			t.Errorf("%s: nothing counted: %+v", file, e)
		}
		segments := "–"
		if e.channel == "sms" {
			segments = fmt.Sprint(e.segments)
			if e.segments != e.received {
				t.Errorf("%s: %d messages take %d segments, want one each", file, e.received, e.segments)
			}
		}
		fmt.Fprintf(&page, "| %s | %s | %d | %d | %d | %d | %s |\n", strings.TrimSuffix(filepath.Base(file), ".txt"), e.channel,
			e.typed, e.presses, e.received, e.characters, segments)
	}
	if *update {
		if err := os.WriteFile(effortFile, []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	written, err := os.ReadFile(effortFile)
	if err != nil || string(written) != page.String() {
		t.Errorf("docs/effort.md does not say what the transcripts show (%v): run go test ./flows -run Effort -update", err)
	}
}

func TestEffortCounts(t *testing.T) {
	got := effortOf("# why\n@ sms\n> kb\n< Xin chao\n  1 Co\n< (SMS) 123456\n> [Co]\n< Cam on\n= lang: vi\n")
	want := effort{channel: "sms", typed: 1, presses: 1, received: 2, characters: len("Xin chao\n1 Co") + len("Cam on"), segments: 2}
	if got != want {
		t.Errorf("counted %+v, want %+v", got, want)
	}
}

// part is a transcript from a line that begins so, to before another; the
// whole where they are "".
func part(t *testing.T, name, from, to string) string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	scene := text[strings.Index(text, "@ "):]
	scene = scene[:strings.Index(scene, "\n")+1]
	if from != "" {
		_, rest, ok := strings.Cut(text, "\n"+from)
		if !ok {
			t.Fatalf("%s has no line %q", name, from)
		}
		text = scene + from + rest
	}
	if to != "" {
		before, _, ok := strings.Cut(text, "\n"+to)
		if !ok {
			t.Fatalf("%s has no line %q", name, to)
		}
		text = before + "\n"
	}
	return text
}

// What people may be asked to do at most.
func TestEffortStaysWithinItsLimits(t *testing.T) {
	for _, tt := range []struct {
		why, transcript, from, to string
		typed, presses, received  int // 0 for presses and received: not limited
	}{
		{"an unchanged day by SMS is one message each way", "daily-sms", "> nhu cu", "@ day 2021-08-17", 1, 0, 1},
		{"an unchanged day on Telegram is two presses", "daily-telegram", "> [Khai báo]", "", 0, 2, 0},
		{"one changed answer is one question: begin, what is new, send", "daily-sms", "@ day 2021-08-18", "@ day 2021-08-19", 3, 0, 0},
		{"a first declaration by SMS is 14 questions", "first-sms", "", "", 14, 0, 0},
		{"a journey by SMS is 18 questions", "journey-sms", "", "", 18, 0, 0},
		{"a further member of the family by SMS is five messages", "family-sms", "> Nguyen Thi Hoa", "> 0\n< Tu ", 5, 0, 0},
		{"a further member on a journey too", "journey-family", "> Tran Thi Lan", "> 0\n< Tu ", 5, 0, 0},
	} {
		e := effortOf(part(t, tt.transcript, tt.from, tt.to))
		if e.typed == 0 && e.presses == 0 {
			t.Errorf("%s: nothing counted", tt.why)
		}
		if e.typed > tt.typed || tt.presses > 0 && e.presses > tt.presses || tt.received > 0 && e.received > tt.received {
			t.Errorf("%s: typed %d, pressed %d, received %d; at most %d, %d, %d", tt.why, e.typed, e.presses, e.received, tt.typed, tt.presses, tt.received)
		}
	}
}

// Every form is played on every channel's features.
func TestEveryFormIsPlayedOnEveryChannel(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	played := make(map[string]bool)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		e := effortOf(string(text))
		for _, f := range Forms() {
			if strings.Contains(string(text), "= form: "+f.ID) {
				played[f.ID+" on "+e.channel] = true
			}
		}
	}
	for _, f := range Forms() {
		for name := range looks {
			if !played[f.ID+" on "+name] {
				t.Errorf("no transcript of %s on %s", f.ID, name)
			}
		}
	}
}
