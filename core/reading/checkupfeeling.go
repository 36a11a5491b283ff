package reading

import "slices"

// heard is what one part of a message says of somebody for one day.
type heard struct {
	Told
	strange bool // words in it were not understood
}

// merge adds what was said of a person to what is known already: the worse wins.
func merge(all, more []heard, place int) []heard {
	for _, s := range more {
		s.Person = place
		i := slices.IndexFunc(all, func(o heard) bool { return o.Person == place && o.Ago == s.Ago })
		if i < 0 {
			all = append(all, s)
			continue
		}
		all[i] = all[i].with(s)
	}
	return all
}

// with joins two things said of one person for one day.
func (s heard) with(o heard) heard {
	union := func(a, b []string) []string {
		out := append(slices.Clone(a), b...)
		slices.Sort(out)
		return slices.Compact(out)
	}
	f := figure{celsius: s.Temperature, spo2: s.SpO2}.worse(figure{celsius: o.Temperature, spo2: o.SpO2})
	both := heard{strange: s.strange || o.strange, Told: Told{Person: s.Person, Ago: s.Ago, Health: HealthUnknown, Temperature: f.celsius, SpO2: f.spo2}}
	both.Symptoms, both.Absent = union(s.Symptoms, o.Symptoms), union(s.Absent, o.Absent)
	both.Absent = slices.DeleteFunc(both.Absent, func(id string) bool { return slices.Contains(both.Symptoms, id) })
	well := func(t heard) bool { return t.Health == HealthWell || t.Health == HealthUnknown && t.Ask == DoubtRest }
	switch {
	case s.Health == HealthIll || o.Health == HealthIll:
		both.Health = HealthIll
	case (s.Health == HealthWell || o.Health == HealthWell) && well(s) && well(o):
		both.Health = HealthWell
	}
	for _, d := range doubts {
		if s.Ask == d || o.Ask == d {
			both.Ask = d
			break
		}
	}
	if both.Ask == DoubtRest && both.Health != HealthUnknown || both.Ask == DoubtWhat && len(both.Symptoms) > 0 {
		both.Ask = DoubtNone
	}
	return both
}

// silent reports that nothing is known yet but readings.
func (s *heard) silent() bool {
	return s.Health == HealthUnknown && len(s.Symptoms)+len(s.Absent) == 0 && !s.strange
}

// measured takes a reading. 37.5 °C is a fever and 94 % is ill, whatever was said.
func (s *heard) measured(f figure) {
	joined := figure{celsius: s.Temperature, spo2: s.SpO2}.worse(f)
	s.Temperature, s.SpO2 = joined.celsius, joined.spo2
	if s.Ask == DoubtWhat && s.silent() && f.celsius+float64(f.spo2) > 0 {
		s.Ask = DoubtRest
	}
	if f.ill && s.Health != HealthIll {
		s.Health, s.Ask = HealthIll, DoubtWhat
	}
	if s.Temperature >= feverFrom {
		s.Health = HealthIll
		if !slices.Contains(s.Symptoms, "fever") {
			s.Symptoms = append(slices.Clone(s.Symptoms), "fever")
			slices.Sort(s.Symptoms)
		}
		s.Absent = slices.DeleteFunc(slices.Clone(s.Absent), func(id string) bool { return id == "fever" })
	}
	if s.SpO2 > 0 && s.SpO2 <= spO2Ill {
		s.Health = HealthIll
	}
	if s.Health == HealthIll && s.Ask == DoubtRest {
		s.Ask = DoubtNone
	}
	if f.ask != DoubtNone {
		s.Ask = f.ask
		if s.Health == HealthWell {
			s.Health = HealthUnknown
		}
	}
}

// choose takes 1 for well and 2 for unwell beside what else was said. alone:
// that is no more than courtesies.
func (s *heard) choose(choices []string, alone bool) {
	if len(choices) == 0 {
		return
	}
	one := choices[0] == "1" || fits(choices[0], "một")
	switch {
	case len(choices) > 1:
		s.Health, s.Ask = worseHealth(s.Health, HealthUnknown), DoubtWhat
	case one && s.Health == HealthUnknown && !s.strange && (s.Ask == DoubtRest || s.Ask == DoubtWhat && alone):
		s.Health, s.Ask = HealthWell, DoubtNone
	case one:
	case s.Health == HealthWell: // "2 khỏe"
		s.Health, s.Ask = HealthUnknown, DoubtWhat
	case s.Health == HealthUnknown:
		s.Health = HealthIll
		if s.Ask == DoubtRest {
			s.Ask = DoubtWhat
		}
	}
}

func worseHealth(a, b Health) Health {
	for _, h := range []Health{HealthIll, HealthUnknown} {
		if a == h || b == h {
			return h
		}
	}
	return HealthWell
}

// feeling reads the words of one person for one day. before is what was said of
// earlier days in the same message; noone that "không ai" stands before them.
func (r *checkupReader) feeling(words []int, noone bool, before []heard) heard {
	text := r.phrase(words)
	if noone {
		text = "không " + text
	}
	s := heard{Told: Told{Health: HealthUnknown, Ask: DoubtWhat}}
	read, strange, ok := readWords(text, feelingWords, true)
	ill, bare, loose, terms, gone, sound := false, false, false, false, false, false
	s.strange = strange > 0 || slices.ContainsFunc(words, func(i int) bool { return r.roles[i] == roleText && r.ts[i].num && !r.counted(i) })
	its := items(tokens(text), feelingWords)
	for i, it := range its {
		switch {
		case it.isTerm():
			terms = true
			loose = loose || looselyDenied(its, i)
			ill = ill || slices.Contains(it.ids, emergency) && !deniedBefore(its, i)
		case it.id == "unknown", it.id == "-", it.id == "took":
			s.strange = true
		case it.id == "unwell":
			denied := deniedBefore(its, i)
			ill, sound = ill || !denied, sound || denied
		case it.id == "gone":
			gone = true
		case it.id == "no" || it.id == "nolist":
			what := denies(its, i)
			ill, bare, loose = ill || what == "healthy", bare || what == "", loose || pairDenied(its, i)
		}
	}
	if s.strange {
		r.strange++
	}
	s.Absent = withoutEmergency(read.absent)
	present := withoutEmergency(read.present)
	switch {
	case ok && len(present) > 0:
		s.Health, s.Symptoms, s.Ask = HealthIll, present, DoubtNone
	case ill:
		s.Health = HealthIll
	case loose:
		s.Absent = nil
	case ok && read.none && !s.strange && !bare && !sound:
		s.Health, s.Ask = HealthWell, DoubtNone
	case (ok && len(s.Absent) > 0 || sound) && !s.strange: // "không ốm"
		s.Ask = DoubtRest
	case gone && !terms && !s.strange: // "hôm qua sốt, nay hết rồi"
		for _, b := range before {
			s.Absent, s.Ask = append(s.Absent, b.Symptoms...), DoubtRest
		}
		slices.Sort(s.Absent)
		s.Absent = slices.Compact(s.Absent)
	}
	return s
}

func withoutEmergency(ids []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == emergency })
}

// looselyDenied reports a danger sign that stands behind a denied symptom with
// nothing between: "không sốt khó thở" may be one of each.
func looselyDenied(its []item, i int) bool {
	if !slices.ContainsFunc(its[i].ids, isDanger) {
		return false
	}
	behind := false
	for j := i - 1; j >= 0 && !its[j+1].breaks; j-- {
		switch {
		case its[j].isTerm():
			behind = true
		case its[j].id == "no":
			return behind
		case its[j].id == "or", its[j].id == "nolist", its[j].id == "gone":
			return false
		}
	}
	return false
}

// pairDenied reports a no at item i whose list is of two with a comma between:
// "không bị ngất, mệt" may deny one or both. A longer list is denied as a whole.
func pairDenied(its []item, i int) bool {
	terms, commas := 0, 0
	for _, it := range its[i+1:] {
		switch {
		case it.isTerm():
			if terms++; it.breaks {
				commas++
			}
		case it.breaks || it.id == "no" || it.id == "nolist" || it.id == "or" || it.id == "and":
			return terms == 2 && commas == 1
		}
	}
	return terms == 2 && commas == 1
}

// denies is what the no at item i speaks of: "term", "all", "healthy", or "" for
// nothing.
func denies(its []item, i int) string {
	for _, it := range its[i+1:] {
		switch {
		case it.breaks:
			return ""
		case it.isTerm():
			return "term"
		case it.id == "all" || it.id == "none":
			return "all"
		case it.id == "healthy":
			return "healthy"
		case it.id == "filler" || it.id == "have" || it.id == "and" || it.id == "number" || it.id == "strong" || it.id == "unwell":
		default:
			return ""
		}
	}
	return ""
}
