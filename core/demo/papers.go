package demo

import (
	"fmt"
	"math/rand/v2"

	"khaibao/core"
)

// million spreads indexes over the numbers 0 to 999999: each comes once before
// any comes twice.
func (g *Generator) million(index, use int) int {
	const stride = 618_033 // shares no factor with a million
	offset := (g.o.Seed*7919 + uint64(use)*271_828) % 1_000_000
	return int((uint64(index)*stride + offset) % 1_000_000)
}

// What a spread number is for.
const (
	phoneDigits = iota + 1
	paperDigits
	insuranceDigits
)

// phone is one of the invented range, in E.164.
func (g *Generator) phone(index int) string {
	return fmt.Sprintf("+84900%06d", g.million(index, phoneDigits))
}

// papers gives a person a number: nine zeros for most small children, a CMND
// of nine digits for many grown-ups, else the twelve digits that hold place,
// sex and year of birth (docs/reference/vietnam.md, section 3).
func (g *Generator) papers(r *rand.Rand, p *person) {
	digits := g.million(p.index, paperDigits)
	n := r.IntN(1000)
	switch {
	case p.age < 6 && n < 800, p.age < 14 && n < 550:
		p.idType, p.id = "child_placeholder", core.NobodysID
	case p.away && p.age < 26 && n < 60: // students from Laos
		p.foreign, p.ethnic = "LA", ""
		p.idType, p.id = "passport", fmt.Sprintf("PA%07d", digits)
		p.name = studentName(r, p.sex)
	case p.age >= 18 && n < 4:
		p.idType, p.id = "passport", fmt.Sprintf("C%07d", 1_000_000+digits)
	case p.age >= 16 && p.permanent.province == "46" && n < 380+5*min(p.age, 60):
		p.idType, p.id = "cmnd", fmt.Sprintf("19%d%06d", 1+p.index%2, digits)
		if chance(r, 3) { // twelve digits would tell the sex
			p.sex = other
		}
	default:
		p.idType, p.id = "cccd", g.citizen(p, digits)
	}
	// Many of the old know no more than the year.
	if p.age >= 65 && chance(r, 250) {
		p.birth = p.birth[:4]
	}
}

// citizen is a twelve-digit number: 0 and the province of birth, century and
// sex, year, six digits.
func (g *Generator) citizen(p *person, digits int) string {
	century := (p.born.Year()/100 - 19) * 2
	if p.sex == female {
		century++
	}
	return fmt.Sprintf("0%s%d%02d%06d", p.permanent.province, century, p.born.Year()%100, digits)
}

// insurance is a health insurance number: a card's fifteen characters, or the
// ten digits printed on cards since April 2021.
func (g *Generator) insurance(r *rand.Rand, p *person) string {
	digits := g.o.Province + fmt.Sprintf("%02d%06d", p.index%100, g.million(p.index, insuranceDigits))
	if chance(r, 400) {
		return digits
	}
	group := "GD4"
	switch {
	case p.age < 6:
		group = "TE1"
	case p.age < 23:
		group = "HS4"
	case p.age >= 80:
		group = "BT2"
	case chance(r, 300):
		group = "DN4"
	}
	return group + g.o.Province + digits
}

// more is what those told who answered the optional questions.
type more struct {
	insurance, ethnicity, marital, education, occupation, workplace string
}

var (
	education = newShares(`untrained 62 | elementary 8 | intermediate 8 | college 7 | university 13 | postgraduate 2`)
	trades    = newShares(`Nông dân 20 | Buôn bán 16 | Công nhân 14 | Thợ xây 7 | Thợ may 6 | Giáo viên 6 | Nhân viên văn phòng 7 | Lái xe 5 |
		Nội trợ 8 | Ngư dân 4 | Công chức 4 | Thợ mộc 2 | Đầu bếp 2 | Hướng dẫn viên du lịch 2 | Kỹ sư 2 | Điều dưỡng 2`)
	workplaces = map[string]shares{
		"Buôn bán":               newShares(`Chợ Đông Ba 5 | Chợ An Cựu 3 | Chợ Tây Lộc 2 | Chợ Bến Ngự 2 | Tại nhà 3`),
		"Công nhân":              newShares(`KCN Phú Bài 6 | KCN Phong Điền 2 | KCN Tứ Hạ 2`),
		"Thợ may":                newShares(`KCN Phú Bài 4 | Tại nhà 2`),
		"Giáo viên":              newShares(`Trường tiểu học 4 | Trường THCS 3 | Trường THPT 2 | Trường mầm non 3`),
		"Nhân viên văn phòng":    newShares(`Ngân hàng | Công ty du lịch | Bưu điện`),
		"Công chức":              newShares(`UBND phường | UBND xã | UBND huyện`),
		"Hướng dẫn viên du lịch": newShares(`Đại Nội Huế | Công ty du lịch`),
		"Điều dưỡng":             newShares(`Bệnh viện Trung ương Huế 3 | Trung tâm y tế huyện 2 | Trạm y tế`),
	}
)

// told draws the optional answers; most people pass them over.
func (g *Generator) told(r *rand.Rand, p *person) (m more) {
	if !chance(r, 300) {
		return m
	}
	if p.foreign == "" && chance(r, 700) {
		m.insurance = g.insurance(r, p)
	}
	if p.ethnic != "" && chance(r, 800) {
		m.ethnicity = p.ethnic
	}
	if p.age < 16 { // asked from 15 on; one year of grace for birthdays in the window
		return m
	}
	m.marital = marital(r, p.age)
	if chance(r, 700) {
		m.education = education.pick(r)
	}
	switch {
	case p.age < 18:
		m.occupation = "Học sinh"
	case p.age < 23:
		m.occupation = "Sinh viên"
	case p.age >= 62:
		m.occupation = "Hưu trí"
	default:
		m.occupation = trades.pick(r)
		if at, ok := workplaces[m.occupation]; ok && chance(r, 700) {
			m.workplace = at.pick(r)
		}
	}
	return m
}

func marital(r *rand.Rand, age int) string {
	n := r.IntN(100)
	switch {
	case age < 20, age < 26 && n < 75, age < 32 && n < 35, n < 6:
		return "single"
	case age >= 70 && n < 45, age >= 55 && n < 20:
		return "widowed"
	case n > 95:
		return "divorced"
	}
	return "married"
}
