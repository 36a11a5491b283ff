package triage

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"khaibao/core"
)

// parser reads the tree of a file. The first fault is kept and everything after
// it is passed over.
type parser struct {
	out   *Rules
	lines int
	err   *Error
	ids   map[string]int // of rules -> line
}

// wrong keeps the first fault. What is missing at the end counts as the last line.
func (p *parser) wrong(n *yaml.Node, reason string, args ...string) {
	if p.err == nil {
		p.err = refuse(min(max(1, n.Line), p.lines), reason, args...)
	}
}

// plain refuses what a rule file does not need and a hostile one lives on:
// anchors, aliases, tags and depth.
func (p *parser) plain(n *yaml.Node, depth int) {
	switch {
	case p.err != nil:
		return
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		p.wrong(n, "alias")
	case n.Style&yaml.TaggedStyle != 0 || n.Tag == "!!merge":
		p.wrong(n, "tag")
	case depth > maxDepth:
		p.wrong(n, "deep")
	}
	for _, c := range n.Content {
		p.plain(c, depth+1)
	}
}

// pair is a key with its value.
type pair struct{ key, value *yaml.Node }

// pairs are those of a mapping, each key once.
func (p *parser) pairs(n *yaml.Node) (out []pair) {
	if p.err != nil {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		p.wrong(n, "mapping")
		return nil
	}
	seen := make(map[string]int)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			p.wrong(key, "mapping")
			return nil
		}
		if line, twice := seen[key.Value]; twice {
			p.wrong(key, "twice", "word", key.Value, "line", strconv.Itoa(line))
			return nil
		}
		seen[key.Value] = key.Line
		out = append(out, pair{key, value})
	}
	return out
}

// lowering are keys that people try, and why there are none.
var lowering = []string{"not", "none_of", "unless", "except", "symptoms_none", "exposures_none", "conditions_none", "lower", "lower_to", "at_most", "colour_at_most", "override"}

// mapping reads a mapping of which only some keys are allowed.
func (p *parser) mapping(n *yaml.Node, allowed ...string) map[string]*yaml.Node {
	out := make(map[string]*yaml.Node)
	for _, pair := range p.pairs(n) {
		switch {
		case slices.Contains(allowed, pair.key.Value):
			out[pair.key.Value] = pair.value
		case slices.Contains(lowering, pair.key.Value):
			p.wrong(pair.key, "lowering", "key", pair.key.Value)
		default:
			p.wrong(pair.key, "unknown_key", "key", pair.key.Value, "allowed", strings.Join(allowed, ", "))
		}
	}
	return out
}

// need is a key that must be there.
func (p *parser) need(n *yaml.Node, m map[string]*yaml.Node, key string) *yaml.Node {
	if m[key] == nil {
		p.wrong(n, "missing", "key", key)
	}
	return m[key]
}

// items are those of a list, at least one.
func (p *parser) items(n *yaml.Node, most int) []*yaml.Node {
	switch {
	case p.err != nil:
		return nil
	case n.Kind != yaml.SequenceNode || len(n.Content) == 0:
		p.wrong(n, "list")
		return nil
	case len(n.Content) > most:
		p.wrong(n, "entries", "most", strconv.Itoa(most))
		return nil
	}
	return n.Content
}

// text is a text that is not empty, without the characters that no text needs.
func (p *parser) text(n *yaml.Node, most int) string {
	if p.err != nil {
		return ""
	}
	text := strings.TrimSpace(n.Value)
	switch {
	case n.Kind != yaml.ScalarNode || text == "" || n.Tag == "!!null":
		p.wrong(n, "text")
	case utf8.RuneCountInString(text) > most:
		p.wrong(n, "letters", "most", strconv.Itoa(most))
	case strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f }):
		p.wrong(n, "one_line")
	}
	return text
}

func (p *parser) number(n *yaml.Node, least, most int) int {
	i, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || i < least || i > most {
		p.wrong(n, "number", "least", strconv.Itoa(least), "most", strconv.Itoa(most))
	}
	return i
}

func (p *parser) decimal(n *yaml.Node, least, most float64) float64 {
	f, err := strconv.ParseFloat(n.Value, 64)
	if n.Kind != yaml.ScalarNode || err != nil || !(f >= least && f <= most) {
		p.wrong(n, "number", "least", fmt.Sprint(least), "most", fmt.Sprint(most))
	}
	return f
}

func (p *parser) day(n *yaml.Node) core.Day {
	d := core.Day(n.Value)
	if n.Kind != yaml.ScalarNode || ordinalOf(d) == noDay {
		p.wrong(n, "day")
	}
	return d
}

// only reads "true": a condition that must not hold could lower.
func (p *parser) only(n *yaml.Node) bool {
	if n.Value != "true" {
		p.wrong(n, "only_true")
	}
	return true
}

// one reads a word of a vocabulary.
func (p *parser) one(n *yaml.Node, v vocabulary) string {
	if n.Kind != yaml.ScalarNode || v.bits[n.Value] == 0 {
		p.wrong(n, "unknown_word", "word", n.Value, "allowed", strings.Join(v.ids, ", "))
	}
	return n.Value
}

// some reads one word or a list of them.
func (p *parser) some(n *yaml.Node, v vocabulary) (set uint64) {
	for _, item := range p.scalars(n) {
		set |= v.bits[p.one(item, v)]
	}
	return set
}

// scalars are the items of a list, or the one word that stands for it.
func (p *parser) scalars(n *yaml.Node) []*yaml.Node {
	if n.Kind == yaml.ScalarNode {
		return []*yaml.Node{n}
	}
	return p.items(n, 64)
}

// symptoms reads symptoms and groups of them.
func (p *parser) symptoms(n *yaml.Node) (set uint64) {
	for _, item := range p.scalars(n) {
		switch {
		case item.Kind == yaml.ScalarNode && symptomWords.bits[item.Value] != 0:
			set |= symptomWords.bits[item.Value]
		case item.Kind == yaml.ScalarNode && p.out.groups[item.Value] != 0:
			set |= p.out.groups[item.Value]
		default:
			p.wrong(item, "unknown_symptom", "word", item.Value)
		}
	}
	return set
}
