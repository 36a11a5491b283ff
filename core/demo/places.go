package demo

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"khaibao/core/area"
	"khaibao/core/reading"
)

// places are the communes of the home province and of those around it.
type places struct {
	home      []commune
	upTo      []int // sum of the weights of home, for drawing
	elsewhere []commune
}

type commune struct {
	code, district, province string
	town                     bool   // a phường or thị trấn: streets and TDP, not thôn
	highland                 int    // of a thousand households, how many are of highland peoples
	full                     string // as it is written with all above it
	plain                    string // the same without marks; "" where that could be another
}

// thousands of people by district of Thừa Thiên Huế in about 2021: rounded
// general knowledge. A commune gets its part by its type.
var thousands = map[string]int{"474": 652, "476": 88, "477": 77, "478": 115, "479": 95, "480": 72, "481": 52, "482": 130, "483": 27}

// highlanders are how many of a thousand households are Tà Ôi, Pa Cô, Cơ Tu or
// Bru-Vân Kiều: in A Lưới, in Nam Đông, and in any other district.
var highlanders = map[string]int{"481": 770, "483": 430, "": 3}

// origins are the provinces of those registered elsewhere, as seen from Huế.
var origins = newShares(`45 30 | 44 22 | 42 12 | 48 10 | 49 14 | 40 5 | 66 4 | 01 2 | 79 3`)

func newPlaces(province string) *places {
	p := &places{}
	sum := 0
	for _, d := range area.Children(province) {
		communes := area.Children(d.Code)
		weights, all := make([]int, len(communes)), 0
		for i, u := range communes {
			weights[i] = townWeight(u)
			all += weights[i]
		}
		for i, u := range communes {
			if total := thousands[d.Code]; total > 0 {
				weights[i] = total * 1000 * weights[i] / all
			}
			sum += weights[i]
			p.home, p.upTo = append(p.home, newCommune(u, communes)), append(p.upTo, sum)
		}
	}
	for i, code := range origins.words {
		if code != province {
			p.addElsewhere(code, origins.share(i))
		}
	}
	return p
}

// addElsewhere takes as many communes of a province as its share says.
func (p *places) addElsewhere(province string, share int) {
	districts := area.Children(province)
	for i := range share {
		communes := area.Children(districts[i*len(districts)/share].Code)
		if len(communes) > 0 { // an island district has none
			p.elsewhere = append(p.elsewhere, newCommune(communes[i*7%len(communes)], communes))
		}
	}
}

// townWeight makes a town larger than a village, and neighbours differ.
func townWeight(u area.Unit) int {
	n, _ := strconv.Atoi(u.Code)
	vary := 75 + n*37%50
	switch u.Type {
	case "Phường":
		return 13 * vary
	case "Thị trấn":
		return 9 * vary
	}
	return 6 * vary
}

func newCommune(u area.Unit, neighbours []area.Unit) commune {
	c := commune{code: u.Code, district: u.Parent, province: area.Province(u.Code), town: u.Type != "Xã", highland: highlanders[""]}
	if n, ok := highlanders[u.Parent]; ok {
		c.highland = n
	}
	first, n := utf8.DecodeRuneInString(u.FullName)
	c.full = string(unicode.ToLower(first)) + u.FullName[n:]
	for _, above := range area.Parents(u.Code) {
		if name := above.Name; name[0] <= '9' { // Quận 8
			c.full += ", " + above.FullName
		} else {
			c.full += ", " + name
		}
	}
	c.plain = withoutMarks(c.full)
	for _, other := range neighbours {
		if other.Code != u.Code && reading.Fold(other.Name) == reading.Fold(u.Name) {
			c.plain = "" // Hương Vân and Hương Văn
		}
	}
	return c
}

// withoutMarks is how many type an address.
func withoutMarks(s string) string {
	parts := strings.Split(s, ", ")
	for i := range parts {
		parts[i] = strings.ReplaceAll(reading.Fold(strings.ReplaceAll(parts[i], "/", "slash")), "slash", "/")
	}
	return strings.Join(parts, ", ")
}

// at draws where a household lives.
func (p *places) at(r *rand.Rand) *commune { return &p.home[shares{upTo: p.upTo}.index(r)] }

// other draws where somebody is registered who lives away from home.
func (p *places) other(r *rand.Rand) *commune {
	if chance(r, 450) {
		return p.at(r)
	}
	return &p.elsewhere[r.IntN(len(p.elsewhere))]
}

// address is where one lives, and what was typed to tell it.
type address struct {
	*commune
	sub, house, typed string
}

var streets = newShares(`Nguyễn Huệ | Lê Lợi | Hùng Vương | Trần Hưng Đạo | Phan Chu Trinh | Bà Triệu | Nguyễn Trãi | Đinh Tiên Hoàng |
	Chi Lăng | Bạch Đằng | Điện Biên Phủ | Phan Bội Châu | Lê Duẩn | Tố Hữu | Đống Đa | Mai Thúc Loan | Nguyễn Công Trứ |
	Hải Triều | Phan Đình Phùng | Ngô Quyền | Võ Thị Sáu | Trần Phú | An Dương Vương | Nguyễn Sinh Cung | Đặng Thái Thân`)

// houseIn draws where in a commune a household lives.
func houseIn(r *rand.Rand, c *commune) address {
	a := address{commune: c}
	switch told := chance(r, 880); {
	case told && c.town:
		a.sub = "TDP " + strconv.Itoa(between(r, 1, 20))
	case told:
		a.sub = "Thôn " + strconv.Itoa(between(r, 1, 12))
	}
	if c.town && chance(r, 700) {
		a.house = strconv.Itoa(between(r, 1, 290)) + " " + streets.pick(r)
		if chance(r, 250) {
			a.house = "kiệt " + strconv.Itoa(between(r, 1, 40)) + "/" + a.house
		}
	}
	a.typed = c.full
	if a.sub != "" {
		a.typed = a.sub + ", " + a.typed
	}
	if a.house != "" {
		a.typed = a.house + ", " + a.typed
	}
	if c.plain != "" && chance(r, 500) {
		a.house, a.typed = withoutMarks(a.house), withoutMarks(a.typed)
	}
	return a
}
