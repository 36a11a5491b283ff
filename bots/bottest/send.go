package bottest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/channel"
)

// send hands a message over and fails the test when that fails.
func send(t *testing.T, n Network, m core.Outbound) string {
	t.Helper()
	m.ID = core.NewID()
	id, err := n.Channel().Send(t.Context(), m)
	if err != nil {
		t.Fatalf("send: %v", err)
	}
	if id == "" {
		t.Fatal("send returned no ID")
	}
	return id
}

// last is the newest message a person sees.
func last(t *testing.T, n Network, by core.URN) Seen {
	t.Helper()
	seen := n.Seen(by)
	if len(seen) == 0 {
		t.Fatal("nothing arrived")
	}
	return seen[len(seen)-1]
}

func textSent(t *testing.T, n Network) {
	for name, text := range texts {
		if n.Channel().Features().Plain {
			text = "Anh/Chi co sot khong? 1 Co 2 Khong (" + name + ")"
		}
		id := send(t, n, core.Outbound{URN: n.Person(1), Text: text})
		if got := last(t, n, n.Person(1)); got.Text != text || got.ID != id {
			t.Errorf("%s: seen as %+v, want %q with ID %s", name, got, text, id)
		}
	}
	if seen := n.Seen(n.Person(2)); len(seen) != 0 {
		t.Errorf("somebody else sees %+v", seen)
	}
}

func buttonsSent(t *testing.T, n Network) {
	f := n.Channel().Features()
	if f.MaxButtons == 0 {
		return
	}
	var rows [][]core.Button
	var want []string
	for i := range f.MaxButtons {
		action := string(rune('a'+i)) + ":" + strings.Repeat("ă", 31)
		want = append(want, action)
		b := core.Button{Label: "Đau họng " + string(rune('A'+i)), Action: action}
		if columns := max(1, f.MaxColumns); i%columns == 0 {
			rows = append(rows, []core.Button{b})
		} else {
			rows[len(rows)-1] = append(rows[len(rows)-1], b)
		}
	}
	send(t, n, core.Outbound{URN: n.Person(1), Text: "Anh/Chị có biểu hiện nào?", Buttons: rows})
	if got := last(t, n, n.Person(1)); !slices.Equal(got.Buttons, want) {
		t.Errorf("buttons seen as %q, want %q", got.Buttons, want)
	}
}

// Picture is a small PNG.
func Picture() []byte {
	img := image.NewGray(image.Rect(0, 0, 120, 120))
	for i := range 60 {
		img.SetGray(i, i, color.Gray{Y: 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func pictureSent(t *testing.T, n Network) {
	f := n.Channel().Features()
	if !f.Pictures {
		return
	}
	id := send(t, n, core.Outbound{URN: n.Person(1), Text: "Mã QR của Anh/Chị", Photo: Picture()})
	got := last(t, n, n.Person(1))
	if !got.Picture || got.Text != "Mã QR của Anh/Chị" || got.ID != id {
		t.Errorf("seen as %+v", got)
	}
	send(t, n, core.Outbound{URN: n.Person(1), Photo: Picture()})
	if got := last(t, n, n.Person(1)); !got.Picture || got.Text != "" {
		t.Errorf("a picture alone is seen as %+v", got)
	}
}

func albumSent(t *testing.T, n Network) {
	most := n.Channel().Features().Album
	if most < 2 {
		return
	}
	for _, count := range []int{2, most} {
		who := n.Person(count)
		var album []core.Shown
		for i := range count {
			album = append(album, core.Shown{Photo: Picture(), Caption: fmt.Sprintf("Người thứ %d", i+1)})
		}
		album[1].Caption = ""
		id := send(t, n, core.Outbound{URN: who, Album: album})
		seen := n.Seen(who)
		if len(seen) != count || seen[0].ID != id {
			t.Errorf("%d pictures are seen as %+v, want the first as %s", count, seen, id)
			continue
		}
		for i, s := range seen {
			if !s.Picture || s.Text != album[i].Caption {
				t.Errorf("picture %d of %d is seen as %+v", i+1, count, s)
			}
		}
	}
}

func edited(t *testing.T, n Network) {
	if !n.Channel().Features().Edits {
		return
	}
	who := n.Person(1)
	button := [][]core.Button{{{Label: "Có", Action: "yes"}}}
	id := send(t, n, core.Outbound{URN: who, Text: "Sốt?", Buttons: button})
	for range 2 { // a second time nothing changes, which is no failure
		if got := send(t, n, core.Outbound{URN: who, Text: "Sốt? ✓", Buttons: button, Edit: id}); got != id {
			t.Errorf("the changed message has the ID %s, was %s", got, id)
		}
	}
	seen := n.Seen(who)
	if len(seen) != 1 || seen[0].Text != "Sốt? ✓" || len(seen[0].Buttons) != 1 {
		t.Errorf("seen as %+v, want the one message changed", seen)
	}
	send(t, n, core.Outbound{URN: who, Text: "Sốt: Có", Edit: id})
	if got := last(t, n, who); got.Text != "Sốt: Có" || len(got.Buttons) != 0 {
		t.Errorf("its buttons taken away, it is seen as %+v", got)
	}
	for _, gone := range []string{"999999", "no such message"} {
		before := len(n.Seen(who))
		send(t, n, core.Outbound{URN: who, Text: "Ho?", Edit: gone})
		if seen := n.Seen(who); len(seen) != before+1 || seen[before].Text != "Ho?" {
			t.Errorf("a message that is gone is not said anew: %+v", seen)
		}
	}
	if n.Channel().Features().Pictures {
		photo := send(t, n, core.Outbound{URN: who, Text: "QR", Photo: Picture()})
		send(t, n, core.Outbound{URN: who, Text: "Đã đổi", Edit: photo})
		if got := last(t, n, who); got.Text != "Đã đổi" {
			t.Errorf("a line in the place of a picture is seen as %+v", got)
		}
	}
}

func askSent(t *testing.T, n Network) {
	if !n.Channel().Features().AskContact {
		return
	}
	send(t, n, core.Outbound{URN: n.Person(1), Text: "Cho biết số điện thoại", Ask: core.AskContact, AskText: "Chia sẻ số"})
	if got := last(t, n, n.Person(1)); got.Ask != core.AskContact {
		t.Errorf("seen as %+v, want a button that shares the number", got)
	}
}

func failures(t *testing.T, n Network) {
	tests := []struct {
		how  Failure
		want func(e *channel.SendError) bool // e is nil for "any other error"
		ask  string
	}{
		{TooMany, func(e *channel.SendError) bool {
			return e != nil && e.RetryAfter > 0 && !e.Gone && !e.Refused && !e.Config
		}, "RetryAfter alone"},
		{Blocked, func(e *channel.SendError) bool { return e != nil && e.Gone && !e.Config && e.RetryAfter == 0 }, "Gone"},
		{Unknown, func(e *channel.SendError) bool { return e != nil && e.Gone && !e.Config && e.RetryAfter == 0 }, "Gone"},
		{Account, func(e *channel.SendError) bool { return e != nil && e.Config && !e.Gone && !e.Refused }, "Config"},
		{Broken, again, "an error that is tried again"},
		{Cut, again, "an error that is tried again"},
	}
	for i, tt := range tests {
		who := n.Person(10 + i)
		if !n.Fail(tt.how, who) {
			continue
		}
		for what, m := range outbounds(n.Channel().Features(), who) {
			m.ID = core.NewID()
			_, err := n.Channel().Send(t.Context(), m)
			if err == nil {
				t.Errorf("%s, %s: no error", tt.how, what)
				continue
			}
			var e *channel.SendError
			errors.As(err, &e)
			if !tt.want(e) {
				t.Errorf("%s, %s: error %#v, want %s", tt.how, what, err, tt.ask)
			}
			clean(t, n, string(tt.how)+", "+what, err.Error())
			for _, private := range []string{who.Path(), canary} {
				if strings.Contains(err.Error(), private) {
					t.Errorf("%s, %s: %q shows in the error", tt.how, what, private)
				}
			}
		}
	}
}

// canary is a text that no error may repeat.
const canary = "CANARYNGUYENVANAN"

func again(e *channel.SendError) bool {
	return e == nil || !e.Gone && !e.Refused && !e.Config
}

// outbounds are a message of each shape the network can show.
func outbounds(f channel.Features, to core.URN) map[string]core.Outbound {
	all := map[string]core.Outbound{"text": {URN: to, Text: canary}}
	if f.MaxButtons > 0 {
		all["buttons"] = core.Outbound{URN: to, Text: canary, Buttons: [][]core.Button{{{Label: canary, Action: canary}}}}
	}
	if f.Pictures {
		all["picture"] = core.Outbound{URN: to, Text: canary, Photo: Picture()}
	}
	if f.Album > 1 {
		one := core.Shown{Photo: Picture(), Caption: canary}
		all["album"] = core.Outbound{URN: to, Album: []core.Shown{one, one}}
	}
	if f.Edits {
		all["edit"] = core.Outbound{URN: to, Text: canary, Edit: "123456"}
	}
	return all
}

func slow(t *testing.T, n Network) {
	if !n.Fail(Slow, n.Person(1)) {
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	failed := make(chan bool)
	go func() {
		defer close(failed)
		_, err := n.Channel().Send(ctx, core.Outbound{ID: core.NewID(), URN: n.Person(1), Text: canary})
		if err == nil {
			t.Error("no error from a network that does not answer")
			return
		}
		var e *channel.SendError
		if errors.As(err, &e); !again(e) {
			t.Errorf("error %#v, want one that is tried again", err)
		}
		clean(t, n, "slow", err.Error())
	}()
	await(t, failed, "Send to give up")
}
