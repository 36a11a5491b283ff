package codes

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2021, 8, 15, 3, 0, 0, 0, time.UTC)

func TestDecide(t *testing.T) {
	l := Default()
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	const phone = "+84900000001"
	tests := []struct {
		name  string
		phone string
		h     History
		want  Decision
	}{
		{"first code ever", phone, History{}, Decision{}},
		{"again at once", phone, History{Last: now, ToPhone: 1}, Decision{Wait, time.Minute}},
		{"again after 59 s and a bit", phone, History{Last: ago(59*time.Second + 300*time.Millisecond), ToPhone: 1}, Decision{Wait, time.Second}},
		{"again after a minute", phone, History{Last: ago(time.Minute), ToPhone: 1}, Decision{}},
		{"the wait doubles", phone, History{Last: ago(time.Minute), ToPhone: 2}, Decision{Wait, time.Minute}},
		{"and is over", phone, History{Last: ago(2 * time.Minute), ToPhone: 2}, Decision{}},
		{"the fourth code waits 8 minutes for the fifth", phone, History{Last: ago(0), ToPhone: 4}, Decision{Wait, 8 * time.Minute}},
		{"five a day", phone, History{Last: ago(23 * time.Hour), ToPhone: 5}, Decision{Limit, 0}},
		{"a clock that was set back", phone, History{Last: now.Add(time.Minute), ToPhone: 1}, Decision{Wait, 2 * time.Minute}},
		{"third phone of an address", phone, History{OtherPhones: 2}, Decision{}},
		{"fourth phone of an address", phone, History{OtherPhones: 3}, Decision{Limit, 0}},
		{"twentieth code for a network", phone, History{FromNetwork: 19}, Decision{}},
		{"one more for a network", phone, History{FromNetwork: 20}, Decision{Limit, 0}},
		{"below the day's ceiling", phone, History{InAll: l.PerDay - 1}, Decision{}},
		{"at the day's ceiling", phone, History{InAll: l.PerDay}, Decision{Limit, 0}},
		{"a cap goes before a wait", phone, History{Last: now, ToPhone: 1, OtherPhones: 3}, Decision{Limit, 0}},
		{"a landline in Hue", "+842343822222", History{}, Decision{Region, 0}},
		{"abroad", "+12025550123", History{}, Decision{Region, 0}},
		{"no phone at all", "", History{}, Decision{Region, 0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Decide(l, tt.phone, tt.h, now); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// The zero value is no licence.
func TestDecideWithoutLimits(t *testing.T) {
	if got := Decide(Limits{}, "+84900000001", History{}, now); got.Refused != Limit {
		t.Errorf("without limits a code is sent: %+v", got)
	}
}

func TestMobile(t *testing.T) {
	for _, phone := range []string{"+84900000001", "+84321234567", "+84523123456", "+84561234567", "+84701234567", "+84811234567", "+84987654321"} {
		if !Mobile(phone) {
			t.Errorf("%s is refused", phone)
		}
	}
	for name, phone := range map[string]string{
		"written as dialled": "0900000001", "too short": "+8490000000", "too long": "+849000000011",
		"a landline": "+84243822222", "eleven digits, given up in 2018": "+841231234567", "no plus": "84900000001",
		"a letter": "+8490000000a", "a prefix not in use": "+84731234567", "Laos": "+856205551234", "other digits": "+8490000000１",
		"a line more": "+84900000001\n",
	} {
		if Mobile(phone) {
			t.Errorf("%s (%s) is accepted", phone, name)
		}
	}
}

func TestAlarm(t *testing.T) {
	l := Default()
	tests := []struct {
		name         string
		sent, proved int
		want         bool
	}{
		{"a quiet hour", 0, 0, false},
		{"few codes say nothing", 29, 0, false},
		{"nobody types them", 30, 0, true},
		{"seven of ten are never typed", 100, 30, false},
		{"more than seven of ten", 100, 29, true},
		{"all is well", 1000, 900, false},
	}
	for _, tt := range tests {
		if got := Alarm(l, tt.sent, tt.proved); got != tt.want {
			t.Errorf("%s: got %v", tt.name, got)
		}
	}
}

func TestNew(t *testing.T) {
	seen := map[string]bool{}
	zeros := 0
	for range 2000 {
		c := New(6)
		if len(c) != 6 || strings.Trim(c, "0123456789") != "" {
			t.Fatalf("%q is no code of six digits", c)
		}
		seen[c] = true
		if c[0] == '0' {
			zeros++
		}
	}
	if len(seen) < 1950 {
		t.Errorf("2000 codes are only %d different ones", len(seen))
	}
	if zeros < 100 || zeros > 320 { // 200 on average, 9 standard deviations
		t.Errorf("%d of 2000 codes begin with 0, want about 200", zeros)
	}
}

func TestTyped(t *testing.T) {
	for text, want := range map[string]string{
		"123456": "123456", " 123 456\n": "123456", "123-456": "123456", "123.456": "123456", "１２３４５６": "123456",
		"": "", "12345a": "", "mã 123456": "", "123456789": "123456789", "1234567890": "", "-": "", "１２３４５６７８９０": "",
	} {
		if got := Typed(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestCheck(t *testing.T) {
	if err := Default().Check(); err != nil {
		t.Errorf("the default is refused: %v", err)
	}
	for name, change := range map[string]func(*Limits){
		"five digits":       func(l *Limits) { l.Digits = 5 },
		"an hour":           func(l *Limits) { l.Lifetime = time.Hour },
		"a hundred tries":   func(l *Limits) { l.Tries = 100 },
		"no wait":           func(l *Limits) { l.Wait = 0 },
		"no cap per phone":  func(l *Limits) { l.PerPhone = 0 },
		"no ceiling":        func(l *Limits) { l.PerDay = 0 },
		"a share of 70":     func(l *Limits) { l.AlarmShare = 70 },
		"nothing set":       func(l *Limits) { *l = Limits{} },
		"an alarm for none": func(l *Limits) { l.AlarmLeast = 0 },
	} {
		l := Default()
		change(&l)
		if l.Check() == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func TestNetwork(t *testing.T) {
	for addr, want := range map[string]string{
		"203.0.113.77":         "203.0.113.0/24",
		"::ffff:203.0.113.5":   "203.0.113.0/24",
		"2001:db8:1:2::3":      "2001:db8:1::/48",
		"127.0.0.1":            "",
		"10.1.2.3":             "",
		"100.70.1.2":           "",
		"fe80::1%eth0":         "",
		"fd00::1":              "",
		"2405:4800:aa:bb::%x1": "2405:4800:aa::/48",
	} {
		if got := Network(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s is of %q, want %q", addr, got, want)
		}
	}
	if Network(netip.Addr{}) != "" {
		t.Error("no address has a network")
	}
	ctx := WithNetwork(t.Context(), "203.0.113.0/24")
	if NetworkOf(ctx) != "203.0.113.0/24" || NetworkOf(WithNetwork(ctx, "")) != "203.0.113.0/24" || NetworkOf(t.Context()) != "" {
		t.Error("a context does not keep its network")
	}
}
