package sandbox

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	maxForm    = 24 << 20 // bytes; photos straight from a camera
	maxWritten = 4096     // UTF-16 units of one message, as the apps allow
)

// act is what a visitor does with a telephone.
func (s *Sandbox) act(w http.ResponseWriter, r *http.Request) {
	t := s.wall.byKey(r.PathValue("key"))
	if t == nil {
		http.NotFound(w, r)
		return
	}
	done := false
	switch act := r.PathValue("act"); {
	case act == "sms" && s.sms != nil:
		done = s.writeSMS(t, r.FormValue("text"))
	case act == "sms-block" && s.sms != nil:
		s.sms.Block(t.Owner.Phone, r.FormValue("on") == "1")
		s.news.tell(t.Key())
		done = true
	case t.Keypad:
	case strings.HasPrefix(act, "zalo-"):
		done = s.zalo != nil && s.actZalo(strings.TrimPrefix(act, "zalo-"), t.Owner, r)
	default:
		done = s.actTelegram(act, t.Owner, r)
	}
	if !done {
		http.Error(w, "nothing that this telephone could send", http.StatusUnprocessableEntity)
		return
	}
	s.back(w, r, t.Key())
}

func (s *Sandbox) writeSMS(t *Telephone, text string) bool {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if text == "" || units(text) > 1600 { // ten segments: no telephone sends more
		return false
	}
	s.sms.FromPhone(t.Owner.Phone, text)
	return true
}

// actTelegram does one thing in the Telegram-like app; false when there was
// nothing to do.
func (s *Sandbox) actTelegram(act string, o Owner, r *http.Request) bool {
	tg := s.telegram
	switch act {
	case "text":
		text := strings.ReplaceAll(r.FormValue("text"), "\r\n", "\n")
		return units(text) <= maxWritten && tg.Write(o.ID, text) != 0
	case "press":
		id, _ := strconv.ParseInt(r.FormValue("message"), 10, 64)
		// An old button that is gone is no fault of the visitor.
		tg.Press(o.ID, id, r.FormValue("action"))
		return true
	case "contact":
		return tg.ShareContact(o.ID) != 0
	case "card":
		return tg.SendCard(o.ID, Card{Phone: "84900000999", Name: "Người khác", UserID: o.ID + 1}) != 0
	case "location":
		return tg.ShareLocation(o.ID, hueLatitude, hueLongitude) != 0
	case "picture":
		data := formPicture(r)
		return data != nil && tg.SendPicture(o.ID, data, r.FormValue("caption")) != 0
	case "id-card":
		data := cardPhoto(o, r.FormValue("whose"))
		return data != nil && tg.SendPicture(o.ID, data, "") != 0
	case "block":
		tg.Block(o.ID, r.FormValue("on") == "1")
		return true
	}
	return false
}

// Where people send their location from: the citadel of Huế.
const hueLatitude, hueLongitude = 16.4637, 107.5909

// formPicture is the file of a form, nil when there is none.
func formPicture(r *http.Request) []byte {
	file, _, err := r.FormFile("picture")
	if err != nil {
		return nil
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		return nil
	}
	return data
}

// back ends an act: the script wants no page, a form goes back to where it
// stood.
func (s *Sandbox) back(w http.ResponseWriter, r *http.Request, key string) {
	if r.Header.Get("X-Live") != "" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	query := url.Values{}
	if lang := pageLang(r); lang != pageLangs[0] {
		query.Set("lang", lang)
	}
	to := "/sandbox/"
	if r.FormValue("alone") == "1" {
		to += "tel/" + key
		if app := r.FormValue("app"); app == "sms" || app == "zalo" {
			query.Set("app", app)
		}
	}
	if len(query) > 0 {
		to += "?" + query.Encode()
	}
	if r.FormValue("alone") != "1" && key != "" {
		to += "#tel-" + key
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

var written = regexp.MustCompile(`[^0-9+]`)

// readNumber is a number as a visitor writes it, in E.164; "" for none.
func readNumber(text string) string {
	n := written.ReplaceAllString(text, "")
	switch {
	case strings.HasPrefix(n, "0"):
		n = "+84" + n[1:]
	case strings.HasPrefix(n, "84"):
		n = "+" + n
	}
	if len(n) < 9 || len(n) > 16 || n[0] != '+' || strings.Contains(n[1:], "+") {
		return ""
	}
	return n
}

// addTelephone hangs a telephone with the number and kind that were asked for.
func (s *Sandbox) addTelephone(w http.ResponseWriter, r *http.Request) {
	phone := readNumber(r.FormValue("phone"))
	name := strings.TrimSpace(r.FormValue("name"))
	if len([]rune(name)) > 60 {
		name = ""
	}
	if phone == "" {
		http.Error(w, "no telephone number; try 0900000123", http.StatusUnprocessableEntity)
		return
	}
	if name == "" {
		name = local(phone)
	}
	lang := "vi"
	if r.FormValue("speaks") == "en" {
		lang = "en"
	}
	t := s.add(Owner{Name: name, Phone: phone, Lang: lang}, r.FormValue("kind") == "keypad")
	if t == nil {
		http.Error(w, "the wall is full", http.StatusConflict)
		return
	}
	s.news.tell("wall")
	s.back(w, r, t.Key())
}

// networkRow is a row of switches, and how the network fares.
type networkRow struct {
	Key, Name     string
	How           string // the failure that is switched on
	Waiting, Lost int
	Stopped       bool // nothing is delivered any more
	Faults        []string
}

// A how is one way to fail, as a switch names it.
type how struct {
	Key, VI, EN string
	failures    Failures
}

// hows are the switches; the first one is off.
var hows = []how{
	{"ok", "Bình thường", "Works", Failures{}},
	{"many", "429: quá nhiều, đợi 5 giây", "429: too many, wait 5 s", Failures{TooMany: 5 * time.Second}},
	{"broken", "502: hỏng", "502: broken", Failures{Broken: true}},
	{"cut", "Ngắt kết nối", "Cuts connections", Failures{Cut: true}},
	{"refused", "Từ chối tài khoản", "Refuses our account", Failures{Refused: true}},
	{"slow", "Chậm 3 giây", "Slow by 3 s", Failures{Slow: 3 * time.Second}},
}

func (s *Sandbox) networks() []networkRow {
	waiting, lost := s.telegram.Pending()
	rows := []networkRow{{
		Key: "telegram", Name: "Telegram", How: s.wall.switched("telegram"),
		Waiting: waiting, Lost: lost, Faults: s.telegram.Faults(),
	}}
	if s.sms != nil {
		row := networkRow{Key: "sms", Name: "SMS", How: s.wall.switched("sms")}
		if strict, ok := s.sms.(interface{ Faults() []string }); ok {
			row.Faults = strict.Faults()
		}
		if lossy, ok := s.sms.(interface{ Lost() int }); ok {
			row.Lost = lossy.Lost()
		}
		rows = append(rows, row)
	}
	if s.zalo != nil {
		waiting, lost := s.zalo.Pending()
		rows = append(rows, networkRow{
			Key: "zalo", Name: "Zalo", How: s.wall.switched("zalo"),
			Waiting: waiting, Lost: lost, Stopped: s.zalo.Stopped(), Faults: s.zalo.Faults(),
		})
	}
	return rows
}

// setNetwork switches a failure on or off.
func (s *Sandbox) setNetwork(w http.ResponseWriter, r *http.Request) {
	key := r.FormValue("how")
	i := slices.IndexFunc(hows, func(h how) bool { return h.Key == key })
	if i < 0 {
		http.Error(w, "no such failure", http.StatusUnprocessableEntity)
		return
	}
	switch network := r.FormValue("network"); {
	case network == "telegram":
		s.telegram.Fail(hows[i].failures)
	case network == "sms" && s.sms != nil:
		s.sms.Fail(hows[i].failures)
	case network == "zalo" && s.zalo != nil:
		s.zalo.Fail(hows[i].failures)
		if hows[i].failures == (Failures{}) {
			s.zalo.Resubscribe()
		}
	default:
		http.Error(w, "no such network", http.StatusUnprocessableEntity)
		return
	}
	s.wall.setSwitch(r.FormValue("network"), key)
	s.news.tell("networks")
	s.back(w, r, "")
}
