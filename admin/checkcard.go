package admin

import (
	"strings"

	"khaibao/core/duty"
	"khaibao/core/reading"
	"khaibao/flows"
)

// cardInHand is what the QR of an ID card or of the Ministry's apps says of
// somebody who has no declaration here, and what is still to be asked (O2).
type cardInHand struct {
	Name, Birth, Sex string
	Masked           bool // the number is hidden, so nobody could be looked up by it
	Text             string
	Forms            []lackingForm
}

// lackingForm is a form with what a card leaves open in it.
type lackingForm struct {
	ID      string
	Missing []string // labels of its questions
}

// cardOf reads the text of a card; nil when it is none.
func (s *Server) cardOf(r *request, text string) (*cardInHand, error) {
	if strings.Count(text, "|") < 4 {
		return nil, nil
	}
	card := reading.ReadQR(text, "")
	if card.Kind != "cccd" && card.Kind != "ministry" {
		return nil, nil
	}
	c := &cardInHand{Name: card.Name, Birth: card.Birth, Sex: card.Sex, Masked: card.Masked, Text: text}
	if s.Dispatcher == nil || !r.Officer.MayDo(duty.Enter) {
		return c, nil
	}
	for _, form := range flows.Forms() {
		r.SetPathValue("form", form.ID)
		e, err := s.entering(r)
		if err != nil {
			return nil, err
		}
		e.sent.Card, e.view.Lacking = text, true
		if _, err := e.fillCard(); err != nil {
			return nil, err
		}
		e.read()
		if _, _, err := e.show(nil); err != nil {
			return nil, err
		}
		c.Forms = append(c.Forms, lackingForm{form.ID, e.view.Missing})
	}
	return c, nil
}
