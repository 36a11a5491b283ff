package sms

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// fields are the values of a delivery by name, however its gateway wrote them.
type fields func(name string) string

// readFields reads a delivery's query, form or JSON. A name in JSON is a path:
// payload.messageId, items.0.id.
func readFields(r *http.Request, body []byte) (fields, bool) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, false
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if trimmed := bytes.TrimSpace(body); strings.HasSuffix(kind, "json") || len(trimmed) > 0 && trimmed[0] == '{' {
		tree, err := readTree(body)
		if err != nil {
			return nil, false
		}
		return func(name string) string {
			if value, ok := at(tree, name); ok {
				return value
			}
			return query.Get(name)
		}, true
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, false
	}
	return func(name string) string {
		if form.Has(name) {
			return form.Get(name)
		}
		return query.Get(name)
	}, true
}

// readTree reads JSON without turning an ID of many digits into a fraction.
func readTree(body []byte) (any, error) {
	var tree any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	err := d.Decode(&tree)
	return tree, err
}

// at is the text, number or truth that a path leads to.
func at(tree any, path string) (string, bool) {
	for name := range strings.SplitSeq(path, ".") {
		switch node := tree.(type) {
		case map[string]any:
			tree = node[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(node) {
				return "", false
			}
			tree = node[i]
		default:
			return "", false
		}
	}
	switch leaf := tree.(type) {
	case string:
		return leaf, true
	case json.Number:
		return leaf.String(), true
	case bool:
		return strconv.FormatBool(leaf), true
	}
	return "", false
}
