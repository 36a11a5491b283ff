package main

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
)

// The command must say of every vector what the readers' own tests say.
func TestReadCommandSpeaksTheVectors(t *testing.T) {
	text, err := os.ReadFile("core/reading/testdata/vietnamese-input.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, kind := range []string{"yesno", "date", "phone", "id_number", "name", "place", "symptoms", "plate"} {
		var cases []struct {
			ID, Input, Tier string
			Context         map[string]any
			Expect          any
		}
		if err := json.Unmarshal(all[kind], &cases); err != nil {
			t.Fatal(err)
		}
		var in, out bytes.Buffer
		for _, c := range cases {
			line, _ := json.Marshal(map[string]any{"input": c.Input, "context": c.Context})
			in.Write(append(line, '\n'))
		}
		if err := readCommand([]string{kind, "-"}, &in, &out); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if len(lines) != len(cases) {
			t.Fatalf("%s: %d answers to %d lines", kind, len(lines), len(cases))
		}
		for i, c := range cases {
			var got any
			if err := json.Unmarshal([]byte(lines[i]), &got); err != nil {
				t.Fatalf("%s: %v", c.ID, err)
			}
			if c.Tier == "" && !reflect.DeepEqual(got, c.Expect) {
				t.Errorf("%s: %q reads as %s, want %v", c.ID, c.Input, lines[i], c.Expect)
			}
			read++
		}
	}
	if read < 280 {
		t.Fatalf("only %d vectors were read", read)
	}
}
