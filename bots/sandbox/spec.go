package sandbox

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

//go:embed specs/telegram-bot-api.json
var botAPI []byte

// A spec is the machine-readable Bot API: its methods and the types they take
// (specs/telegram-bot-api.json says where it comes from).
type spec struct {
	Methods map[string]shape `json:"methods"`
	Types   map[string]shape `json:"types"`
}

// A shape is the fields of a method or of an object, or the kinds an object
// comes in, told apart by one field.
type shape struct {
	Fields   []field  `json:"fields"`
	Subtypes []string `json:"subtypes"`
}

type field struct {
	Name     string   `json:"name"`
	Types    []string `json:"types"`
	Required bool     `json:"required"`
	Limits   []string `json:"limits"` // "1-4096 characters", "1-64 bytes"
}

func loadSpec() spec {
	var s spec
	if err := json.Unmarshal(botAPI, &s); err != nil {
		panic(fmt.Sprintf("embedded Bot API: %v", err)) // cannot happen in a tested build
	}
	return s
}

// libraryOnly are fields that go-telegram/bot sends and the specification does
// not know; Telegram takes them (docs/reference/channels.md, section 1.1).
var libraryOnly = []string{"disable_web_page_preview", "k", "request_user"}

// maxDepth bounds the nesting of what is sent.
const maxDepth = 12

// check tells what is wrong with the fields of one call; nil when it conforms.
// Values are strings as forms have them, or what encoding/json makes of JSON.
// The result holds them by their types: int64, bool, string, float64, []any,
// map[string]any.
func (s spec) check(method string, given map[string]any) (map[string]any, *refusal) {
	m, ok := s.Methods[method]
	if !ok {
		return nil, &refusal{Code: 404, Text: "Not Found: method " + method + " is not known", Fault: true}
	}
	return s.object(shape{Fields: m.Fields}, method, given, 0)
}

func (s spec) object(o shape, where string, given map[string]any, depth int) (map[string]any, *refusal) {
	if depth > maxDepth {
		return nil, badCall("%s: too deep", where)
	}
	known := map[string]field{}
	for _, f := range o.Fields {
		known[f.Name] = f
	}
	out := map[string]any{}
	for name, value := range given {
		f, ok := known[name]
		if !ok {
			if slices.Contains(libraryOnly, name) {
				continue
			}
			return nil, badCall("%s: field %q is not known", where, name)
		}
		// The library adds an empty copy_text to every inline button.
		if name == "copy_text" && emptyCopy(value) {
			continue
		}
		v, refused := s.value(f.Types, where+"."+name, value, depth+1)
		if refused != nil {
			return nil, refused
		}
		if refused := limits(f, where, v); refused != nil {
			return nil, refused
		}
		out[name] = v
	}
	for _, f := range o.Fields {
		if _, ok := out[f.Name]; f.Required && !ok {
			return nil, badCall("%s: field %q is missing", where, f.Name)
		}
	}
	return out, nil
}

func emptyCopy(v any) bool {
	m, ok := v.(map[string]any)
	return ok && len(m) == 1 && m["text"] == ""
}

// value checks one value against the types it may have. Of several it is the
// first that fits, else the refusal tells about the one it looks like.
func (s spec) value(types []string, where string, v any, depth int) (any, *refusal) {
	refused := badCall("%s: want %s", where, strings.Join(types, " or "))
	for _, t := range types {
		got, r := s.one(t, where, v, depth)
		if r == nil {
			return got, nil
		}
		if len(types) == 1 || s.resembles(t, v) {
			refused = r
		}
	}
	return nil, refused
}

// resembles tells whether a value is meant as an object of this type: it has
// all the fields without which there is none.
func (s spec) resembles(typ string, v any) bool {
	if of, ok := strings.CutPrefix(typ, "Array of "); ok {
		list, ok := decoded(v).([]any)
		return ok && len(list) > 0 && s.resembles(of, list[0])
	}
	o, ok := s.Types[typ]
	fields, isObject := decoded(v).(map[string]any)
	if !ok || !isObject || discriminate(typ, "", fields) != nil {
		return false
	}
	if len(o.Subtypes) > 0 {
		return slices.ContainsFunc(o.Subtypes, func(t string) bool { return s.resembles(t, v) })
	}
	for _, f := range o.Fields {
		if _, given := fields[f.Name]; f.Required && !given {
			return false
		}
	}
	return true
}

func (s spec) one(typ, where string, v any, depth int) (any, *refusal) {
	if depth > maxDepth {
		return nil, badCall("%s: too deep", where)
	}
	if of, ok := strings.CutPrefix(typ, "Array of "); ok {
		list, ok := decoded(v).([]any)
		if !ok {
			return nil, badCall("%s: want an array", where)
		}
		out := make([]any, len(list))
		for i, e := range list {
			got, refused := s.value([]string{of}, fmt.Sprintf("%s[%d]", where, i), e, depth+1)
			if refused != nil {
				return nil, refused
			}
			out[i] = got
		}
		return out, nil
	}
	switch typ {
	case "String", "InputFile":
		return asString(where, v)
	case "Integer":
		return asInteger(where, v)
	case "Float":
		return asFloat(where, v)
	case "Boolean":
		return asBoolean(where, v)
	}
	o, ok := s.Types[typ]
	fields, isObject := decoded(v).(map[string]any)
	switch {
	case !isObject:
		return nil, badCall("%s: want an object", where)
	case !ok:
		return fields, nil // a type that our cut of the specification leaves out
	case len(o.Subtypes) > 0:
		return s.value(o.Subtypes, where, fields, depth+1)
	}
	if refused := discriminate(typ, where, fields); refused != nil {
		return nil, refused
	}
	return s.object(o, where, fields, depth)
}

// decoded is the JSON in a form's string; any other value as it is.
func decoded(v any) any {
	text, ok := v.(string)
	if !ok {
		return v
	}
	var out any
	if json.Unmarshal([]byte(text), &out) != nil {
		return nil
	}
	return out
}

// discriminators tell the kinds of an object apart by its field "type".
var discriminators = map[string]string{
	"InputMediaPhoto": "photo", "InputMediaVideo": "video", "InputMediaAudio": "audio",
	"InputMediaDocument": "document", "InputMediaAnimation": "animation", "InputMediaLivePhoto": "live_photo",
	"BotCommandScopeDefault": "default", "BotCommandScopeAllPrivateChats": "all_private_chats",
	"BotCommandScopeAllGroupChats": "all_group_chats", "BotCommandScopeAllChatAdministrators": "all_chat_administrators",
	"BotCommandScopeChat": "chat", "BotCommandScopeChatAdministrators": "chat_administrators",
	"BotCommandScopeChatMember": "chat_member",
	"MenuButtonCommands":        "commands", "MenuButtonWebApp": "web_app", "MenuButtonDefault": "default",
	"ReactionTypeEmoji": "emoji", "ReactionTypeCustomEmoji": "custom_emoji", "ReactionTypePaid": "paid",
}

func discriminate(typ, where string, fields map[string]any) *refusal {
	if want, ok := discriminators[typ]; ok && fields["type"] != want {
		return badCall("%s: type %v", where, fields["type"])
	}
	return nil
}

func asString(where string, v any) (any, *refusal) {
	text, ok := v.(string)
	switch {
	case !ok:
		return nil, badCall("%s: want a string", where)
	case !utf8.ValidString(text):
		return nil, &refusal{Code: 400, Text: "Bad Request: strings must be encoded in UTF-8"}
	}
	return text, nil
}

func asInteger(where string, v any) (any, *refusal) {
	switch v := v.(type) {
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int64(v), nil
		}
	case string:
		if n, err := strconv.ParseInt(v, 10, 64); err == nil {
			return n, nil
		}
	}
	return nil, badCall("%s: want an integer", where)
}

func asFloat(where string, v any) (any, *refusal) {
	switch v := v.(type) {
	case float64:
		return v, nil
	case string:
		if n, err := strconv.ParseFloat(v, 64); err == nil {
			return n, nil
		}
	}
	return nil, badCall("%s: want a number", where)
}

func asBoolean(where string, v any) (any, *refusal) {
	switch v {
	case true, "true", "True", "1":
		return true, nil
	case false, "false", "False", "0":
		return false, nil
	}
	return nil, badCall("%s: want a boolean", where)
}

var limitText = regexp.MustCompile(`^(\d+)-(\d+) (characters|bytes)$`)

// limits checks a string against the specification's own words. Characters are
// UTF-16 code units, as Telegram counts everything.
func limits(f field, where string, v any) *refusal {
	text, ok := v.(string)
	if !ok {
		return nil
	}
	for _, l := range f.Limits {
		m := limitText.FindStringSubmatch(l)
		if m == nil {
			continue
		}
		least, _ := strconv.Atoi(m[1])
		most, _ := strconv.Atoi(m[2])
		n := len(text)
		if m[3] == "characters" {
			n = units(text)
		}
		if n < least || n > most {
			return tooLong(f.Name, where, n < least)
		}
	}
	return nil
}

// tooLong is Telegram's own word for a length that it refuses.
func tooLong(name, where string, short bool) *refusal {
	switch {
	case name == "text" && where != "answerCallbackQuery" && short:
		return &refusal{Code: 400, Text: "Bad Request: message text is empty"}
	case name == "text" && where != "answerCallbackQuery":
		return &refusal{Code: 400, Text: "Bad Request: message is too long"}
	case name == "caption":
		return &refusal{Code: 400, Text: "Bad Request: message caption is too long"}
	case name == "callback_data":
		return &refusal{Code: 400, Text: "Bad Request: BUTTON_DATA_INVALID"}
	}
	return badCall("%s: field %q has a wrong length", where, name)
}

// units counts UTF-16 code units.
func units(text string) int {
	n := 0
	for _, r := range text {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// A refusal is an error answer of the Bot API.
type refusal struct {
	Code       int
	Text       string
	RetryAfter int  // seconds, with 429
	Fault      bool // breaks the specification: a fault of the program that called
}

func badCall(format string, args ...any) *refusal {
	return &refusal{Code: 400, Text: "Bad Request: sandbox: " + fmt.Sprintf(format, args...), Fault: true}
}
