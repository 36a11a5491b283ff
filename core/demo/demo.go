// Package demo invents people and their declarations, for trying the program
// out, showing it and measuring it.
//
// It is pure: the same Options give the same people, answers and days, in
// whatever order and on however many cores they are asked for. People come in
// blocks of blockSize, each drawn from a random source of its own, so that a
// household is whole within its block and the first thousand people are the
// same however many follow.
//
// Nobody here exists. Shares are plausible for Thừa Thiên Huế, by general
// knowledge, and no source for statistics. All phones are of the invented range
// 0900000000 to 0900999999: beyond a million people they come again.
package demo

import (
	"fmt"
	"math/rand/v2"
	"time"

	"khaibao/core"
	"khaibao/core/area"
)

// Options say who is invented.
type Options struct {
	Seed         uint64
	People       int
	Declarations int      // at least one for each of the people
	AsOf         core.Day // declarations lie in the Window days before it
	Province     string   // GSO code of the home province, "46"
}

// Window is over how many days before Options.AsOf declarations are spread.
const Window = 60

// A block is drawn from one random source; a part is what is stored at once.
const (
	blockSize = 24
	partSize  = 100 * blockSize
)

// Generator invents people. It is safe for concurrent use.
type Generator struct {
	o      Options
	asOf   time.Time // midnight of AsOf in core.Zone
	places *places
}

// New checks the options and prepares a Generator.
func New(o Options) (*Generator, error) {
	asOf, err := time.ParseInLocation(time.DateOnly, string(o.AsOf), core.Zone)
	if err != nil {
		return nil, fmt.Errorf("as-of %q: want a day like 2021-08-15", o.AsOf)
	}
	if y := asOf.Year(); y < 2016 || y > 2099 { // twelve-digit numbers are of 2016
		return nil, fmt.Errorf("as-of %s: want a day of 2016 to 2099", o.AsOf)
	}
	if o.People < 1 {
		return nil, fmt.Errorf("%d people: want at least one", o.People)
	}
	if o.Declarations < o.People || o.Declarations > 1000*o.People {
		return nil, fmt.Errorf("%d declarations of %d people: want one to a thousand for each", o.Declarations, o.People)
	}
	if unit, ok := area.Get(o.Province); !ok || unit.Level != area.LevelProvince {
		return nil, fmt.Errorf("province %q: want a GSO code like 46", o.Province)
	}
	return &Generator{o: o, asOf: asOf, places: newPlaces(o.Province)}, nil
}

// Parts is how many parts there are.
func (g *Generator) Parts() int { return (g.o.People + partSize - 1) / partSize }

// Size is how many people a part holds.
func (g *Generator) Size(n int) int { return min(partSize, g.o.People-n*partSize) }

// Part gives the people of one part, 0 to Parts()-1: for each person the
// declarations, the oldest first.
func (g *Generator) Part(n int) [][]core.Declaration {
	first := n * partSize
	end := first + g.Size(n)
	people := make([][]core.Declaration, 0, end-first)
	for start := first; start < end; start += blockSize {
		people = append(people, g.block(start, min(start+blockSize, end))...)
	}
	return people
}

// block gives the people start to end-1. All of a block is drawn even where it
// is cut, so that the cut changes nobody.
func (g *Generator) block(start, end int) [][]core.Declaration {
	r := g.source(forPeople, start)
	drawn := make([]*person, 0, blockSize)
	for len(drawn) < blockSize {
		drawn = append(drawn, g.household(r, start+len(drawn), blockSize-len(drawn))...)
	}
	counts := g.counts(start, end)
	people := make([][]core.Declaration, end-start)
	for i := range people {
		people[i] = g.declarations(drawn[i], counts[i])
	}
	return people
}

// counts is how many declarations each person of a block makes. Over all
// people they add up to Options.Declarations.
func (g *Generator) counts(start, end int) []int {
	upTo := func(i int) int { return int(int64(i) * int64(g.o.Declarations) / int64(g.o.People)) }
	counts := make([]int, end-start)
	for i := range counts {
		counts[i] = 1
	}
	r := g.source(forCounts, start)
	who := 0
	for range upTo(end) - upTo(start) - len(counts) {
		if r.IntN(2) == 0 { // who came back once is likelier to come again
			who = r.IntN(len(counts))
		}
		counts[who]++
	}
	return counts
}

// What a random source is for: two uses of one number draw apart.
const (
	forPeople = iota + 1
	forCounts
	forDeclarations
	forJourneys
	forPeriods
)

func (g *Generator) source(use, index int) *rand.Rand {
	// The multiplier of a golden-ratio hash spreads neighbours apart.
	return rand.New(rand.NewPCG(g.o.Seed, (uint64(index)<<3|uint64(use))*0x9e3779b97f4a7c15))
}

// chance is true in per cases of a thousand.
func chance(r *rand.Rand, per int) bool { return r.IntN(1000) < per }

// between is from low to high, both included.
func between(r *rand.Rand, low, high int) int { return low + r.IntN(high-low+1) }
