// Package channel says what a network is to us: who may write, what it can
// show, and how a line is fitted to it.
//
// A channel checks that the network is who it says, translates, and decides
// nothing. Networks deliver at least once, so a channel never asks whether a
// message was seen before: the Inbox knows.
package channel

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"khaibao/core"
)

// Channel is one network. Implementations are safe for concurrent use.
type Channel interface {
	// Name is the channel's name in the store, logs and settings: "telegram".
	Name() string
	Features() Features
	// Send hands one fitted message to the network and returns the network's
	// ID for it. It fails with a SendError when the outbox must do something
	// else than try again later.
	Send(ctx context.Context, m core.Outbound) (externalID string, err error)
	// Webhook receives from the network. It calls in for each message and
	// acknowledges only after in returned without error; while the store is
	// away it answers 503, never 4xx, so that networks send again.
	Webhook(in Inbox) http.Handler
}

// Inbox takes one message. It returns once the message, its effects and its
// replies are stored, or once it is known to have been stored before.
type Inbox func(ctx context.Context, m core.Inbound) error

// ErrUnavailable is returned by an Inbox while nothing can be stored.
var ErrUnavailable = fmt.Errorf("the store is away")

// Features says what a network can show. The zero value is a plain-text line.
type Features struct {
	MaxText    int  // length of one message in the units of Count; 0 means no limit
	MaxCaption int  // the same for a text under a picture; 0 means as MaxText
	MaxButtons int  // buttons under one message; 0: choices become a numbered list
	MaxColumns int  // buttons beside each other; 0 means 1
	MaxLabel   int  // letters on one button; with a longer one choices become a numbered list; 0 means no limit
	Pictures   bool // can show a PNG; otherwise the text must do
	Album      int  // pictures shown as one message at most; below 2 each is a message of its own
	Apart      bool // a picture carries no buttons: they stand under a message of their own
	Edits      bool // can change a message that was sent
	AskContact bool // has a button that shares the own number
	Unvouched  bool // and what it shares may be anybody's number: Inbound.Offered, to be proved by a code
	Plain      bool // GSM 7-bit only: texts lose their marks, and short wordings are used
	Proven     bool // the network itself proves the phone: the URN is a tel: the person holds
	// Rate is how many messages a second the network takes in all, of a network
	// of texts (Plain) how many segments; 0 means no limit.
	Rate float64
	// PerRecipient is the least time between two messages to one person.
	PerRecipient time.Duration
}

// A SendError says what the outbox should do next. Any other error is retried.
type SendError struct {
	Gone       bool          // the person blocked us or the number is dead: stop
	Refused    bool          // this message can never be sent as it is: drop it, keep the person
	Config     bool          // our account or set-up is refused: alert a person, try again later
	Elsewhere  bool          // this person cannot be reached here now (window over, quota): take another way
	RetryAfter time.Duration // the network asked the whole channel to wait
	Err        error         // what happened, free of URLs, texts and addresses
}

func (e *SendError) Error() string { return fmt.Sprintf("send: %v", e.Err) }
func (e *SendError) Unwrap() error { return e.Err }
