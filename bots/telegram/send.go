package telegram

import (
	"bytes"
	"context"
	"errors"
	"strconv"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"khaibao/core"
	"khaibao/core/channel"
)

// Send sends one message, or changes an earlier one in place when m.Edit names
// it. An earlier message that is gone is said anew. An album is one call. The
// result is the message's ID in its chat, of an album that of its first picture.
func (c *Channel) Send(ctx context.Context, m core.Outbound) (string, error) {
	b, err := c.api()
	if err != nil {
		return "", &channel.SendError{Config: true, Err: errors.New("telegram: the token is unusable")}
	}
	chat, err := chatID(m.URN)
	if err != nil {
		return "", &channel.SendError{Gone: true, Err: err}
	}
	if m.Text == "" && m.Photo == nil && len(m.Album) == 0 {
		return "", &channel.SendError{Refused: true, Err: errors.New("telegram: an empty message")}
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if len(m.Album) > 0 {
		return sendAlbum(ctx, b, chat, m.Album)
	}
	if editable(m) {
		id, err := edit(ctx, b, chat, m)
		if err == nil || !says(err, lost...) {
			return id, wrap(err)
		}
	}
	var sent *models.Message
	if m.Photo != nil {
		sent, err = b.SendPhoto(ctx, &bot.SendPhotoParams{
			ChatID:      chat,
			Photo:       &models.InputFileUpload{Filename: "qr.png", Data: bytes.NewReader(m.Photo)},
			Caption:     m.Text,
			ReplyMarkup: markup(m),
		})
	} else {
		sent, err = b.SendMessage(ctx, &bot.SendMessageParams{
			ChatID:             chat,
			Text:               m.Text,
			LinkPreviewOptions: noPreview(),
			ReplyMarkup:        markup(m),
		})
	}
	if err != nil {
		return "", wrap(err)
	}
	return strconv.Itoa(sent.ID), nil
}

// sendAlbum shows two to ten pictures as one message, which can have no
// buttons. The result is the ID of the first picture.
func sendAlbum(ctx context.Context, b *bot.Bot, chat int64, album []core.Shown) (string, error) {
	media := make([]models.InputMedia, len(album))
	for i, p := range album {
		media[i] = &models.InputMediaPhoto{
			Media:           "attach://qr" + strconv.Itoa(i+1) + ".png",
			MediaAttachment: bytes.NewReader(p.Photo),
			Caption:         p.Caption,
		}
	}
	sent, err := b.SendMediaGroup(ctx, &bot.SendMediaGroupParams{ChatID: chat, Media: media})
	if err != nil {
		return "", wrap(err)
	}
	if len(sent) == 0 {
		return "", errors.New("telegram: an album without a message")
	}
	return strconv.Itoa(sent[0].ID), nil
}

func wrap(err error) error {
	if err == nil {
		return nil
	}
	return classify(err)
}

func chatID(u core.URN) (int64, error) {
	if u.Scheme() == Name {
		if id, err := strconv.ParseInt(u.Path(), 10, 64); err == nil && id != 0 {
			return id, nil
		}
	}
	return 0, errors.New("telegram: no chat of ours")
}

// noPreview keeps Telegram's servers from opening the links that we send.
func noPreview() *models.LinkPreviewOptions {
	yes := true
	return &models.LinkPreviewOptions{IsDisabled: &yes}
}

// editable tells whether a message can take another's place: a picture cannot,
// and a keyboard under the text field comes only with a new message.
func editable(m core.Outbound) bool {
	id, err := strconv.Atoi(m.Edit)
	return err == nil && id > 0 && m.Photo == nil && m.Ask == core.AskNothing
}

// lost are Telegram's ways to say that a message cannot be changed any more.
var lost = []string{
	"message to edit not found", "message can't be edited", "there is no text in the message to edit",
	"message identifier is not specified", "MESSAGE_ID_INVALID",
}

func edit(ctx context.Context, b *bot.Bot, chat int64, m core.Outbound) (string, error) {
	id, _ := strconv.Atoi(m.Edit) // editable has seen to it
	params := &bot.EditMessageTextParams{
		ChatID:             chat,
		MessageID:          id,
		Text:               m.Text,
		LinkPreviewOptions: noPreview(),
	}
	if len(m.Buttons) > 0 {
		params.ReplyMarkup = inline(m.Buttons)
	}
	_, err := b.EditMessageText(ctx, params)
	if err != nil && !says(err, "message is not modified") {
		return "", err
	}
	return m.Edit, nil
}

// markup is the one keyboard that a message can carry. A message that asks for
// the contact carries it under the text field, its choices below as plain
// texts, which come back as typed. A message without any keyboard takes such a
// keyboard away again: Telegram takes that well when there is none.
func markup(m core.Outbound) models.ReplyMarkup {
	switch {
	case m.Ask != core.AskNothing:
		return shared(m)
	case len(m.Buttons) > 0:
		return inline(m.Buttons)
	}
	return &models.ReplyKeyboardRemove{RemoveKeyboard: true}
}

func shared(m core.Outbound) *models.ReplyKeyboardMarkup {
	rows := [][]models.KeyboardButton{{{
		Text:            m.AskText,
		RequestContact:  m.Ask == core.AskContact,
		RequestLocation: m.Ask == core.AskLocation,
	}}}
	for _, row := range m.Buttons {
		var buttons []models.KeyboardButton
		for _, b := range row {
			buttons = append(buttons, models.KeyboardButton{Text: b.Label})
		}
		rows = append(rows, buttons)
	}
	return &models.ReplyKeyboardMarkup{Keyboard: rows, ResizeKeyboard: true, OneTimeKeyboard: true}
}

func inline(rows [][]core.Button) *models.InlineKeyboardMarkup {
	keyboard := make([][]models.InlineKeyboardButton, 0, len(rows))
	for _, row := range rows {
		var buttons []models.InlineKeyboardButton
		for _, b := range row {
			buttons = append(buttons, models.InlineKeyboardButton{Text: b.Label, CallbackData: b.Action})
		}
		keyboard = append(keyboard, buttons)
	}
	return &models.InlineKeyboardMarkup{InlineKeyboard: keyboard}
}
