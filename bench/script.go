package main

import (
	"fmt"
	"os"
	"strings"
)

// firstDeclaration is what a healthy person types in a first declaration by
// SMS, from the transcript that the tests replay.
const firstDeclaration = "flows/testdata/first-sms.txt"

// readScript takes the person's lines out of a transcript.
func readScript(file string) ([]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the transcript (run from the top of the tree): %w", err)
	}
	var lines []string
	for line := range strings.Lines(string(text)) {
		if said, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "> "); ok {
			lines = append(lines, said)
		}
	}
	if len(lines) < 10 {
		return nil, fmt.Errorf("%s: %d lines are no declaration", file, len(lines))
	}
	return lines, nil
}
