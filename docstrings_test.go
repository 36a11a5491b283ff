package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"testing"
)

// selfEvident are methods that say all by their name, as an interface of the
// standard library gave it to them.
var selfEvident = []string{"Error", "Unwrap", "Is", "As", "Format", "LogValue", "MarshalText"}

// What a room shows to others says what it is, and each room what it is for.
func TestEverythingExportedIsDescribed(t *testing.T) {
	described, rooms := make(map[string]bool), make(map[string]bool)
	for _, path := range sources(t) {
		if filepath.Ext(path) != ".go" {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		room := filepath.Dir(path)
		rooms[room] = true
		if file.Doc != nil {
			described[room] = true
		}
		for _, d := range file.Decls {
			for _, name := range undescribed(d) {
				t.Errorf("%s: %s has no comment", fset.Position(d.Pos()), name)
			}
		}
	}
	for room := range rooms {
		if !described[room] {
			t.Errorf("%s has no package comment", room)
		}
	}
}

// undescribed are the exported names of a declaration that nothing is said of:
// neither at the name nor, of a group, at its head.
func undescribed(d ast.Decl) (names []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && !slices.Contains(selfEvident, d.Name.Name) && exportedReceiver(d) {
			return []string{d.Name.Name}
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && d.Doc == nil && s.Doc == nil {
					names = append(names, s.Name.Name)
				}
			case *ast.ValueSpec:
				if s.Names[0].IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
					names = append(names, s.Names[0].Name)
				}
			}
		}
	}
	return names
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	of := d.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	name, ok := of.(*ast.Ident)
	return ok && name.IsExported()
}
