package main

import (
	"strings"

	"khaibao/core/duty"
)

// doorsConfig is how officers sign in.
type doorsConfig struct {
	secondFactor string
	factorDuties []duty.Duty // read from it
}

func (c *doorsConfig) settings() []setting {
	return []setting{
		{"SECOND_FACTOR", &c.secondFactor, "admin,cdc,centre", "duties that must sign in with one-time codes too: names behind commas, all or none; none in the sandbox"},
	}
}

func (c *doorsConfig) check(sandbox bool, bad func(name, want string)) {
	switch {
	case sandbox || c.secondFactor == "none": // everybody can read the passwords of the sandbox's officers
	case c.secondFactor == "all":
		c.factorDuties = duty.All()
	default:
		for name := range strings.SplitSeq(c.secondFactor, ",") {
			d := duty.Duty(strings.TrimSpace(name))
			if !d.Valid() {
				bad("SECOND_FACTOR", "want duties behind commas, all or none; "+strings.TrimSpace(name)+" is no duty")
			}
			c.factorDuties = append(c.factorDuties, d)
		}
	}
}
