package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed assets/*
var assetFiles embed.FS

type asset struct {
	kind string
	body []byte
}

// assets are served under names that hold a hash of what is in them, so that
// a browser may keep them for ever and never shows an old one.
var assets, assetNames = loadAssets()

func loadAssets() (byName map[string]asset, names map[string]string) {
	byName, names = make(map[string]asset), make(map[string]string)
	kinds := map[string]string{
		".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
	}
	files, err := fs.ReadDir(assetFiles, "assets")
	if err != nil {
		panic(fmt.Sprintf("web: the assets were not built in: %v", err))
	}
	for _, f := range files {
		body, err := assetFiles.ReadFile("assets/" + f.Name())
		if err != nil {
			panic(fmt.Sprintf("web: the assets were not built in: %v", err))
		}
		ext := path.Ext(f.Name())
		sum := sha256.Sum256(body)
		name := strings.TrimSuffix(f.Name(), ext) + "." + hex.EncodeToString(sum[:6]) + ext
		byName[name], names[f.Name()] = asset{kinds[ext], body}, name
	}
	return byName, names
}

func assetURL(file string) (string, error) {
	name, ok := assetNames[file]
	if !ok {
		return "", fmt.Errorf("no asset %q", file)
	}
	return "/web/" + name, nil
}

func showAsset(w http.ResponseWriter, r *http.Request) {
	a, ok := assets[r.PathValue("asset")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Type", a.kind)
	w.Write(a.body)
}
