package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"testing"

	"golang.org/x/text/unicode/norm"

	"khaibao/core/reading"
)

// marks are words that stand for what must not leak. Those of names may stand
// in the database in clear; nothing else may, and none of them in a log, a
// metric, a URL or an error page (docs/reference/security.md, 8 and 10).
type marks struct {
	names  []string
	others []string
}

func (m *marks) all() []string { return append(append([]string(nil), m.names...), m.others...) }

// forms are the ways in which a mark could be written down.
func forms(mark string) []string {
	all := []string{mark, norm.NFD.String(mark), reading.Fold(mark), hex.EncodeToString([]byte(mark))}
	for skip := range 3 { // wherever it stands in a longer text, some of it is whole in base64
		b := base64.StdEncoding.EncodeToString(append(bytes.Repeat([]byte{0}, skip), mark...))
		if len(b) >= 16 {
			all = append(all, b[4:len(b)-4])
		}
	}
	return all
}

// findMarks fails for every mark that stands in a text. Digits are looked for
// in a text without its blanks, dots and dashes, too.
func findMarks(t *testing.T, where string, text []byte, all []string) {
	t.Helper()
	lower := bytes.ToLower(text)
	joined := regexp.MustCompile(`(\d)[ .-](\d)`).ReplaceAll(text, []byte("$1$2"))
	joined = regexp.MustCompile(`(\d)[ .-](\d)`).ReplaceAll(joined, []byte("$1$2"))
	for _, mark := range all {
		for _, form := range forms(mark) {
			for _, in := range [][]byte{text, lower, joined} {
				if i := bytes.Index(in, []byte(form)); i >= 0 {
					t.Errorf("%s holds %q: …%q…", where, mark, in[max(0, i-120):min(len(in), i+80)])
					break
				}
			}
		}
	}
}
