package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	maxParts   = 2000      // in a zip; a book of one list has a dozen
	maxToken   = 1 << 20   // bytes between two tags
	maxText    = 128 << 10 // bytes in a cell; Excel allows 32,767 letters
	maxStrings = 2_000_000
)

// Read reads the table of an .xlsx file of a size in bytes. The header is the
// first row that is not blank until Find is asked. What is not read is an *Error
// that says why; any other error is one of r.
func Read(r io.ReaderAt, size int64, limits Limits) (*Table, error) {
	l := limits.orUsual()
	if size > l.Bytes {
		return nil, beyond(TooBig, l.Bytes)
	}
	if reason := foreign(r, size); reason != "" {
		return nil, refuse(reason)
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, refuse(Damaged)
	}
	b := &book{parts: make(map[string]*zip.File, len(z.File)), left: l.Unzipped, limits: l}
	if len(z.File) > maxParts {
		return nil, refuse(Damaged)
	}
	for _, f := range z.File {
		b.parts[partName(f.Name)] = f
	}
	if reason := b.foreign(); reason != "" {
		return nil, refuse(reason)
	}
	return b.table()
}

// partName is how a part is looked up: readers of the format take names of any
// case, and some writers use the slash of Windows.
func partName(s string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(s, `\`, "/"), "/"))
}

var (
	zipMark = []byte("PK\x03\x04")
	oleMark = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	// The name of the stream that holds the file in an encrypted one, MS-OFFCRYPTO 2.3.
	encryptedMark = []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")
)

// foreign tells what a file is that is no zip at all; "" for a zip.
func foreign(r io.ReaderAt, size int64) Reason {
	head := make([]byte, min(size, 4096))
	n, err := r.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return Damaged
	}
	head = head[:n]
	switch {
	case bytes.HasPrefix(head, zipMark):
		return ""
	case bytes.HasPrefix(head, oleMark):
		if contains(io.NewSectionReader(r, 0, size), encryptedMark) {
			return Encrypted
		}
		return OldExcel
	case len(bytes.TrimSpace(head)) == 0:
		return Empty
	case plain(head):
		return PlainText
	}
	return NotExcel
}

// contains looks for a mark in a stream, a piece at a time.
func contains(r io.Reader, mark []byte) bool {
	buf := make([]byte, 0, 64<<10)
	for {
		n, err := io.ReadFull(r, buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if bytes.Contains(buf, mark) {
			return true
		}
		if err != nil {
			return false
		}
		buf = append(buf[:0], buf[len(buf)-len(mark):]...)
	}
}

// plain tells whether bytes are text of some kind: a CSV, in UTF-8 or with one
// byte a letter, or a web page; in UTF-16, as Excel's "Unicode text" is, too.
func plain(head []byte) bool {
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return true
	}
	if bytes.HasPrefix(head, []byte("%PDF")) {
		return false
	}
	odd := 0
	for _, c := range head {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			return false
		}
		if c >= utf8.RuneSelf {
			odd++
		}
	}
	return utf8.Valid(head[:max(0, len(head)-utf8.UTFMax)]) || odd*3 < len(head)
}

// book is one opened file; left is how many bytes may still be unpacked.
type book struct {
	parts  map[string]*zip.File
	left   int64
	limits Limits

	strings []string
	styles  []style
	date04  bool
}

// foreign tells what a zip is that is no .xlsx; "" for one that is.
func (b *book) foreign() Reason {
	has := func(name string) bool { return b.parts[name] != nil }
	for name := range b.parts {
		if strings.HasSuffix(name, "vbaproject.bin") || strings.HasPrefix(name, "xl/macrosheets/") {
			return Macros
		}
	}
	switch {
	case has("xl/workbook.bin"):
		return Binary
	case has("mimetype") && has("content.xml"):
		return OpenDocument
	case !has("[content_types].xml"), has("word/document.xml"), has("ppt/presentation.xml"):
		return NotExcel
	}
	return ""
}

var errTooBig = errors.New("more than may be unpacked")

// part opens a part for reading tags. What is unpacked is counted as it comes: what
// a zip says of its sizes need not be true.
func (b *book) part(name string) (*tags, error) {
	f := b.parts[partName(name)]
	if f == nil {
		return nil, refuse(Damaged)
	}
	if f.UncompressedSize64 > uint64(max(0, b.left)) {
		return nil, beyond(TooBig, b.limits.Unzipped)
	}
	rc, err := f.Open()
	if err != nil {
		return nil, refuse(Damaged)
	}
	t := &tags{book: b, rc: rc}
	t.dec = xml.NewDecoder(t)
	return t, nil
}

// tags walks the tags of a part.
type tags struct {
	book  *book
	rc    io.ReadCloser
	dec   *xml.Decoder
	since int // bytes since the last tag
}

// Read counts what is unpacked, in all and between two tags.
func (t *tags) Read(p []byte) (int, error) {
	if t.book.left <= 0 || t.since > maxToken {
		return 0, errTooBig
	}
	n, err := t.rc.Read(p[:min(int64(len(p)), t.book.left)])
	t.book.left -= int64(n)
	t.since += n
	return n, err
}

// next is the next tag or text; nil at the end. Matching of tags is not checked,
// nor are entities but the five of XML expanded.
func (t *tags) next() (xml.Token, error) {
	token, err := t.dec.RawToken()
	t.since = 0
	switch {
	case err == nil:
		if _, ok := token.(xml.Directive); ok { // a DOCTYPE: no writer of the format makes one
			return nil, refuse(Damaged)
		}
		return token, nil
	case errors.Is(err, io.EOF):
		return nil, nil
	case errors.Is(err, errTooBig):
		return nil, beyond(TooBig, t.book.limits.Unzipped)
	}
	return nil, refuse(Damaged)
}

// each calls f with every opening tag until f says that it has enough.
func (t *tags) each(f func(xml.StartElement) (enough bool)) error {
	for {
		token, err := t.next()
		if token == nil || err != nil {
			return err
		}
		if start, ok := token.(xml.StartElement); ok && f(start) {
			return nil
		}
	}
}

// text is the text inside a tag that was just opened, up to its end; tags inside
// it are passed over with what they hold.
func (t *tags) text() (string, error) {
	var s []byte
	for depth := 0; ; {
		token, err := t.next()
		if token == nil || err != nil {
			return string(s), err
		}
		switch token := token.(type) {
		case xml.CharData:
			if depth == 0 && len(s) < maxText {
				s = append(s, token...)
			}
		case xml.StartElement:
			depth++
		case xml.EndElement:
			if depth--; depth < 0 {
				return string(s), nil
			}
		}
	}
}

func (t *tags) close() { t.rc.Close() } // nothing was written: there is nothing to lose

func attr(e xml.StartElement, local string) string {
	for _, a := range e.Attr {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}
