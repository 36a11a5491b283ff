package flows

import (
	"slices"
	"strconv"
	"strings"

	"khaibao/core"
)

// askedLost is the question whose QR code is to be replaced.
const askedLost = "lost"

// lost offers to replace the QR codes of the phone's people.
func (t *turn) lost(list []QRCode) {
	t.s.Offer = nil
	for _, q := range list[:min(len(list), maxPeople)] {
		t.s.Offer = append(t.s.Offer, Offered{ID: q.PersonID, Name: q.Name})
	}
	t.askLost()
}

func (t *turn) askLost() {
	s := core.Say{Key: "lost.ask"}
	for i, o := range t.s.Offer {
		s.Choices = append(s.Choices, core.Choice{Action: "lost:" + strconv.Itoa(i+1), Text: o.Name, Number: strconv.Itoa(i + 1), Wide: true})
	}
	s.Choices = append(s.Choices, core.Choice{Action: "lost:0", Key: "lost.keep", Number: "0", Wide: true})
	t.ask(askedLost, s)
}

// readLost takes whose code was lost.
func (t *turn) readLost(in *core.Inbound) {
	choice, pressed := strings.CutPrefix(in.Action, "lost:")
	if in.Action != "" && !pressed {
		t.note(say("press.old"))
		t.again()
		return
	}
	places := []string{choice}
	if !pressed {
		var none bool
		if places, none = t.listed().readWho(in.Text); none || readYesNo(in.Text) == "no" {
			places = []string{"0"}
		} else if len(places) == 0 && len(t.s.Offer) == 1 && readYesOrThumb(in.Text) == "yes" {
			places = []string{"1"}
		}
	}
	if !pressed && isWord(in.Text, "khong doi", "thoi", "giu nguyen", "nhu cu", "tim thay", "tim thay roi", "thay roi", "keep", "found it", "never mind") {
		places = []string{"0"}
	}
	if slices.Equal(places, []string{"0"}) {
		t.s.Question, t.s.Offer = "", nil
		t.note(say("lost.kept"))
		t.again()
		return
	}
	var ids []string
	for _, place := range places {
		if n := placeOf(place); n >= 1 && n <= len(t.s.Offer) {
			ids = append(ids, t.s.Offer[n-1].ID)
		}
	}
	if len(ids) == 0 {
		t.wrong("who.wrong")
		return
	}
	t.s.Question, t.s.Offer = "", nil
	for _, id := range ids {
		t.do(ReplaceQR{PersonID: id})
	}
}

// replaced shows the new code.
func (t *turn) replaced(r QRReplaced) {
	if !r.Done {
		t.note(say("qr.none"))
		t.again()
		return
	}
	t.showQR("lost.done", r.QRCode)
}
