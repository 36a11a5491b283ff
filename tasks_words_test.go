package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"khaibao/locales"
)

// Every kind of task that the program opens is named in words, in every
// language: an officer never reads the key of one.
func TestEveryKindOfTaskHasWords(t *testing.T) {
	kinds := taskKinds(t)
	for _, kind := range []string{"misunderstood", "unproven", "withdrawn", "objected", "unreached", "zalo_token", "look_ups"} {
		if !kinds[kind] {
			t.Errorf("no task of the kind %s is found: the kinds found are %v", kind, slices.Sorted(maps.Keys(kinds)))
		}
	}
	bundle, err := words()
	if err != nil {
		t.Fatal(err)
	}
	for kind := range kinds {
		for _, lang := range locales.Langs {
			if !bundle.Has(lang, "admin.task."+kind) {
				t.Errorf("%s has no words for a task of the kind %s", lang, kind)
			}
		}
	}
}

// taskKinds are the kinds of tasks in the sources: constants named TaskSomething,
// and those that stand in a Task itself.
func taskKinds(t *testing.T) map[string]bool {
	t.Helper()
	kinds := make(map[string]bool)
	add := func(path string, e ast.Expr) {
		switch e := e.(type) {
		case *ast.BasicLit:
			kind, err := strconv.Unquote(e.Value)
			if err != nil {
				t.Fatalf("%s: %s: %v", path, e.Value, err)
			}
			kinds[kind] = true
		case *ast.SelectorExpr: // a constant, or the kind of a task that is handed on
			if e.Sel.Name != "Kind" && !strings.HasPrefix(e.Sel.Name, "Task") {
				t.Errorf("%s: the kind of a task is %s: write it as text or as a constant named Task…", path, e.Sel.Name)
			}
		default:
			t.Errorf("%s: the kind of a task is a %T: write it as text or as a constant named Task…", path, e)
		}
	}
	for _, path := range sources(t) {
		if filepath.Ext(path) != ".go" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				for i, name := range n.Names {
					kind, ok := strings.CutPrefix(name.Name, "Task")
					if ok && ast.IsExported(kind) && i < len(n.Values) {
						add(path, n.Values[i])
					}
				}
			case *ast.CompositeLit:
				if typeName(n.Type) != "Task" && typeName(n.Type) != "OpenTask" {
					return true
				}
				for _, e := range n.Elts {
					if field, ok := e.(*ast.KeyValueExpr); ok && typeName(field.Key) == "Kind" {
						add(path, field.Value)
					}
				}
			}
			return true
		})
	}
	return kinds
}

// typeName is the last word of a name, "" for what is none.
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}
