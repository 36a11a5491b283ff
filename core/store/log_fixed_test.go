package store

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// No statement of this package changes what officers saw and did.
func TestNoStatementChangesTheLog(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	changes := regexp.MustCompile(`(?i)\b(UPDATE|DELETE\s+FROM|TRUNCATE(\s+TABLE)?|REPLACE\s+INTO|DROP\s+TABLE)\s+(` + strings.Join(logTables, "|") + `)\b`)
	if !changes.MatchString("DELETE FROM reads WHERE id = $1") {
		t.Fatal("the search finds nothing at all")
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || name == "retention.go" {
			continue
		}
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if found := changes.FindString(string(body)); found != "" {
			t.Errorf("%s: %s", name, found)
		}
	}
}
