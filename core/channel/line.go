package channel

import "khaibao/core"

// Line is something to say in words, not yet fitted to a network.
type Line struct {
	Text    string
	Choices []Choice
	Multi   bool         // several may be chosen: chosen ones are marked
	Picture []byte       // PNG
	Album   []core.Shown // pictures that come before the text, each a PNG or none
	Ask     core.Ask
	AskText string
	Edit    string // the network's ID of an earlier message to change in place
	Input   core.Input
	Lang    string // the language of Text, "vi" or "en"
	// Template, when set, is said in the place of all the above.
	Template *core.Template
}

// Choice is one answer in words.
type Choice struct {
	Label  string
	Action string
	Number string // what to type where there are no buttons; "" counts from 1
	Chosen bool
	Wide   bool
}
