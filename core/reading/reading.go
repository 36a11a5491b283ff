// Package reading turns what Vietnamese people type into values: yes or no, a
// day, a telephone, an ID number, a name, symptoms, a plate, a QR text.
//
// The rules are those of docs/reference/vietnam.md, sections 2.4, 3, 4 and 5.
// Three of them shape everything here:
//
//   - Doubt is an answer. A reader that is not sure says so, and the form asks
//     again; an unknown never becomes a no.
//   - Marks win when they are typed. "họ" is a family, "ho" may be a cough; a
//     word without marks fits any word that it could be written for, and hỏi
//     and ngã count as one tone, as many in Hue write them.
//   - Typing accidents (raw Telex, VNI, VIQR, TCVN3 shown as Latin-1) are tried
//     only when the plain reading failed.
//
// Every reader is pure, takes any bytes and never panics. The word tables are
// in words/, one small text file for each subject.
package reading

// Error is why a text could not be read. Its text is one word that the form
// turns into a question; it never holds what was typed.
type Error string

// The errors of all readers, in the words of the shared vectors.
const (
	ErrInvalid     Error = "invalid"      // not such a value, or in doubt
	ErrFuture      Error = "future"       // a day that has not come yet
	ErrUnsupported Error = "unsupported"  // understood but not usable: a lunar date
	ErrNotPersonal Error = "not_personal" // a hotline or emergency number
	ErrNone        Error = "none"         // the person says there is none
	ErrPartial     Error = "partial"      // a part of a plate: keep as free text
	ErrNotFound    Error = "not_found"    // for core/area: no such unit
)

func (e Error) Error() string { return string(e) }
