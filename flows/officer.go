package flows

import (
	"regexp"
	"strings"

	"khaibao/core"
)

// The words of officers in their own chats.
const (
	officerLink   = "link"
	officerUnlink = "unlink"
	officerTake   = "take"
)

var (
	linkWords   = regexp.MustCompile(`^/?(?:link|ket ?noi|lien ket) ?:? ?([0-9]{3}) ?([0-9]{3})$`)
	takeWords   = regexp.MustCompile(`^/?(?:da ?nhan|dn|take|nhan viec) ?:? ?([a-z2-9]{4})$`)
	unlinkWords = regexp.MustCompile(`^/?(?:unlink|ngat ?ket ?noi|huy ket noi|bo ket noi)$`)
)

// officerWord takes a word of an officer: a chat is linked by a one-time code of
// the officers' pages, and a red alert is taken by its button or its short ID. An
// officer may be a citizen in the same chat: all else is a citizen's.
func (t *turn) officerWord(in *core.Inbound) bool {
	if task, ok := strings.CutPrefix(in.Action, core.ActionAck); ok {
		t.do(TakeAlert{Task: task})
		return true
	}
	if in.Action != "" || in.Text == "" || len(in.Text) > 40 {
		return false
	}
	said := fold(in.Text)
	if m := linkWords.FindStringSubmatch(said); m != nil {
		t.do(LinkOfficer{Code: m[1] + m[2]})
		return true
	}
	if m := takeWords.FindStringSubmatch(said); m != nil {
		t.do(TakeAlert{Task: m[1]})
		return true
	}
	if unlinkWords.MatchString(said) {
		t.do(UnlinkOfficer{})
		return true
	}
	return false
}

// officerSaid answers a word of an officer's. What is no officer's chat hears
// nothing of alerts.
func (t *turn) officerSaid(r OfficerSaid) {
	switch {
	case r.Word == officerLink && r.Done:
		t.say(say("alert.linked", "by", r.Name, "area", areaName(r.Area, t.e.Setting.Province)))
	case r.Word == officerLink:
		t.say(say("alert.link.wrong"))
	case r.Not:
		t.say(say("alert.none"))
	case r.Word == officerUnlink:
		t.say(say("alert.unlinked"))
	case r.Done:
		t.say(say("alert.taken", "initials", r.Who, "task", strings.ToUpper(r.Task)))
	case r.Name != "":
		t.say(say("alert.taken.before", "initials", r.Who, "by", r.Name))
	default:
		t.say(say("alert.task.none", "task", strings.ToUpper(r.Task)))
	}
}
