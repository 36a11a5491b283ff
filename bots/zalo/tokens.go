package zalo

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"khaibao/bots/fetch"
	"khaibao/core"
	"khaibao/core/channel"
)

// Vault keeps our tokens, the same for all nodes. A generation is what is to be
// used next; it passes with each new pair.
type Vault interface {
	// Tokens are those in force, zero when there never were any.
	Tokens(ctx context.Context) (core.Tokens, error)
	// Offer begins a new line of tokens, unless this one began one before.
	Offer(ctx context.Context, now time.Time, refresh string) (taken bool, err error)
	// Lease gives this node alone the use of a generation's refresh token.
	Lease(ctx context.Context, generation int64, now, until time.Time) (t core.Tokens, ok bool, err error)
	// Keep keeps the pair that came for t.Generation's refresh token, whoever
	// holds the lease by now. Not ok means that the generation has passed.
	Keep(ctx context.Context, now time.Time, t core.Tokens) (ok bool, err error)
	// Later gives a refresh token back, not to be tried before until.
	Later(ctx context.Context, generation int64, until time.Time) error
	// Refused keeps that a generation's refresh token is worth nothing, and
	// tells officers; first says that this is news.
	Refused(ctx context.Context, now time.Time, generation int64, until time.Time) (first bool, err error)

	// Learned is what was found out about our account, "" when nothing; Learn
	// keeps it.
	Learned(ctx context.Context, name string) (string, error)
	Learn(ctx context.Context, now time.Time, name, value string) error
}

const (
	// tokenAge is how old an access token of 25 hours gets before it is
	// renewed: the five hours left are for a human, should renewing fail.
	tokenAge   = 20 * time.Hour
	tokenLook  = 15 * time.Second // between two looks at their age, and how long what was read is believed
	tokenLease = time.Minute      // well above callTime: an answer must not meet a second use
	tokenYoung = 5 * time.Minute  // a token refused at this age is not refused for its age
	tokenWait  = 3 * time.Second  // how long a message waits for another node that renews
	refusedFor = time.Hour        // between two tries of a token that was refused
	alarmBelow = 3 * time.Hour    // of life left, when renewing still fails
)

// tokenCache is what this node knows of the tokens.
type tokenCache struct {
	mu       sync.Mutex
	have     core.Tokens
	read     time.Time
	renewing chan struct{} // closed when the renewal in hand ends; nil when there is none
}

func (c *tokenCache) get() (core.Tokens, time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.have, c.read
}

// reread takes the tokens from the vault.
func (c *Channel) reread(ctx context.Context) (core.Tokens, error) {
	t, err := c.Vault.Tokens(ctx)
	if err != nil {
		return core.Tokens{}, err
	}
	c.tokens.mu.Lock()
	defer c.tokens.mu.Unlock()
	c.tokens.have, c.tokens.read = t, c.time()
	return t, nil
}

// access gives tokens with which Zalo can be called.
func (c *Channel) access(ctx context.Context) (core.Tokens, error) {
	have, read := c.tokens.get()
	now := c.time()
	good := have.Access != "" && now.Before(have.Expires)
	if good && now.Sub(read) < tokenLook {
		return have, nil
	}
	t, err := c.reread(ctx)
	switch {
	case err != nil && good: // a database that is away is no reason to be silent
		return have, nil
	case err != nil:
		return t, err
	case t.Access != "" && now.Before(t.Expires):
		return t, nil
	}
	return c.renewed(ctx, t)
}

// renewed gives the tokens that follow some that are not taken any more.
func (c *Channel) renewed(ctx context.Context, old core.Tokens) (core.Tokens, error) {
	t, err := c.reread(ctx)
	if err != nil {
		return t, err
	}
	now := c.time()
	live := t.Access != "" && now.Before(t.Expires)
	switch {
	case live && t.Access != old.Access:
		return t, nil // another node was quicker
	case live && now.Sub(t.Issued) < tokenYoung:
		return t, setUp("zalo refuses an access token that it has just given")
	case t.Refresh == "":
		return t, setUp("zalo: there is no refresh token")
	case !t.Refused.IsZero() && now.Before(t.Busy):
		return t, setUp("zalo refuses our refresh token")
	}
	var done <-chan struct{}
	if !now.Before(t.Busy) {
		done = c.renew(ctx, t.Generation)
	}
	return c.follower(ctx, t, done)
}

// follower waits for the tokens that follow some, by this node's renewal, which
// ends with done, or by another's.
func (c *Channel) follower(ctx context.Context, old core.Tokens, done <-chan struct{}) (core.Tokens, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime+tokenWait)
	defer cancel()
	patience := time.After(tokenWait)
	if done != nil {
		patience = nil
	}
	for {
		select {
		case <-ctx.Done():
			return old, fetch.Unanswered(ctx, "zalo", ctx.Err())
		case <-patience:
			return old, noAnswer("the tokens are not renewed yet")
		case <-done: // or found that another node has begun
			patience, done = time.After(tokenWait), nil
		case <-time.After(100 * time.Millisecond):
		}
		t, err := c.reread(ctx)
		switch {
		case err != nil:
			return old, err
		case t.Access != "" && t.Access != old.Access:
			return t, nil
		case !t.Refused.IsZero():
			return t, setUp("zalo refuses our refresh token")
		}
	}
}

func setUp(what string) error {
	return &channel.SendError{Config: true, Err: errors.New(what)}
}

// renew uses a generation's refresh token, once at a time on this node, and
// goes on to its end even when ctx ends: an answer that nobody waits for is
// lost, and the account with it. The result is closed when it is over.
func (c *Channel) renew(ctx context.Context, generation int64) <-chan struct{} {
	c.tokens.mu.Lock()
	defer c.tokens.mu.Unlock()
	if c.tokens.renewing != nil {
		return c.tokens.renewing
	}
	done := make(chan struct{})
	c.tokens.renewing = done
	go func() {
		defer func() {
			c.tokens.mu.Lock()
			c.tokens.renewing = nil
			c.tokens.mu.Unlock()
			close(done)
		}()
		c.rotate(context.WithoutCancel(ctx), generation)
	}()
	return done
}

// rotate uses a refresh token and keeps what comes for it.
func (c *Channel) rotate(ctx context.Context, generation int64) {
	now := c.time()
	t, ok, err := c.Vault.Lease(ctx, generation, now, now.Add(tokenLease))
	if err != nil {
		c.log().Warn("zalo tokens cannot be leased", "err", err)
		return
	}
	if !ok {
		return // another node has it
	}
	next, err := c.ask(ctx, t.Refresh)
	var refusal *apiError
	switch {
	case err == nil:
		next.Generation = generation
		c.keep(ctx, next)
	case errors.As(err, &refusal) && refusal.Code < 0 && refusal.Code != codeRate:
		c.refuse(ctx, t, err)
	default:
		until := c.time().Add(tokenBackoff(t.Tries))
		log := c.log().Warn
		if c.time().Add(alarmBelow).After(t.Expires) {
			log = c.log().Error
		}
		log("zalo tokens not renewed; trying again", "tries", t.Tries, "expires", t.Expires, "err", err)
		if err := c.Vault.Later(ctx, generation, until); err != nil {
			c.log().Warn("zalo tokens not set aside", "err", err)
		}
	}
}

// tokenBackoff is the wait after the nth try: 15 s doubling to 15 minutes.
func tokenBackoff(tries int) time.Duration {
	return min(15*time.Second<<min(max(tries-1, 0), 6), 15*time.Minute)
}

// keep commits a pair, however long the vault is away: nobody else will ever
// be given it, and it must not be used before it is safe.
func (c *Channel) keep(ctx context.Context, t core.Tokens) {
	for try := 0; ; try++ {
		ok, err := c.Vault.Keep(ctx, c.time(), t)
		if err == nil {
			if !ok {
				c.log().Warn("zalo tokens came late: the settings had offered others")
			}
			c.log().Info("zalo tokens renewed", "expires", t.Expires)
			return
		}
		if try%50 == 0 {
			c.log().Error("zalo tokens not kept yet: do not stop this node", "err", err)
		}
		time.Sleep(min(time.Duration(try+1)*50*time.Millisecond, time.Second))
	}
}

// refuse tells everybody who can help that Zalo takes a refresh token no more,
// once for each such state.
func (c *Channel) refuse(ctx context.Context, t core.Tokens, cause error) {
	first, err := c.Vault.Refused(ctx, c.time(), t.Generation, c.time().Add(refusedFor))
	switch {
	case err != nil:
		c.log().Error("zalo refuses our refresh token, and nobody could be told", "cause", cause, "err", err)
	case !first:
		c.log().Warn("zalo still refuses our refresh token", "err", cause)
	default:
		// More than one try: the answer to an earlier one never reached the vault.
		c.log().Error("zalo refuses our refresh token: give a new one by ZALO_REFRESH_TOKEN",
			"tries", t.Tries, "offered", t.Offered, "access_expires", t.Expires, "err", cause)
	}
}

// ask gets a pair of tokens for a refresh token.
func (c *Channel) ask(ctx context.Context, refresh string) (core.Tokens, error) {
	form := url.Values{"refresh_token": {refresh}, "app_id": {c.AppID}, "grant_type": {"refresh_token"}}
	var answer struct {
		Access  string          `json:"access_token"`
		Refresh string          `json:"refresh_token"`
		Seconds json.RawMessage `json:"expires_in"` // a text; a pair is worth keeping whatever it is
		Name    string          `json:"error_name"`
	}
	err := c.do(ctx, call{host: oauth, url: base(c.OAuth, OAuth) + "/v4/oa/access_token", contentType: "application/x-www-form-urlencoded",
		header: map[string]string{"secret_key": c.AppSecret}, body: []byte(form.Encode())}, &answer)
	if err != nil {
		return core.Tokens{}, err
	}
	if answer.Access == "" || answer.Refresh == "" || strings.ContainsFunc(answer.Access+answer.Refresh, unprintable) {
		if answer.Name != "" {
			return core.Tokens{}, &apiError{Host: oauth, Code: -1}
		}
		return core.Tokens{}, noAnswer("the answer has no tokens")
	}
	seconds, _ := strconv.Atoi(strings.Trim(string(answer.Seconds), `"`))
	now, life := c.time(), time.Duration(seconds)*time.Second
	if seconds <= 0 || seconds > 90*24*60*60 {
		life = time.Hour // the shortest that Zalo ever gave
	}
	return core.Tokens{Access: answer.Access, Refresh: answer.Refresh, Issued: now, Expires: now.Add(life)}, nil
}

// KeepTokens renews the tokens in time, until ctx ends and the renewal in hand
// is over. It runs on every node; whichever is first does it.
func (c *Channel) KeepTokens(ctx context.Context) {
	offered := c.RefreshToken == ""
	look := c.look
	if look == 0 {
		look = tokenLook
	}
	for ctx.Err() == nil {
		if !offered {
			taken, err := c.Vault.Offer(ctx, c.time(), c.RefreshToken)
			if offered = err == nil; taken {
				c.log().Info("zalo tokens begin anew with the token of the settings")
			}
		}
		if offered {
			c.renewInTime(ctx)
		}
		select {
		case <-ctx.Done():
		case <-time.After(look):
		}
	}
	c.tokens.mu.Lock()
	done := c.tokens.renewing
	c.tokens.mu.Unlock()
	if done != nil {
		<-done
	}
}

// renewInTime renews tokens that are old enough.
func (c *Channel) renewInTime(ctx context.Context) {
	t, err := c.reread(ctx)
	if err != nil {
		if ctx.Err() == nil {
			c.log().Warn("zalo tokens cannot be read", "err", err)
		}
		return
	}
	now := c.time()
	switch {
	case t.Refresh == "" && t.Refused.IsZero():
		c.refuse(ctx, t, errors.New("there is none"))
	case t.Refresh == "", now.Before(t.Busy), !t.Offered && now.Before(dueAt(t)):
	default:
		<-c.renew(ctx, t.Generation)
	}
}

// dueAt is when a pair is old enough to be renewed.
func dueAt(t core.Tokens) time.Time {
	return t.Issued.Add(min(tokenAge, t.Expires.Sub(t.Issued)*4/5))
}
