package reading

import (
	"embed"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed words/*.txt
var wordFiles embed.FS

var (
	rhymes = func() map[string]bool {
		m := map[string]bool{}
		for _, w := range wordList("rhymes") {
			m[w] = true
			m[unmarked(w)] = true
		}
		return m
	}()
	onsets = append(wordList("onsets"), "")
)

// unmarked takes the marks off a lower-case word; unlike Fold it keeps all
// that is no Vietnamese letter.
func unmarked(w string) string {
	if !hasMarks(w) {
		return w
	}
	b := make([]byte, 0, 32)
	for _, r := range w {
		if l, ok := letterOf(r); ok {
			b = append(b, l.base)
		} else {
			b = utf8.AppendRune(b, r)
		}
	}
	return string(b)
}

// tableLines returns the lines of a word table without comments and blanks.
func tableLines(name string) []string {
	text, err := wordFiles.ReadFile("words/" + name + ".txt")
	if err != nil {
		panic("reading: word table " + name + ": " + err.Error())
	}
	var lines []string
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// wordList reads a table that is a plain list of words.
func wordList(name string) []string {
	var out []string
	for _, line := range tableLines(name) {
		out = append(out, strings.Fields(line)...)
	}
	return out
}

// phrase is one entry of a lexicon. A word of it that begins with = stands
// only for itself, marks and all.
type phrase struct {
	id    string
	words []string
	exact []bool
}

// lexicon finds phrases by the unmarked form of their first word.
type lexicon map[string][]phrase

// newLexicon reads tables of lines "id: phrase | phrase". An earlier table
// wins over a later one when both hold phrases of the same length.
func newLexicon(tables ...string) lexicon {
	lx := lexicon{}
	for _, table := range tables {
		for _, line := range tableLines(table) {
			id, rest, ok := strings.Cut(line, ":")
			if !ok {
				panic("reading: word table " + table + ": no colon in " + line)
			}
			for text := range strings.SplitSeq(rest, "|") {
				p := phrase{id: strings.TrimSpace(id)}
				for _, w := range strings.Fields(text) {
					bare := strings.TrimPrefix(w, "=")
					p.words = append(p.words, bare)
					p.exact = append(p.exact, bare != w)
				}
				if len(p.words) > 0 {
					key := unmarked(p.words[0])
					lx[key] = append(lx[key], p)
				}
			}
		}
	}
	return lx
}

// match finds the longest phrase that begins at token i and lies within one
// clause. Of phrases equally long, the one typed with its exact marks wins. n
// is the number of tokens it covers, 0 for none.
func (lx lexicon) match(ts []token, i int) (id string, n int) {
	exactest := -1
	phrases := lx[ts[i].bare]
	for k := range phrases {
		p := &phrases[k]
		if len(p.words) < n || len(p.words) > len(ts)-i {
			continue
		}
		same := 0
		ok := true
		for j, w := range p.words {
			t := &ts[i+j]
			if j > 0 && t.breaks() || p.exact[j] && t.text != w || !fits(t.text, w) {
				ok = false
				break
			}
			if t.text == w {
				same++
			}
		}
		if ok && (len(p.words) > n || same > exactest) {
			id, n, exactest = p.id, len(p.words), same
		}
	}
	return id, n
}

// begins reports whether a phrase may begin with a token.
func (lx lexicon) begins(t token) bool {
	return slices.ContainsFunc(lx[t.bare], func(p phrase) bool { return fits(t.text, p.words[0]) })
}

// token is a word or a run of digits, with what stood before it.
type token struct {
	text string // lower case, NFC
	bare string // the same without marks
	gap  string // what stood between this and the token before, blanks off
	glue bool   // nothing at all stood before it: "8h30" is three tokens
	num  bool
	caps bool // began with a capital letter
	from int  // where it stands in the cleaned text, in bytes
	to   int
}

// breaks reports whether the token begins a new clause.
func (t token) breaks() bool { return strings.ContainsAny(t.gap, ",.;:!?|/\n=") }

// tokens splits a text into words and numbers.
func tokens(s string) []token {
	s = Clean(s)
	ts := make([]token, 0, len(s)/5+1)
	gap, start := 0, 0 // where the text between tokens, and the token, begin
	var kind, prev byte
	flush := func(end int) {
		if prev == 0 {
			return
		}
		word := s[start:end]
		first, _ := utf8.DecodeRuneInString(word)
		text := strings.ToLower(word)
		ts = append(ts, token{text: text, bare: unmarked(text), gap: strings.TrimSpace(s[gap:start]),
			glue: len(ts) > 0 && gap == start, num: prev == '0', caps: unicode.IsUpper(first), from: start, to: end})
		gap = end
	}
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			kind = '0'
		case unicode.IsLetter(r), unicode.Is(unicode.M, r):
			kind = 'a'
		default:
			kind = 0
		}
		if kind != prev {
			flush(i)
			start, prev = i, kind
		}
	}
	flush(len(s))
	return ts
}
