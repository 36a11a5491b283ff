package flows

import (
	"time"

	"khaibao/core"
)

// Session is one address's place in a conversation. It is kept between two
// messages as JSON: Form and Question in clear for counting, the rest sealed.
type Session struct {
	Form     string `json:"-"` // ID of the running form; "" between forms
	Question string `json:"-"` // ID of the question last asked, a form's or the conversation's own

	State State     `json:"state,omitzero"` // of the running form; between forms it still counts runs and misunderstandings
	Kept  *Kept     `json:"kept,omitempty"` // a form left half-way, to return to
	Asked time.Time `json:"asked,omitzero"` // when the last question was asked
	Proof Proof     `json:"proof,omitzero"` // of the phone

	Intent Intent    `json:"intent,omitzero"` // what was asked for and waits for what is known
	Offer  []Offered `json:"offer,omitempty"` // the people that were offered to declare for
	Ahead  string    `json:"ahead,omitempty"` // a card or number that came before it could be used
	Daily  Daily     `json:"daily,omitzero"`  // what is asked behind an answer to the daily question
}

// Intent is a declaration that somebody wants to make.
type Intent struct {
	Form  string   `json:"form,omitempty"`
	Proxy bool     `json:"proxy,omitempty"` // for others
	Same  bool     `json:"same,omitempty"`  // as last time, at once
	Pick  []string `json:"pick,omitempty"`  // IDs of the people chosen
	Name  string   `json:"name,omitempty"`  // of somebody new, as typed when asked for whom

	Carry []Answer `json:"carry,omitempty"` // of another form that was left for this one

	Said []core.Say `json:"said,omitempty"` // to be said before what comes next
}

// Offered is one of the people that one may declare for.
type Offered struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Kept is a form that was left, with its state.
type Kept struct {
	Form  string    `json:"form"`
	State State     `json:"state"`
	At    time.Time `json:"at"`
}

// Proof is how far the proving of a phone has come.
type Proof struct {
	Phone  string `json:"phone,omitempty"`  // E.164 as typed, not proved
	Next   string `json:"next,omitempty"`   // what waits for the proof: a form's ID, with forOthers behind it, or "qr"
	Failed int    `json:"failed,omitempty"` // codes that failed or never came
	Live   bool   `json:"live,omitempty"`   // the newest code has neither failed nor been given up
	Waived bool   `json:"waived,omitempty"` // goes on without proof
}
