package flows

import (
	"slices"
	"strings"

	"khaibao/core/reading"
)

// readVehicle reads what one travels by.
func readVehicle(text string) string {
	v, _ := reading.ReadVehicle(text, "")
	return v.Kind
}

// vehicleAndNumber takes a vehicle with what was told beside it; what was typed
// is kept where it says more, such as the company of a coach.
func vehicleAndNumber(_ View, text string) []Answer {
	v, ok := reading.ReadVehicle(text, "")
	if !ok || v.Kind == "" || v.Number == "" && v.Seat == "" && !v.More {
		return nil
	}
	vehicle := Answer{ID: "vehicle", Value: v.Kind}
	if v.More && v.Number == "" {
		vehicle.Typed = freeWords(text)
	}
	return append([]Answer{vehicle}, signAnswers(v, text)...)
}

// numberAndSeat takes the number of the vehicle that was told, with the seat.
func numberAndSeat(view View, text string) []Answer {
	v, ok := reading.ReadVehicle(text, view.Value("vehicle"))
	if !ok || v.Number == "" || v.Kind != view.Value("vehicle") {
		return nil
	}
	return signAnswers(v, text)
}

func signAnswers(v reading.Vehicle, text string) []Answer {
	var out []Answer
	if v.Number != "" {
		sign := Answer{ID: "vehicle_no", Value: v.Number, Type: v.Sign}
		if v.More {
			sign.Typed = freeWords(text)
		}
		out = append(out, sign)
	}
	if v.Seat != "" && slices.Contains(seated, v.Kind) {
		out = append(out, Answer{ID: "seat", Value: v.Seat})
	}
	return out
}

// readSignOf reads what kind of number a vehicle's is, as it was stored.
func readSignOf(vehicle, number string) (kind string, ok bool) {
	v, ok := reading.ReadVehicle(number, vehicle)
	return v.Sign, ok && v.Number == number
}

// twoDays takes departure and arrival in one message: "14/8 15/8", "đi hôm nay
// mai đến". One day alone is the departure.
func twoDays(v View, text string) []Answer {
	today := string(v.Event.Today)
	day := func(words []string) string {
		d, err := reading.ReadDate(strings.Join(words, " "), reading.Arrival, today)
		if err != nil || d.Precision != "day" {
			return ""
		}
		return d.Date
	}
	words := strings.Fields(spacedDays(text))
	if len(words) < 2 || len(words) > 16 || day(words) != "" {
		return nil
	}
	for at := 1; at < len(words); at++ {
		departed, arrive := day(words[:at]), day(words[at:])
		if departed == "" || arrive <= departed {
			continue
		}
		if departsInTime(v, Answer{Value: departed}).Key != "" || arrive < today || arrive > string(v.Event.Today.Add(travelAhead)) {
			return nil
		}
		return []Answer{{ID: "departed_on", Value: departed}, {ID: "arrive_on", Value: arrive}}
	}
	return nil
}

var wayMarks = strings.NewReplacer("->", " ", "–", " ", ",", " ", ";", " ", "-", " - ")

// spacedDays sets the ends of "14/8-15/8" apart.
func spacedDays(text string) string {
	return reading.Clean(wayMarks.Replace(text))
}

var readDoses = wordsFor(map[string]string{
	"0": "chua, chua tiem, chua tiem mui nao, khong tiem, chua duoc tiem, khong, ko, k, chua co, 0 mui, not yet, not vaccinated, none, no",
	"1": "1 mui, mot mui, tiem 1 mui, tiem mot mui, da tiem 1 mui, mui 1, mui mot, moi 1 mui, moi tiem 1 mui, moi tiem mui 1, one, one dose, 1 dose, first dose",
	"2": "2 mui, hai mui, tiem 2 mui, tiem hai mui, da tiem 2 mui, mui 2, mui hai, du 2 mui, du hai mui, tiem du 2 mui, tiem du, tiem du roi, du mui, tiem du mui, two, two doses, 2 doses, second dose, fully vaccinated",
	"3": "3 mui, ba mui, tiem 3 mui, da tiem 3 mui, mui 3, mui ba, 4 mui, bon mui, mui 4, three, three doses, 3 doses, booster, 4 doses",
})

// meansJourney tells whether a text speaks of coming into the province; whole
// wants a text that says nothing else, so that it is a command.
func meansJourney(text, home string, whole bool) bool {
	if len(text) > 200 {
		return false
	}
	said := fold(text)
	names := []string{"tinh", fold(shortProvince(home)), fold(provinceName(home))}
	for _, verb := range []string{"ve", "vao", "den", "ra", "vo", "journey to", "travel to", "going to", "coming to", "come to", "arrive in", "arriving in"} {
		for _, name := range names {
			before, after, found := strings.Cut(" "+said+" ", " "+verb+" "+name+" ")
			if found && (!whole || onlyWords(before, besideJourney) && onlyWords(after, besideJourney)) {
				return true
			}
		}
	}
	return false
}

// besideJourney are words that change nothing in "khai bao ve hue".
var besideJourney = words1("khai bao kb kbyt y te toi tui em con minh muon can xin cho di chuyen phieu to declare declaration i am m want a nhe nha voi tinh tp thanh pho")

func onlyWords(text string, allowed map[string]bool) bool {
	return !slices.ContainsFunc(strings.Fields(text), func(w string) bool { return !allowed[w] })
}
