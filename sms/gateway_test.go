package sms

import (
	"time"

	"khaibao/bots/bottest"
	"khaibao/core"
	"khaibao/sms/smstest"
)

// seenAt is what a telephone shows of an imitated gateway.
func seenAt(g *smstest.Gateway, by core.URN) []bottest.Seen {
	var seen []bottest.Seen
	for _, t := range g.Texts(by.Path()) {
		seen = append(seen, bottest.Seen{ID: t.ID, Text: t.Content})
	}
	return seen
}

// failAs has a gateway fail in one of the ways that all can, and no more as it
// did before; false for any other way.
func failAs(g *smstest.Gateway, how bottest.Failure) bool {
	f, known := map[bottest.Failure]smstest.Failures{
		bottest.TooMany: {TooMany: true},
		bottest.Account: {Refused: true},
		bottest.Broken:  {Broken: true},
		bottest.Cut:     {Cut: true},
		bottest.Slow:    {Slow: time.Hour},
	}[how]
	g.Fail(f)
	return known
}
