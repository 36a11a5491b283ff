package web

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"khaibao/core"
)

// item makes an item of a short text:
//
//	q1            a question with buttons
//	n1            a notice that asks nothing
//	?1            a question without buttons
//	q1=x          edits x; without buttons n1=x
//	me            typed by the person
//	me>q1         presses a button of q1; me>>q1 one of several
func item(seq int, text string) Item {
	it := Item{Seq: int64(seq), ID: text, At: time.Date(2021, 8, 15, 10, seq, 0, 0, core.Zone)}
	name, edit, _ := strings.Cut(text, "=")
	m := mail{Text: name, Edit: edit}
	switch {
	case strings.HasPrefix(text, "me"):
		it.Mine, it.ID = true, fmt.Sprint(text, seq)
		_, m.Ref, _ = strings.Cut(text, ">")
		m.Ref, m.Toggle = strings.TrimPrefix(m.Ref, ">"), strings.HasPrefix(m.Ref, ">")
	case strings.HasPrefix(text, "q"):
		m.Buttons = [][]core.Button{{{Label: "Có", Action: "yes"}}}
	case strings.HasPrefix(text, "?"):
		m.Input = core.InputCode
	}
	it.Body = encode(m)
	return it
}

func TestFold(t *testing.T) {
	tests := []struct{ name, items, want string }{
		{"the newest question is open", "q1 me q2", "q1 me q2*"},
		{"a press closes what it answers", "q1 me>q1", "q1 me>q1"},
		{"a text closes nothing: it may be XEM QR", "q1 me n1", "q1* me n1"},
		{"a notice closes nothing", "q1 n1", "q1* n1"},
		{"a question to be typed closes the former", "q1 me ?1", "q1 me ?1"},
		{"an edit takes its place", "q1 n1 q2=q1", "q2* n1"},
		{"an edit of an edit", "q1 q2=q1 q3=q1 q4=q3=q1", "q4*"},
		{"an edit can take the buttons away", "q1 me>q1 n1=q1", "n1 me>q1"},
		{"toggling leaves no trace and the question open", "q1 me>>q1 q2=q1 me>>q1 q3=q1", "q3*"},
		{"toggling faster than the answers", "q1 me>>q1 me>>q1 q2=q1 q3=q1", "q3*"},
		{"a toggle that is answered by something else is shown", "q1 me>>q1 q2", "q1 me>>q1 q2*"},
		{"and only that one", "q1 me>>q1 me>>q1 q2=q1 n1", "q2 me>>q1 n1"},
		{"a toggle that waits for its answer", "q1 me>>q1", "q1 me>>q1"},
		{"an edited question opens again", "q1 me>q1 q2=q1", "q2* me>q1"},
		{"an edit whose message is gone is said anew", "q2=gone", "q2*"},
		{"and can be edited itself", "q2=gone q3=gone", "q2 q3*"},
		{"nobody edits what the person said", "me n1=me1", "me n1"},
	}
	for _, tt := range tests {
		var items []Item
		for i, text := range strings.Fields(tt.items) {
			items = append(items, item(i+1, text))
		}
		var got []string
		for _, b := range fold(items) {
			s := b.Text
			if b.Open {
				s += "*"
			}
			got = append(got, s)
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%s: %s shows %q, want %q", tt.name, tt.items, s, tt.want)
		}
	}
}

func TestFoldDatesTheFirstOfEachDay(t *testing.T) {
	var items []Item
	for i, at := range []string{"2021-08-15T16:59:00Z", "2021-08-15T17:00:00Z", "2021-08-15T18:00:00Z"} {
		it := item(i+1, fmt.Sprint("n", i))
		it.At, _ = time.Parse(time.RFC3339, at)
		items = append(items, it)
	}
	var days []string
	for _, b := range fold(items) {
		days = append(days, b.Day)
	}
	if got := strings.Join(days, ","); got != "15/08/2021,16/08/2021," {
		t.Errorf("days %s", got)
	}
}

func TestUnreadableMailIsLeftOut(t *testing.T) {
	items := []Item{item(1, "q1"), {Seq: 2, ID: "x", Body: []byte("garbage")}, item(3, "n1")}
	if all := fold(items); len(all) != 2 || !all[0].Open {
		t.Errorf("shown %+v", all)
	}
}
