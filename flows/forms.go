package flows

// forms are all that can be declared; the first is the one that is begun where
// nothing else was asked for.
var forms = []*Form{&Resident, &Journey}

// Forms are all forms there are.
func Forms() []*Form { return forms }

// FormByID finds a form; nil when there is none of that ID.
func FormByID(id string) *Form { return formByID(id) }

// formByID finds a form; nil when there is none of that ID.
func formByID(id string) *Form {
	for _, f := range forms {
		if f.ID == id {
			return f
		}
	}
	return nil
}

// nameOf is the locale key of a question's short name.
func nameOf(form, question string) string {
	if f := formByID(form); f != nil && question != Review {
		if q := f.question(question); q != nil {
			return q.inKeys(form).name
		}
	}
	return "review.name"
}
