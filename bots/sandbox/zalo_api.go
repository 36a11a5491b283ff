package sandbox

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// API imitates Zalo's hosts, each below a path of its own: /oauth/ for
// oauth.zaloapp.com, /openapi/ for openapi.zalo.me, /business/ for
// business.openapi.zalo.me, and /pictures/ for the pictures that people send.
// What the Sandbox serves at /zalo/openapi/… arrives as /openapi/….
func (z *Zalo) API() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /pictures/{name}", z.servePicture)
	mux.HandleFunc("/", z.serveCall)
	return mux
}

// zaloCall is one call whose fields have the shape that its path wants.
type zaloCall struct {
	fields map[string]any
	file   []byte // of an upload
}

// zaloPath is one path of a host.
type zaloPath struct {
	shape zaloObject // of the body, or of the JSON in the query's "data"
	query []string   // the parameters of a query that is no JSON, all wanted
	form  bool       // the body is an ordinary form
	file  bool       // the body is a multipart form with one file
	play  func(*Zalo, zaloCall) (map[string]any, *zaloError)
}

// zaloPaths are what the imitation plays, by method, host and path.
var zaloPaths = map[string]zaloPath{
	"POST oauth/v4/oa/access_token":         {form: true, play: (*Zalo).accessToken},
	"POST openapi/v3.0/oa/message/cs":       {shape: zaloMessage, play: (*Zalo).sendV3},
	"POST openapi/v2.0/oa/message":          {shape: zaloMessageV2, play: (*Zalo).sendV2},
	"POST openapi/v3.0/oa/message/template": {shape: zaloTemplateByUser, play: (*Zalo).sendTemplate},
	"POST openapi/v2.0/oa/upload/image":     {file: true, play: (*Zalo).uploadImage},
	"GET openapi/v3.0/oa/user/detail":       {shape: zaloOneUser, play: (*Zalo).userDetail},
	"GET openapi/v2.0/oa/getoa":             {play: (*Zalo).getOA},
	"POST openapi/v3.0/oa/quota/message":    {shape: zaloQuota, play: (*Zalo).quota},
	"POST business/message/template":        {shape: zaloTemplateByPhone, play: (*Zalo).sendByPhone},
	"GET business/message/status":           {query: []string{"message_id"}, play: (*Zalo).messageStatus},
}

// documented are paths that Zalo has and the imitation does not play: calling
// them is no fault of the program.
var documented = []string{
	"openapi/v3.0/oa/group/", "openapi/v3.0/oa/quota/group", "openapi/v3.0/oa/user/getlist", "openapi/v2.0/oa/upload/gif",
	"openapi/v2.0/oa/upload/file", "openapi/v3.0/oa/message/transaction", "business/message/template/hashphone",
	"business/rsa/message/template", "business/message/quota", "business/quality", "business/template/info/v2", "business/upload/image",
}

const maxZaloCall = 6 << 20 // bytes of one call; a file is at most 5 MB

func (z *Zalo) serveCall(w http.ResponseWriter, r *http.Request) {
	path := strings.Trim(r.URL.Path, "/")
	host, _, _ := strings.Cut(path, "/")
	z.mu.Lock()
	f := z.failures
	z.mu.Unlock()
	if !f.survive(w, r, z.life, func() { zaloAnswer(w, host, nil, f.zaloRefusal(host)) }) {
		return
	}
	p, ok := zaloPaths[r.Method+" "+path]
	if !ok {
		z.answer(w, host, path, nil, zaloNoPath(r.Method, path))
		return
	}
	call, refused := z.admit(w, r, host, p)
	var data map[string]any
	if refused == nil {
		data, refused = p.play(z, call)
	}
	if refused == nil && r.Method == http.MethodPost && z.loses() {
		panic(http.ErrAbortHandler)
	}
	z.answer(w, host, path, data, refused)
}

func zaloNoPath(method, path string) *zaloError {
	for _, known := range documented {
		if strings.HasPrefix(path, known) {
			return &zaloError{Code: -200, Text: "sandbox: " + path + " is not imitated", NoPath: true}
		}
	}
	return &zaloError{Code: 404, Text: "sandbox: no such path for " + method, Fault: true, NoPath: true}
}

// zaloRefusal is what a host answers when it was told to fail.
func (f Failures) zaloRefusal(host string) *zaloError {
	switch {
	case !f.Refused:
		return zaloCode(-32)
	case host == "oauth":
		return zaloBadSecret
	case host == "business":
		return zaloCode(-124)
	}
	return zaloCode(-216)
}

// admit checks who calls, how often and with what. As at Zalo the OAuth host
// asks for no token and counts nothing.
func (z *Zalo) admit(w http.ResponseWriter, r *http.Request, host string, p zaloPath) (zaloCall, *zaloError) {
	if host != "oauth" {
		if refused := z.admitCaller(w, r, host); refused != nil {
			return zaloCall{}, refused
		}
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxZaloCall)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case p.form:
		return zaloForm(r, kind)
	case p.file:
		return zaloUpload(r, kind)
	case p.query != nil:
		return zaloQuery(r.URL.Query(), p.query)
	case r.Method == http.MethodGet:
		return zaloGet(r.URL.Query(), p.shape)
	case kind != "application/json":
		return zaloCall{}, zaloFault(host, "Content-Type is not application/json")
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return zaloCall{}, zaloFault(host, "the body cannot be read")
	}
	return zaloJSON(host, body, p.shape)
}

// admitCaller checks the rate and the token, which stands in a header of its own.
func (z *Zalo) admitCaller(w http.ResponseWriter, r *http.Request, host string) *zaloError {
	z.mu.Lock()
	defer z.mu.Unlock()
	remain := z.rate.take(z.account.Clock(), z.account.PerMinute)
	w.Header().Set("X-RateLimit-Limit", strconv.Itoa(z.account.PerMinute))
	w.Header().Set("X-RateLimit-Remain", strconv.Itoa(max(0, remain)))
	if remain < 0 {
		return zaloCode(-32)
	}
	token := r.Header.Get("access_token")
	switch {
	case r.Header.Get("Authorization") != "":
		return zaloFault(host, "the token is not sent in Authorization")
	case r.URL.Query().Has("access_token"):
		return zaloFault(host, "the token is not sent in the URL")
	}
	if refused := z.tokens.admits(token, z.account, host); refused != nil {
		return refused
	}
	if proof := r.Header.Get("appsecret_proof"); proof != "" {
		mac := hmac.New(sha256.New, []byte(z.account.AppSecret))
		io.WriteString(mac, token)
		if proof != hex.EncodeToString(mac.Sum(nil)) {
			return zaloCode(-242)
		}
	}
	if z.all != 0 {
		return zaloCode(z.all)
	}
	return nil
}

// zaloRate counts the calls of a minute.
type zaloRate struct {
	minute time.Time
	calls  int
}

// take counts one call, and is how many are left; below zero it is too many.
func (r *zaloRate) take(now time.Time, most int) int {
	if m := now.Truncate(time.Minute); !m.Equal(r.minute) {
		r.minute, r.calls = m, 0
	}
	r.calls++
	return most - r.calls
}

func (z *Zalo) loses() bool {
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.lose == 0 {
		return false
	}
	z.lose--
	return true
}

// zaloJSON reads a body that is one JSON object of the shape.
func zaloJSON(host string, body []byte, shape zaloObject) (zaloCall, *zaloError) {
	var fields map[string]any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber() // a user ID that is sent as a number must not pass for a string
	switch err := d.Decode(&fields); {
	case !utf8.Valid(body):
		return zaloCall{}, zaloFault(host, "the body is not UTF-8")
	case err != nil || fields == nil:
		return zaloCall{}, zaloFault(host, "the body is no JSON object")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return zaloCall{}, zaloFault(host, "something follows the JSON object")
	}
	refused := shape.check("", fields)
	if refused != nil && host == "business" {
		refused.Code = -122 // the body's format, in the table of that host
	}
	return zaloCall{fields: fields}, refused
}

// zaloGet reads the parameters of a query, which stand as one JSON in "data".
func zaloGet(query url.Values, shape zaloObject) (zaloCall, *zaloError) {
	if shape == nil {
		return zaloQuery(query, nil)
	}
	call, refused := zaloQuery(query, []string{"data"})
	if refused != nil {
		return call, refused
	}
	text, _ := call.fields["data"].(string)
	return zaloJSON("openapi", []byte(text), shape)
}

func zaloQuery(query url.Values, wanted []string) (zaloCall, *zaloError) {
	fields := map[string]any{}
	for _, name := range wanted {
		if len(query[name]) != 1 || query.Get(name) == "" {
			return zaloCall{}, zaloInvalid(name, true)
		}
		fields[name] = query.Get(name)
	}
	for name := range query {
		if _, ok := fields[name]; !ok {
			return zaloCall{}, zaloUnknown(name)
		}
	}
	return zaloCall{fields: fields}, nil
}

// zaloForm reads an ordinary form, and the header that the OAuth host wants
// beside it.
func zaloForm(r *http.Request, kind string) (zaloCall, *zaloError) {
	if kind != "application/x-www-form-urlencoded" {
		return zaloCall{}, zaloFault("oauth", "Content-Type is not application/x-www-form-urlencoded")
	}
	if err := r.ParseForm(); err != nil {
		return zaloCall{}, zaloFault("oauth", "the form cannot be read")
	}
	if r.URL.RawQuery != "" {
		return zaloCall{}, zaloFault("oauth", "fields stand in the URL")
	}
	fields := map[string]any{"secret_key": r.Header.Get("secret_key")}
	for name, all := range r.PostForm {
		if len(all) > 1 || name == "secret_key" {
			return zaloCall{}, zaloFault("oauth", fmt.Sprintf("field %q is given more than once, or in the wrong place", name))
		}
		fields[name] = all[0]
	}
	return zaloCall{fields: fields}, nil
}

// zaloUpload reads the one file of a multipart form.
func zaloUpload(r *http.Request, kind string) (zaloCall, *zaloError) {
	if kind != "multipart/form-data" || r.ParseMultipartForm(maxZaloCall) != nil {
		return zaloCall{}, zaloFault("openapi", "the body is no multipart form")
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }()
	for name := range r.MultipartForm.Value {
		return zaloCall{}, zaloUnknown(name)
	}
	for name, all := range r.MultipartForm.File {
		if name != "file" || len(all) != 1 {
			return zaloCall{}, zaloUnknown(name)
		}
		f, err := all[0].Open()
		if err != nil {
			break
		}
		defer f.Close()
		data, err := io.ReadAll(f)
		if err != nil {
			break
		}
		return zaloCall{file: data}, nil
	}
	return zaloCall{}, zaloInvalid("file", true)
}

// answer notes a call and answers it.
func (z *Zalo) answer(w http.ResponseWriter, host, path string, data map[string]any, refused *zaloError) {
	z.mu.Lock()
	z.note(path, refused)
	z.mu.Unlock()
	zaloAnswer(w, host, data, refused)
}

// zaloAnswer writes an answer: refusals too come with status 200, but for
// paths that are not there.
func zaloAnswer(w http.ResponseWriter, host string, data map[string]any, refused *zaloError) {
	body := map[string]any{"error": 0, "message": "Success", "data": data}
	status := http.StatusOK
	switch {
	case host == "oauth" && refused == nil:
		body = data
	case host == "oauth":
		body = map[string]any{"error": refused.Code, "error_name": refused.Text, "error_reason": refused.Text,
			"ref_doc": "https://developers.zalo.me/docs/social-api/tham-khao/ma-loi"}
	case refused != nil:
		body = map[string]any{"error": refused.Code, "message": refused.Text}
	}
	if refused != nil && refused.NoPath {
		status = http.StatusNotFound
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a caller that left wants no answer
}
