package sms

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// Common is what every gateway needs of the program around it.
type Common struct {
	PublicURL string  // where the gateway finds us, without the path of a web-hook
	Rate      float64 // messages a second; 0 takes what the gateway is known to take

	Statuses Statuses          // nil: reports are checked and dropped
	Costs    Costs             // nil: what a text cost is dropped
	Count    func(what string) // told of every delivery that was not taken, by a fixed word; may be nil
	Log      *slog.Logger      // nil for slog.Default
	Timeout  time.Duration     // of one call; 0 for 10 s
}

// Costs keeps what texts cost, as far as their gateway tells.
type Costs interface {
	// KeepCost keeps the cost of a message, which is named as for
	// Statuses.MoveStatus, in đồng, and as how many segments it was billed; 0 for
	// what was not told. Of a message that is not known it keeps nothing.
	KeepCost(ctx context.Context, channel, networkID string, cost int64, segments int) error
}

// check fills in what may be left out. Its errors quote no setting.
func (c *Common) check(rate float64) error {
	if _, err := baseURL(c.PublicURL); err != nil {
		return fmt.Errorf("the public URL %w", err)
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	if c.Rate < 0 {
		return errors.New("the rate must not be below zero")
	}
	if c.Rate == 0 {
		c.Rate = rate
	}
	if c.Timeout <= 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Count == nil {
		c.Count = func(string) {}
	}
	return nil
}

// Format prints no secret of the settings that it stands in, whatever the verb.
func (c Common) Format(f fmt.State, _ rune) { fmt.Fprint(f, "[redacted]") }

// LogValue logs no secret.
func (c Common) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// MarshalText marshals no secret.
func (c Common) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }

// report is what a gateway tells of a text that we sent.
type report struct {
	names    []string // by which it may be kept, the gateway's own first
	status   string   // a word of Rank; "" for none
	code     string   // why it failed, in the gateway's words; for the log
	cost     int64    // in đồng; 0 when it was not told
	segments int      // that the cost is of
}

// name is the first of its names that it has, for the log.
func (r report) name() string { return cmp.Or(r.names...) }

// keep keeps a report. Only one of its names may be written down while the
// report overtakes us; under the other it moves nothing.
func (c *Common) keep(ctx context.Context, gateway string, r report) error {
	if r.status == "undelivered" || r.status == "failed" {
		c.Log.Warn(gateway+" could not deliver", "network_id", r.name(), "status", r.status, "code", r.code)
	}
	for _, name := range r.names {
		if name == "" {
			continue
		}
		if c.Statuses != nil && r.status != "" {
			if err := c.Statuses.MoveStatus(ctx, Name, name, r.status, Rank(r.status)); err != nil {
				return fmt.Errorf("keep a status of %s: %w", gateway, err)
			}
		}
		if err := c.keepCost(ctx, gateway, name, r.cost, r.segments); err != nil {
			return err
		}
	}
	return nil
}

func (c *Common) keepCost(ctx context.Context, gateway, name string, cost int64, segments int) error {
	if c.Costs == nil || cost == 0 {
		return nil
	}
	if err := c.Costs.KeepCost(ctx, Name, name, cost, segments); err != nil {
		return fmt.Errorf("keep a cost of %s: %w", gateway, err)
	}
	return nil
}
