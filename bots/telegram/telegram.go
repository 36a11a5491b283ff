// Package telegram speaks the Telegram Bot API.
//
// It relies on three things Telegram promises: update_id names an update for
// good, an update not answered with 2xx is sent again, and a 429 carries
// retry_after in seconds. go-telegram/bot does the sending; its web-hook and
// its polling are not used, since both lose updates that were not yet stored
// (docs/reference/channels.md, section 1.1).
//
// Only private chats are served: there the chat ID is the person's.
package telegram

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"khaibao/bots/fetch"
	"khaibao/core/channel"
)

// Name is the channel's name in the store, logs and settings, and the scheme
// of its URNs: telegram:<chat id>.
const Name = "telegram"

// HookPath is where the program receives from Telegram.
const HookPath = "/hooks/telegram"

// Channel is the Telegram network. The fields are set before the first use.
type Channel struct {
	API    string  // base of the Bot API, https://api.telegram.org; a field so that tests can stand in for it
	Token  string  // from BotFather
	Secret string  // what Telegram repeats in each delivery: 1 to 256 of A-Z a-z 0-9 _ -
	Rate   float64 // messages a second; 0 takes what every bot may send

	// Client gives the transport of every call; nil means our own. Nothing else
	// of it is used: each call has its own bound, and redirects are not followed.
	Client *http.Client
	// Count is told of each delivery what became of it, by one of the words
	// below; nil counts nothing.
	Count func(outcome string)
	Log   *slog.Logger // nil means slog.Default()

	once   sync.Once
	bot    *bot.Bot
	err    error
	photos *fetch.Photos
}

// What may become of a delivery, as Count is told.
const (
	Taken       = "taken"
	Forged      = "forged"      // without our secret
	TooLarge    = "too_large"   // over maxBody
	Garbled     = "garbled"     // no update that we can read
	Ignored     = "ignored"     // an update that says nothing to us: a group, an edit
	Unavailable = "unavailable" // the store was away: Telegram sends again
)

// Name is "telegram".
func (c *Channel) Name() string { return Name }

// DefaultRate is how many messages a second every bot may send, with room for
// calls that are no messages: channels.md, section 1.3.
const DefaultRate = 28

// Features says what Telegram shows: channels.md, section 1.3. Telegram would
// take 100 buttons; a thumb would not. One chat
// may have one message a second with short bursts above it: the two or three
// lines of a turn are such a burst.
func (c *Channel) Features() channel.Features {
	return channel.Features{
		MaxText: 4096, MaxCaption: 1024,
		MaxButtons: 24, MaxColumns: 2,
		Pictures: true, Album: 10, Edits: true, AskContact: true,
		Rate: cmp.Or(c.Rate, DefaultRate), PerRecipient: 300 * time.Millisecond,
	}
}

var (
	goodToken  = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]+$`)
	goodSecret = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)
)

// Check tells whether the settings can work: a web-hook must not start without
// its secret (docs/reference/security.md, section 8).
func (c *Channel) Check(webhook bool) error {
	if !goodToken.MatchString(c.Token) {
		return errors.New("telegram token: want the digits, colon and letters that BotFather gave")
	}
	if webhook && !goodSecret.MatchString(c.Secret) {
		return errors.New("telegram secret: want 1 to 256 of A-Z, a-z, 0-9, _ and -")
	}
	return nil
}

// Command is one entry of the menu beside the text field.
type Command struct {
	Name        string // as typed behind the slash: a-z, 0-9 and _
	Description string
}

// maxConnections is how many updates Telegram may have on the way to us at
// once. Each waits for one commit, so 40 (Telegram's default) are thousands a
// second, and a node that is slow is not buried.
const maxConnections = 40

// allowed are the kinds of updates that say something to us.
var allowed = []string{"message", "callback_query", "my_chat_member"}

// Setup registers our web-hook below publicURL and the command menus, by
// language. The Vietnamese menu also serves every language without one. With
// an empty publicURL only the menus are set, for Poll.
func (c *Channel) Setup(ctx context.Context, publicURL string, menus map[string][]Command) error {
	if err := c.Check(publicURL != ""); err != nil {
		return err
	}
	b, err := c.api()
	if err != nil {
		return err
	}
	if publicURL != "" {
		ctx, cancel := context.WithTimeout(ctx, callTime)
		defer cancel()
		_, err := b.SetWebhook(ctx, &bot.SetWebhookParams{
			URL:            strings.TrimSuffix(publicURL, "/") + HookPath,
			SecretToken:    c.Secret,
			MaxConnections: maxConnections,
			AllowedUpdates: allowed,
		})
		if err != nil {
			return fmt.Errorf("set web-hook: %w", clean(err))
		}
	}
	for lang, menu := range menus {
		for _, code := range menuCodes(lang) {
			if err := c.setMenu(ctx, b, code, menu); err != nil {
				return fmt.Errorf("set %s menu: %w", lang, clean(err))
			}
		}
	}
	return nil
}

// menuCodes are the language codes that one menu is registered under.
func menuCodes(lang string) []string {
	if lang == "vi" {
		return []string{"", lang}
	}
	return []string{lang}
}

func (c *Channel) setMenu(ctx context.Context, b *bot.Bot, code string, menu []Command) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	commands := make([]models.BotCommand, len(menu))
	for i, m := range menu {
		commands[i] = models.BotCommand{Command: m.Name, Description: m.Description}
	}
	_, err := b.SetMyCommands(ctx, &bot.SetMyCommandsParams{
		Commands:     commands,
		Scope:        &models.BotCommandScopeAllPrivateChats{},
		LanguageCode: code,
	})
	return err
}

// api is the library's bot, made at the first use.
func (c *Channel) api() (*bot.Bot, error) {
	c.once.Do(func() {
		c.photos = fetch.NewPhotos(func(err error) { c.log().Warn("telegram picture not fetched", "error", err) })
		c.bot, c.err = bot.New(c.Token,
			bot.WithSkipGetMe(), // the start must not depend on the network
			bot.WithServerURL(strings.TrimSuffix(c.API, "/")),
			bot.WithHTTPClient(pollTime, wire{c.Client}),
			// The default handler prints to the standard log, and its texts
			// hold whole messages.
			bot.WithErrorsHandler(func(error) {}),
		)
	})
	return c.bot, c.err
}

func (c *Channel) count(outcome string) {
	if c.Count != nil {
		c.Count(outcome)
	}
}

func (c *Channel) log() *slog.Logger {
	if c.Log != nil {
		return c.Log
	}
	return slog.Default()
}
