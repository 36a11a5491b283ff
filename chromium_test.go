package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"flag"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"khaibao/looktest"
)

var updatePictures = flag.Bool("update-pictures", false, "write the pictures of docs/pictures anew")

// chromium starts a browser that writes dates as people here see them.
func chromium(t *testing.T) context.Context {
	t.Helper()
	return looktest.Browser(t, chromedp.Flag("lang", "vi"), chromedp.Flag("accept-lang", "vi"), chromedp.Env("LANGUAGE=vi"))
}

type act = chromedp.Action[chromedp.Void]

// tab is a page of one person, with cookies of its own.
type tab struct {
	t   *testing.T
	ctx context.Context
	who string
}

// open gives somebody a page of a size in CSS pixels.
func open(t *testing.T, browser context.Context, who string, width, height int64, url string) *tab {
	t.Helper()
	ctx, stop := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(stop)
	p := &tab{t, ctx, who}
	if err := chromedp.Do(ctx); err != nil { // the first run lives as long as the page, so it has no time limit
		t.Fatalf("%s opens a page: %v", who, err)
	}
	p.does("opens "+url, size(width, height), chromedp.Navigate(url))
	return p
}

func size(width, height int64) act { return chromedp.EmulateViewport(width, height) }

// patience bounds the wait for a fact; a slow machine needs some of it.
const patience = 20 * time.Second

// does runs what somebody does, and fails with what the page shows then.
func (p *tab) does(what string, acts ...act) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	if err := chromedp.Do(ctx, acts...); err != nil {
		p.t.Fatalf("%s %s: %v\nThe page shows:\n%s", p.who, what, err, value[string](p, `document.body.innerText`))
	}
}

// value gives that of an expression in the page.
func value[T any](p *tab, js string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](js))
	if err != nil {
		p.t.Fatalf("%s: %s: %v", p.who, js, err)
	}
	return v
}

// until waits for a fact of the page. chromedp's own Poll makes code from
// text, which the pages' policy forbids.
func until(js string) act {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		for {
			holds, err := chromedp.Evaluate[bool]("!!("+js+")")(ctx, target)
			if holds && err == nil {
				return nil
			}
			select {
			case <-time.After(20 * time.Millisecond):
			case <-ctx.Done():
				return fmt.Errorf("not so: %s: %w", js, err)
			}
		}
	})
}

// sees waits until the page shows a text.
func sees(text string) act { return until(fmt.Sprintf("document.body.innerText.includes(%q)", text)) }

func keys(text string) act { return chromedp.KeyEvent(text) }

// album keeps the pictures of the documents: taken in every run, so that they
// can be, and written when asked.
type album struct {
	t       *testing.T
	folder  string
	largest int // bytes of one picture
	taken   map[string][]byte
}

func newAlbum(t *testing.T) *album {
	return &album{t: t, folder: filepath.Join("docs", "pictures"), largest: 200_000, taken: make(map[string][]byte)}
}

// take keeps what a page shows under a name.
func (a *album) take(name string, p *tab) {
	a.t.Helper()
	picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		a.t.Fatalf("picture of %s: %v", p.who, err)
	}
	if _, err := png.Decode(bytes.NewReader(picture)); err != nil || len(picture) > a.largest {
		a.t.Errorf("picture %s: %d bytes: %v", name, len(picture), err)
	}
	a.taken[name] = picture
	if !*updatePictures {
		return
	}
	if err := os.WriteFile(filepath.Join(a.folder, name+".png"), picture, 0o644); err != nil {
		a.t.Fatal(err)
	}
}

// compose keeps one picture of several side by side.
func (a *album) compose(browser context.Context, name string, parts ...string) {
	a.t.Helper()
	var html strings.Builder
	for _, part := range parts {
		fmt.Fprintf(&html, `<img src="data:image/png;base64,%s">`, base64.StdEncoding.EncodeToString(a.taken[part]))
	}
	p := open(a.t, browser, "the album", int64(24+414*len(parts)), 892, "about:blank")
	p.does("lays out pictures", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.body.innerHTML = %q; document.body.style = "margin:24px;display:flex;gap:24px;background:#efe6f7"`, html.String()))(ctx, target)
		return err
	}), until(`[...document.images].every((i) => i.complete && i.naturalWidth)`))
	a.take(name, p)
}
