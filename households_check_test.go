package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"khaibao/core/store/storetest"
)

// checkHouseholds compares the database with the households and with what came
// to their telephones.
func checkHouseholds(t *testing.T, look *storetest.Look, w *town, all []*household) {
	t.Helper()
	people, again, said := 0, 0, 0
	for _, h := range all {
		people += len(h.members)
		said += h.said
		if h.again() {
			again += len(h.members)
		}
	}
	count := func(what, query string, want int) {
		t.Helper()
		if got := look.Count(query); got != want {
			t.Errorf("%s: %d, want %d", what, got, want)
		}
	}
	count("people", `SELECT COUNT(*) FROM people`, people)
	count("living QR codes", `SELECT COUNT(*) FROM qr_codes WHERE revoked_at = 0`, people)
	count("people with one living QR code", `SELECT COUNT(*) FROM (SELECT person_id FROM qr_codes WHERE revoked_at = 0 GROUP BY person_id HAVING COUNT(*) = 1) one`, people)
	count("newest declarations that are of their person and the last version",
		`SELECT COUNT(*) FROM people p JOIN declarations d ON d.id = p.newest AND d.person_id = p.id
			AND d.version = (SELECT MAX(v.version) FROM declarations v WHERE v.person_id = p.id AND v.form = d.form)`, people)
	count("declarations", `SELECT COUNT(*) FROM declarations`, people+again)
	count("versions told twice", `SELECT COUNT(*) FROM (SELECT 1 AS one FROM declarations GROUP BY person_id, form, version HAVING COUNT(*) > 1) twice`, 0)
	count("messages", `SELECT COUNT(*) FROM messages`, said)
	count("messages dropped", `SELECT COUNT(*) FROM outbox WHERE state <> 1`, 0)
	count("links between two records", `SELECT COUNT(*) FROM links`, 0)
	if w.gate.again.Load() == 0 {
		t.Error("no message was delivered twice")
	}
	checkHomes(t, look, all)
	checkTelephones(t, look, w, all)
	for _, fault := range slices.Concat(w.telegram.Faults(), w.twilio.Faults(), w.zalo.Faults()) {
		t.Errorf("a network found a fault: %s", fault)
	}
}

// checkHomes finds each household tied to one phone, and each of its people
// declared as often as they did.
func checkHomes(t *testing.T, look *storetest.Look, all []*household) {
	t.Helper()
	homes := make(map[string][]string) // phone hash -> names
	for _, row := range look.Texts(`SELECT t.phone_hash, p.name FROM ties t JOIN people p ON p.id = t.person_id ORDER BY p.name`) {
		homes[row[0]] = append(homes[row[0]], row[1])
	}
	byNames := make(map[string]bool, len(homes))
	for _, names := range homes {
		byNames[strings.Join(names, ", ")] = true
	}
	versions := make(map[string]string)
	for _, row := range look.Texts(`SELECT p.name, MAX(d.version) FROM people p JOIN declarations d ON d.person_id = p.id GROUP BY p.id, p.name`) {
		versions[row[0]] = row[1]
	}
	wrong := 0
	for _, h := range all {
		want := "1"
		if h.again() {
			want = "2"
		}
		var names []string
		for _, m := range h.members {
			names = append(names, m.name)
		}
		slices.Sort(names)
		ok := byNames[strings.Join(names, ", ")]
		for _, name := range names {
			ok = ok && versions[name] == want
		}
		if !ok {
			if wrong++; wrong < 5 {
				t.Errorf("household %d by %v of %v is not tied as one, or not declared %s times: %v", h.n, h.channels, names, want, versions[names[0]])
			}
		}
	}
	if len(homes) != len(all) || wrong > 0 {
		t.Errorf("%d households by phone, want %d; %d wrong", len(homes), len(all), wrong)
	}
}

// checkTelephones holds what came to each telephone against what was queued for
// it: all of it, once, in the order of queueing; and households of one kind
// were told the same.
func checkTelephones(t *testing.T, look *storetest.Look, w *town, all []*household) {
	t.Helper()
	type row struct{ address, key string }
	queued := make(map[string][]string) // address -> network IDs, in order
	rows := make(map[string]row)        // "channel networkID"
	for _, r := range look.Outbox() {
		queued[r.AddressID] = append(queued[r.AddressID], r.NetworkID)
		if _, twice := rows[r.Channel+" "+r.NetworkID]; twice {
			t.Errorf("two rows of %s have one message at the network", r.Channel)
		}
		rows[r.Channel+" "+r.NetworkID] = row{r.AddressID, r.Key}
	}
	kinds := make(map[string]string) // kind of household and channel -> what it was told
	wrong, came := 0, make(map[string]int)
	for _, h := range all {
		for channel, r := range h.shows {
			came[channel] += len(r.ids)
			kind := fmt.Sprintf("%v of %d by %s, again %v, of %d", h.channels, len(h.members), channel, h.again(), h.n%2)
			var ids, keys []string
			address := ""
			for _, id := range r.ids {
				// Of a row's several messages one is kept: pictures of an album,
				// parts of a long text, which are more where names are long.
				if row, ok := rows[channel+" "+id]; ok {
					ids, keys, address = append(ids, id), append(keys, row.key), row.address
				}
			}
			told := strings.Join(keys, " ")
			if kinds[kind] == "" {
				kinds[kind] = told
			}
			if !slices.Equal(ids, queued[address]) || told != kinds[kind] {
				if wrong++; wrong < 5 {
					t.Errorf("household %d (%s):\ncame   %v\nqueued %v\nwas told %s\nothers   %s", h.n, kind, r.ids, queued[address], told, kinds[kind])
				}
			}
			delete(queued, address)
		}
	}
	if wrong > 0 || len(queued) > 0 {
		t.Errorf("%d telephones got other than was queued for them; %d addresses have no telephone", wrong, len(queued))
	}
	for _, h := range all { // nothing came after the end of the talk
		for channel := range h.shows {
			if late := h.news(channel); len(late) > 0 {
				t.Errorf("household %d got %d messages by %s after the end of its talk", h.n, len(late), channel)
			}
		}
	}
	if n := look.Count(`SELECT COUNT(*) FROM web_mail WHERE mine = 0`); n != came["web"] {
		t.Errorf("the web pages showed %d messages, and their mailboxes hold %d", came["web"], n)
	}
	if sent, cs := w.twilio.Calls()["send"], w.zalo.Calls()["openapi/v3.0/oa/message/cs"]; sent != came["sms"] || cs != came["zalo"] {
		t.Errorf("Twilio and Zalo took %d and %d messages, the telephones got %d and %d", sent, cs, came["sms"], came["zalo"])
	}
	t.Logf("messages that came to the telephones: %v", came)
}
