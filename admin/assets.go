package admin

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"embed"
	"fmt"
	"hash/fnv"
	"path"
	"slices"
	"strings"
	"sync"

	"khaibao/core"
)

//go:embed assets
var assetFiles embed.FS

// An asset is a file that pages load, ready to be sent.
type asset struct {
	mime     string
	body     []byte
	squeezed []byte // by gzip; nil where that saves nothing
	url      string // with a mark of its content, so that browsers may keep it for good
}

var assetTypes = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

// allStyles is the name under which all style sheets are sent as one: a phone far
// from a mast waits for each request longer than for its bytes.
const allStyles = "style.css"

// styleOrder is where style sheets stand that others build on or override; the
// rest stand between them by name.
var styleOrder = map[string]int{"base.css": -3, "shell.css": -2, "admin.css": -1, "print.css": 1}

// assets are read once: they are part of the program.
var assets = sync.OnceValue(func() map[string]asset {
	found := make(map[string]asset)
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		panic("officers' pages: " + err.Error())
	}
	var styles []string
	for _, e := range entries {
		body, err := assetFiles.ReadFile("assets/" + e.Name())
		if err != nil {
			panic("officers' pages: " + err.Error())
		}
		found[e.Name()] = newAsset(e.Name(), body)
		if path.Ext(e.Name()) == ".css" {
			styles = append(styles, e.Name())
		}
	}
	slices.SortFunc(styles, func(a, b string) int { return cmp.Or(styleOrder[a]-styleOrder[b], cmp.Compare(a, b)) })
	var all []byte
	for _, name := range styles {
		all = append(all, found[name].body...)
	}
	found[allStyles] = newAsset(allStyles, all)
	return found
})

func newAsset(name string, body []byte) asset {
	h := fnv.New64a()
	h.Write(body)
	a := asset{mime: assetTypes[path.Ext(name)], body: body, url: fmt.Sprintf("/admin/assets/%s?v=%x", name, h.Sum64())}
	var squeezed bytes.Buffer
	z, _ := gzip.NewWriterLevel(&squeezed, gzip.BestCompression) // the level is one
	if _, err := z.Write(body); err != nil || z.Close() != nil {
		panic("officers' pages: a buffer refused to be written")
	}
	if squeezed.Len() < len(body)*9/10 {
		a.squeezed = squeezed.Bytes()
	}
	return a
}

// assetURL is where a page finds an asset.
func assetURL(name string) (string, error) {
	a, ok := assets()[name]
	if !ok {
		return "", fmt.Errorf("no asset %s", name)
	}
	return a.url, nil
}

func (s *Server) showAsset(r *request) (string, any, error) {
	a, ok := assets()[r.PathValue("name")]
	if !ok || a.mime == "" {
		return "", nil, core.ErrNotFound
	}
	r.header.Set("Cache-Control", "public, max-age=31536000, immutable")
	r.header.Set("Vary", "Accept-Encoding")
	if a.squeezed != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		r.header.Set("Content-Encoding", "gzip")
		return "", raw{a.mime, a.squeezed}, nil
	}
	return "", raw{a.mime, a.body}, nil
}
