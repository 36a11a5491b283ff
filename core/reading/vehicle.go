package reading

import (
	"regexp"
	"strings"
)

// Vehicle is what a text tells of what somebody travels by.
type Vehicle struct {
	// Kind is plane, train, coach, car, motorbike, taxi, boat or other, as in
	// docs/reference/vietnam.md 2.5; "" when it was not told.
	Kind   string `json:"kind,omitempty"`
	Number string `json:"number,omitempty"` // as Plate.Normalized; "" when none was told
	Sign   string `json:"sign,omitempty"`   // what kind of number, as Plate.Kind
	Seat   string `json:"seat,omitempty"`   // as typed: "12A", "toa 5 ghế 12"
	More   bool   `json:"more,omitempty"`   // other words stand beside, such as the name of a company
}

var transportWords = newLexicon("transport")

var (
	// plateLike and carrierLike are texts that may be a number; ReadPlate decides.
	plateLike   = regexp.MustCompile(`(?i)\b[0-9]{2}[ -]{0,2}[a-zđ]{1,2}[0-9]?[ .-]{0,2}(?:[0-9]{3}[ .]?[0-9]{2}|[0-9]{4})\b`)
	carrierLike = regexp.MustCompile(`(?i)\b(?:[a-z]{2,3}|[0-9][a-z]|[a-z][0-9])[ -]?[0-9]{1,4}\b`)
	// seatLike is a seat with its word, or a carriage; bareSeat one without.
	seatLike = regexp.MustCompile(`(?i)\b(?:(?:toa|khoang|carriage)\s*(?:s[ốo]\s*)?[0-9]{1,2}\s*,?\s*)?(?:gh[ếe]|gi(?:ườ|uo|ươ)ng|seat|bed)\s*(?:s[ốo]\s*)?(?:[0-9]{1,3}\s?[a-z]?|[a-z][ -]?[0-9]{1,2})\b|(?:toa|khoang|carriage)\s*(?:s[ốo]\s*)?[0-9]{1,2}\b`)
	loneSeat = regexp.MustCompile(`(?i)^(?:gh[ếe]|seat)\s*(?:s[ốo]\s*)?`)
	bareSeat = regexp.MustCompile(`\b[0-9]{1,2}[A-Ka-gi-k]\b`) // 9h is an hour
)

// signOf is the kind of number that a vehicle has: Plate.Kind by Vehicle.Kind.
var signOf = map[string]string{"plane": "flight", "train": "train", "coach": "car", "car": "car", "taxi": "car", "motorbike": "motorbike", "other": "car"}

// ReadVehicle reads what somebody travels by, with the number and seat told
// beside it: "đi xe khách Hùng Cường 75B-012.34", "VN1543 ghế 12A". A number
// alone tells a plane, a train or a motorbike; a car's plate could be that of a
// coach or a taxi too, and leaves Kind empty. kind is what is known already, ""
// for nothing. ok is false when neither kind nor number was told, or two kinds
// were ("máy bay rồi taxi"): ask again.
func ReadVehicle(s, kind string) (v Vehicle, ok bool) {
	s = Clean(s)
	if len(s) > 500 {
		return Vehicle{}, false
	}
	rest := s
	if at := seatLike.FindStringIndex(rest); at != nil {
		v.Seat = loneSeat.ReplaceAllString(rest[at[0]:at[1]], "")
		rest = rest[:at[0]] + " " + rest[at[1]:]
	}
	said, _, clear := transportKind(rest)
	if !clear {
		return Vehicle{}, false
	}
	if v.Kind = said; v.Kind == "" {
		v.Kind = kind
	}
	p, typed := vehicleNumber(rest, v.Kind)
	v.Number, v.Sign = p.Normalized, p.Kind
	if v.Kind == "" && p.Kind != "car" {
		for k, sign := range signOf {
			if sign == p.Kind { // flight, train and motorbike stand once
				v.Kind = k
			}
		}
	}
	if typed != "" {
		rest = strings.Replace(rest, typed, " ", 1)
	}
	if seat := bareSeat.FindString(rest); v.Kind == "plane" && v.Seat == "" && seat != "" {
		v.Seat = strings.ToUpper(seat)
		rest = strings.Replace(rest, seat, " ", 1)
	}
	_, v.More, _ = transportKind(rest)
	return v, v.Kind != "" || v.Number != ""
}

// transportKind finds the one kind that a text tells, "" for none, and whether
// other words stand beside it; clear is false when it tells two, or denies one.
func transportKind(s string) (kind string, more, clear bool) {
	ts := tokens(s)
	if len(ts) > 40 {
		return "", false, false
	}
	denied := false
	for i := 0; i < len(ts); {
		id, n := transportWords.match(ts, i)
		switch {
		case n == 0:
			n, more = 1, true
		case id == "filler":
		case id == "deny":
			denied = true
		case kind != "" && kind != id && !(kind == "other" || id == "other"):
			return "", false, false
		case kind == "" || kind == "other":
			kind = id
		}
		i += n
	}
	return kind, more, !denied || kind == ""
}

// vehicleNumber finds the one number that fits a kind of vehicle, and how it was
// typed; a zero Plate when there is none, or two.
func vehicleNumber(s, kind string) (found Plate, typed string) {
	lead := map[string]string{"plane": "chuyến bay ", "train": "tàu "}[kind]
	for _, like := range []*regexp.Regexp{plateLike, carrierLike} {
		for _, match := range like.FindAllString(s, -1) {
			p, err := ReadPlate(lead + match)
			if err != nil {
				p, err = ReadPlate(match)
			}
			switch {
			case err != nil, kind != "" && p.Kind != signOf[kind]:
			case found.Normalized != "" && found != p:
				return Plate{}, ""
			default:
				found, typed = p, match
			}
		}
	}
	return found, typed
}
