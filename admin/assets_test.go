package admin

import (
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"khaibao/core/store/storetest"
)

// All style sheets are sent as one, squeezed for who can open it, and never
// asked for twice.
func TestStyleIsSentOnce(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	url, err := assetURL(allStyles)
	if err != nil {
		t.Fatal(err)
	}
	r := x.browser().request("GET", url, "", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	got := x.browser().do(r)
	if got.header.Get("Content-Encoding") != "gzip" || !strings.Contains(got.header.Get("Cache-Control"), "immutable") || got.header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("headers %v", got.header)
	}
	z, err := gzip.NewReader(strings.NewReader(got.body))
	if err != nil {
		t.Fatal(err)
	}
	squeezed, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	r = x.browser().request("GET", url, "", nil)
	r.Header.Set("Accept-Encoding", "identity")
	plain := x.browser().do(r)
	if plain.body != string(squeezed) || plain.header.Get("Content-Encoding") != "" {
		t.Error("a browser that opens nothing gets something else")
	}
	for name, a := range assets() {
		if strings.HasSuffix(name, ".css") && !strings.Contains(plain.body, string(a.body)) {
			t.Errorf("the one style sheet lacks %s", name)
		}
	}
	if _, found := strings.CutPrefix(plain.body, string(assets()["base.css"].body)); !found || !strings.HasSuffix(plain.body, string(assets()["print.css"].body)) {
		t.Error("what others build on does not come first, or paper not last")
	}
	x.browser().get("/admin/assets/nothing.css").wants(t, "no asset", 404)
}
