package store

// shownMasked are the dimensions that tell no more of a person than a masked
// list does: a colour or a class beside initials would.
var shownMasked = map[string]bool{"form": true, "stage": true, "newest": true, "channel": true}

// MayListFigure tells whether the list behind a figure shows exactly what it
// counts, also where the list is masked.
func MayListFigure(only map[string]string, masked bool) bool {
	return !masked || len(maskedFigure(only)) == len(only)
}

func maskedFigure(only map[string]string) map[string]string {
	left := make(map[string]string, len(only))
	for name, value := range only {
		if shownMasked[name] {
			left[name] = value
		}
	}
	return left
}

// figure adds what one figure counts; not ok for what no figure counts.
func (w *walk) figure(only map[string]string) (ok bool) {
	k, _ := kindOf(FigureDeclarations)
	for _, d := range k.dimensions {
		value, asked := only[d.Name]
		if !asked {
			continue
		}
		code, known := d.code(value)
		if !known || !goodText(code) {
			return false
		}
		switch {
		case d.Name == "form" && code != other, d.Name == "channel" && code != other, d.Name == "origin" && value != "none":
			w.and(&w.kept, "d."+d.Name+" = ?", value) // the lists' indexes hold these
		default:
			w.and(&w.looked, `EXISTS (SELECT 1 FROM declarations x LEFT JOIN people p ON p.id = x.person_id WHERE x.id = d.id AND `+d.sql("x", "p")+` = ?)`, code)
		}
	}
	for name := range only {
		if _, known := k.dimension(name); !known {
			return false
		}
	}
	return true
}
