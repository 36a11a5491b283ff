package sms

// What eSMS calls a text that it took, one whose RequestId it took before, and
// the SendStatus of one that it refused.
const (
	esmsTaken       = "100"
	esmsTakenBefore = "124"
	esmsRefused     = "4"
)

// esmsClasses are the codes of eSMS (docs/reference/channels.md, 5.1).
var esmsClasses = map[string]class{
	"99":  gone, // the number is blocked at eSMS
	"108": gone, // no telephone number

	"201": refused, // a word in it that the carriers forbid

	"160": wait,  // too many messages a second
	"199": again, // the same request is in hand

	"101": config, // wrong keys
	"102": config, // the account has no price list
	"103": config, // nothing left on the account
	"104": config, // the brandname is not there or not active
	"107": config, // sent as advertising
	"118": config, // this kind of message is not supported
	"140": config, // our address is not on the account's list
	"143": config, // the account is locked
	"146": config, // the text matches no registered template
	"177": config, // the brandname is not registered with this carrier
}

// esmsMeaning says what whoever reads the log must do, where that is not plain.
var esmsMeaning = map[string]string{
	"103": ": the account must be topped up",
	"104": ": the brandname is not active",
	"140": ": our address must be put on the account's list",
	"146": ": the text matches no template that is registered for the brandname",
	"177": ": the brandname is not registered with this carrier",
}

// esmsClass is what the outbox must do about a code. One not heard of, the
// Zalo codes among them, is our set-up's: to drop every message would be worse.
func esmsClass(code string) class {
	if c, ok := esmsClasses[code]; ok {
		return c
	}
	return config
}
