package zalo

import (
	"context"
	"sync"
)

// The two ways to say something (channels.md, 0 and 2.2). An account of a state
// agency may be let into the older one only, though that is said to be closed:
// whichever works is found out by trying, and remembered.
const (
	messagesV3 = "/v3.0/oa/message/cs"
	messagesV2 = "/v2.0/oa/message"
)

// learnedVersion is under which name the vault knows it: "v2", or "" for v3.
const learnedVersion = "messages"

// versionCache is what this node knows of the account's version.
type versionCache struct {
	mu    sync.Mutex
	asked bool // the vault was
	older bool
}

// older tells whether our account is known to be served by version 2 only.
func (c *Channel) older(ctx context.Context) bool {
	v := &c.version
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.asked {
		found, err := c.Vault.Learned(ctx, learnedVersion)
		if err != nil { // then it is found out again
			return v.older
		}
		v.asked, v.older = true, found == "v2"
	}
	return v.older
}

// learnVersion keeps which version serves us.
func (c *Channel) learnVersion(ctx context.Context, older bool) {
	v := &c.version
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.asked && v.older == older {
		return
	}
	v.asked, v.older = true, older
	found := ""
	if older {
		found = "v2"
	}
	c.log().Warn("zalo serves this account by another version of its API", "version", map[bool]int{false: 3, true: 2}[older])
	if err := c.Vault.Learn(ctx, c.time(), learnedVersion, found); err != nil {
		c.log().Warn("zalo version not kept", "err", err) // the next start finds it out again
	}
}

// sayAt says something by the version that serves us. Somebody without a name
// is answered by version 2 always.
func (c *Channel) sayAt(ctx context.Context, to recipient, say func(path string) (string, error)) (string, error) {
	if to.AnonymousID != "" {
		return say(messagesV2)
	}
	if c.older(ctx) {
		id, err := say(messagesV2)
		if cl := classOf(err); cl != closed && cl != otherWay {
			return id, err
		}
		id, err = say(messagesV3)
		if classOf(err) != otherWay && answered(err) {
			c.learnVersion(ctx, false)
		}
		return id, err
	}
	id, err := say(messagesV3)
	if classOf(err) != otherWay {
		return id, err
	}
	id, older := say(messagesV2)
	switch {
	case classOf(older) == closed || classOf(older) == otherWay:
		return "", err // neither: the first refusal says why
	case answered(older):
		c.learnVersion(ctx, true)
	}
	return id, older
}

// answered tells whether Zalo took a message, or had something against it alone.
func answered(err error) bool {
	switch classOf(err) {
	case gone, refused, elsewhere:
		return true
	}
	return err == nil
}
