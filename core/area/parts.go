package area

import (
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// parts splits what was typed besides units into the part of a commune
// ("TDP 3", "Thôn Dạ Lê") and the rest, as typed. cover is the set of tokens
// that name units.
func (r *reader) parts(cover uint64) (sub, rest string) {
	known := cover
	var subs []string
	for _, s := range r.spans {
		if s.kind != partWord || span64(s.from, s.to)&known != 0 {
			continue
		}
		to := r.numberAt(s.to) + 1
		name := ""
		if to > 0 {
			name = strings.ToUpper(r.toks[to-1].key)
		} else {
			to, name = r.villageAt(s.to, known)
		}
		if name != "" {
			subs = append(subs, s.label+" "+name)
			known |= span64(s.from, to)
		}
	}
	return strings.Join(subs, ", "), r.restOf(known)
}

// villageAt returns the end of the name that begins at token i, and the name
// as names are written.
func (r *reader) villageAt(i int, known uint64) (end int, name string) {
	var words []string
	for ; i < len(r.toks) && known>>i&1 == 0; i++ {
		t := &r.toks[i]
		plain := t.number || r.noise>>i&1 != 0 && !t.marked && t.key != "a" // Vinh Ve is no "về"
		if t.gap == hard || len(words) > 0 && (t.gap == soft || r.edge>>i&1 != 0 && !plain) {
			break
		}
		words = append(words, title(r.text[t.from:t.to]))
	}
	return i, strings.Join(words, " ")
}

// title writes a word with a capital and the rest small.
func title(w string) string {
	first, size := utf8.DecodeRuneInString(w)
	return string(unicode.ToUpper(first)) + strings.ToLower(w[size:])
}

// restOf returns the runs of tokens outside a set, as typed, without the words
// at their ends that say nothing.
func (r *reader) restOf(known uint64) string {
	var runs []string
	for i := 0; i < len(r.toks); {
		if known>>i&1 != 0 {
			i++
			continue
		}
		j := i + 1
		for j < len(r.toks) && known>>j&1 == 0 && r.toks[j].gap != hard {
			j++
		}
		trim := r.surely
		if run := span64(i, j); run&^r.noise == 0 {
			trim = run
		}
		from, to := i, j
		for from < to && trim>>from&1 != 0 {
			from++
		}
		for to > from && trim>>(to-1)&1 != 0 && (trim != r.surely || r.toks[to-1].marked) { // Đào Duy Anh
			to--
		}
		if from < to {
			runs = append(runs, r.text[r.toks[from].from:r.toks[to-1].to])
		}
		i = j
	}
	return strings.Join(runs, ", ")
}

// finer reports whether the text says more than units: a house, a street, a
// part of a commune.
func (r *reader) finer(cover uint64) bool {
	return (r.sub|r.streets(cover))&^cover != 0
}

// streets is the set of tokens that are a house number or a street: from đường
// or a number to the next comma or unit.
func (r *reader) streets(cover uint64) uint64 {
	var out uint64
	from := func(i int) {
		for j := i; j < len(r.toks) && cover>>j&1 == 0 && (j == i || r.toks[j].gap != hard); j++ {
			out |= 1 << j
		}
	}
	for _, s := range r.spans {
		if s.kind != partWord || r.numberAt(s.to) < 0 {
			from(s.from)
		}
	}
	for i := range r.toks {
		if r.toks[i].number && (cover|r.sub)>>i&1 == 0 && len(r.toks[i].key) < 8 && !r.inWord(i) {
			from(i)
		}
	}
	return out
}

// inWord reports whether the number i stands in a word, as in VNI: Lo6c5.
func (r *reader) inWord(i int) bool {
	return i > 0 && r.toks[i-1].to == r.toks[i].from && !slices.ContainsFunc(r.spans, func(s span) bool { return s.to == i })
}

// unknown counts the words that are neither units nor parts, streets or noise.
func (r *reader) unknown(cover uint64) int {
	known := cover | r.sub | r.noise | r.streets(cover)
	return bits.OnesCount64(span64(0, len(r.toks)) &^ known)
}
