package flows

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/locales"
)

// checkSay holds that a line can be said: its keys exist in both languages,
// each placeholder is filled in, and its buttons fit every network.
func checkSay(t *testing.T, b *locales.Bundle, s core.Say) {
	t.Helper()
	for _, lang := range locales.Langs {
		for _, l := range append([]core.Say{{Line: s.Key, Args: s.Args, Words: s.Words, Lists: s.Lists}}, s.Lines...) {
			for _, key := range append(slices.Concat(slices.Collect(maps.Values(l.Lists))...), slices.Collect(maps.Values(l.Words))...) {
				if !b.Has(lang, key) {
					t.Fatalf("%s: no word %q in %q", lang, key, l.Line)
				}
			}
			for _, key := range []string{l.Line, l.Line + ".sms", l.Line + ".list"} {
				if !b.Has(lang, key) {
					if key == l.Line {
						t.Fatalf("%s: no text %q", lang, key)
					}
					continue
				}
				for _, name := range b.Placeholders(lang, key) {
					_, inArgs := l.Args[name]
					_, inWords := l.Words[name]
					_, inLists := l.Lists[name]
					if !inArgs && !inWords && !inLists {
						t.Fatalf("%s: nothing for %q in %q", lang, name, key)
					}
				}
			}
		}
	}
	for i, c := range s.Choices {
		if c.Action == "" && (!s.Multi || c.Number == "") || len(c.Action) > 64 || c.Key == "" && c.Text == "" || c.Key != "" && !b.Has("vi", c.Key) {
			t.Fatalf("choice %+v of %q", c, s.Key)
		}
		for _, other := range s.Choices[:i] {
			if other.Action == c.Action && c.Action != "" || other.Number == c.Number && c.Number != "" {
				t.Fatalf("%q offers %+v and %+v", s.Key, other, c)
			}
		}
	}
	if s.AskKey != "" && !b.Has("vi", s.AskKey) {
		t.Fatalf("no label %q", s.AskKey)
	}
}

// watchedFor are those the telephone answers for: nobody, one, three, or people
// whose monitoring is over.
func watchedFor(look uint8) (all []core.Watched) {
	kinds := []core.Kind{core.KindHome, core.KindPatient, core.KindWatch}
	for i := range []int{0, 1, 3, 2}[look>>4&3] {
		w := core.Watched{Number: i + 1, Name: []string{"Nguyễn Văn An", "Trần Thị Bình", "Lê Lan"}[i], Monitoring: core.Monitoring{
			ID: "m" + strconv.Itoa(i+1), PersonID: "p" + strconv.Itoa(i+1), Kind: kinds[i], Until: "2021-08-29", Commune: "19777", Province: "46"}}
		if look>>6&1 != 0 && i != 1 {
			w.Ended, w.End = time.Date(2021, 8, 14, 17, 0, 0, 0, time.UTC), core.EndCompleted
		}
		all = append(all, w)
	}
	return all
}

// checkCheckup holds that what is kept is about somebody watched, for today or
// yesterday, and that nobody is well with a sign.
func checkCheckup(t *testing.T, c core.Checkup, watching []core.Watched, today core.Day) *core.Watched {
	t.Helper()
	w := byID(watching, c.MonitoringID)
	if w == nil || c.PersonID != w.PersonID || c.Day != today && c.Day != today.Add(-1) {
		t.Fatalf("an answer about nobody: %+v", c)
	}
	if c.Well && (len(c.Symptoms) > 0 || c.SpO2 > 0 && c.SpO2 <= lowSpO2) || red(c) && c.Colour != core.ColourRed {
		t.Fatalf("an answer that is too mild: %+v", c)
	}
	return w
}

func withoutQR(s core.Say) core.Say {
	s.QR = "" // drawing is tested elsewhere, and slow
	return s
}

// normal is a session as JSON, in which empty and missing are the same.
func normal(t *testing.T, s Session) string {
	t.Helper()
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return s.Form + "/" + s.Question + "/" + string(data)
}

func checkQuestion(t *testing.T, s Session) {
	t.Helper()
	if s.Form == "" {
		if !slices.Contains([]string{"", askedMenu, askedPhone, askedCode, askedReturn, askedWho, askedLost, askedHow, askedSigns, askedMeasure, askedRest}, s.Question) {
			t.Fatalf("no question %q", s.Question)
		}
		return
	}
	if form := formByID(s.Form); form == nil || s.Question != Review && s.Question != ReviewWhose && form.question(s.Question) == nil || s.Question != s.State.Question {
		t.Fatalf("form %q has no question %q", s.Form, s.Question)
	}
}

// checkDeclare holds that what is sent was all asked and said.
func checkDeclare(t *testing.T, d Declare) {
	t.Helper()
	// A grown person may stand by having no papers at hand.
	noPaper := d.Person.IDType == "unknown" && d.Facts["check_papers"] == "keep"
	if d.Person.Name == "" || len(d.Person.Birth) < 4 || d.Person.Sex == "" || (d.Person.ID == "") != noPaper || d.Person.Commune == "" ||
		d.Phone == "" || d.Form == "" || d.Notice == 0 {
		t.Fatalf("declared with gaps: %+v", d)
	}
	for _, key := range []string{"exposures", "symptoms", "conditions"} {
		if set, ok := d.Facts[key].([]string); !ok || set == nil {
			t.Fatalf("%s is %v, want a list", key, d.Facts[key])
		}
	}
	if len(d.Facts["exposures"].([]string)) == 0 && d.Facts["exposure_last"] != nil { // who was exposed may not remember when
		t.Fatalf("exposures %v, last %v", d.Facts["exposures"], d.Facts["exposure_last"])
	}
	for _, key := range []string{"id_number", "phone", "house", "typed"} {
		if _, ok := d.Facts[key]; ok {
			t.Fatalf("%s is no fact", key)
		}
	}
	if _, err := json.Marshal(d.Facts); err != nil {
		t.Fatal(err)
	}
}
