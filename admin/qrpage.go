package admin

import (
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"

	"khaibao/core/qr"
	"khaibao/core/store"
)

// qrSize is the side of the QR on the page, in pixels; the page shows it
// smaller, so that it is sharp on every screen.
const qrSize = 512

// stranger is the page that whoever opens a QR sees.
type stranger struct {
	Picture template.URL // of the QR asked for; "" when the link is no link of ours
	Next    string       // where an officer who signs in comes back to
}

// showQR is the page behind a QR. A stranger gets one fixed page, the same
// bytes and headers whether the code is alive, replaced or nobody's; an officer
// who checks people gets the check. A link that is not whole is not there.
func (s *Server) showQR(r *request) (string, any, error) {
	code, ok := qr.ParseCode(r.PathValue("code"))
	if ok && checks(r.Officer) && !r.Officer.MustChange && r.Method == http.MethodGet {
		look := store.Look{Officer: *r.Officer, Screen: "qr", At: r.At}
		return s.lookUp(r, look, inHand{Code: code}, code)
	}
	if !ok {
		return "stranger.html", stranger{}, status(http.StatusNotFound)
	}
	picture, err := s.drawQR(code)
	return "stranger.html", stranger{Picture: picture, Next: "/q/" + code}, err
}

// drawQR is the picture of a QR as a page holds it.
func (s *Server) drawQR(code string) (template.URL, error) {
	png, err := qr.PNG(qr.Link(s.PublicURL, code), qrSize)
	if err != nil {
		return "", fmt.Errorf("draw the QR of a link: %w", err)
	}
	// The bytes are our own drawing, so the address is safe in an image.
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png)), nil
}
