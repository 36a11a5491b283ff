package main

import (
	"net/http"
	"net/url"
	"path/filepath"
	"testing"

	"khaibao/core/demo"
)

// The passwords of the sandbox's officers stand in our own source. They must
// open nothing when the same database later serves without the sandbox.
func TestDemoOfficersWorkInTheSandboxOnly(t *testing.T) {
	dir := t.TempDir()
	settings := map[string]string{"DATABASE_URL": "sqlite:" + filepath.Join(dir, "kb.db"), "KEY_FILE": filepath.Join(dir, "kb.key")}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, test := range []struct {
		sandbox string
		want    int
	}{{"1", http.StatusSeeOther}, {"", http.StatusUnauthorized}, {"1", http.StatusSeeOther}} {
		settings["SANDBOX"] = test.sandbox
		r := start(t, settings)
		for _, o := range demo.Officers() {
			res, err := client.PostForm(r.url+"/admin/sign-in", url.Values{"name": {o.SignIn}, "password": {o.Password}})
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != test.want {
				t.Errorf("sandbox %q: %s signs in with %d, want %d", test.sandbox, o.SignIn, res.StatusCode, test.want)
			}
		}
		r.stop()
	}
}
