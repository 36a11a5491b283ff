package core

import (
	"slices"
	"strings"
	"testing"
)

func TestPromptSayAsksOneByNameAndSeveralByNumber(t *testing.T) {
	alone := PromptSay([]Asked{{MonitoringID: "m1", Name: "An", Kind: KindHome}}, "19001075")
	if alone.Key != "monitor.prompt.one" || alone.Args["given"] != "An" || len(alone.Choices) != 2 || alone.Choices[0].Action != "checkup.well:m1" {
		t.Errorf("one alone is asked %+v", alone)
	}
	for kind, want := range map[Kind]string{KindWatch: "watch", KindPatient: "patient", KindLockdown: "one", KindCentral: "one"} {
		if got := PromptSay([]Asked{{Kind: kind}}, "1").Key; got != MonitorPrompt+want {
			t.Errorf("%s is asked %s", kind, got)
		}
	}
	if got := ReminderSay([]Asked{{Kind: KindWatch}}, "1").Key; got != "monitor.reminder.one" {
		t.Errorf("a health watch is reminded by %s", got)
	}
	// One of a family who alone is due keeps the number that the family knows.
	due := PromptSay([]Asked{{MonitoringID: "m2", Name: "Bình", Kind: KindPatient, Number: 2}}, "19001075")
	if due.Key != "monitor.prompt.many" || due.Args["list"] != "2 Bình" || due.Choices[1].Number != "2" {
		t.Errorf("the second of a family is asked %+v", due)
	}
}

func TestWelcomeSayAsksTheFirstQuestion(t *testing.T) {
	s := WelcomeSay([]Asked{{MonitoringID: "m1", Name: "An", Kind: KindPatient}}, KindPatient, "2021-08-29", WindowMorning, "Phường Vỹ Dạ", "19001075")
	if s.Key != "monitor.welcome.patient" || s.Args["until"] != "29/08/2021" || s.Words["when"] != "monitor.when.patient" {
		t.Errorf("welcome %+v", s)
	}
	if len(s.Lines) != 1 || s.Lines[0].Line != "monitor.prompt.patient" || s.Lines[0].Choices != nil || len(s.Choices) != 2 {
		t.Errorf("its question %+v", s)
	}
}

func TestNumberedFitsItsRoom(t *testing.T) {
	var many []Asked
	for i := range 20 {
		many = append(many, Asked{Name: "Khuyênkhuyênkhuyên", Number: i + 1})
	}
	lists := Numbered(many)
	if all := strings.Join(lists, ", "); strings.Count(all, ",") != 19 || !strings.HasSuffix(all, "20 Khuyênkhu.") {
		t.Errorf("people are missing: %s", all)
	}
	for _, l := range append(lists, GivenNames(many)) {
		if len([]rune(l)) > longestList {
			t.Errorf("%d runes: %s", len([]rune(l)), l)
		}
	}
	if got := GivenNames(many); got != "Khuyênkhu., Khuyênkhu. +18" {
		t.Errorf("names %q", got)
	}
	if got := GivenNames([]Asked{{Name: "An"}, {Name: "Bình"}}); got != "An, Bình" {
		t.Errorf("names %q", got)
	}
	if !slices.Equal(Numbered(nil), []string{""}) {
		t.Error("nobody is numbered")
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{"Nguyễn Văn An": "N. V. A.", "đặng ân": "Đ. Â.", "": "", " A ": "A."} {
		if got := Initials(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
