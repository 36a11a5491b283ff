package outbox

import (
	"time"

	"khaibao/core"
)

// PaceAt has a network's pace asked with a clock of the test's: the function
// tells when to ask again, 0 when the message may go.
func PaceAt(rate float64) func(n int, p core.Priority, now time.Time) time.Duration {
	return newPace(rate).take
}
