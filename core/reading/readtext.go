package reading

// Kinds are the kinds of text that ReadText reads, in the words of the shared
// vectors.
var Kinds = []string{"yesno", "date", "phone", "id_number", "name", "symptoms", "conditions", "plate", "sex", "vehicle", "passages", "checkup"}

// ReadText reads a text of one kind and returns a value whose JSON is the
// "expect" form of the vectors; an unreadable text is {"error": word}. context
// may hold field (what was asked), reference_date (today, 2006-01-02; a date
// needs it), options (the numbered list shown), and for passages from and until
// (the days asked about), for a check-up people (their names, in the order of
// their numbers). ReadText returns nil for a kind that is not ours.
func ReadText(kind, text string, context map[string]any) any {
	str := func(key string) string { s, _ := context[key].(string); return s }
	switch kind {
	case "yesno":
		return YesNo(text)
	case "date":
		field := DateField(str("field"))
		if field == "" {
			field = PastEvent
		}
		if str("reference_date") == "" {
			return map[string]string{"error": "reference_date is missing"}
		}
		d, err := ReadDate(text, field, str("reference_date"))
		return orError(d, err)
	case "phone":
		p, err := ReadPhone(text)
		return orError(p, err)
	case "id_number":
		id, err := ReadID(text, str("field"))
		return orError(id, err)
	case "name":
		n, err := ReadName(text)
		return orError(n, err)
	case "symptoms":
		sy, _ := ReadSymptoms(text, optionsOf(context))
		return sy
	case "conditions":
		c, _ := ReadConditions(text, optionsOf(context))
		return c
	case "plate":
		p, err := ReadPlate(text)
		return orError(p, err)
	case "sex":
		sex, ok := ReadSex(text)
		if !ok {
			return map[string]string{"error": ErrInvalid.Error()}
		}
		return sex
	case "vehicle":
		v, ok := ReadVehicle(text, str("field"))
		if !ok {
			return map[string]string{"error": ErrInvalid.Error()}
		}
		return v
	case "checkup":
		return ReadCheckup(text, listOf(context, "people"))
	case "passages":
		if str("reference_date") == "" {
			return map[string]string{"error": "reference_date is missing"}
		}
		return ReadPassages(text, str("from"), str("until"), str("reference_date"))
	}
	return nil
}

func orError(v any, err error) any {
	if err != nil {
		return map[string]string{"error": err.Error()}
	}
	return v
}

func optionsOf(context map[string]any) []string { return listOf(context, "options") }

// listOf is a list of texts in a context.
func listOf(context map[string]any, key string) []string {
	switch list := context[key].(type) {
	case []string:
		return list
	case []any:
		var out []string
		for _, o := range list {
			s, _ := o.(string)
			out = append(out, s)
		}
		return out
	}
	return nil
}
