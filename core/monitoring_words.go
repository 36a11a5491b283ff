package core

import (
	"strconv"
	"strings"
)

// The locale keys of what is told to people under monitoring without their
// having written. Behind each stands what it fills in; names are given names
// only, since an SMS may be read by others: never a full name beside an illness.
// All of them also take hotline: the number to call, the commune's where it has
// one.
const (
	// The first message, by kind: MonitorWelcome + the kind. names, until (day as
	// people write it), commune (full name of the unit that has the duty), and when
	// as Words: MonitorWhen + window, or + KindPatient for who is asked twice a day.
	MonitorWelcome = "monitor.welcome."
	MonitorWhen    = "monitor.when."

	// The daily question, and the same once more on another channel.
	MonitorPrompt   = "monitor.prompt."   // + one, watch, patient: given; + many: list
	MonitorReminder = "monitor.reminder." // + one, patient: given; + many: list

	MonitorExtended = "monitor.extended" // names, until
	MonitorMoved    = "monitor.moved"    // names, commune: of who has the duty from now on
	MonitorChanged  = "monitor.changed"  // names, until; kind as Words: MonitorKind + the kind
	MonitorKind     = "monitor.kind."    // + the kind: its name
	MonitorEnd      = "monitor.end."     // + the End: names, day
	MonitorTest     = "monitor.test"     // given, day: a test is due

	// What an officer asks for.
	MonitorPhotoAsk    = "monitor.photo.ask"    // given
	MonitorLocationAsk = "monitor.location.ask" // given
)

// What goes to an officer's own chat.
const (
	OfficerAlert  = "alert.red"    // see RedAlert
	OfficerDigest = "alert.digest" // area, and as numbers red, ill, silent, never, overdue, ending, in, out
)

// The actions of the buttons under a daily question; the ID of a monitoring, or
// nothing for all, stands behind the colon.
const (
	ActionWell = "checkup.well:"
	ActionIll  = "checkup.ill:"
)

// ActionAck is the action of the button that takes a red alert; the short ID of
// its task stands behind the colon.
const ActionAck = "alert.take:"

// Asked is one person that a daily question is about.
type Asked struct {
	MonitoringID string
	Name         string // given name
	Kind         Kind
	Number       int // place among all whom the address answers for, from 1; 0 when it answers for one only
}

// PromptSay is the daily question about the people of one address, in the order
// of their numbers; people is not empty.
func PromptSay(people []Asked, hotline string) Say { return daily(MonitorPrompt, people, hotline) }

// ReminderSay is the question asked once more, on another channel.
func ReminderSay(people []Asked, hotline string) Say { return daily(MonitorReminder, people, hotline) }

// WelcomeSay begins the monitoring of people of one kind and one last day at one
// address, and asks the first question. commune is the full name of the unit
// that has the duty, w the window of whoever is asked once a day.
func WelcomeSay(people []Asked, kind Kind, until Day, w Window, commune, hotline string) Say {
	when := MonitorWhen + string(w)
	if kind == KindPatient {
		when = MonitorWhen + string(KindPatient)
	}
	question := PromptSay(people, hotline)
	question.Line, question.Key = question.Key, ""
	first := Say{Key: MonitorWelcome + string(kind), Choices: question.Choices, Typed: true,
		Args:  map[string]string{"names": GivenNames(people), "until": until.Local(), "commune": commune, "hotline": hotline},
		Words: map[string]string{"when": when}}
	question.Choices = nil
	first.Lines = []Say{question}
	return first
}

// daily is the question about people, by key: about one alone by name, about
// several by number.
func daily(key string, people []Asked, hotline string) Say {
	one := people[0]
	if one.Number == 0 {
		return Say{Key: key + wording(key, one.Kind), Args: map[string]string{"given": ShortName(one.Name), "hotline": hotline}, Typed: true,
			Choices: []Choice{{Action: ActionWell + one.MonitoringID, Key: "monitor.well"}, {Action: ActionIll + one.MonitoringID, Key: "monitor.ill"}}}
	}
	lists := Numbered(people)
	s := Say{Key: key + "many", Args: map[string]string{"list": lists[0], "hotline": hotline}, Typed: true}
	for _, more := range lists[1:] {
		s.Lines = append(s.Lines, Say{Line: "monitor.more", Args: map[string]string{"list": more}})
	}
	s.Choices = append(s.Choices, Choice{Action: ActionWell, Key: "monitor.well.all", Number: "0", Wide: true})
	for _, p := range people {
		s.Choices = append(s.Choices, Choice{Action: ActionIll + p.MonitoringID, Key: "monitor.ill.of", Args: map[string]string{"given": ShortName(p.Name)},
			Number: strconv.Itoa(p.Number), Wide: true})
	}
	return s
}

// wording is how somebody who is alone is asked.
func wording(key string, k Kind) string {
	switch {
	case k == KindPatient:
		return "patient"
	case k == KindWatch && key == MonitorPrompt:
		return "watch"
	}
	return "one"
}

// Bounds of what a text is filled with, in runes: an SMS has 160.
const (
	longestGiven = 10
	longestNames = 28
	longestList  = 64
)

// ShortName cuts a given name to what an SMS has room for.
func ShortName(name string) string {
	r := []rune(strings.TrimSpace(name))
	if len(r) > longestGiven {
		return string(r[:longestGiven-1]) + "."
	}
	return string(r)
}

// GivenNames joins given names for a text: "An, Bình +3" where there are too
// many for an SMS.
func GivenNames(people []Asked) string {
	text := ""
	for i, p := range people {
		next := ShortName(p.Name)
		if i > 0 {
			next = text + ", " + next
		}
		if more := " +" + strconv.Itoa(len(people)-i); len([]rune(next))+len(more) > longestNames {
			return text + more
		}
		text = next
	}
	return text
}

// Numbered lists people by number, "1 An, 2 Bình", in as many texts as an SMS
// each has room for; at least one.
func Numbered(people []Asked) []string {
	lists := []string{""}
	for _, p := range people {
		last := &lists[len(lists)-1]
		next := strconv.Itoa(p.Number) + " " + ShortName(p.Name)
		switch {
		case *last == "":
			*last = next
		case len([]rune(*last))+2+len([]rune(next)) > longestList:
			lists = append(lists, next)
		default:
			*last += ", " + next
		}
	}
	return lists
}

// RedAlert is what an officer is told of red signs: who by initials, where,
// what, and how to take the case. signs are locale keys, such as
// symptom.short_of_breath; task is the task's short ID, url its page.
func RedAlert(initials, commune string, signs []string, task, url string) Say {
	return Say{Key: OfficerAlert, Typed: true,
		Args:    map[string]string{"initials": initials, "commune": commune, "task": task, "url": url},
		Lists:   map[string][]string{"signs": signs},
		Choices: []Choice{{Action: ActionAck + task, Key: "alert.take"}}}
}

// Initials are the first letters of a name's words: "N. V. A.".
func Initials(name string) string {
	var b strings.Builder
	for _, w := range strings.Fields(name) {
		for _, r := range w {
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(strings.ToUpper(string(r)) + ".")
			break
		}
	}
	return b.String()
}
