package flows

import "testing"

func TestSmallTalk(t *testing.T) {
	for text, want := range map[string]command{
		"chào": cmdGreeting, "Xin chào bác sĩ": cmdGreeting, "alo alo": cmdGreeting, "a lo": cmdGreeting, "con ơi": cmdGreeting, "chao con": cmdGreeting,
		"em oi": cmdGreeting, "hello": cmdGreeting, "good morning": cmdNone, "hi em": cmdGreeting, "ad ơi": cmdGreeting,
		"cảm ơn": cmdThanks, "cam on con nhe": cmdThanks, "ok cam on": cmdThanks, "thank you so much": cmdThanks, "cám ơn bác sĩ nhiều ạ": cmdThanks, "rồi cảm ơn": cmdThanks,
		"đợi tí": cmdWait, "cho chut": cmdWait, "từ từ để tìm": cmdWait, "lát nữa": cmdWait,
		"ai day": cmdWhy, "hỏi làm gì": cmdWhy, "lừa đảo à": cmdWhy, "tại sao": cmdWhy, "why?": cmdWhy,
		"cam": cmdNone, "cảm": cmdNone, "bị cảm": cmdNone, "cam cum": cmdNone, "Lê Thị Cam": cmdNone, "Chào Thị Hoa": cmdNone, "chao con, me la Nguyen Thi Hoa": cmdNone,
		"ok": cmdNone, "dạ": cmdNone, "con": cmdNone, "": cmdNone, "không cảm ơn": cmdNone, "1960": cmdNone, "cảm ơn, tôi sốt": cmdNone,
	} {
		if got := smallTalk(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// Small talk answers nothing, is no misunderstanding, and changes nothing.
func TestSmallTalkInAForm(t *testing.T) {
	for _, text := range []string{"con ơi", "cảm ơn nhé", "đợi tí", "hỏi làm gì", "alo"} {
		for _, question := range []string{"full_name", "birth", "permanent_sub", "symptoms", "occupation"} {
			s := standing(question)
			s.State.Misses = 2
			after, effects := turnNew(s, plainEvent(text))
			if after.Question != question || len(after.State.Answers) != len(s.State.Answers) || after.State.Misses != 0 {
				t.Errorf("%s: %q left %+v", question, text, after.State)
			}
			for _, e := range effects {
				if _, task := e.(OpenTask); task {
					t.Errorf("%s: %q made a task", question, text)
				}
			}
		}
	}
}

// Nobody in need is left with a menu or a form.
func TestUrgentWordsAreAnsweredFirst(t *testing.T) {
	menu := Session{Question: askedMenu}
	for _, s := range []Session{menu, {}, standing("full_name"), standing("permanent"), standing("has_conditions")} {
		for _, text := range []string{"toi kho tho qua", "cap cuu voi", "me toi bat tinh", "I cannot breathe", "đau ngực dữ dội"} {
			_, effects := turnNew(s, plainEvent(text))
			if len(effects) == 0 {
				t.Fatalf("%s: nothing said to %q", s.Question, text)
			}
			if r, ok := effects[0].(Reply); !ok || r.Key != "urgent" {
				t.Errorf("%s: %q is first answered with %+v", s.Question, text, effects[0])
			}
		}
	}
	for _, text := range []string{"toi bi sot", "con toi la F0", "xét nghiệm dương tính"} {
		if got := outcome(menu, plainEvent(text)); got != "menu.ill" {
			t.Errorf("%q at the menu: %s", text, got)
		}
	}
}
