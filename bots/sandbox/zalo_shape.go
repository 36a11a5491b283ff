package sandbox

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A zaloObject is the shape of a JSON object: the fields that the reference
// names, and no others.
type zaloObject map[string]zaloField

// A zaloField is one of them.
type zaloField struct {
	kind string     // "text", "object", "list", or "any"
	must bool       // it cannot be left out
	max  int        // of a text in UTF-16 units, of a list in entries; 0 means no limit
	of   zaloObject // of an object, or of each entry of a list; nil for anything
}

// check tells what is wrong with an object; nil when it has the shape. where
// is the object's own path with a full stop behind it.
func (o zaloObject) check(where string, given map[string]any) *zaloError {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		f, ok := o[name]
		if !ok {
			return zaloUnknown(where + name)
		}
		if refused := f.check(where+name, given[name]); refused != nil {
			return refused
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if _, ok := given[name]; !ok && o[name].must {
			return zaloInvalid(where+name, true)
		}
	}
	return nil
}

func (f zaloField) check(path string, v any) *zaloError {
	switch f.kind {
	case "text":
		text, ok := v.(string)
		switch {
		case !ok:
			return zaloInvalid(path, true)
		case strings.TrimSpace(text) == "" || f.max > 0 && units(text) > f.max:
			return zaloInvalid(path, false)
		}
	case "object":
		fields, ok := v.(map[string]any)
		if !ok {
			return zaloInvalid(path, true)
		}
		if f.of != nil {
			return f.of.check(path+".", fields)
		}
	case "list":
		entries, ok := v.([]any)
		switch {
		case !ok:
			return zaloInvalid(path, true)
		case len(entries) == 0 || f.max > 0 && len(entries) > f.max:
			return zaloInvalid(path, false)
		}
		for i, e := range entries {
			if refused := (zaloField{kind: "object", of: f.of}).check(fmt.Sprintf("%s[%d]", path, i), e); refused != nil {
				return refused
			}
		}
	}
	return nil
}

// A zaloError is an error answer.
type zaloError struct {
	Code   int
	Text   string
	Fault  bool // breaks the reference: a fault of the program that called
	NoPath bool // there is nothing at this path
}

// zaloInvalid is Zalo's word for a field that is missing, too long or of a
// wrong type. The last one is a fault, as are fields that are missing.
func zaloInvalid(path string, fault bool) *zaloError {
	return &zaloError{Code: -201, Text: path + " is invalid!", Fault: fault}
}

// zaloUnknown refuses a field that the reference does not have.
func zaloUnknown(path string) *zaloError {
	return &zaloError{Code: -201, Text: path + " is invalid! (sandbox: no such field)", Fault: true}
}

// zaloFault refuses a call that cannot be read at all.
func zaloFault(host, why string) *zaloError {
	code := -201
	if host == "business" {
		code = -122
	}
	return &zaloError{Code: code, Text: "sandbox: " + why, Fault: true}
}

// zaloCode is a refusal of the reference's tables (sections 2.4 and 2.5).
func zaloCode(code int) *zaloError {
	text, ok := zaloWords[code]
	if !ok {
		text = "sandbox: refused as it was told"
	}
	return &zaloError{Code: code, Text: text}
}

var zaloWords = map[int]string{
	-32:   "App or Official Account reached its rate limit",
	-100:  "Attachment is expired",
	-108:  "Phone number is invalid",
	-109:  "Template ID is invalid",
	-114:  "Zalo account cannot receive this message",
	-115:  "Out of balance",
	-117:  "Official Account has no permission for this template",
	-118:  "Zalo account does not exist or is deactivated",
	-119:  "Account cannot receive messages",
	-124:  "Access token is invalid",
	-127:  "Template in development mode can be sent to admins only",
	-131:  "Template is not approved",
	-133:  "Template cannot be sent at night",
	-139:  "User refused this kind of message",
	-144:  "Official Account exceeded its daily quota",
	-146:  "Template was disabled for its quality",
	-1121: "Parameter of the template is too long",
	-1122: "Parameter of the template is missing",
	-1124: "Parameter of the template has a wrong format",
	-209:  "App is not activated",
	-211:  "Out of quota",
	-213:  "User has not followed the Official Account",
	-216:  "Access token is invalid",
	-217:  "User blocked invitations of the Official Account",
	-218:  "User exceeded the quota of received messages",
	-219:  "App was disabled",
	-220:  "Access token is expired or was removed",
	-221:  "Official Account is not verified",
	-223:  "Official Account did not authorise the app",
	-224:  "Official Account's package does not allow this",
	-227:  "User is banned or was inactive for more than 45 days",
	-230:  "User has not interacted with the Official Account in the past 7 days",
	-232:  "User's interaction with the Official Account is too old",
	-233:  "Message type is not supported",
	-234:  "Message cannot be sent at night",
	-235:  "This API does not support this type of Official Account",
	-240:  "This API was shut down: use v3",
	-242:  "appsecret_proof is invalid",
	-244:  "User restricted messages of this type",
	-248:  "Message violates the policy",
	-249:  "Template cannot be sent by user ID",
}
