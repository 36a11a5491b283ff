package admin

import (
	"slices"
	"strings"
	"sync"

	"khaibao/core/reading"
	"khaibao/flows"
	"khaibao/locales"
)

// origin is a country as a filter offers it.
type origin struct{ Code, Name, key string }

// abroad are the countries by their names in each language, which do not change.
var abroad = sync.OnceValue(func() map[string][]origin {
	all := make(map[string][]origin)
	for _, lang := range locales.Langs {
		r := request{Lang: lang}
		for _, code := range flows.Abroad() {
			name := r.country(code)
			all[lang] = append(all[lang], origin{code, name, reading.Fold(name)})
		}
		slices.SortFunc(all[lang], func(a, b origin) int { return strings.Compare(a.key, b.key) })
	}
	return all
})

// Abroad are the countries that somebody may come from, in the order of names.
func (r *request) Abroad() []origin { return abroad()[locales.Known(r.Lang)] }
