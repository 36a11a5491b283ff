package sms

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"khaibao/core"
)

// template is a request of a general gateway with gaps: {to} and the like. What
// is filled in is escaped for where it stands.
type template struct {
	method string
	url    []piece
	header []templateHeader
	body   []piece
	kind   string // of the body: "json", "form", "xml"; "" for none
	media  string // its Content-Type
}

type templateHeader struct {
	name  string
	value []piece
}

// piece is a stretch of text as it is, or a gap.
type piece struct {
	text   string
	gap    string
	escape func(string) string
}

// gaps are what may be filled in.
var gaps = []string{"to", "to_digits", "to_local", "text", "id", "from", "status_url"}

var gapPattern = regexp.MustCompile(`\{([a-z_]+)\}`)

// split cuts a text at its gaps.
func split(s string, escape func(string) string) ([]piece, error) {
	var out []piece
	at := 0
	for _, m := range gapPattern.FindAllStringSubmatchIndex(s, -1) {
		gap := s[m[2]:m[3]]
		if !slices.Contains(gaps, gap) {
			return nil, fmt.Errorf("a gap is none of {%s}", strings.Join(gaps, "} {"))
		}
		out = append(out, piece{text: s[at:m[0]]}, piece{gap: gap, escape: escape})
		at = m[1]
	}
	return append(out, piece{text: s[at:]}), nil
}

func fill(pieces []piece, values map[string]string) string {
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(p.text)
		if p.gap != "" {
			b.WriteString(p.escape(values[p.gap]))
		}
	}
	return b.String()
}

// newTemplate reads the settings and tries them with values full of marks, so
// that a gap in the wrong place stops the start and not a message.
func newTemplate(c HTTPConfig) (t *template, err error) {
	t = &template{method: strings.ToUpper(c.Method)}
	if t.method == "" {
		t.method = http.MethodGet
		if c.Body != "" {
			t.method = http.MethodPost
		}
	}
	if t.url, err = urlPieces(c.URL); err != nil {
		return nil, fmt.Errorf("the URL: %w", err)
	}
	if err := t.readHeader(c.Header); err != nil {
		return nil, fmt.Errorf("the header: %w", err)
	}
	if c.Body != "" {
		escape := escapes[t.kindOf(c.Body)]
		if escape == nil {
			return nil, errors.New("the body must be JSON, XML or a form")
		}
		if t.body, err = split(c.Body, escape); err != nil {
			return nil, fmt.Errorf("the body: %w", err)
		}
	}
	return t, t.try()
}

// urlPieces are a URL with gaps in its path and query only: where a request
// goes is for nobody to fill in.
func urlPieces(raw string) ([]piece, error) {
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok || scheme != "http" && scheme != "https" {
		return nil, errors.New("must begin with http:// or https://")
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	if end == 0 || strings.ContainsAny(rest[:end], "{}") || strings.Contains(rest, "#") {
		return nil, errors.New("must have a host, no gap before its path, and no #")
	}
	path, query, asked := strings.Cut(rest[end:], "?")
	out, err := split(path, url.PathEscape)
	if err != nil {
		return nil, err
	}
	out = append([]piece{{text: scheme + "://" + rest[:end]}}, out...)
	if !asked {
		return out, nil
	}
	more, err := split(query, url.QueryEscape)
	return append(append(out, piece{text: "?"}), more...), err
}

// readHeader reads "Name: value", several parted by |. A text of ours may not
// stand there: it has line breaks and letters that no header takes.
func (t *template) readHeader(raw string) error {
	for line := range strings.SplitSeq(raw, "|") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if name, value = strings.TrimSpace(name), strings.TrimSpace(value); !ok || !headerName.MatchString(name) || !headerValue.MatchString(value) {
			return errors.New("want Name: value, several parted by |")
		}
		pieces, err := split(value, func(s string) string { return s })
		if err != nil {
			return err
		}
		if slices.ContainsFunc(pieces, func(p piece) bool { return p.gap == "text" }) {
			return errors.New("{text} cannot stand there")
		}
		t.header = append(t.header, templateHeader{http.CanonicalHeaderKey(name), pieces})
	}
	return nil
}

var (
	headerName  = regexp.MustCompile(`^[A-Za-z0-9-]+$`)
	headerValue = regexp.MustCompile(`^[ -~]*$`)
)

// escapes write a value into each kind of body.
var escapes = map[string]func(string) string{
	"form": url.QueryEscape,
	"json": func(s string) string {
		b, _ := json.Marshal(s)
		return string(b[1 : len(b)-1])
	},
	"xml": func(s string) string {
		var b bytes.Buffer
		_ = xml.EscapeText(&b, []byte(s)) // a buffer takes all
		return b.String()
	},
}

// kindOf tells what a body is, by its Content-Type or else by how it begins.
func (t *template) kindOf(body string) string {
	for _, h := range t.header {
		if h.name != "Content-Type" {
			continue
		}
		media, _, _ := mime.ParseMediaType(fill(h.value, nil))
		switch {
		case strings.HasSuffix(media, "json"):
			t.kind = "json"
		case strings.HasSuffix(media, "xml"):
			t.kind = "xml"
		case media == "application/x-www-form-urlencoded":
			t.kind = "form"
		}
		return t.kind
	}
	switch begin := strings.TrimSpace(body); {
	case strings.HasPrefix(begin, "{"), strings.HasPrefix(begin, "["):
		t.kind, t.media = "json", "application/json"
	case strings.HasPrefix(begin, "<"):
		t.kind, t.media = "xml", "text/xml; charset=utf-8"
	default:
		t.kind, t.media = "form", "application/x-www-form-urlencoded"
	}
	return t.kind
}

// trying has every mark that means something to a URL, a form, JSON or XML.
const trying = `a"b'c\d<e>f&g=h%i j+k/l?m#n;{o}`

// try makes a request of marks and reads it back.
func (t *template) try() error {
	values := make(map[string]string)
	for _, gap := range gaps {
		values[gap] = trying
	}
	u, err := url.Parse(fill(t.url, values))
	if err != nil {
		return errors.New("the URL cannot be read")
	}
	if _, err := url.ParseQuery(u.RawQuery); err != nil {
		return errors.New("the query of the URL cannot be read")
	}
	if !slices.Contains([]string{http.MethodGet, http.MethodPost, http.MethodPut}, t.method) {
		return errors.New("the method must be GET, POST or PUT")
	}
	body := fill(t.body, values)
	switch t.kind {
	case "json":
		if !json.Valid([]byte(body)) {
			return errors.New("the body is no JSON; a gap stands inside quotes")
		}
	case "xml":
		if !readsAsXML(body) {
			return errors.New("the body is no XML")
		}
	case "form":
		if _, err := url.ParseQuery(body); err != nil {
			return errors.New("the body is no form")
		}
	}
	for _, must := range [][]string{{"text"}, {"to", "to_digits", "to_local"}} {
		there := func(p piece) bool { return slices.Contains(must, p.gap) }
		if !slices.ContainsFunc(t.url, there) && !slices.ContainsFunc(t.body, there) {
			return fmt.Errorf("{%s} stands neither in the URL nor in the body", must[0])
		}
	}
	return nil
}

func readsAsXML(s string) bool {
	d := xml.NewDecoder(strings.NewReader(s))
	for {
		if _, err := d.Token(); err != nil {
			return err == io.EOF
		}
	}
}

// request is the template filled in.
func (t *template) request(values map[string]string) (*http.Request, error) {
	r, err := http.NewRequest(t.method, fill(t.url, values), strings.NewReader(fill(t.body, values)))
	if err != nil {
		return nil, errors.New("the URL makes no request")
	}
	if t.kind == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	if t.media != "" {
		r.Header.Set("Content-Type", t.media)
	}
	if user := r.URL.User; user != nil {
		password, _ := user.Password()
		r.SetBasicAuth(user.Username(), password)
	}
	for _, h := range t.header {
		r.Header.Set(h.name, fill(h.value, values))
	}
	return r, nil
}

// valuesOf are what a message fills in. No value is empty or of another's
// making but its text.
func valuesOf(m core.Outbound, from, statusURL string) map[string]string {
	digits := strings.TrimPrefix(m.URN.Path(), "+")
	local := digits
	if rest, ok := strings.CutPrefix(digits, "84"); ok {
		local = "0" + rest
	}
	return map[string]string{"to": m.URN.Path(), "to_digits": digits, "to_local": local, "text": m.Text, "id": m.ID,
		"from": from, "status_url": statusURL}
}
