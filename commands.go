package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"strings"

	"bufio"

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
		fmt.Fprintln(out, "khaibao read KIND [--context JSON] TEXT\nkhaibao read KIND -   one {\"input\",\"context\"} a line\nKIND is one of yesno, date, phone, id_number, name, place, symptoms, plate")
		flags.PrintDefaults()
	}
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") { // flags may stand behind the kind
		args = append(args[1:], args[0])
		kind := args[len(args)-1]
		if err := flags.Parse(args[:len(args)-1]); err != nil {
			return err
		}
		return read(kind, *given, flags.Args(), in, out)
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	rest := flags.Args()
	if len(rest) == 0 {
		flags.Usage()
		return fmt.Errorf("read: no kind given")
	}
	return read(rest[0], *given, rest[1:], in, out)
}

func read(kind, given string, texts []string, in io.Reader, out io.Writer) error {
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
	if kind == "place" {
		return area.ReadText(text, known), nil
	}
	return reading.ReadText(kind, text, known), nil
}
