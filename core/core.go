// Package core holds the domain: the words that every room shares.
//
// It knows no network, no database and no language. Times are passed in and
// kept in UTC; a Day is a civil day in Asia/Ho_Chi_Minh, wherever the machine
// stands, because 00:00 to 06:59 there is yesterday in UTC.
package core

import (
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
)

// ErrNotFound says that what was asked for does not exist, or lies outside the
// asker's Scope: the two must look the same.
var ErrNotFound = errors.New("not found")

// NewID makes a row ID: a UUIDv7, which sorts by the time it was made.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// A URN is an address on a network: tel:+84900123456, telegram:123, web:…
type URN string

// Scheme is what stands before the colon.
func (u URN) Scheme() string {
	scheme, _, _ := strings.Cut(string(u), ":")
	return scheme
}

// Path is what stands behind the colon.
func (u URN) Path() string {
	_, path, _ := strings.Cut(string(u), ":")
	return path
}

// TelURN is the address of a telephone; e164 starts with a plus.
func TelURN(e164 string) URN { return URN("tel:" + e164) }

// Zone is the civil time of Vietnam. It has had no clock changes since 1975,
// so it needs no zone database on the machine.
var Zone = time.FixedZone("Asia/Ho_Chi_Minh", 7*60*60)

// A Day is a civil day in Asia/Ho_Chi_Minh, 2021-08-15.
type Day string

// DayOf is the civil day of a moment.
func DayOf(t time.Time) Day { return Day(t.In(Zone).Format(time.DateOnly)) }

// Add moves a day by n days; a malformed day stays as it is.
func (d Day) Add(n int) Day {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return d
	}
	return Day(t.AddDate(0, 0, n).Format(time.DateOnly))
}

// Local is the day as people write it, 15/08/2021.
func (d Day) Local() string {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return string(d)
	}
	return t.Format("02/01/2006")
}
