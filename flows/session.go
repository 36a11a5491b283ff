package flows

import "time"

// Session is one address's place in a conversation. It is kept between two
// messages as JSON: Form and Question in clear for counting, the rest sealed.
type Session struct {
	Form     string `json:"-"` // ID of the running form; "" between forms
	Question string `json:"-"` // ID of the question last asked, a form's or the conversation's own

	State State     `json:"state,omitzero"` // of the running form
	Kept  *Kept     `json:"kept,omitempty"` // a form left half-way, to return to
	Asked time.Time `json:"asked,omitzero"` // when the last question was asked
}

// Kept is a form that was left, with its state.
type Kept struct {
	Form  string    `json:"form"`
	State State     `json:"state"`
	At    time.Time `json:"at"`
}
