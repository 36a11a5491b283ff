// Package bottest is the suite that every channel passes. A new network is one
// small package, one line in main.go and a call of Run:
//
//	func TestConformance(t *testing.T) {
//		bottest.Run(t, func(t *testing.T) bottest.Network { … })
//	}
//
// The channel under test speaks to an imitation of its network that refuses
// what the network would refuse. Nothing here knows any network by name.
package bottest

import (
	"net/http"

	"khaibao/core"
	"khaibao/core/channel"
)

// A Network is one channel wired to an imitation of its network.
type Network interface {
	Channel() channel.Channel

	// Person is the address of the n-th invented person. They all wrote to us
	// before, so that the network lets us write to them.
	Person(n int) core.URN

	// Text is the request by which the network delivers a text, with the
	// network's own proof. The same id makes the same delivery again.
	Text(id int, from core.URN, text string) *http.Request
	// Press is the same for a pressed button; nil where there are no buttons.
	Press(id int, from core.URN, action, ref string) *http.Request
	// Forged are deliveries without the network's proof, by what is wrong with
	// them. They must all be refused with 401 or 403.
	Forged() map[string]*http.Request
	// Garbage are deliveries with the network's proof that cannot be
	// understood. They are answered with some 4xx, or taken as nothing with 2xx.
	Garbage() map[string]*http.Request

	// Seen is what a person sees of us now, oldest first.
	Seen(by core.URN) []Seen

	// Fail makes the imitation fail towards this person (or towards all) from
	// now on; false where the network cannot fail in this way.
	Fail(how Failure, to core.URN) bool
	// Secrets are texts that no error may hold: tokens, keys, passwords.
	Secrets() []string
}

// Nameless is a Network that gives its messages no ID, so that the same words
// twice are two messages.
type Nameless interface{ Nameless() }

// Seen is one message as a person sees it.
type Seen struct {
	ID      string // what Send returned for it
	Text    string
	Picture bool
	Buttons []string // actions, in reading order
	Ask     core.Ask
}

// Failure is a way in which a network fails, and what the outbox must learn.
type Failure string

const (
	TooMany Failure = "asks us to wait"       // SendError.RetryAfter
	Blocked Failure = "person blocked us"     // SendError.Gone
	Unknown Failure = "address never existed" // SendError.Gone
	Account Failure = "refuses our account"   // SendError.Config
	Broken  Failure = "answers 502"           // any other error: again later
	Cut     Failure = "cuts the connection"   // any other error: again later
	Slow    Failure = "does not answer"       // returns soon after its context ends
)
