package sandbox

import (
	"net/http"
	"time"
)

// An SMS is one text message as a telephone shows it.
type SMS struct {
	ID     string
	Mine   bool   // written on the telephone; otherwise received by it
	Other  string // the number, short code or sender name at the other end
	Body   string
	At     time.Time
	Parts  int    // segments it was carried in
	Status string // what became of it, in the gateway's word: "delivered", "failed", …
}

// SMSNetwork imitates a network of SMS telephones and the gateway through
// which the program reaches them. Twilio is one.
type SMSNetwork interface {
	// API imitates the gateway's HTTP interface. Its paths are the gateway's
	// own: what the Sandbox serves at /twilio/2010-04-01/… arrives as /2010-04-01/….
	API() http.Handler
	// FromPhone writes an SMS on a telephone (E.164). The network delivers it
	// to the program in the background.
	FromPhone(phone, body string)
	// Messages are the SMS of one telephone, both ways, oldest first.
	Messages(phone string) []SMS
	// OnChange has changed called with a telephone's number whenever its
	// messages changed. It is called once, before the first message; changed
	// is quick and may be called from any goroutine.
	OnChange(changed func(phone string))
	// Fail makes the gateway fail from now on; the zero value lets it work.
	Fail(Failures)
	// Block makes a telephone refuse what is sent to it, or lets it again.
	Block(phone string, on bool)
	Close()
}

// Failures are the ways in which a network can be told to fail.
type Failures struct {
	TooMany time.Duration // every call is answered 429 with this wait; 0 is off
	Broken  bool          // every call is answered 502 with a page that is no JSON
	Cut     bool          // every connection is cut without an answer
	Refused bool          // our credentials are refused
	Slow    time.Duration // every answer comes this much later
}
