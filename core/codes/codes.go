// Package codes holds the rules for codes sent by SMS to prove a phone.
//
// A code costs money and rings at a stranger's, so most of the rules bound how
// many are sent, and to whom (docs/reference/channels.md, 6, and security.md,
// 5). The rules are pure: the store counts, Decide decides. Nothing here knows
// whether a phone belongs to anybody that we know, so no answer can tell it.
package codes

import (
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"time"
)

// MinDigits is the least length of a code: 20 bits and few tries.
const MinDigits = 6

// Limits are the settings. The zero value sends nothing; begin with Default.
type Limits struct {
	Digits   int           // of a code, at least MinDigits
	Lifetime time.Duration // of a code
	Tries    int           // of typing one code

	// Wait is the time between the first code to a phone and the second; it
	// doubles with each code within a day.
	Wait time.Duration
	// PerPhone is how many codes go to one phone within 24 hours.
	PerPhone int
	// PhonesPerAddress is how many different phones one address, such as a
	// browser or a chat, asks codes for within an hour.
	PhonesPerAddress int
	// PerNetwork is how many codes are sent within an hour for one network of
	// askers, an IPv4 /24 or IPv6 /48, where it is known. Mobile carriers put
	// thousands of phones behind one address: raise it for a campaign.
	PerNetwork int
	// PerDay is the ceiling on money: how many codes are sent within 24 hours
	// in all.
	PerDay int

	// AlarmShare and AlarmLeast raise an alarm when at least AlarmLeast codes
	// of an hour are past their lifetime and more than AlarmShare of them were
	// never typed: the sign of somebody who is paid for each SMS.
	AlarmShare float64
	AlarmLeast int
}

// Default are the limits of the design, for a province.
func Default() Limits {
	return Limits{
		Digits:           MinDigits,
		Lifetime:         5 * time.Minute,
		Tries:            5,
		Wait:             60 * time.Second,
		PerPhone:         5,
		PhonesPerAddress: 3,
		PerNetwork:       20,
		PerDay:           20_000,
		AlarmShare:       0.7,
		AlarmLeast:       30,
	}
}

// Check tells what is wrong with the limits; a program with wrong ones must
// not start.
func (l Limits) Check() error {
	switch {
	case l.Digits < MinDigits || l.Digits > 9:
		return fmt.Errorf("codes: %d digits, want %d to 9", l.Digits, MinDigits)
	case l.Lifetime < time.Minute || l.Lifetime > 10*time.Minute:
		return fmt.Errorf("codes: a lifetime of %v, want 1 to 10 minutes", l.Lifetime)
	case l.Tries < 1 || l.Tries > 10:
		return fmt.Errorf("codes: %d tries, want 1 to 10", l.Tries)
	case l.Wait < 30*time.Second:
		return fmt.Errorf("codes: a wait of %v, want at least 30 seconds", l.Wait)
	case l.PerPhone < 1, l.PhonesPerAddress < 1, l.PerNetwork < 1, l.PerDay < 1:
		return errors.New("codes: a cap is below 1")
	case l.AlarmShare <= 0 || l.AlarmShare > 1 || l.AlarmLeast < 1:
		return errors.New("codes: the alarm needs a share above 0 and at most 1, of at least one code")
	}
	return nil
}

// The spans over which the store counts.
const (
	Day  = 24 * time.Hour
	Hour = time.Hour
)

// History is what was sent before, as the store counted it.
type History struct {
	Last        time.Time // when the newest code went to this phone within a Day; zero for none
	ToPhone     int       // codes to this phone within a Day
	OtherPhones int       // phones but this one that the address had codes sent to within an Hour
	FromNetwork int       // codes asked from this network within an Hour; 0 when it is not known
	InAll       int       // codes in all within a Day
}

// Why a code is refused, as flows.CodeSent tells it.
const (
	Wait   = "wait"   // too soon after the last one
	Limit  = "limit"  // a cap is reached
	Region = "region" // no phone that we send to
)

// Decision is what becomes of a wish for a code.
type Decision struct {
	Refused string        // "" to send it
	Wait    time.Duration // with Wait: how long, in whole seconds
}

// Decide tells whether a code may go to a phone now.
func Decide(l Limits, phone string, h History, now time.Time) Decision {
	if !Mobile(phone) {
		return Decision{Refused: Region}
	}
	// The wait comes last: it ends, and then one of the caps would be met.
	if h.ToPhone >= l.PerPhone || h.OtherPhones >= l.PhonesPerAddress ||
		h.FromNetwork >= l.PerNetwork || h.InAll >= l.PerDay {
		return Decision{Refused: Limit}
	}
	if left := h.Last.Add(pause(l.Wait, h.ToPhone)).Sub(now); h.ToPhone > 0 && left > 0 {
		return Decision{Refused: Wait, Wait: (left + time.Second - 1).Truncate(time.Second)}
	}
	return Decision{}
}

// pause is the time after the n-th code of a day before another: it doubles.
func pause(first time.Duration, n int) time.Duration {
	p := first
	for range n - 1 {
		if p *= 2; p > Day {
			return Day
		}
	}
	return p
}

// Alarm tells whether too few codes are typed. sent and proved count codes of
// one hour that are all past their lifetime.
func Alarm(l Limits, sent, proved int) bool {
	return sent >= l.AlarmLeast && float64(sent-proved) > l.AlarmShare*float64(sent)
}

// mobile are the prefixes in use since 2018 (docs/reference/vietnam.md, 4).
var mobile = regexp.MustCompile(`^\+84(3\d|5[1689]|52[238]|559|7[06-9]|8[1-8]|89[6-9]|9[0-8]|99[013-9])\d*$`)

// Mobile tells whether a phone in E.164 is a Vietnamese mobile number. Abroad
// an SMS can cost a hundred times as much, which is what pumping lives on.
func Mobile(phone string) bool {
	return len(phone) == len("+84900000001") && mobile.MatchString(phone)
}

// New makes a code of so many decimal digits; each is as likely as another.
func New(digits int) string {
	most := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	n, err := rand.Int(rand.Reader, most)
	if err != nil {
		panic(fmt.Sprintf("random number: %v", err)) // crypto/rand does not fail
	}
	return fmt.Sprintf("%0*d", digits, n)
}

// Typed is a code as somebody typed it, brought to plain digits: blanks,
// dashes and dots between them are left out, other scripts' digits read.
// Anything else about it makes it no code: "".
func Typed(text string) string {
	var b strings.Builder
	for _, r := range strings.TrimSpace(text) {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= '０' && r <= '９':
			b.WriteRune(r - '０' + '0')
		case r == ' ' || r == '-' || r == '.' || r == '\u00a0':
		default:
			return ""
		}
		if b.Len() > 9 {
			return ""
		}
	}
	return b.String()
}
