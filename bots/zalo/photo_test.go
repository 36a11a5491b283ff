package zalo

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"khaibao/bots/fetch"
	"khaibao/core"
	"khaibao/core/qr"
)

func photoEvent(address string) string {
	return sent("user_send_image", fmt.Sprintf(`{"msg_id":"m1","text":"QR","attachments":[{"type":"image","payload":{"url":%s}}]}`, quote(address)))
}

// A picture that somebody sends on the imitated Zalo is fetched and read.
func TestPhotoOnItsWay(t *testing.T) {
	n := newNetwork(t, nil)
	n.c.ready()
	code, err := qr.PNG("https://khaibao.example.vn/q/ABCDEFGHIJKLMNOPQRSTUVWXYZ", 512)
	if err != nil {
		t.Fatal(err)
	}
	for want, data := range map[string][]byte{"https://khaibao.example.vn/q/ABCDEFGHIJKLMNOPQRSTUVWXYZ": code, "": picture(t, 64)} {
		photo, err := n.c.read(t.Context(), n.hosted(t, data))
		if err != nil || photo.Failed || photo.Text != want {
			t.Errorf("read %+v, %v, want %q", photo, err, want)
		}
	}
}

// hosted is the address at which a picture of somebody's lies on the network.
func (n *network) hosted(t *testing.T, data []byte) string {
	t.Helper()
	who := n.Person(1)
	n.api.SendPicture(n.phone(who), data, "")
	bubbles := n.api.Screen(n.phone(who)).Bubbles
	return strings.TrimSuffix(n.c.API, "/openapi") + "/pictures/" + bubbles[len(bubbles)-1].Photo + ".jpg"
}

// An address out of an event leads nowhere but to the public internet, and to
// the API's own host where that is an imitation beside us.
func TestPhotosFromNowhereNear(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.Write(picture(t, 20))
	}))
	defer server.Close()
	other := httptest.NewTLSServer(server.Config.Handler)
	defer other.Close()
	port := other.URL[strings.LastIndex(other.URL, ":"):]
	var log bytes.Buffer
	c := &Channel{AppID: testApp, OASecret: testOASeal, Vault: &memory{}, API: server.URL, Log: slog.New(slog.NewJSONHandler(&log, nil))}
	for _, address := range []string{
		other.URL + "/CANARY", "https://localhost" + port, "https://LOCALHOST" + port, "https://[::1]" + port, "https://[::ffff:127.0.0.1]" + port,
		"https://0.0.0.0" + port, "https://2130706433" + port, "https://127.1" + port, "https://10.0.0.1/", "https://169.254.169.254/latest/meta-data",
		"https://[fd00::1]/", "https://[fe80::1]/", "https://[64:ff9b::7f00:1]/", "https://100.64.0.1/",
		"http://example.com/", "file:///etc/passwd", "ftp://a/", "//a/b", "", "://", "https://user:CANARY@localhost" + port,
		strings.Replace(server.URL, "http://", "http://user@", 1), strings.Replace(server.URL, "http:", "gopher:", 1),
	} {
		before := asked.Load()
		status, _, took := deliver(c, photoEvent(address), map[string]string{signatureHeader: post(photoEvent(address)).Header.Get(signatureHeader)})
		if address == "" { // no picture at all
			continue
		}
		if status != 200 || len(took) != 1 || took[0].Photo == nil || !took[0].Photo.Failed {
			t.Errorf("%s: status %d, took %+v", address, status, took)
		}
		if asked.Load() != before {
			t.Errorf("%s was asked", address)
		}
	}
	if strings.Contains(log.String(), "CANARY") || strings.Contains(log.String(), "://") || !strings.Contains(log.String(), "private address") {
		t.Errorf("the log: %s", &log)
	}
	if photo, err := c.read(t.Context(), server.URL+"/x.png"); err != nil || photo.Failed {
		t.Errorf("the API's own host: %+v, %v", photo, err)
	}
}

func TestPrivateAddresses(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1": true, "10.1.2.3": true, "172.16.0.1": true, "192.168.1.1": true, "169.254.169.254": true, "0.0.0.0": true, "100.64.0.1": true,
		"224.0.0.1": true, "255.255.255.255": true, "198.18.0.1": true, "::1": true, "::": true, "fe80::1": true, "fd00::1": true, "ff02::1": true,
		"::ffff:10.0.0.1": true, "64:ff9b::a00:1": true, "2002:a00:1::": true,
		"49.213.81.45": false, "8.8.8.8": false, "2001:df0:66::1": false, "172.32.0.1": false, "100.128.0.1": false,
	} {
		if got := private(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %t", address, got)
		}
	}
}

// serving is a channel beside a host that hands out one thing.
func serving(t *testing.T, serve http.HandlerFunc) *Channel {
	server := httptest.NewServer(serve)
	t.Cleanup(server.Close)
	return &Channel{AppID: testApp, OASecret: testOASeal, Vault: &memory{}, API: server.URL, Log: slog.New(slog.DiscardHandler)}
}

func TestPhotosThatCannotBeHad(t *testing.T) {
	for name, serve := range map[string]http.HandlerFunc{
		"no picture":          func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "%PDF-1.4") },
		"gone":                func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) },
		"elsewhere":           func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/there", http.StatusFound) },
		"bigger than we take": func(w http.ResponseWriter, _ *http.Request) { io.Copy(w, io.LimitReader(zeros{}, maxPicture+10)) },
		"cut off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			w.Write([]byte("\x89PNG"))
		},
	} {
		c := serving(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/there" {
				t.Errorf("%s: followed", name)
			}
			serve(w, r)
		})
		c.ready()
		if photo, err := c.read(t.Context(), c.API+"/x.jpg"); err != nil || *photo != (core.Photo{Failed: true}) {
			t.Errorf("%s: %+v, %v", name, photo, err)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// A picture that takes longer than Zalo waits is stored none the less, once.
func TestSlowPhoto(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHook(func(context.Context, int) error { return nil })
		h.c.ready()
		fetched := 0
		h.c.fetcher = &http.Client{Transport: answers(func(*http.Request, string) (*http.Response, error) {
			fetched++
			time.Sleep(7 * time.Second)
			return respond(200, string(picture(t, 30))), nil
		})}
		event := photoEvent("https://photo.example/1.jpg")
		if status, took := h.deliver(t.Context(), event); status != http.StatusServiceUnavailable || took > 1900*time.Millisecond {
			t.Errorf("status %d after %v", status, took)
		}
		time.Sleep(30 * time.Second)
		if status, _ := h.deliver(t.Context(), event); status != http.StatusOK || h.taken() != 1 || fetched != 1 || h.calls[0].Photo == nil || h.calls[0].Photo.Failed {
			t.Errorf("again: status %d, fetched %d times, taken %+v", status, fetched, h.calls)
		}
	})
}

// More pictures at once than there is room for come again later, and those in
// hand are not disturbed.
func TestPhotosWaitTheirTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHook(func(context.Context, int) error { return nil })
		h.c.ready()
		h.c.fetcher = &http.Client{Transport: answers(func(r *http.Request, _ string) (*http.Response, error) {
			select {
			case <-time.After(8 * time.Second):
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
			return respond(404, ""), nil
		})}
		for i := range 3 * fetch.PhotosAtOnce {
			go h.deliver(t.Context(), strings.Replace(photoEvent("https://photo.example/1.jpg"), "m1", fmt.Sprint("p", i), 1))
		}
		time.Sleep(time.Minute)
		if n := h.taken(); n != 2*fetch.PhotosAtOnce {
			t.Errorf("%d were taken in time, want %d", n, 2*fetch.PhotosAtOnce)
		}
	})
}
