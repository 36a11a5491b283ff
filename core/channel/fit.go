package channel

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"khaibao/core"
)

// maxAction is how many bytes a network brings back of a pressed button.
const maxAction = 64

// chosenMark stands before the label of a chosen button.
const chosenMark = "✓ "

// narrow is the longest label, in runes, of a button that shares its row.
const narrow = 16

// Fit turns a line into what a network can show, losing looks but never words.
// Choices that do not fit on buttons become a numbered list under the text, of
// which the one that is typed as 0 may be pressed all the same, a text that is too long becomes several messages cut between lines, sentences
// or words, and a text too long for a caption goes on under the picture; an
// album comes first, and what its captions have no room for begins the text.
// Buttons, share button and hints are those of the last message, where the
// person answers. The label of a share button that a network lacks is left
// out: the text asks already. Order is the order of sending; a line with
// nothing to show gives none.
func Fit(l Line, f Features) []core.Outbound {
	if l.Template != nil {
		return []core.Outbound{{Template: l.Template, Lang: l.Lang}}
	}
	text, picture := tidy(l.Text), l.Picture
	if !f.Pictures {
		picture = nil
	}
	before, more := album(l, f)
	text = strings.TrimSpace(more + "\n" + text)
	last := core.Outbound{Multi: l.Multi, Input: l.Input}
	ask := l.Ask == core.AskLocation || l.Ask == core.AskContact && f.AskContact
	if ask {
		last.Ask, last.AskText = l.Ask, fitted(tidy(l.AskText), f)
	}
	// A network's share button takes the place of other buttons.
	if !ask && onButtons(l, f) {
		last.Buttons = rows(l, f)
	} else {
		text = strings.TrimSpace(text + list(l, f))
		last.Buttons = rows(none(l, f, ask), f)
	}
	text = fitted(text, f)
	apart := picture != nil && f.Apart && (ask || len(last.Buttons) > 0)
	if text == "" && (apart || picture == nil && len(last.Buttons) > 0) {
		text = "..." // no network sends buttons under nothing
	}

	var parts []string
	switch {
	case apart:
		parts = append([]string{""}, split(text, f)...)
	case picture != nil:
		caption, rest := cut(text, captionLimit(f), f)
		parts = append([]string{caption}, split(rest, f)...)
	default:
		parts = split(text, f)
	}

	out := make([]core.Outbound, len(parts))
	for i, part := range parts {
		out[i] = core.Outbound{Text: part, Lang: l.Lang}
		if i == len(parts)-1 {
			last.Text, last.Lang = part, l.Lang
			out[i] = last
		}
	}
	if picture != nil {
		out[0].Photo = picture
	}
	if len(out) == 1 && f.Edits && picture == nil && len(before) == 0 && !ask {
		out[0].Edit = l.Edit
	}
	return append(before, out...)
}

// fitted writes a text in the network's letters.
func fitted(s string, f Features) string {
	if f.Plain {
		return strings.TrimSpace(Plain(s))
	}
	return s
}

// tidy is a text that every network takes: valid UTF-8 in NFC, no control
// characters but the end of a line, no blanks at the ends.
func tidy(s string) string {
	s = strings.ToValidUTF8(s, "")
	if strings.ContainsFunc(s, bad) {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\t", " ")
		s = strings.Map(func(r rune) rune {
			if bad(r) {
				return -1
			}
			return r
		}, s)
	}
	return strings.TrimSpace(norm.NFC.String(s)) // last: without a control character a letter meets its mark
}

func bad(r rune) bool { return unicode.IsControl(r) && r != '\n' }

// onButtons tells whether all choices fit on buttons.
func onButtons(l Line, f Features) bool {
	if len(l.Choices) > f.MaxButtons {
		return false
	}
	for _, c := range l.Choices {
		label := tidy(c.Label)
		if c.Action == "" || len(c.Action) > maxAction || label == "" {
			return false
		}
		if f.MaxLabel > 0 && utf8.RuneCountInString(label+chosenMark) > f.MaxLabel {
			return false
		}
	}
	return true
}

// rows lays buttons out, short ones beside each other.
func rows(l Line, f Features) [][]core.Button {
	var out [][]core.Button
	room := 0 // in the last row
	for _, c := range l.Choices {
		label := tidy(c.Label)
		alone := c.Wide || utf8.RuneCountInString(label) > narrow
		if l.Multi && c.Chosen {
			label = chosenMark + label
		}
		b := core.Button{Label: fitted(label, f), Action: c.Action, Chosen: c.Chosen}
		if alone || room == 0 {
			out = append(out, nil)
			room = max(f.MaxColumns, 1)
			if alone {
				room = 1
			}
		}
		out[len(out)-1] = append(out[len(out)-1], b)
		room--
	}
	return out
}

// none is what is left of a line for buttons when its choices became a list:
// those that are typed as 0, "none of these" or "skip", which most people want.
func none(l Line, f Features, ask bool) Line {
	var zero []Choice
	for _, c := range l.Choices {
		if c.Number == "0" {
			zero = append(zero, c)
		}
	}
	if l.Choices = zero; ask || len(zero) == 0 || f.MaxButtons == 0 || !onButtons(l, f) {
		l.Choices = nil
	}
	return l
}

// list writes choices under the text, with what to type for each.
func list(l Line, f Features) string {
	var b strings.Builder
	n := 0
	for _, c := range l.Choices {
		number := c.Number
		if number == "" {
			n++
			number = strconv.Itoa(n)
		}
		b.WriteByte('\n')
		b.WriteString(number)
		if !f.Plain { // on SMS every letter counts
			b.WriteByte('.')
		}
		b.WriteByte(' ')
		b.WriteString(tidy(c.Label))
		switch {
		case l.Multi && c.Chosen && f.Plain:
			b.WriteString(" (x)")
		case l.Multi && c.Chosen:
			b.WriteString(" ✓")
		}
	}
	return b.String()
}

// split cuts a text into messages of at most MaxText.
func split(text string, f Features) []string {
	if f.Plain && f.MaxText > 0 {
		if out := splitLines(text, f); out != nil {
			return out
		}
	}
	var out []string
	for text != "" {
		var part string
		part, text = cut(text, f.MaxText, f)
		out = append(out, part)
	}
	return out
}

// cut takes as much of a text as fits a limit: up to the end of a paragraph, of
// a line, of a sentence or of a word, whichever comes first in that order and
// leaves no more than half of the room empty; a word longer than the room is
// cut between letters. A limit of 0 takes all.
// splitLines splits a plain text between its lines, filled from the end, so that
// a question stays with its choices and what was said before goes ahead. It
// returns nil where a line alone is too long.
func splitLines(text string, f Features) []string {
	var out []string
	part := ""
	for _, line := range slices.Backward(strings.Split(text, "\n")) {
		whole := line
		if part != "" {
			whole = line + "\n" + part
		}
		switch {
		case Count(line, f) > f.MaxText:
			return nil
		case Count(whole, f) > f.MaxText:
			out, part = append(out, part), line
		default:
			part = whole
		}
	}
	out = append(out, part)
	slices.Reverse(out)
	return slices.DeleteFunc(out, func(s string) bool { return strings.TrimSpace(s) == "" })
}

func cut(text string, limit int, f Features) (part, rest string) {
	if limit <= 0 {
		return text, ""
	}
	room, end := limit, 0 // end: of what fits, between two letters
	fits := true
	for i, r := range text {
		if room -= units(r, f); room < 0 {
			fits = false
			break
		}
		if end = i + utf8.RuneLen(r); r == utf8.RuneError {
			end = i + 1
		}
	}
	if fits {
		return text, ""
	}
	at := 0
	for _, mark := range []string{"\n\n", "\n", ". ", " "} {
		i := strings.LastIndex(text[:min(end+len(mark)-1, len(text))], mark)
		if i < 0 {
			continue
		}
		if mark == ". " {
			i++ // the full stop stays
		}
		if i > at && (i*2 >= end || mark == " ") {
			at = i
			break
		}
	}
	if at == 0 {
		at = wholeLetter(text, end)
	}
	return strings.TrimSpace(text[:at]), strings.TrimSpace(text[at:])
}

// wholeLetter moves a cut back so that marks and joined emoji stay with their
// letter; when nothing is left of it, the cut stays.
func wholeLetter(text string, end int) int {
	for at := end; at > 0; {
		next, _ := utf8.DecodeRuneInString(text[at:])
		before, size := utf8.DecodeLastRuneInString(text[:at])
		if !unicode.Is(unicode.M, next) && next != '\u200d' && before != '\u200d' {
			return at
		}
		at -= size
	}
	if end == 0 { // not even one letter fits: never stand still
		_, size := utf8.DecodeRuneInString(text)
		return size
	}
	return end
}
