package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func document(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestArchitectureNamesEverySetting(t *testing.T) {
	architecture := document(t, "docs/architecture.md")
	for _, s := range new(config).settings(new(string)) {
		if !strings.Contains(architecture, "`"+s.name+"`") {
			t.Errorf("%s is not in docs/architecture.md", s.name)
		}
	}
}

// Every module that we name in go.mod has a row that says why, and no row is
// about a module that is gone.
func TestEveryDependencyIsExplained(t *testing.T) {
	direct, _, _ := strings.Cut(document(t, "go.mod"), "\n)")
	needed := make(map[string]bool)
	for _, m := range regexp.MustCompile(`(?m)^\t(\S+) v`).FindAllStringSubmatch(direct, -1) {
		needed[m[1]] = true
	}
	explained := make(map[string]bool)
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(document(t, "docs/dependencies.md"), -1) {
		explained[m[1]] = true
	}
	if len(needed) < 10 {
		t.Fatalf("%d modules read from go.mod", len(needed))
	}
	for module := range needed {
		if !explained[module] {
			t.Errorf("docs/dependencies.md does not say why we need %s", module)
		}
	}
	for module := range explained {
		if !needed[module] {
			t.Errorf("docs/dependencies.md explains %s, which we do not need", module)
		}
	}
}

func TestLinksOfTheDocumentsLead(t *testing.T) {
	files, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	links := 0
	for _, path := range append(files, "README.md", "SECURITY.md") {
		for _, m := range regexp.MustCompile(`\]\(([^)#]+)`).FindAllStringSubmatch(document(t, path), -1) {
			if strings.HasPrefix(m[1], "http") {
				continue
			}
			links++
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), m[1])); err != nil {
				t.Errorf("%s: %s leads nowhere", path, m[1])
			}
		}
	}
	if links < 10 {
		t.Errorf("only %d links were found", links)
	}
}
