package channel

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
)

// Redact makes an error of a network fit for logs: it shows no URL, because Go
// prints the whole of it in a *url.Error and networks carry tokens and phones
// in theirs, and none of the secrets, which a broken server may echo. What kind
// of error it is stays known to errors.Is and errors.As, a *url.Error excepted
// (docs/reference/security.md, 8).
func Redact(err error, secrets ...string) error {
	if err == nil {
		return nil
	}
	text, cause := err.Error(), err
	for {
		var ue *url.Error
		if !errors.As(cause, &ue) {
			break
		}
		if ue.Op == "parse" { // what is wrong with a URL is told by quoting it
			text = "malformed address"
			break
		}
		text, cause = strings.ToLower(ue.Op)+": "+ue.Err.Error(), ue.Err
	}
	text = anyURL.ReplaceAllString(text, "[url]")
	for _, s := range secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, "[redacted]")
		}
	}
	if cause == err && text == err.Error() {
		return err
	}
	return &redacted{text: text, err: err}
}

var anyURL = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^\s"'<>]*`)

// redacted has no Unwrap, so that nothing walks from it to the text it hides.
type redacted struct {
	text string
	err  error
}

func (e *redacted) Error() string        { return e.text }
func (e *redacted) Is(target error) bool { return errors.Is(e.err, target) }

func (e *redacted) As(target any) bool {
	if _, ok := target.(**url.Error); ok {
		return false
	}
	return errors.As(e.err, target)
}
