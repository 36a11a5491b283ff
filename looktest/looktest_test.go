package looktest

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// noted is a test whose failures are kept.
type noted struct {
	testing.TB
	mu   sync.Mutex
	said []string
}

func (n *noted) Errorf(format string, args ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.said = append(n.said, fmt.Sprintf(format, args...))
}

// What no page may do is seen: each of these does one of it, and nothing else.
func TestFaultsAreSeen(t *testing.T) {
	const form = `<form action="/x"><label>Tên <input name="a" style="height:44px"></label> <button style="height:44px">Gửi</button></form>`
	tests := []struct{ name, body, want string }{
		{"a sound page", form, ""},
		{"a table that a script brings out", `<div hidden id="t"><table><tr><td>12 người</td></tr></table></div>`, "only a script shows <table>"},
		{"figures that a script writes", `<p id="t"></p><script src="/fill.js" defer></script>`, "without scripts there is no 12 người"},
		{"a form sent by a script", `<form action="/x"><label>Tên <input name="a" style="height:44px"></label> <button hidden style="height:44px">Gửi</button></form>`, "without scripts: a form without a button in sight"},
		{"a button for a script alone", `<button type="button" style="height:44px">Xem</button>`, "a button that does nothing"},
		{"a dead end", `<noscript><p>Trang này cần JavaScript.</p></noscript>`, "no way on from <noscript>"},
		{"a chart without a size", `<svg width="0" height="0" aria-label="Số ca" role="img"><rect width="9" height="9"/></svg>`, "has no size: <svg"},
		{"an order of its own", `<p><a href="/a">Một</a> <a href="/c" tabindex="1">Ba</a> <a href="/b">Hai</a></p>`, "Tab goes back from <a href=\"/c\""},
		{"a trap", form + `<p><a href="/a">Ra</a></p><script src="/trap.js" defer></script>`, "Tab never reaches <a"},
		{"a focus without a ring", `<p><a href="/a" style="outline:0">Một</a></p>`, "no ring around <a"},
		{"a ring that is not seen", `<p><a href="/a" style="outline-color:transparent">Một</a></p>`, "no ring around <a"},
	}
	var pages []Page
	for _, tt := range tests {
		pages = append(pages, Page{Name: tt.name, Keys: true, Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, Body: `<!doctype html><html lang="vi"><head>
<meta name="viewport" content="width=device-width"><title>Thử</title><style>:focus-visible { outline: 3px solid } button, input { font-size: 16px }</style></head>
<body><main><h1>Trang để thử</h1><p>Trang này có vài điều để xem.</p>` + tt.body + `</main></body></html>`})
	}
	scripts := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		switch r.URL.Path {
		case "/fill.js":
			fmt.Fprint(w, `document.querySelector("#t").textContent = "12 người"`)
		case "/trap.js":
			fmt.Fprint(w, `document.querySelector("button").addEventListener("keydown", (e) => { if (e.key === "Tab") e.preventDefault(); })`)
		}
	})
	n := &noted{TB: t}
	Pages(n, Browser(t), scripts, pages)
	for _, tt := range tests {
		found := tt.want == ""
		for _, said := range n.said {
			if about, ok := strings.CutPrefix(said, tt.name); ok && (strings.HasPrefix(about, " on ") || strings.HasPrefix(about, " without ")) {
				if tt.want == "" {
					t.Errorf("%s", said)
				}
				found = found || strings.Contains(said, tt.want)
			}
		}
		if !found {
			t.Errorf("%s: nobody says %q, only:\n%s", tt.name, tt.want, strings.Join(n.said, "\n"))
		}
	}
}
