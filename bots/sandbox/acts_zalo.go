package sandbox

import (
	"net/http"
	"strings"
)

// actZalo does one thing in the Zalo-like app; false when there was nothing to
// do.
func (s *Sandbox) actZalo(act string, o Owner, r *http.Request) bool {
	z, phone := s.zalo, o.Phone
	switch act {
	case "follow":
		z.Follow(phone, r.FormValue("on") == "1")
		return true
	case "chat":
		return z.ChatNow(phone)
	case "text":
		text := strings.ReplaceAll(r.FormValue("text"), "\r\n", "\n")
		return units(text) <= maxWritten && z.Write(phone, text)
	case "press":
		// An old button that is gone is no fault of the visitor.
		z.Press(phone, r.FormValue("message"), r.FormValue("payload"))
		return true
	case "location":
		return z.ShareLocation(phone, hueLatitude, hueLongitude)
	case "picture":
		data := formPicture(r)
		return data != nil && z.SendPicture(phone, data, r.FormValue("caption"))
	case "id-card":
		data := cardPhoto(o, r.FormValue("whose"))
		return data != nil && z.SendPicture(phone, data, "")
	case "info":
		return z.SubmitInfo(phone, zaloDetails(r))
	case "withdraw":
		return z.Withdraw(phone)
	}
	return false
}

// zaloDetails are the details as the visitor filled them in, whoever's.
func zaloDetails(r *http.Request) ZaloInfo {
	field := func(name string) string {
		text := strings.TrimSpace(r.FormValue(name))
		return string([]rune(text)[:min(len([]rune(text)), 100)])
	}
	return ZaloInfo{Name: field("name"), Phone: field("phone"), Birth: field("birth"), Gender: field("gender"),
		City: field("city"), Ward: field("ward"), Address: field("address")}
}
