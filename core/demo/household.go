package demo

import (
	"math/rand/v2"
	"time"
)

const (
	male   = "male"
	female = "female"
	other  = "other"
)

// person is one invented person: what stays the same from one declaration to
// the next.
type person struct {
	index     int
	name, sex string
	born      time.Time
	birth     string // ISO, cut to its precision
	age       int    // at Options.AsOf
	ethnic    string // coded
	foreign   string // nationality where it is not VN
	idType    string
	id        string

	home      address
	permanent address // equal to home unless away
	away      bool

	owner   *person // whose telephone it is: the person's own or a relative's
	phone   string  // E.164, of the owner
	channel string  // the owner's
	proven  bool    // likewise

	conditions []string
	more       more
	trip       *trip     // how the household came; nil when it was here
	said       time.Time // when the household's telephone went round
}

// household draws people who live together, at most room of them. The first is
// grown up and has a telephone.
func (g *Generator) household(r *rand.Rand, index, room int) []*person {
	h := &home{g: g, r: r, index: index, place: houseIn(r, g.places.at(r)), said: g.moment(r)}
	h.highland = chance(r, h.place.highland)
	h.family = h.surname()
	switch n := r.IntN(100); {
	case n < 9:
		h.alone()
	case n < 24:
		age := between(r, 24, 74)
		h.couple(age)
	case n < 76:
		h.parents(between(r, 24, 54), 0)
	case n < 92:
		h.parents(between(r, 26, 50), between(r, 1, 2))
	default:
		age := between(r, 24, 50)
		h.add(female, age, h.surname())
		h.children(age, h.family)
	}
	people, came := h.people[:min(room, len(h.people))], g.comes(index)
	for _, p := range people {
		g.finish(r, p, h)
		p.trip = came
	}
	return people
}

// home is a household in the making.
type home struct {
	g        *Generator
	r        *rand.Rand
	index    int // of its first person
	place    address
	family   string // of the father's line
	highland bool
	said     time.Time
	people   []*person
}

func (h *home) surname() string {
	if h.highland {
		return highlandFamilies.pick(h.r)
	}
	return families.pick(h.r)
}

func (h *home) add(sex string, age int, family string) {
	p := &person{index: h.index + len(h.people), sex: sex, age: age, born: h.g.birthday(h.r, age)}
	p.name = fullName(h.r, family, sex, p.born.Year(), h.highland)
	h.people = append(h.people, p)
}

// alone is somebody young in a rented room, or somebody old.
func (h *home) alone() {
	sex := male
	if chance(h.r, 550) {
		sex = female
	}
	switch n := h.r.IntN(10); {
	case n < 6:
		h.add(sex, between(h.r, 18, 26), h.family)
		h.people[0].away = chance(h.r, 750)
	case n < 8:
		h.add(sex, between(h.r, 27, 60), h.family)
		h.people[0].away = chance(h.r, 300)
	default:
		h.add(female, between(h.r, 61, 92), h.family)
	}
}

func (h *home) couple(wife int) {
	h.add(male, min(93, wife+between(h.r, -1, 6)), h.family)
	h.add(female, wife, h.surname())
}

func (h *home) parents(mother, old int) {
	h.couple(mother)
	h.children(mother, h.family)
	for i := range old {
		sex := female // grandmothers outlive grandfathers
		if i > 0 {
			sex = male
		}
		family := h.surname()
		if sex == male {
			family = h.family
		}
		h.add(sex, min(96, mother+between(h.r, 23, 36)), family)
	}
}

// children draws those who still live with a mother of some age.
func (h *home) children(mother int, family string) {
	age := mother - between(h.r, 21, 29)
	for born := 0; born < 4 && age >= 0; born++ {
		left := age >= 24 && chance(h.r, 650) || age >= 18 && chance(h.r, 200)
		if !left && age <= 35 {
			sex := male
			if chance(h.r, 475) {
				sex = female
			}
			h.add(sex, age, family)
		}
		if born > 0 && !chance(h.r, 350) {
			return
		}
		age -= between(h.r, 2, 6)
	}
}

// birthday is a day of birth of somebody who is age at Options.AsOf. The
// youngest were born before the first declarations.
func (g *Generator) birthday(r *rand.Rand, age int) time.Time {
	day := g.asOf.AddDate(-age, 0, -1-r.IntN(364))
	if first := g.asOf.AddDate(0, 0, -Window-2); day.After(first) {
		return first.AddDate(0, 0, -r.IntN(60))
	}
	return day
}

// finish gives a person of a household all that the others do not decide.
func (g *Generator) finish(r *rand.Rand, p *person, h *home) {
	p.birth = p.born.Format(time.DateOnly)
	p.home, p.said = h.place, h.said
	p.ethnic = ethnicGroup(r, h)
	if p.permanent = p.home; p.away {
		p.permanent = houseIn(r, g.places.other(r))
	}
	g.papers(r, p)
	g.telephone(r, p, h.people[0])
	p.conditions = conditions(r, p)
	p.more = g.told(r, p)
}

func ethnicGroup(r *rand.Rand, h *home) string {
	switch {
	case !h.highland:
		return "kinh"
	case h.place.district == "483":
		return "co_tu"
	}
	return highlandGroups.pick(r)
}

var highlandGroups = newShares(`ta_oi 75 | co_tu 15 | bru_van_kieu 10`)

// telephone says by whose telephone a person declares. Children and many of the
// old use the one of the household's first.
func (g *Generator) telephone(r *rand.Rand, p, first *person) {
	p.owner = p
	switch own := r.IntN(100); {
	case p == first:
	case p.age < 16, p.age >= 70 && own >= 35, own >= 92:
		p.owner = first
	}
	if p.owner != p {
		p.phone, p.channel, p.proven = first.phone, first.channel, first.proven
		return
	}
	p.phone = g.phone(p.index)
	p.channel = channels.pick(r)
	if p.age >= 60 && chance(r, 500) {
		p.channel = "sms"
	}
	// By SMS the sender is proved; 14 in a hundred of the others are not.
	p.proven = p.channel == "sms" || !chance(r, 140)
}

// channels of the telephones.
var channels = newShares(`sms 45 | web 22 | zalo 18 | telegram 10`)
