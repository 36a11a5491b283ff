package sandbox

import (
	"fmt"
	"testing"
	"time"
)

// A crowd that writes at once opens no more connections than a program can
// hold: all of it arrives at the first try.
func TestZaloCarriesACrowd(t *testing.T) {
	p := startZalo(t, func(a *ZaloAccount) { a.Patience, a.Ladder = time.Minute, []time.Duration{time.Second} })
	const people = 3000
	for i := range people {
		phone := fmt.Sprintf("+84900%06d", 100_000+i)
		p.Meet(Owner{Name: "Thử", Phone: phone, Lang: "vi"})
		p.Write(phone, "KB")
		p.Write(phone, "1")
	}
	waitFor(t, "the crowd to be heard", func() bool { waiting, _ := p.Pending(); return waiting == 0 })
	all := p.got("user_send_text")
	if _, lost := p.Pending(); len(all) != 2*people || lost != 0 {
		t.Errorf("%d texts arrived, %d are lost, want %d", len(all), lost, 2*people)
	}
	first := map[any]bool{}
	for _, e := range all {
		if e.header.Get("num_retry") != "" {
			t.Fatal("an event went twice")
		}
		who := e.at("sender.id")
		if !first[who] && e.at("message.text") != "KB" {
			t.Fatal("one person's texts changed places")
		}
		first[who] = true
	}
}
