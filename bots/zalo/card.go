package zalo

import (
	"bytes"
	_ "embed"
	"net/http"
	"time"
)

// CardPath is where the picture is that Zalo shows above the request for a
// person's number; the request must name one, whose address ends in png or jpg.
const CardPath = HookPath + "/card.png"

//go:embed card.png
var card []byte

// Card serves the picture of CardPath.
func (c *Channel) Card() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=86400")
		http.ServeContent(w, r, "card.png", time.Time{}, bytes.NewReader(card))
	})
}
