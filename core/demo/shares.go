package demo

import (
	"fmt"
	"math/rand/v2"
	"sort"
	"strconv"
	"strings"
)

// shares is a list of words, each with a share of the whole.
type shares struct {
	words []string
	upTo  []int // sum of the shares up to and with this word
}

// newShares reads "Nguyễn 38 | Trần 11": words and their shares, which need
// not add up to a hundred. A word without a number has the share 1.
func newShares(text string) shares {
	var s shares
	sum := 0
	for item := range strings.SplitSeq(text, "|") {
		word, share := strings.TrimSpace(item), 1
		if i := strings.LastIndexByte(word, ' '); i > 0 {
			if n, err := strconv.Atoi(word[i+1:]); err == nil {
				word, share = word[:i], n
			}
		}
		if word == "" || share < 1 {
			panic(fmt.Sprintf("demo: bad share %q", item))
		}
		sum += share
		s.words = append(s.words, word)
		s.upTo = append(s.upTo, sum)
	}
	return s
}

func (s shares) pick(r *rand.Rand) string { return s.words[s.index(r)] }

func (s shares) index(r *rand.Rand) int {
	n := r.IntN(s.upTo[len(s.upTo)-1])
	return sort.SearchInts(s.upTo, n+1)
}

// share is the share of one word.
func (s shares) share(i int) int {
	if i == 0 {
		return s.upTo[0]
	}
	return s.upTo[i] - s.upTo[i-1]
}
