package area

import (
	"strings"
	"unicode/utf8"
)

// quality says how well what was typed agrees with a name, best first.
type quality uint8

const (
	exact   quality = iota // letter by letter
	bare                   // typed without marks
	partial                // some words with their marks, some without
	fused                  // without marks, and blanks in other places: aluoi
	swapped                // hỏi for ngã or the other way
	folded                 // marks that are not those of the name
	heard                  // another final that sounds alike: phú van
	no                     // not this name
)

// compare says how well tokens agree with the name. In a text that holds no
// marks at all a name without marks is no better than one with them.
func (n *name) compare(toks []token, textMarked bool) quality {
	q, marks, bares := exact, 0, 0
	rest := n.form
	for i := range toks {
		w, after, more := strings.Cut(rest, " ")
		if more == (i == len(toks)-1) {
			return no
		}
		rest = after
		tok, form, tone := &toks[i], w[:len(w)-1], w[len(w)-1]
		if utf8.RuneCountInString(form) != len(tok.key) {
			return no
		}
		sameForm := tok.form == form
		switch {
		case sameForm && toneDigit(tok.tone) == tone:
			if tok.marked {
				marks++
			} else if !textMarked {
				bares++
			}
		case !tok.marked:
			bares++
		case sameForm && sameTone(tok.tone, tone):
			q, marks = max(q, swapped), marks+1
		default:
			q, marks = folded, marks+1
		}
	}
	switch {
	case q > exact:
		return q
	case bares == 0:
		return exact
	case marks == 0:
		return bare
	}
	return partial
}

// compareFused compares words typed together or apart in other places
// than in the name: aluoi, P Rao.
func (n *name) compareFused(toks []token) quality {
	typed := 0
	var marked bool
	for i := range toks {
		typed += len(toks[i].form)
		marked = marked || toks[i].marked
	}
	if !marked {
		return fused
	}
	// The tone of a word that is several syllables is not kept by syllable:
	// letters without tones must do.
	var b strings.Builder
	for w := range strings.SplitSeq(n.form, " ") {
		b.WriteString(w[:len(w)-1])
	}
	own := b.String()
	for i := range toks {
		if !strings.HasPrefix(own, toks[i].form) {
			return folded
		}
		own = own[len(toks[i].form):]
	}
	return partial
}

// compareHeard compares words whose finals Huế speech makes alike; the rest
// must agree but for marks left out, hỏi and ngã.
func (n *name) compareHeard(toks []token) quality {
	rest := n.form
	for i := range toks {
		w, after, more := strings.Cut(rest, " ")
		if more == (i == len(toks)-1) {
			return no
		}
		rest = after
		tok, form, tone := &toks[i], loosen(w[:len(w)-1]), w[len(w)-1]
		typed := loosen(tok.form)
		switch {
		case tok.marked && (typed != form || !sameTone(tok.tone, tone) && toneDigit(tok.tone) != tone):
			return no
		case utf8.RuneCountInString(form) != utf8.RuneCountInString(typed):
			return no
		}
	}
	return heard
}
