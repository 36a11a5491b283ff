package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-telegram/bot"
	"golang.org/x/sync/errgroup"

	"khaibao/core"
	"khaibao/core/channel"
)

const (
	pollWait   = 25 * time.Second // how long Telegram holds a call that has nothing to tell
	pollTime   = pollWait + callTime
	pollBatch  = 100
	pollChats  = 16 // chats taken at the same time; within one chat order is kept
	firstPause = time.Second
	longPause  = time.Minute
)

// Poll asks for updates, for machines without a public address, until ctx
// ends. An update is confirmed to Telegram only after the inbox took it and
// all before it, so that a crash, or a store that is away, loses none; those
// taken and not yet confirmed come again and are known by their ID.
func (c *Channel) Poll(ctx context.Context, in channel.Inbox) error {
	if err := c.Check(false); err != nil {
		return err
	}
	b, err := c.api()
	if err != nil {
		return err
	}
	var offset int64
	pause, ready := firstPause, false
	for ctx.Err() == nil {
		if !ready { // a web-hook that is still registered gets everything
			err = c.dropWebhook(ctx, b)
			ready = err == nil
		}
		if ready {
			offset, err = c.pollOnce(ctx, offset, in)
		}
		if err == nil {
			pause = firstPause
			continue
		}
		if ctx.Err() != nil {
			break
		}
		if says(err, "can't use getUpdates") {
			ready = false
		}
		rest := pause
		var refused *apiError
		if errors.As(err, &refused) && refused.RetryAfter > 0 {
			rest = refused.RetryAfter
		}
		c.log().Warn("telegram polling rests", "error", err, "rest", rest)
		pause = min(2*pause, longPause)
		select {
		case <-ctx.Done():
		case <-time.After(rest):
		}
	}
	return nil
}

func (c *Channel) dropWebhook(ctx context.Context, b *bot.Bot) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if _, err := b.DeleteWebhook(ctx, &bot.DeleteWebhookParams{}); err != nil {
		return clean(err)
	}
	return nil
}

// pollOnce asks once and takes what came. The offset moves past what was
// taken, also when it returns an error.
func (c *Channel) pollOnce(ctx context.Context, offset int64, in channel.Inbox) (int64, error) {
	batch, err := c.updates(ctx, offset)
	if err != nil {
		return offset, err
	}
	before := offset
	ids := make([]int64, len(batch))
	failed := make([]bool, len(batch))
	chats := map[core.URN][]int{} // places in the batch, in order
	deliveries := make([]delivery, len(batch))
	for i, raw := range batch {
		u, err := decode(raw)
		if err != nil {
			// Unlike a web-hook there is no way to refuse one update: to stay
			// before it would stop everybody. One that has an ID is passed.
			c.count(Garbled)
			ids[i] = looseID(raw)
			continue
		}
		ids[i] = *u.ID
		deliveries[i] = translate(u)
		if !deliveries[i].ok {
			c.count(Ignored)
			continue
		}
		chats[deliveries[i].in.URN] = append(chats[deliveries[i].in.URN], i)
	}
	var group errgroup.Group
	group.SetLimit(pollChats)
	for _, places := range chats {
		group.Go(func() error {
			for n, i := range places {
				if err := c.take(ctx, deliveries[i], in); err != nil {
					for _, later := range places[n:] {
						failed[later] = true
					}
					c.count(Unavailable)
					return channel.ErrUnavailable
				}
				c.count(Taken)
			}
			return nil
		})
	}
	err = group.Wait()
	for i := range batch {
		if failed[i] {
			break
		}
		offset = max(offset, ids[i]+1)
	}
	c.answer(ctx, deliveries, failed)
	if err == nil && len(batch) > 0 && offset == before {
		err = errStuck // asked at once again, it would answer the same
	}
	return offset, err
}

var errStuck = errors.New("telegram: updates without an ID")

// answer stops the buttons that were pressed from spinning: a courtesy, not
// tried twice.
func (c *Channel) answer(ctx context.Context, all []delivery, failed []bool) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	var group errgroup.Group
	group.SetLimit(pollChats)
	for i, d := range all {
		if d.callback == "" || failed[i] {
			continue
		}
		group.Go(func() error {
			_, err := c.bot.AnswerCallbackQuery(ctx, &bot.AnswerCallbackQueryParams{CallbackQueryID: d.callback})
			return err
		})
	}
	// Best effort: the press itself was taken.
	_ = group.Wait()
}

// updates makes one long call of getUpdates. Each update stays raw, so that
// one which cannot be read does not hide the others.
func (c *Channel) updates(ctx context.Context, offset int64) ([]json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, pollTime)
	defer cancel()
	kinds, err := json.Marshal(allowed)
	if err != nil {
		return nil, err
	}
	form := url.Values{
		"offset":          {strconv.FormatInt(offset, 10)},
		"limit":           {strconv.Itoa(pollBatch)},
		"timeout":         {strconv.Itoa(int(pollWait / time.Second))},
		"allowed_updates": {string(kinds)},
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost,
		strings.TrimSuffix(c.API, "/")+"/bot"+c.Token+"/getUpdates", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, noAnswer("the API address is unusable")
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := wire{c.Client}.Do(r)
	if err != nil {
		return nil, clean(err)
	}
	defer resp.Body.Close()
	var answer struct {
		Result []json.RawMessage `json:"result"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return nil, noAnswer("the updates cannot be read")
	}
	return answer.Result, nil
}

// looseID is the update_id of an update that is otherwise unreadable; -1 when
// it has none.
func looseID(raw json.RawMessage) int64 {
	var u struct {
		ID *int64 `json:"update_id"`
	}
	if json.Unmarshal(raw, &u) != nil || u.ID == nil {
		return -1
	}
	return *u.ID
}
