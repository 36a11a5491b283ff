package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"khaibao/core/triage"
	"khaibao/locales"
)

// Each reason for which a rule file is refused has words, and what they name is
// told.
func TestEveryRefusalOfARuleFileHasWords(t *testing.T) {
	bundle, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	said := make(map[string]bool)
	for _, path := range sources(t) {
		if filepath.ToSlash(filepath.Dir(path)) != "core/triage" || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 2 || !slices.Contains([]string{"refuse", "wrong"}, called(call)) {
				return true
			}
			words := texts(call.Args[1:])
			if len(words) == 0 {
				return true
			}
			key := (&triage.Error{Reason: words[0]}).Key()
			said[key] = true
			for _, lang := range locales.Langs {
				for _, name := range bundle.Placeholders(lang, key) {
					if !slices.Contains(words[1:], name) {
						t.Errorf("%s: nobody tells %s in %s", path, name, key)
					}
				}
				if !bundle.Has(lang, key) {
					t.Errorf("%s: %s has no words in %s", path, key, lang)
				}
			}
			return true
		})
	}
	for _, key := range bundle.Keys(locales.Langs[0]) {
		if strings.HasPrefix(key, (&triage.Error{}).Key()) && !said[key] {
			t.Errorf("%s is never said", key)
		}
	}
	if len(said) < 40 {
		t.Errorf("only %d reasons were found", len(said))
	}
}

// called is the name of what is called.
func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// texts are the literals among some arguments.
func texts(args []ast.Expr) (out []string) {
	for _, a := range args {
		if lit, ok := a.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil {
				out = append(out, s)
			}
		}
	}
	return out
}
