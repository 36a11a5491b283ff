package zalo

import (
	"errors"
	"net/http"
	"time"

	"khaibao/core/channel"
)

// class is what must be done about a refusal.
type class int

const (
	again     class = iota // try this message again later
	gone                   // nothing more reaches this person
	refused                // this message cannot be sent as it is
	config                 // our account or set-up is at fault
	wait                   // the whole application asks for rest
	elsewhere              // this person is not to be reached here now
	unfit                  // our template is at fault: a fault of set-up, but another way is open
	stale                  // the access token is not taken: renew it, once
	otherWay               // this kind of account is not let into version 3
	closed                 // version 2 is shut down
)

// codeRate is too many calls in a minute, on every host.
const codeRate = -32

// messageCodes are those of the message API (channels.md, 2.4). An unknown one
// is tried again: it may be of a moment, and a day later it is given up.
var messageCodes = map[int]class{
	-216: stale, -220: stale,
	-235:     otherWay,
	-240:     closed,
	codeRate: wait,

	-213: gone, // does not follow the account
	-227: gone, // banned, or not on Zalo for 45 days

	-217: elsewhere, // wants no invitation
	-218: elsewhere, // has had as many messages as one may
	-230: elsewhere, // silent for 7 days
	-232: elsewhere, // the same
	-234: elsewhere, // not at night
	-244: elsewhere, // wants none of this kind
	-211: elsewhere, // our quota is used up
	-249: unfit,     // the template is for phones only

	-201: refused, // a value is invalid; of the person's ID see classOf
	-210: refused, // too long
	-233: refused, // no such kind of message
	-248: refused, // against Zalo's rules
	-237: refused, // a group's
	-403: refused, // a group's

	-209: config, -212: config, -215: config, -219: config, -221: config, -223: config, -224: config, -242: config, -320: config, -321: config,
	-204: config, -205: config, -207: config, -208: config,
}

// templateCodes are those of templates by phone (channels.md, 2.5).
var templateCodes = map[int]class{
	-124:     stale,
	codeRate: wait,

	-108: gone, // no phone

	-114: elsewhere, -118: elsewhere, -119: elsewhere, -139: elsewhere, -141: elsewhere, // cannot have it, or does not want it
	-133: elsewhere,                  // not at night
	-144: elsewhere, -147: elsewhere, // no more today

	-109: unfit, -131: unfit, -146: unfit, // no such template, not approved, switched off
	-1121: unfit, -1122: unfit, -1124: unfit, // a parameter is too long, missing or malformed
	-115: unfit, -137: unfit, // no money
	-117: unfit, -126: unfit, -127: unfit, -135: unfit, -1351: unfit, -136: unfit, -138: unfit, // no right to it
}

// shortWait is how long to rest when Zalo does not say: limits are by minute.
const shortWait = 20 * time.Second

// classOf judges an error. What is none of Zalo's refusals is tried again.
func classOf(err error) class {
	var e *apiError
	if !errors.As(err, &e) {
		return again
	}
	if e.Code > 0 {
		switch {
		case e.Code == http.StatusTooManyRequests:
			return wait
		case e.Code == http.StatusRequestTimeout, e.Code >= 500:
			return again
		}
		return config // a proxy between us, or another host: nothing the message could help
	}
	if e.Host == oauth {
		return config
	}
	if e.Code == -201 {
		switch e.Field {
		case "user_id", "recipient":
			return gone
		case "template_id", "template_data":
			return unfit
		}
	}
	if known, ok := messageCodes[e.Code]; ok && e.Host == messages {
		return known
	}
	return templateCodes[e.Code] // a template by user may be refused by either table
}

// sendError is what the outbox should do about an error.
func sendError(err error) error {
	if err == nil {
		return nil
	}
	var known *channel.SendError
	if errors.As(err, &known) {
		return err
	}
	switch classOf(err) {
	case gone:
		return &channel.SendError{Gone: true, Err: err}
	case refused:
		return &channel.SendError{Refused: true, Err: err}
	case config, otherWay, closed, stale:
		return &channel.SendError{Config: true, Err: err}
	case elsewhere:
		return &channel.SendError{Elsewhere: true, Err: err}
	case unfit:
		return &channel.SendError{Elsewhere: true, Config: true, Err: err}
	case wait:
		var e *apiError
		errors.As(err, &e)
		if e.RetryAfter > 0 {
			return &channel.SendError{RetryAfter: e.RetryAfter, Err: err}
		}
		return &channel.SendError{RetryAfter: shortWait, Err: err}
	}
	return err
}
