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
)

// mayImport says which of our rooms a room may import; "core/..." stands for core
// and all below it. It is docs/architecture.md, Rooms, as a table: a room that is
// not in it has no right to import anything of ours.
var mayImport = map[string][]string{
	".":                    {"..."},
	"admin":                {"flows", "core/...", "locales"},
	"flows":                {"core/...", "locales"},
	"bots/telegram":        {"bots/fetch", "core", "core/channel", "core/qr", "locales"},
	"bots/zalo":            {"bots/fetch", "core", "core/channel", "core/qr"},
	"bots/fetch":           {"core", "core/qr"},
	"bots/web":             {"core", "core/channel", "core/codes", "core/qr", "locales"},
	"bots/sandbox":         {"core", "core/qr", "locales"},
	"bots/bottest":         {"core", "core/channel"},
	"looktest":             {},
	"sms":                  {"core", "core/channel", "locales"},
	"sms/smstest":          {"core"},
	"core/channel":         {"core"},
	"core/area":            {"core/reading"},
	"core/duty":            {"core/area"},
	"core/sheet":           {"core/reading"},
	"core/demo":            {"core", "core/area", "core/duty", "core/reading"},
	"core/monitor":         {"core"},
	"core/ways":            {"core", "core/channel"},
	"core/jobs":            {"core"},
	"core/triage":          {"core", "core/area", "core/monitor"},
	"core/outbox":          {"core", "core/channel", "core/seal", "core/store"},
	"core/store":           {"core/..."},
	"core/store/storetest": {"core", "core/store"},
}

// pure are the rooms without a clock, a database or a network, and the files
// of flows without one.
var pure = []string{"core", "core/area", "core/channel", "core/codes", "core/demo", "core/duty", "core/monitor", "core/reading", "core/sheet", "core/triage", "core/ways"}

func isPure(file string) bool {
	room := filepath.ToSlash(filepath.Dir(file))
	return slices.Contains(pure, room) || room == "flows" && !strings.HasPrefix(filepath.Base(file), "dispatcher")
}

// speaksSQL are the rooms that may import a database's driver.
var speaksSQL = []string{"core/store", "core/store/storetest"}

func allowed(rooms []string, room string) bool {
	return slices.ContainsFunc(rooms, func(r string) bool {
		below, all := strings.CutSuffix(r, "...")
		return r == room || all && strings.HasPrefix(room+"/", below)
	})
}

func TestImportsPointOneWay(t *testing.T) {
	seen := make(map[string]bool)
	for _, path := range sources(t) {
		if filepath.Ext(path) != ".go" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		room := filepath.ToSlash(filepath.Dir(path))
		seen[room] = true
		for _, spec := range file.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			if ours, ok := strings.CutPrefix(name, "khaibao/"); ok {
				if !allowed(mayImport[room], ours) {
					t.Errorf("%s: %s may not import %s", path, room, ours)
				}
				if isPure(path) && ours == "core/store" {
					t.Errorf("%s: only the dispatcher touches the store", path)
				}
			}
			if strings.HasPrefix(name, "database/sql") || strings.Contains(name, "/pgx/") || strings.Contains(name, "sqlite") {
				if !slices.Contains(speaksSQL, room) {
					t.Errorf("%s: only core/store knows SQL", path)
				}
			}
			if isPure(path) && slices.Contains([]string{"net", "os", "os/exec", "log", "log/slog"}, name) {
				t.Errorf("%s is pure and imports %s", path, name)
			}
		}
		if isPure(path) {
			for _, clock := range clocks(file) {
				t.Errorf("%s is pure and asks time.%s", path, clock)
			}
		}
	}
	for room := range mayImport {
		if !seen[room] {
			t.Errorf("there is no room %s", room)
		}
	}
}

// clocks are the uses of the machine's clock in a file.
func clocks(file *ast.File) []string {
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" &&
				slices.Contains([]string{"Now", "Since", "Until", "Sleep", "After", "Tick", "NewTimer", "NewTicker", "AfterFunc"}, s.Sel.Name) {
				found = append(found, s.Sel.Name)
			}
		}
		return true
	})
	return found
}
