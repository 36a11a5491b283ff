package sandbox

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

// news tells open pages what changed, by server-sent events. An event is a
// telephone's key, "wall" or "networks"; the page then asks for what it shows.
type news struct {
	mu      sync.Mutex
	readers map[*reader]bool
	end     chan struct{}
	ended   bool
}

// reader is one open page. What changed more than once before it was told is
// told once.
type reader struct {
	changed map[string]bool
	wake    chan struct{} // holds one token
}

const (
	maxReaders = 100
	heartbeat  = 20 * time.Second // proxies and servers cut silent connections
)

func newNews() *news { return &news{readers: map[*reader]bool{}, end: make(chan struct{})} }

func (n *news) tell(what string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for r := range n.readers {
		r.changed[what] = true
		select {
		case r.wake <- struct{}{}:
		default:
		}
	}
}

func (n *news) close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.ended {
		n.ended = true
		close(n.end)
	}
}

func (n *news) join() *reader {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ended || len(n.readers) >= maxReaders {
		return nil
	}
	r := &reader{changed: map[string]bool{}, wake: make(chan struct{}, 1)}
	n.readers[r] = true
	return r
}

func (n *news) leave(r *reader) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.readers, r)
}

func (n *news) take(r *reader) []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	changed := slices.Sorted(maps.Keys(r.changed))
	clear(r.changed)
	return changed
}

// ServeHTTP streams until the page is closed.
func (n *news) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	reader := n.join()
	if reader == nil {
		http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
		return
	}
	defer n.leave(reader)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	stream := http.NewResponseController(w)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	// A page that lost its stream may have missed something.
	text := "retry: 1000\ndata: all\n\n"
	for {
		// The server's own write timeout would end the stream.
		_ = stream.SetWriteDeadline(time.Now().Add(heartbeat))
		if _, err := fmt.Fprint(w, text); err != nil || stream.Flush() != nil {
			return
		}
		text = ""
		select {
		case <-r.Context().Done():
			return
		case <-n.end:
			return
		case <-beat.C:
			text = ": still here\n\n"
		case <-reader.wake:
			for _, what := range n.take(reader) {
				text += "data: " + what + "\n\n"
			}
		}
	}
}
