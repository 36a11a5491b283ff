// Package sms is the channel of plain text messages.
//
// Sending and receiving are two separate choices, because in Vietnam they are
// two separate contracts: a registered sender name sends and can receive
// nothing, a short code receives, and Twilio calls the country one-way
// (docs/reference/channels.md, 0 and 5). Messages are kept to GSM 7-bit
// letters, since one Vietnamese letter more than halves what a part can hold.
package sms

import (
	"context"
	"errors"
	"net/http"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
)

// Name is the channel's name.
const Name = "sms"

// maxText is one part of GSM 7-bit text, in septets (docs/reference/channels.md, 4).
// A longer text goes as several messages, each whole by itself: old telephones
// show the parts of a long one in any order.
const maxText = 160

// Gateway hands texts to the telephone networks.
type Gateway interface {
	// Send hands over one text and returns the gateway's ID for it. It fails
	// as channel.Channel.Send does.
	Send(ctx context.Context, m core.Outbound) (externalID string, err error)
	// Rate is how many messages a second the gateway takes; 0 means no limit.
	Rate() float64
}

// Receiver takes texts from the telephone networks.
type Receiver interface {
	Webhook(in channel.Inbox) http.Handler
}

// Lister is a Receiver whose gateway can be asked what came in. Most deliver
// again instead what was not taken.
type Lister interface {
	// Missed gives in every text that came in since a moment, oldest first,
	// also those that were delivered: the Inbox knows them by their ID. It
	// returns how many it gave. After an error it may be called again with the
	// same moment.
	Missed(ctx context.Context, since time.Time, in channel.Inbox) (n int, err error)
}

// Replies hands out what answers a text that was just taken, for gateways whose
// own answer carries it.
type Replies interface {
	// ReplyTo claims what waits as an answer to a text, which is named by its
	// Inbound.ExternalID, so that nobody else sends it. The error is
	// core.ErrNotFound when nothing does, when it is on its way already, or when
	// it has no room in one answer: then it is sent as any other.
	ReplyTo(ctx context.Context, externalID string) (Reply, error)
}

// AnswerRoom is how much a gateway's own answer may say, in septets: three parts
// of GSM 7-bit text, 3 × 153 (docs/reference/channels.md, 4). There is one answer
// to a text, so that it says together what else goes as several messages.
const AnswerRoom = 459

// Reply is what was claimed to be said in an answer.
type Reply struct {
	Text string // ready to send, of at most AnswerRoom
	// Done ends the claim: said tells whether the answer that carries it was
	// written. What was not said goes out as any other.
	Done func(ctx context.Context, said bool) error
}

// Statuses keeps what became of the texts that were sent. A message is named by
// the gateway's ID or, where the gateway was quicker than our writing that down,
// by the outbox ID.
type Statuses interface {
	// MoveStatus keeps a status unless one of the same or a higher rank is kept.
	// Of a message that is not known it keeps nothing.
	MoveStatus(ctx context.Context, channel, networkID, status string, rank int) error
	// NumberDead keeps that nothing more can be delivered to the number that a
	// message went to. A message that is not known is core.ErrNotFound.
	NumberDead(ctx context.Context, now time.Time, channel, networkID string) error
}

// Channel is the SMS network. Out and In may each be nil, and may be one and
// the same gateway.
type Channel struct {
	Out Gateway
	In  Receiver
}

// Name implements channel.Channel.
func (c *Channel) Name() string { return Name }

// Features implements channel.Channel.
func (c *Channel) Features() channel.Features {
	f := channel.Features{MaxText: maxText, Plain: true, Proven: true}
	if c.Out != nil {
		f.Rate = c.Out.Rate()
	}
	return f
}

// Send implements channel.Channel.
func (c *Channel) Send(ctx context.Context, m core.Outbound) (string, error) {
	if c.Out == nil {
		return "", &channel.SendError{Config: true, Err: errors.New("sms: no gateway is set up for sending")}
	}
	if m.URN.Scheme() != "tel" || m.URN.Path() == "" {
		return "", &channel.SendError{Refused: true, Err: errors.New("sms: not the address of a telephone")}
	}
	if m.Text == "" {
		return "", &channel.SendError{Refused: true, Err: errors.New("sms: no text to send")}
	}
	return c.Out.Send(ctx, m)
}

// Webhook implements channel.Channel.
func (c *Channel) Webhook(in channel.Inbox) http.Handler {
	if c.In == nil {
		return http.NotFoundHandler()
	}
	return c.In.Webhook(in)
}

// Lists tells whether the gateway can be asked what came in.
func (c *Channel) Lists() bool {
	_, ok := c.In.(Lister)
	return ok
}

// Missed takes what came in while we could not be reached; see Lister.
func (c *Channel) Missed(ctx context.Context, since time.Time, in channel.Inbox) (int, error) {
	if l, ok := c.In.(Lister); ok {
		return l.Missed(ctx, since, in)
	}
	return 0, nil
}
