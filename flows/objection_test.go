package flows_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// A daughter declares for her father, who is told and says that it is wrong:
// the commune's officers get a task, and she is not shown him any more. What
// she declared of herself stays.
func TestObjectionUntiesAndMakesATask(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := open(t, s)
		const daughter, father = "+84900000801", "+84900000802"
		n := 0
		say := func(from string, texts ...string) (heard []string) {
			t.Helper()
			for _, text := range texts {
				n++
				if err := d.Take(t.Context(), sms(n, from, text)); err != nil {
					t.Fatal(err)
				}
			}
			return heardOf(t, s)
		}
		say(daughter, "kb", "Nguyen Thi Hoa", "1985", "046185001234", "to 3 phuong vy da hue", "1", "0", "khong", "ko", "0", "them",
			"Nguyen Van An", "1955", "191234567", "nam")
		told := say(daughter, "0900000802", "0", "0", "0", "0", "ok")
		if !slices.Contains(told, father+" proxy.told") {
			t.Fatalf("the father was told nothing: %v", told)
		}
		if shown := say(daughter, "xem qr"); count(shown, daughter+" qr.show.link") != 2 {
			t.Fatalf("before the objection she is shown %v, want two codes", shown)
		}
		if heard := say(father, "KHONG"); !slices.Contains(heard, father+" object.done") {
			t.Fatalf("the father hears %v", heard)
		}
		if shown := say(daughter, "xem qr"); count(shown, daughter+" qr.show.link") != 1 {
			t.Errorf("after the objection she is shown %v, want her own code", shown)
		}
		if again := say(father, "KHONG"); slices.Contains(again, father+" object.done") {
			t.Error("an objection is taken twice")
		}
		tasks, err := s.Tasks(t.Context(), duty.Officer{Duty: duty.CDC, Area: "46"}, duty.Scope{Area: "46"}, store.OpenTask{}, 50)
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(tasks, func(t store.OpenTask) bool { return t.Kind == "objected" })
		if at < 0 || tasks[at].PersonID == "" || tasks[at].Area != "19777" {
			t.Errorf("tasks %+v, want one for the commune", tasks)
		}
	})
}

// heardOf is what was queued since, as "phone key".
func heardOf(t *testing.T, s *store.Store) (heard []string) {
	t.Helper()
	for {
		due, err := s.ClaimDue(context.Background(), "sms", noon, noon.Add(time.Minute), 200)
		if err != nil {
			t.Fatal(err)
		}
		if len(due) == 0 {
			return heard
		}
		var sent []store.Sent
		for _, m := range due {
			heard = append(heard, m.URN.Path()+" "+m.Say.Key)
			sent = append(sent, store.Sent{ID: m.ID, NetworkID: m.ID})
		}
		if err := s.MarkSent(t.Context(), noon, sent); err != nil {
			t.Fatal(err)
		}
	}
}

func count(all []string, one string) (n int) {
	for _, s := range all {
		if strings.TrimSpace(s) == one {
			n++
		}
	}
	return n
}
