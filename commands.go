package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/reading"
)

// readCommand prints what the readers understand of a text, as one JSON value
// in the form of the test vectors' expect. With "-" it reads one
// {"input","context"} a line.
func readCommand(args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("khaibao read", flag.ContinueOnError)
	flags.SetOutput(out)
	given := flags.String("context", "{}", "what is known of the question, as JSON: field, reference_date, asked_level, within, options")
	flags.Usage = func() {
		fmt.Fprintln(out, "khaibao read KIND [--context JSON] TEXT\nkhaibao read KIND -   one {\"input\",\"context\"} a line\nKIND is one of place, "+strings.Join(reading.Kinds, ", "))
		flags.PrintDefaults()
	}
	kind := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") { // flags may stand behind the kind
		kind, args = args[0], args[1:]
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	texts := flags.Args()
	if kind == "" {
		if len(texts) == 0 {
			flags.Usage()
			return fmt.Errorf("read: no kind given")
		}
		kind, texts = texts[0], texts[1:]
	}
	return read(kind, *given, texts, in, out)
}

func read(kind, given string, texts []string, in io.Reader, out io.Writer) error {
	kinds := append([]string{"place"}, reading.Kinds...)
	if !slices.Contains(kinds, kind) {
		return fmt.Errorf("read: no kind %q: want one of %s", kind, strings.Join(kinds, ", "))
	}
	var known map[string]any
	if err := json.Unmarshal([]byte(given), &known); err != nil {
		return fmt.Errorf("read: --context is no JSON object: %w", err)
	}
	print := json.NewEncoder(out)
	print.SetEscapeHTML(false)
	one := func(text string, known map[string]any) error {
		value, err := understand(kind, text, known)
		if err != nil {
			return err
		}
		return print.Encode(value)
	}
	if len(texts) != 1 || texts[0] != "-" {
		return one(strings.Join(texts, " "), known)
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var line struct {
			Input   string         `json:"input"`
			Context map[string]any `json:"context"`
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return fmt.Errorf("read: line %d is no JSON object: %w", n, err)
		}
		if line.Context == nil {
			line.Context = known
		}
		if err := one(line.Input, line.Context); err != nil {
			return err
		}
	}
	return lines.Err()
}

func understand(kind, text string, known map[string]any) (any, error) {
	if _, told := known["reference_date"]; !told { // "yesterday" is of today, unless told otherwise
		known = maps.Clone(known)
		if known == nil {
			known = make(map[string]any)
		}
		known["reference_date"] = string(core.DayOf(time.Now()))
	}
	if kind == "place" {
		return area.ReadText(text, known), nil
	}
	return reading.ReadText(kind, text, known), nil
}
