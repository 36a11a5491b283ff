package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Who asks for help sees every setting, no secret, and makes no database.
func TestHelp(t *testing.T) {
	dir := t.TempDir()
	environ := []string{envPrefix + "DATABASE_URL=sqlite:" + filepath.Join(dir, "khaibao.db"),
		envPrefix + "KEY_FILE=" + filepath.Join(dir, "khaibao.key"), envPrefix + "TELEGRAM_TOKEN=1:not-to-be-shown"}
	for _, line := range []string{"-h", "--help", "help", "serve -h", "chat -h", "migrate -h", "keys -h", "officer -h", "officer add -h", "officer help", "read -h"} {
		var out bytes.Buffer
		if err := run(t.Context(), strings.Fields(line), environ, strings.NewReader(""), &out); err != nil && !isHelp(err) {
			t.Errorf("khaibao %s: %v", line, err)
		}
		want := []string{"khaibao "}
		if first := strings.Fields(line)[0]; first != "officer" && first != "read" {
			var c config
			for _, s := range c.settings(new(string)) {
				want = append(want, envPrefix+s.name)
			}
		}
		for _, w := range want {
			if !strings.Contains(out.String(), w) {
				t.Errorf("khaibao %s does not say %q:\n%s", line, w, out.String())
			}
		}
		if strings.Contains(out.String(), "not-to-be-shown") {
			t.Errorf("khaibao %s shows a secret", line)
		}
	}
	if made, err := os.ReadDir(dir); err != nil || len(made) > 0 {
		t.Errorf("help made %v: %v", made, err)
	}
}

// The text names every command that there is.
func TestUsageNamesEveryCommand(t *testing.T) {
	source, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	commands := 0
	for line := range strings.Lines(string(source)) {
		name, ok := strings.CutPrefix(strings.TrimSpace(line), "case \"")
		if !ok {
			continue
		}
		commands++
		if name, _, _ = strings.Cut(name, "\""); !strings.Contains(usage, name) {
			t.Errorf("khaibao help does not name %s", name)
		}
	}
	if commands < 7 {
		t.Errorf("found %d commands in main.go", commands)
	}
}

// Who runs a province finds every setting and every metric of ours.
func TestOperationsNameEverySettingAndMetric(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("docs", "operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	var c config
	for _, s := range c.settings(new(string)) {
		if !strings.Contains(string(text), "`"+envPrefix+s.name+"`") {
			t.Errorf("docs/operations.md does not name %s%s", envPrefix, s.name)
		}
	}
	source, err := os.ReadFile("metrics.go")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`"(khaibao_[a-z_]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(names) < 7 {
		t.Errorf("found %d metrics in metrics.go", len(names))
	}
	for _, name := range names {
		if !strings.Contains(string(text), "`"+name[1]) {
			t.Errorf("docs/operations.md does not name %s", name[1])
		}
	}
}
