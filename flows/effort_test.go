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
		case mark == "<" && !strings.HasPrefix(rest, "(SMS)"):
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
