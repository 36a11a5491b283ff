package triage

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"
)

//go:embed rules/*.yaml
var builtIn embed.FS

// BuiltIn are the rules of the published Vietnamese periods, the oldest first
// (docs/reference/follow-up.md 2b and 2c, docs/reference/vietnam.md 2.7). They
// are a worked example to start from: what was not verified says so.
func BuiltIn() []*Rules { return slices.Clone(parseBuiltIn()) }

var parseBuiltIn = sync.OnceValue(func() []*Rules {
	files, err := builtIn.ReadDir("rules")
	if err != nil {
		panic(err)
	}
	var out []*Rules
	for _, f := range files {
		text, err := builtIn.ReadFile("rules/" + f.Name())
		if err != nil {
			panic(err)
		}
		r, err := Parse(text)
		if err != nil {
			panic(fmt.Sprintf("triage: rules/%s: %v", f.Name(), err)) // a test parses them all
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b *Rules) int { return strings.Compare(string(a.from), string(b.from)) })
	return out
})
