// Package fetch is what channels share that call a network: what becomes of a
// call without an answer, and of pictures that are fetched from there.
package fetch

import (
	"context"
	"errors"
	"io"
	"net"
)

// NoAnswer is a call of a network that got no answer, or none of the network's.
// It says so in our own words: Go's quote the address, which may hold a token.
type NoAnswer struct {
	Network string // "telegram"
	What    string // one of our own words
	Err     error  // context.Canceled, context.DeadlineExceeded or nil
}

func (e *NoAnswer) Error() string { return e.Network + ": " + e.What }
func (e *NoAnswer) Unwrap() error { return e.Err }

// Unanswered says why no answer of a network came. ctx is the call's.
func Unanswered(ctx context.Context, network string, err error) *NoAnswer {
	if cause := ctx.Err(); cause != nil {
		return &NoAnswer{Network: network, What: "no answer in time", Err: cause}
	}
	var timeout net.Error
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return &NoAnswer{Network: network, What: "no answer in time", Err: context.DeadlineExceeded}
	case errors.As(err, &dns):
		return &NoAnswer{Network: network, What: "the host name is not found"}
	case errors.As(err, &op) && op.Op == "dial":
		return &NoAnswer{Network: network, What: "cannot connect"}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &op):
		return &NoAnswer{Network: network, What: "the connection was cut"}
	}
	return &NoAnswer{Network: network, What: "the call failed"}
}
