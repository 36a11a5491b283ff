package sandbox

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

//go:embed specs/twilio-messages.openapi.json
var twilioAPI []byte

// twilioSpec is the machine-readable Messages API: what a message may be sent
// with, and what the list may be asked for.
type twilioSpec struct {
	send, list map[string]twilioField
	required   []string // of send
}

type twilioField struct {
	Type      string       `json:"type"`
	Format    string       `json:"format"`
	Pattern   string       `json:"pattern"`
	MinLength int          `json:"minLength"`
	MaxLength int          `json:"maxLength"`
	Minimum   *float64     `json:"minimum"`
	Maximum   *float64     `json:"maximum"`
	Enum      []string     `json:"enum"`
	Items     *twilioField `json:"items"`
	Ref       string       `json:"$ref"`
}

const twilioPath = "/2010-04-01/Accounts/{AccountSid}/Messages.json"

func loadTwilioSpec() twilioSpec {
	var file struct {
		Paths map[string]struct {
			Post struct {
				RequestBody struct {
					Content map[string]struct {
						Schema struct {
							Properties map[string]twilioField
							Required   []string
						}
					}
				}
			}
			Get struct {
				Parameters []struct {
					Name, In string
					Schema   twilioField
				}
			}
		}
		Components struct{ Schemas map[string]json.RawMessage }
	}
	must := func(err error) {
		if err != nil {
			panic(fmt.Sprintf("embedded Messages API: %v", err)) // cannot happen in a tested build
		}
	}
	must(json.Unmarshal(twilioAPI, &file))
	resolve := func(f twilioField) twilioField {
		if name, ok := strings.CutPrefix(f.Ref, "#/components/schemas/"); ok {
			f = twilioField{}
			must(json.Unmarshal(file.Components.Schemas[name], &f))
		}
		return f
	}
	path := file.Paths[twilioPath]
	s := twilioSpec{send: map[string]twilioField{}, list: map[string]twilioField{}}
	body := path.Post.RequestBody.Content["application/x-www-form-urlencoded"].Schema
	for name, f := range body.Properties {
		s.send[name] = resolve(f)
	}
	s.required = body.Required
	for _, p := range path.Get.Parameters {
		if p.In == "query" {
			s.list[p.Name] = resolve(p.Schema)
		}
	}
	return s
}

// twilioCodes are the codes with which Twilio refuses a field; 20001 is its
// word for parameters in general.
var twilioCodes = map[string]int{
	"To": 21211, "From": 21212, "MessagingServiceSid": 21701, "StatusCallback": 21609, "MediaUrl": 21620, "ContentSid": 21655,
}

func twilioBad(name, format string, args ...any) *twilioError {
	code := twilioCodes[name]
	if code == 0 {
		code = 20001
	}
	return &twilioError{http.StatusBadRequest, code, "sandbox: " + fmt.Sprintf(format, args...)}
}

// check tells what is wrong with the given fields; nil when they conform. The
// texts name fields and never quote what stands in them.
func (s twilioSpec) check(fields map[string]twilioField, given url.Values) *twilioError {
	names := make([]string, 0, len(given))
	for name := range given {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		f, ok := fields[name]
		if !ok {
			return &twilioError{http.StatusBadRequest, 20001, "Unknown parameters: sandbox: " + name}
		}
		if f.Type != "array" && len(given[name]) > 1 {
			return twilioBad(name, "%s is given %d times", name, len(given[name]))
		}
		for _, value := range given[name] {
			one := f
			if f.Type == "array" && f.Items != nil {
				one = *f.Items
			}
			if why := one.wrong(name, value); why != "" {
				return twilioBad(name, "%s %s", name, why)
			}
		}
	}
	return nil
}

// wrong tells what is wrong with one value, "" for nothing.
func (f twilioField) wrong(name, value string) string {
	switch {
	case !utf8.ValidString(value):
		return "is no UTF-8"
	case len(f.Enum) > 0 && !slices.Contains(f.Enum, value):
		return "is none of " + strings.Join(f.Enum, ", ")
	case f.MinLength > 0 && len(value) < f.MinLength, f.MaxLength > 0 && len(value) > f.MaxLength:
		return "has a wrong length"
	case f.Pattern != "" && !regexp.MustCompile(f.Pattern).MatchString(value):
		return "does not match " + f.Pattern
	}
	switch f.Type {
	case "integer":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return "is no integer"
		}
		return f.outside(float64(n))
	case "number":
		n, err := strconv.ParseFloat(value, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return "is no number"
		}
		return f.outside(n)
	case "boolean":
		if value != "true" && value != "false" {
			return "is neither true nor false"
		}
	}
	switch f.Format {
	case "uri":
		return wrongURI(value)
	case "phone-number":
		if !twilioAddress(value) && (name == "To" || !twilioSender.MatchString(value)) {
			return "is no phone number"
		}
	case "date-time":
		if _, _, err := twilioTime(value); err != nil {
			return "is no time"
		}
	}
	return ""
}

func (f twilioField) outside(n float64) string {
	if f.Minimum != nil && n < *f.Minimum || f.Maximum != nil && n > *f.Maximum {
		return "is out of its range"
	}
	return ""
}

// wrongURI refuses what Twilio refuses as a call-back, but for machines of our
// own, beside which the sandbox runs.
func wrongURI(value string) string {
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return "is no URL"
	case strings.Contains(u.Hostname(), "_"):
		return "has an underscore in its host"
	}
	return ""
}

var (
	twilioPhone = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	// A short code or a sender name.
	twilioSender = regexp.MustCompile(`^([0-9]{3,8}|[A-Za-z0-9 +_&-]{0,10}[A-Za-z][A-Za-z0-9 +_&-]{0,10})$`)
)

func twilioAddress(value string) bool { return twilioPhone.MatchString(value) }

// twilioTime reads a time as the list takes it: a day, or a moment. whole says
// that it is a day.
func twilioTime(value string) (at time.Time, whole bool, err error) {
	if at, err := time.Parse(time.DateOnly, value); err == nil {
		return at, true, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05.000", time.RFC1123Z} {
		if at, err = time.Parse(layout, value); err == nil {
			return at, false, nil
		}
	}
	return at, false, err
}
