package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// commonName is from how many people on a name is common.
const commonName = 300

// named adds that the person's name has a word that begins so. A name that
// many have is looked for among the newest declarations until a page is full,
// a rare one among the people first: either way round, the other is slow.
func (s *Store) named(ctx context.Context, q querier, w *walk, folded string) error {
	// Folded names hold no mark of LIKE.
	pattern := "% " + strings.NewReplacer("%", "", "_", "", `\`, "").Replace(folded) + "%"
	var all conditions
	all.and("' ' || p.folded LIKE ?", pattern)
	if words := wordsQuery(folded); s.pg != nil && words != "" {
		all.and(nameWords+" @@ to_tsquery('simple', ?)", words)
	}
	r, err := q.query(ctx, fmt.Sprintf(`SELECT p.id FROM people p WHERE 1 = 1%s LIMIT %d`, all.text.String(), commonName), all.args...)
	people, err := collect(r, err, scanText)
	if err != nil {
		return fmt.Errorf("look for a name: %w", err)
	}
	w.few = len(people) < commonName
	if w.common = !w.few; w.few {
		w.args = append(w.args, s.among(people))
		w.people = s.anyOf("$" + strconv.Itoa(len(w.args)))
	} else {
		w.and(&w.looked, "(SELECT ' ' || p.folded FROM people p WHERE p.id = d.person_id) LIKE ?", pattern)
	}
	return nil
}

// nameWords are the words of a name as PostgreSQL's index people_words holds
// them. SQLite, which has no such index, looks at all names.
const nameWords = `to_tsvector('simple', p.folded)`

// wordsQuery asks for names with these words, the last of which may go on; ""
// when there is none that both hold for one word.
func wordsQuery(folded string) string {
	all := strings.Fields(folded)
	var asked []string
	for i, word := range all {
		if strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") != "" {
			continue
		}
		if i == len(all)-1 {
			word += ":*"
		}
		asked = append(asked, word)
	}
	return strings.Join(asked, " & ")
}

// indexNames makes the index of the words of names, on PostgreSQL.
func indexNames(ctx context.Context, q querier) error {
	if _, lite := q.(sqliteConn); lite {
		return nil
	}
	_, err := q.exec(ctx, "CREATE INDEX people_words ON people USING gin ("+strings.ReplaceAll(nameWords, "p.", "")+")")
	return wrap(err, "index names")
}
