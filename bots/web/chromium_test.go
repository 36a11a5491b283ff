package web

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var pictures = flag.String("pictures", "", "folder to save pictures of the page in")

// site is a running web chat that can be stopped and started on one address.
type site struct {
	t      *testing.T
	mail   *memory
	clinic *clinic
	c      *Channel
	server *http.Server
	addr   string
}

func (s *site) start() {
	s.t.Helper()
	addr := s.addr
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		s.t.Fatal(err)
	}
	s.addr = listener.Addr().String()
	s.c, _ = newChannel(s.t, s.mail, func(c *Config) { c.PublicURL = "http://" + s.addr })
	if s.clinic == nil {
		s.clinic = newClinic(s.c)
	}
	s.clinic.mu.Lock()
	s.clinic.c = s.c
	s.clinic.mu.Unlock()
	// The deadlines that the program has, only shorter: no stream may end by them.
	s.server = &http.Server{Handler: s.c.Routes(s.clinic.take), ReadTimeout: time.Second, WriteTimeout: time.Second}
	s.server.RegisterOnShutdown(s.c.Close)
	go s.server.Serve(listener)
}

func (s *site) stop() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.server.Shutdown(ctx); err != nil {
		s.t.Errorf("open streams hold the server up: %v", err)
	}
}

func newSite(t *testing.T) *site {
	s := &site{t: t, mail: newMemory()}
	s.start()
	t.Cleanup(func() { s.server.Close() })
	return s
}

// browse starts Chromium. Without it the test fails: who runs the tests must
// know that the page was not tried.
func browse(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is needed: apt-get install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.WindowSize(390, 844))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, close := chromedp.NewContext(ctx)
	t.Cleanup(close)
	return ctx
}

// act is something a person does or waits for.
type act = chromedp.Action[chromedp.Void]

// step runs what a person does and fails with its name.
func step(t *testing.T, ctx context.Context, name string, acts ...act) {
	t.Helper()
	if chromedp.FromContext(ctx).Browser == nil { // the first run starts it, and must have no time limit
		if err := chromedp.Do(ctx); err != nil {
			t.Fatalf("start the browser: %v", err)
		}
	}
	limited, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	if err := chromedp.Do(limited, acts...); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, value[string](t, ctx, `document.body.innerText`))
	}
}

func value[T any](t *testing.T, ctx context.Context, js string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js))
	if err != nil {
		t.Fatalf("%s: %v", js, err)
	}
	return v
}

// until waits for a condition in the page. chromedp's own Poll makes code from
// text, which the page's policy forbids.
func until(js string) act {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			holds, err := chromedp.Evaluate[bool]("!!("+js+")")(ctx, target)
			if holds && err == nil {
				return nil
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return fmt.Errorf("not so: %s: %v", js, err)
			}
		}
	})
}

func keys(text string) act { return chromedp.KeyEvent(text) }

func back() act { return chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift)) }

func js(code string) act {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := chromedp.Evaluate[chromedp.Void](code)(ctx, target)
		return err
	})
}

const lastOurs = `([...document.querySelectorAll('#list li.ours')].at(-1)?.innerText || '')`

func says(text string) act { return until(lastOurs + `.includes('` + text + `')`) }

func focused(text string) act {
	return until(`document.activeElement.innerText === '` + text + `'`)
}

// camera takes pictures of the page on a phone and a desk, by day and night.
type camera struct {
	t   *testing.T
	ctx context.Context
}

func (c *camera) take(name string) {
	if *pictures == "" {
		return
	}
	for _, size := range []struct {
		name string
		w, h int64
	}{{"390", 390, 844}, {"1280", 1280, 800}} {
		for _, light := range []string{"light", "dark"} {
			step(c.t, c.ctx, "picture", chromedp.EmulateViewport(size.w, size.h), scheme(light))
			png, err := chromedp.Run(c.ctx, chromedp.CaptureScreenshot())
			if err != nil {
				c.t.Fatal(err)
			}
			file := filepath.Join(*pictures, name+"-"+size.name+"-"+light+".png")
			if err := os.WriteFile(file, png, 0o600); err != nil {
				c.t.Fatal(err)
			}
		}
	}
	step(c.t, c.ctx, "picture", chromedp.EmulateViewport(390, 844), scheme(""))
}

func scheme(name string) act {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"}},
		})
		return err
	})
}

// audit measures what a page promises to eyes and thumbs.
func audit(t *testing.T, ctx context.Context) {
	t.Helper()
	wrong := value[[]string](t, ctx, `(() => {
		const wrong = [], seen = (e) => e.offsetParent !== null && e.getBoundingClientRect().width > 1;
		for (const e of document.querySelectorAll('button, summary, .button, a.quick, #text, .photo'))
			if (seen(e) && !e.disabled && e.getBoundingClientRect().height < 44) wrong.push('lower than 44 px: ' + e.innerText);
		for (const e of document.querySelectorAll('input:not([type=hidden])'))
			if (!e.labels.length) wrong.push('no label: ' + e.name);
		for (const e of document.querySelectorAll('img')) if (!e.alt) wrong.push('no alt');
		for (const e of document.querySelectorAll('*'))
			if (seen(e) && parseFloat(getComputedStyle(e).fontSize) < 14) wrong.push('smaller than 14 px: ' + e.tagName + ' ' + e.innerText);
		for (const e of document.querySelectorAll('*'))
			if (e.getBoundingClientRect().right > innerWidth && seen(e)) wrong.push('wider than the screen: ' + e.tagName + ' ' + e.className + ' ' + e.getBoundingClientRect().right + ' of ' + innerWidth);
		const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
		if (new Set(ids).size !== ids.length) wrong.push('an ID twice');
		const log = document.querySelector('[role=log]');
		if (log.getAttribute('aria-live') !== 'polite' || !log.getAttribute('aria-label')) wrong.push('the log is not announced');
		return wrong;
	})()`)
	for _, w := range wrong {
		t.Error(w)
	}
}
