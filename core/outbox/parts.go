package outbox

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"khaibao/core"
	"khaibao/core/channel"
	"khaibao/core/seal"
)

// Parts makes a row's messages, fitted to what its network can show, in the
// order of sending. A row of which nothing can be made is refused by a
// channel.SendError: tried again, it would hold up its recipient for a day, or
// end the program again and again.
func Parts(m core.Queued, render func(core.Queued, channel.Features) channel.Line, f channel.Features) (parts []core.Outbound, err error) {
	if errors.Is(m.Unreadable, seal.ErrUnknownKey) { // another node may know it
		return nil, m.Unreadable
	}
	if m.Unreadable != nil {
		return nil, &channel.SendError{Refused: true, Err: m.Unreadable}
	}
	defer func() {
		if recover() != nil { // the stack only: what panicked may quote what was said
			slog.Error("rendering panicked", "outbox", m.ID, "key", m.Say.Key, "stack", string(debug.Stack()))
			parts, err = nil, &channel.SendError{Refused: true, Err: errors.New("rendering panicked")}
		}
	}()
	parts = channel.Fit(render(m, f), f)
	if len(parts) == 0 {
		return nil, &channel.SendError{Refused: true, Err: fmt.Errorf("nothing to say for %q", m.Say.Key)}
	}
	return parts, nil
}
