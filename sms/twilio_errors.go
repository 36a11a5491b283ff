package sms

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"khaibao/core/channel"

	twilio "github.com/twilio/twilio-go/client"
)

// class is what the outbox must do about an error.
type class int

const (
	again   class = iota // try this message again later
	gone                 // nothing will ever reach this number: stop
	refused              // this message cannot be sent as it is
	config               // our account or set-up is at fault
	wait                 // the whole gateway asks for rest
)

// classes are the codes of Twilio that mean something else than their HTTP
// status (docs/reference/channels.md, 3.3). Twilio splits codes from time to
// time, so an unknown one is judged by the status.
var classes = map[int]class{
	21211: gone, // the number is not valid
	21217: gone, // the number does not seem to be valid
	21610: gone, // the person texted STOP
	21614: gone, // not a mobile number
	21635: gone, // a landline

	21408: refused, // we may not send to this country
	21602: refused, // no text
	21605: refused, // the text is too long
	21612: refused, // no way from this sender to this number
	21617: refused, // the text is above 1600 letters
	30044: refused, // the text is too long for a trial

	14107: wait, // too many messages a second
	20429: wait, // too many requests
	21611: wait, // the sender's queue is full
	30001: wait, // the same, by its other name
	63038: wait, // the account's messages of the day are used up

	20003: config, // wrong SID or token
	20005: config, // the account is not active
	20008: config, // test credentials
	20404: config, // no such account
	21606: config, // the sender is not ours or cannot send SMS
	21608: config, // a trial account sends to checked numbers only
	21609: config, // the status call-back is no valid URL
	30002: config, // the account is suspended
}

// waits is how long to rest when Twilio does not say.
var waits = map[int]time.Duration{
	21611: time.Minute,
	30001: time.Minute,
	63038: time.Hour,
}

const shortWait = 2 * time.Second

func classOf(code, status int) class {
	if c, ok := classes[code]; ok {
		return c
	}
	switch {
	case status == http.StatusTooManyRequests:
		return wait
	case status == http.StatusRequestTimeout, status >= 500, status < 400:
		return again
	}
	// Not refused: an unknown fault of our set-up would drop every message.
	return config
}

// failure turns what the library returned into what the outbox acts on. No
// text of Twilio's goes into it, as it quotes numbers and SIDs, and nothing
// private, which an answer that is no HTTP may repeat.
func (t *Twilio) failure(c *call, err error, private ...string) error {
	var rest *twilio.TwilioRestError
	if !errors.As(err, &rest) {
		if errors.Is(err, errRedirect) {
			return &channel.SendError{Config: true, Err: fmt.Errorf("twilio: %w", errRedirect)}
		}
		if c.status != 0 {
			return sendError(classOf(0, c.status), c.after, fmt.Errorf("twilio: HTTP %d with an answer that cannot be read", c.status))
		}
		if errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("twilio: no answer in time: %w", context.DeadlineExceeded)
		}
		return fmt.Errorf("twilio: %w", channel.Redact(err, append(private, t.c.AuthToken, t.c.AccountSID)...))
	}
	status := c.status
	if status == 0 { // the library itself refuses
		status = rest.Status
	}
	after := c.after
	if after == 0 {
		after = waits[rest.Code]
	}
	return sendError(classOf(rest.Code, status), after, fmt.Errorf("twilio: code %d, HTTP %d", rest.Code, status))
}

func sendError(cl class, after time.Duration, err error) error {
	switch cl {
	case gone:
		return &channel.SendError{Gone: true, Err: err}
	case refused:
		return &channel.SendError{Refused: true, Err: err}
	case config:
		return &channel.SendError{Config: true, Err: err}
	case wait:
		if after <= 0 {
			after = shortWait
		}
		return &channel.SendError{RetryAfter: after, Err: err}
	}
	return err
}

// deadNumber tells whether the code of a message that was not delivered says
// that none ever will be: opted out, an unknown handset, a landline. A phone
// that is off (30003) or a filter (30004, 30007) says nothing of the kind.
func deadNumber(code string) bool {
	n, err := strconv.Atoi(code)
	if err != nil {
		return false
	}
	return n == 30005 || n == 30006 || classes[n] == gone
}
