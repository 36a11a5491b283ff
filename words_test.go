package main

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"khaibao/flows"
	"khaibao/locales"
)

// sources are the files of the program itself: Go without its tests and
// benches, templates, scripts and the readers' tables.
func sources(t *testing.T) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "specs" || d.Name() == "bench" || path != "." && strings.HasPrefix(d.Name(), ".")) {
			return filepath.SkipDir
		}
		kinds := []string{".go", ".html", ".js", ".txt"}
		if !d.IsDir() && slices.Contains(kinds, filepath.Ext(path)) && !strings.HasSuffix(path, "_test.go") {
			all = append(all, path)
		}
		return nil
	})
	if err != nil || len(all) < 100 {
		t.Fatalf("%d sources, %v", len(all), err)
	}
	return all
}

var (
	quoted = regexp.MustCompile("[\"'`]([\\w.%-]+)[\"'`]") // a word in a template or a script
	row    = regexp.MustCompile(`(?m)^([a-z_]+):`)         // what a line of a reader's table reads
)

// literals are the texts in quotes of all sources, and what the readers' tables
// read: text -> a file that has it.
func literals(t *testing.T) map[string]string {
	t.Helper()
	found := make(map[string]string)
	for _, path := range sources(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		switch filepath.Ext(path) {
		case ".go":
			file, err := parser.ParseFile(token.NewFileSet(), path, text, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if s, err := strconv.Unquote(lit.Value); err == nil {
						found[s] = path
					}
				}
				return true
			})
		case ".txt":
			for _, m := range row.FindAllSubmatch(text, -1) {
				found[string(m[1])] = path
			}
		default:
			for _, m := range quoted.FindAllSubmatch(text, -1) {
				found[string(m[1])] = path
			}
		}
	}
	return found
}

// formKeys are the keys that a form's questions are made into.
func formKeys(f *flows.Form) map[string]bool {
	keys := make(map[string]bool)
	for _, q := range f.Questions {
		if q.Kind == flows.Card || q.Kind == flows.Text && q.Hidden != nil {
			continue // asked in words of its own, or told by the way and never asked
		}
		own := cmp.Or(q.Of, f.ID) + "." + q.ID
		keys[own+".ask"], keys[own+".name"] = true, true
		for _, c := range q.Choices {
			keys[cmp.Or(q.Words, own)+"."+c] = true
		}
	}
	return keys
}

// Every text that people read is said somewhere, and what is said has a text.
// A key is used as it stands, or made: of a beginning that ends in a dot
// ("admin.duty.") or is a form's or its choices' own ("resident.", "symptom."),
// and names ("cdc"), or of another key and an ending that begins with a dot.
func TestEveryTextIsUsed(t *testing.T) {
	bundle, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	said := literals(t)
	var beginnings []*regexp.Regexp
	begin := func(text string) {
		text = strings.ReplaceAll(regexp.QuoteMeta(text), "%d", "[0-9]+")
		beginnings = append(beginnings, regexp.MustCompile("^"+text))
	}
	for _, f := range flows.Forms() {
		begin(f.ID + ".")
		for _, q := range f.Questions {
			if q.Words != "" {
				begin(q.Words + ".")
			}
		}
	}
	var endings []string
	for s := range said {
		if b := strings.TrimSuffix(s, "%s"); strings.HasSuffix(b, ".") && len(b) > 2 {
			begin(b)
		}
		if strings.HasPrefix(s, ".") && len(s) > 2 {
			endings = append(endings, s)
		}
	}
	unsaid := func(name string) bool { return said[name] == "" && said["."+name] == "" }
	var used func(key string) bool
	used = func(key string) bool {
		if said[key] != "" {
			return true
		}
		for _, beginning := range beginnings {
			if b := beginning.FindString(key); b != "" && !slices.ContainsFunc(strings.Split(key[len(b):], "."), unsaid) {
				return true
			}
		}
		return slices.ContainsFunc(endings, func(e string) bool {
			base, ok := strings.CutSuffix(key, e)
			return ok && used(base)
		})
	}
	for _, key := range bundle.Keys(locales.Langs[0]) {
		if !used(key) {
			t.Errorf("%s is never said", key)
		}
	}
}

var keyLike = regexp.MustCompile(`^[a-z]+(\.[a-z0-9_]+)+$`)

func TestEverySaidTextExists(t *testing.T) {
	bundle, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	rooms, has := make(map[string]bool), make(map[string]bool)
	for _, key := range bundle.Keys(locales.Langs[0]) {
		room, _, _ := strings.Cut(key, ".")
		rooms[room], has[key] = true, true
	}
	checked := 0
	for s, path := range literals(t) {
		room, _, _ := strings.Cut(s, ".")
		files := []string{".css", ".js", ".html", ".json", ".txt", ".png", ".jpg"}
		if !keyLike.MatchString(s) || !rooms[room] || slices.Contains(files, filepath.Ext(s)) {
			continue
		}
		if checked++; !has[s] {
			t.Errorf("%s: %s has no text", path, s)
		}
	}
	for _, f := range flows.Forms() {
		for key := range formKeys(f) {
			if checked++; !has[key] {
				t.Errorf("%s has no text", key)
			}
		}
	}
	if checked < 300 {
		t.Errorf("only %d keys were looked for", checked)
	}
}
