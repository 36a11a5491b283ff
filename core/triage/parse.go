package triage

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"khaibao/core"
)

// What a rule file may be at most: the parser of YAML holds it whole.
const (
	maxText  = 128 << 10 // bytes
	maxDepth = 12
	maxRules = 200
	maxWords = 300 // runes of one reason
)

// otherBreaks end a line in YAML, but not in every editor.
const otherBreaks = "\r\u0085\u2028\u2029"

var (
	versionForm = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._-]{0,39}$`)
	ruleForm    = regexp.MustCompile(`^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$`)
	nameForm    = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,39}$`)
)

// Parse reads a rule file; docs/rules.md describes the format. A file with any
// fault is refused whole with an *Error, so that the rules in force stay.
func Parse(text []byte) (rules *Rules, err error) {
	// Lines are counted as an editor counts them.
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	switch {
	case len(text) > maxText:
		return nil, refuse(1, "long", "most", strconv.Itoa(maxText/1024))
	case !utf8.Valid(text):
		return nil, refuse(linesOf(text[:validPrefix(text)]), "utf8")
	case bytes.IndexByte(text, 0) >= 0: // PostgreSQL keeps no such text
		return nil, refuse(linesOf(text[:bytes.IndexByte(text, 0)]), "one_line")
	case bytes.ContainsAny(text, otherBreaks):
		return nil, refuse(linesOf(text[:bytes.IndexAny(text, otherBreaks)]), "line_break")
	}
	// A crafted text makes the parser of YAML panic now and then; for an officer
	// that is a file that cannot be read, not the end of the program.
	defer func() {
		if x := recover(); x != nil {
			rules, err = nil, refuse(1, "not_yaml", "said", "")
		}
	}()
	var doc, next yaml.Node
	reader := yaml.NewDecoder(bytes.NewReader(text))
	switch err := reader.Decode(&doc); {
	case err == io.EOF || err == nil && len(doc.Content) != 1:
		return nil, refuse(1, "empty_file")
	case err != nil:
		return nil, yamlError(err, text)
	}
	if err := reader.Decode(&next); err == nil {
		return nil, refuse(min(max(1, next.Line), linesOf(text)), "two_files")
	} else if err != io.EOF {
		return nil, yamlError(err, text)
	}
	p := &parser{lines: linesOf(text), out: &Rules{text: string(text), sources: make(map[string]string), groups: make(map[string]uint64), byID: make(map[string]*rule)}}
	p.plain(doc.Content[0], 0)
	p.file(doc.Content[0])
	if p.err != nil {
		return nil, p.err
	}
	sum := sha256.Sum256(text)
	p.out.hash = hex.EncodeToString(sum[:])
	p.out.finish()
	return p.out, nil
}

func linesOf(text []byte) int { return 1 + bytes.Count(text, []byte("\n")) }

// validPrefix is how many bytes stand before the first that is not UTF-8.
func validPrefix(text []byte) (n int) {
	for n < len(text) {
		r, size := utf8.DecodeRune(text[n:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		n += size
	}
	return n
}

var (
	yamlLine = regexp.MustCompile(`line (\d+): (.*)`)
	// These the parser of YAML counts from 0, all others from 1.
	countedFrom0 = regexp.MustCompile(`^did not find expected (',' or |key|node content|'-' indicator|<)`)
)

// yamlError takes line and reason out of the text of the parser of YAML, which
// has no type for them.
func yamlError(err error, text []byte) *Error {
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		line := digits(m[1])
		if countedFrom0.MatchString(m[2]) {
			line++
		}
		return refuse(min(max(1, line), linesOf(text)), "not_yaml", "said", m[2])
	}
	return refuse(1, "not_yaml", "said", strings.TrimPrefix(err.Error(), "yaml: "))
}

// file reads the whole file.
func (p *parser) file(n *yaml.Node) {
	m := p.mapping(n, "version", "from", "title", "window", "fever_from", "vaccination", "targets", "sources", "groups", "classes", "colours", "unknown", "otherwise", "measures")
	p.version(n, m)
	p.vaccination(m["vaccination"])
	p.targets(n, m["targets"])
	p.sourceTexts(n, m["sources"])
	p.symptomGroups(m["groups"])
	p.rules(m["classes"], PartClass)
	p.rules(p.need(n, m, "colours"), PartColour)
	p.unknowns(n, m)
	p.rules(p.need(n, m, "measures"), PartMeasure)
}

func (p *parser) version(n *yaml.Node, m map[string]*yaml.Node) {
	r := p.out
	if v := p.need(n, m, "version"); v != nil {
		if r.version = p.text(v, 40); !versionForm.MatchString(r.version) {
			p.wrong(v, "version")
		}
	}
	if v := p.need(n, m, "from"); v != nil {
		r.from = p.day(v)
	}
	if v := p.need(n, m, "title"); v != nil {
		r.title, _ = p.words(v, 0)
	}
	if v := p.need(n, m, "window"); v != nil {
		r.window = p.number(v, 1, 60)
	}
	if v := m["fever_from"]; v != nil {
		r.feverFrom = p.decimal(v, 36, 42)
	}
}

func (p *parser) vaccination(n *yaml.Node) {
	if n == nil {
		return
	}
	m := p.mapping(n, "doses", "after", "within", "recovered_within")
	if v := p.need(n, m, "doses"); v != nil {
		p.out.vaccine.doses = p.number(v, 1, 9)
	}
	if v := p.need(n, m, "after"); v != nil {
		p.out.vaccine.after = p.number(v, 0, 90)
	}
	if v := m["within"]; v != nil {
		p.out.vaccine.within = p.number(v, 1, 1000)
	}
	if v := m["recovered_within"]; v != nil {
		p.out.vaccine.recovered = p.number(v, 1, 1000)
	}
}

// targets must be the shorter the worse the colour.
func (p *parser) targets(file, n *yaml.Node) {
	if n == nil {
		p.wrong(file, "missing", "key", "targets")
		return
	}
	m := p.mapping(n, "red", "orange", "yellow")
	before := time.Duration(0)
	for _, c := range []core.Colour{core.ColourRed, core.ColourOrange, core.ColourYellow} {
		v := p.need(n, m, string(c))
		if v == nil {
			return
		}
		d, err := time.ParseDuration(v.Value)
		switch {
		case err != nil || d < time.Minute || d > 72*time.Hour:
			p.wrong(v, "target")
		case d < before:
			p.wrong(v, "target_order")
		}
		p.out.target[c.Rank()], before = d, d
	}
}

func (p *parser) sourceTexts(file, n *yaml.Node) {
	if n == nil {
		p.wrong(file, "missing", "key", "sources")
		return
	}
	for _, pair := range p.pairs(n) {
		if !nameForm.MatchString(pair.key.Value) {
			p.wrong(pair.key, "name")
		}
		p.out.sources[pair.key.Value] = p.text(pair.value, maxWords)
	}
}

// symptomGroups may name groups that stand above them; "all" is every symptom.
func (p *parser) symptomGroups(n *yaml.Node) {
	groups := p.out.groups
	groups["all"] = 1<<len(symptomWords.ids) - 1
	if n == nil {
		return
	}
	for _, pair := range p.pairs(n) {
		name := pair.key.Value
		switch {
		case !nameForm.MatchString(name):
			p.wrong(pair.key, "name")
		case groups[name] != 0 || symptomWords.bits[name] != 0:
			p.wrong(pair.key, "group_taken", "word", name)
		}
		groups[name] = p.symptoms(pair.value)
	}
}

// rules reads the rows of a part.
func (p *parser) rules(n *yaml.Node, part Part) {
	if n == nil {
		return
	}
	list := make([]rule, 0, len(n.Content))
	for _, item := range p.items(n, maxRules) {
		list = append(list, p.rule(item, part))
	}
	switch part {
	case PartClass:
		p.out.classes = list
	case PartColour:
		p.out.colours = list
	case PartMeasure:
		p.out.measures = list
	}
}

// names of what may not have been told, as the part "unknown" calls it.
var factNames = [facts]string{factSymptoms: "symptoms", factExposures: "exposures", factConditions: "conditions", factAge: "age", factArea: "area"}

// unknowns reads what counts where something was not told, and where nothing is
// the matter. Their IDs are ours.
func (p *parser) unknowns(file *yaml.Node, m map[string]*yaml.Node) {
	if n := p.need(file, m, "unknown"); n != nil {
		rows := p.mapping(n, factNames[:]...)
		for i, name := range factNames {
			if v := p.need(n, rows, name); v != nil {
				p.out.unknown[i] = p.plainRule(v, PartUnknown, "U-"+strings.ToUpper(name), core.ColourNone)
			}
		}
	}
	if n := p.need(file, m, "otherwise"); n != nil {
		p.out.otherwise = p.plainRule(n, PartOtherwise, "G-OTHERWISE", core.ColourGreen)
	}
}

// finish makes what is derived.
func (r *Rules) finish() {
	for _, list := range [][]rule{r.classes, r.colours, r.measures, r.unknown[:]} {
		for i := range list {
			for one := &list[i]; one != nil; one = one.then {
				r.byID[one.id] = one
			}
		}
	}
	r.byID[r.otherwise.id] = &r.otherwise
}
