package core

// OfficerChat is what became of a word that an officer sent from their own chat.
type OfficerChat struct {
	Done bool   // it was done
	Not  bool   // the chat is no officer's, or the officer may not
	Name string // of the officer, or of who took an alert before
	Area string // GSO code of the officer's area
	Who  string // initials of whom an alert is about
}
