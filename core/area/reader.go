package area

// span is a marker found in the text: tokens from (included) to to.
type span struct {
	marker
	from, to int
	marked   bool
}

// reader holds one text while it is read.
type reader struct {
	ix       *table
	c        Context
	text     string
	toks     []token
	marked   bool // some word has marks
	home     int32
	within   int32
	spans    []span
	units    []span // type words
	mentions []mention
	uppers   []upper
	sub      uint64 // tokens of numbered parts: tổ 3
	noise    uint64 // words that say nothing
	surely   uint64 // and are typed with their own marks: Minh Mạng is no mình
	edge     uint64 // tokens that begin something else than a name
	key      []byte
}

// maxTokens bounds what is read of a text. Units stand at the end.
const maxTokens = 63

func newReader(ix *table, text string, c Context) *reader {
	r := &reader{ix: ix, c: c, text: text, toks: tokenize(text), home: ix.find(c.Province), within: ix.find(c.Within)}
	if n := len(r.toks); n > maxTokens {
		r.toks = r.toks[n-maxTokens:]
	}
	if r.home < 0 {
		r.home = ix.find("46")
	}
	if r.within >= 0 {
		r.home = ix.province(r.within)
	}
	for i := range r.toks {
		r.marked = r.marked || r.toks[i].marked
	}
	r.findMarkers()
	return r
}

// joined returns the key of tokens run together. It holds until the next call.
func (r *reader) joined(from, to int) []byte {
	r.key = r.key[:0]
	for i := from; i < to; i++ {
		r.key = append(r.key, r.toks[i].key...)
	}
	return r.key
}

// findMarkers notes the words that say what other words are.
func (r *reader) findMarkers() {
	n := len(r.toks)
	for i := 0; i < n; i++ {
		if r.toks[i].number {
			r.edge |= 1 << i
			continue
		}
		for k := min(maxMarker, n-i); k > 0; k-- {
			m, ok := markers[string(r.joined(i, i+k))]
			if !ok || r.crosses(i, i+k, hard) {
				continue
			}
			fits, marked := m.fits(r.toks[i : i+k])
			if !fits {
				continue
			}
			s := span{marker: m, from: i, to: i + k, marked: marked}
			r.note(s)
			if k > 1 { // "thị xã" is no "xã"
				i += k - 1
			}
			break
		}
	}
}

// note keeps a marker, with the number after it where it has one.
func (r *reader) note(s span) {
	switch s.kind {
	case unitWord:
		r.units = append(r.units, s)
		r.edge |= 1 << s.from
		return
	case noiseWord:
		if s.label == "first" && s.from > 0 {
			return
		}
		r.noise |= span64(s.from, s.to)
		if s.marked {
			r.surely |= span64(s.from, s.to)
		}
		r.edge |= 1 << s.from
		return
	case partWord:
		if num := r.numberAt(s.to); num >= 0 {
			r.sub |= span64(s.from, num+1)
		} else if s.number && !(s.marked && s.label != "TDP") {
			return
		}
	}
	r.edge |= 1 << s.from
	r.spans = append(r.spans, s)
}

// numberAt returns the place of a number at i or after "số" at i, else -1.
func (r *reader) numberAt(i int) int {
	if i < len(r.toks) && r.toks[i].key == "so" && r.toks[i].gap != hard {
		i++
	}
	if i < len(r.toks) && r.toks[i].number && r.toks[i].gap != hard {
		return i
	}
	return -1
}

// crosses reports whether a gap at least g lies inside tokens.
func (r *reader) crosses(from, to int, g gap) bool {
	for i := from + 1; i < to; i++ {
		if r.toks[i].gap >= g {
			return true
		}
	}
	return false
}

// span64 is the set of tokens from (included) to to.
func span64(from, to int) uint64 {
	return (1<<to - 1) &^ (1<<from - 1)
}
