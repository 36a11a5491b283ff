package sandbox

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"image/jpeg"
	"strings"

	"golang.org/x/image/draw"

	"khaibao/core/qr"
)

// idCard is the chip ID card of an invented person. Its number, day of birth
// and address are made of the telephone's number, so that the same person
// always has the same card.
type idCard struct {
	Key  string // on the page
	Name string
	text string // of the QR
}

// What the cards of invented people are made of.
var (
	cardFathers = []string{"Văn Cả", "Đình Lộc", "Hữu Phước", "Quang Thọ"}
	cardMothers = []string{"Lê Thị Hiền", "Trần Thị Lụa", "Hồ Thị Mận", "Phan Thị Sen"}
	cardPlaces  = []string{"Vỹ Dạ", "Thuận Lộc", "An Cựu", "Kim Long"}
)

// cardsOf are the cards that the owner of a telephone can take a photo of:
// their own and those of their parents.
func cardsOf(o Owner) []idCard {
	h := fnv.New32a()
	_, _ = h.Write([]byte(o.Phone)) // never fails
	n := int(h.Sum32() % 10_000)
	family, _, _ := strings.Cut(o.Name, " ")
	if o.Name == "" || !strings.Contains(o.Name, " ") || o.Lang != "vi" {
		family = "Nguyễn"
	}
	own := o.Name
	if own == "" {
		own = family + " Văn Thử"
	}
	born := 1975 + n%25
	return []idCard{
		newCard("own", own, strings.Contains(own, " Thị "), born, n),
		newCard("mother", cardMothers[n%len(cardMothers)], true, born-26, n+1),
		newCard("father", family+" "+cardFathers[n%len(cardFathers)], false, born-29, n+2),
	}
}

// newCard writes a card's QR as docs/reference/vietnam.md, section 3, has it:
// number, old number, name, birth, sex, address, day of issue.
func newCard(key, name string, woman bool, born, n int) idCard {
	digit, sex := 0, "Nam"
	if woman {
		digit, sex = 1, "Nữ"
	}
	if born >= 2000 {
		digit += 2
	}
	id := fmt.Sprintf("046%d%02d%06d", digit, born%100, 900_000+n%100_000)
	birth := fmt.Sprintf("%02d%02d%d", 1+n%28, 1+n%12, born)
	address := fmt.Sprintf("Tổ %d, %s, Thành phố Huế, Thừa Thiên Huế", 1+n%15, cardPlaces[n%len(cardPlaces)])
	return idCard{Key: key, Name: name, text: strings.Join([]string{id, "", name, birth, sex, address, "25042021"}, "|")}
}

// photo is a photo of the card's front, as a JPEG: the QR in its corner and
// grey bars where a card has its words.
func (c idCard) photo() ([]byte, error) {
	code, err := qr.PNG(c.text, 300)
	if err != nil {
		return nil, fmt.Errorf("draw the card's QR: %w", err)
	}
	drawn, _, err := image.Decode(bytes.NewReader(code))
	if err != nil {
		return nil, fmt.Errorf("read the card's QR: %w", err)
	}
	card := image.NewRGBA(image.Rect(0, 0, 1012, 638)) // 85.6 mm × 54 mm at 300 dots an inch
	fill := func(r image.Rectangle, c color.Color) {
		draw.Draw(card, r, image.NewUniform(c), image.Point{}, draw.Src)
	}
	fill(card.Bounds(), color.RGBA{207, 229, 240, 255})
	fill(image.Rect(40, 220, 300, 570), color.RGBA{176, 190, 197, 255})
	for y := 60; y < 600; y += 60 {
		right := 980
		if y < 380 {
			right = 600
		}
		fill(image.Rect(340, y, right, y+22), color.RGBA{120, 130, 138, 255})
	}
	at := image.Rect(680, 30, 680+drawn.Bounds().Dx(), 30+drawn.Bounds().Dy())
	draw.Draw(card, at, drawn, drawn.Bounds().Min, draw.Src)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, card, &jpeg.Options{Quality: 87}); err != nil {
		return nil, fmt.Errorf("write the card's photo: %w", err)
	}
	return out.Bytes(), nil
}

// cardPhoto is a photo of one of the cards that a telephone's owner holds; nil
// when there is no such card.
func cardPhoto(o Owner, key string) []byte {
	for _, c := range cardsOf(o) {
		if c.Key == key {
			photo, err := c.photo()
			if err != nil {
				return nil
			}
			return photo
		}
	}
	return nil
}
