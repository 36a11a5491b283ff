package sandbox

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestZaloTemplatesByPhone(t *testing.T) {
	good := `{"phone":"84900000202","template_id":"10001","template_data":{"otp":"123456"},"tracking_id":"t-1"}`
	swap := func(old, fresh string) string { return strings.Replace(good, old, fresh, 1) }
	tests := []struct {
		name, body string
		want       int
		fault      bool
	}{
		{"a code", good, 0, false},
		{"in a sending mode", swap(`"tracking_id"`, `"sending_mode":"1","tracking_id"`), 0, false},
		{"a number as people write it", swap("84900000202", "0900000202"), -108, true},
		{"a number in E.164", swap("84900000202", "+84900000202"), -108, true},
		{"a number without Zalo", swap("84900000202", "84900000999"), -118, false},
		{"no such template", swap("10001", "1"), -109, false},
		{"not approved", swap("10001", "10003"), -131, false},
		{"disabled", swap("10001", "10004"), -146, false},
		{"no parameter", swap(`{"otp":"123456"}`, `{}`), -1122, true},
		{"an empty parameter", swap(`123456`, ``), -1122, false},
		{"a parameter too long", swap(`123456`, `12345678901`), -1121, false},
		{"a parameter of another format", swap(`123456`, `12345a`), -1124, false},
		{"a parameter that is a number", swap(`"123456"`, `123456`), -1124, true},
		{"a parameter too many", swap(`"otp"`, `"name":"x","otp"`), -1124, true},
		{"no tracking ID", strings.Replace(good, `,"tracking_id":"t-1"`, "", 1), -122, true},
		{"a tracking ID too long", swap("t-1", strings.Repeat("x", 49)), -122, false},
		{"a field that does not exist", swap(`"tracking_id"`, `"oa":"x","tracking_id"`), -122, true},
		{"for developers", swap(`"tracking_id"`, `"mode":"development","tracking_id"`), -127, false},
		{"a mode that does not exist", swap(`"tracking_id"`, `"mode":"test","tracking_id"`), -122, true},
	}
	for _, tt := range tests {
		p := startZalo(t, nil)
		got := p.call(zaloByPhone, tt.body)
		if code(got) != tt.want {
			t.Errorf("%s: %v, want %d", tt.name, got, tt.want)
		}
		if faults := p.Faults(); len(faults) > 0 != tt.fault {
			t.Errorf("%s: faults %q, want some: %v", tt.name, faults, tt.fault)
		}
		shown := p.Screen(minh).Bubbles
		if len(shown) == 1 != (tt.want == 0) {
			t.Errorf("%s: the telephone shows %v", tt.name, shown)
		}
		if tt.want != 0 {
			continue
		}
		if shown[0].Text != "Mã xác thực: 123456" || shown[0].Template != "10001" || p.Billed() != 1 || p.Screen(minh).Unseen != 1 {
			t.Errorf("%s: the telephone shows %+v", tt.name, shown)
		}
		id, _ := dig(got, "data.msg_id").(string)
		if id != shown[0].ID || dig(got, "data.quota.remainingQuota") != "499" {
			t.Errorf("%s: answered %v", tt.name, got)
		}
		if got := p.get("/business/message/status?message_id=" + id); dig(got, "data.status") != 1.0 {
			t.Errorf("%s: its status is %v", tt.name, got)
		}
	}
}

func TestZaloTemplatesHaveTheirLimits(t *testing.T) {
	p := startZalo(t, func(a *ZaloAccount) { a.Nights, a.PerDay = true, 2 })
	code6 := `{"phone":"84900000202","template_id":"10001","template_data":{"otp":"123456"},"tracking_id":"t"}`
	notice := `{"phone":"84900000202","template_id":"10002","template_data":{"name":"Chị Thử"},"tracking_id":"t"}`
	// It is 16:00 in Vietnam.
	if got := p.call(zaloByPhone, notice); code(got) != 0 {
		t.Errorf("by day: %v", got)
	}
	p.later(6 * time.Hour)
	if got := p.call(zaloByPhone, notice); code(got) != -133 {
		t.Errorf("at 22:00: %v", got)
	}
	if got := p.call(zaloByPhone, code6); code(got) != 0 {
		t.Errorf("a code at 22:00: %v", got)
	}
	if got := p.call(zaloByPhone, code6); code(got) != -144 {
		t.Errorf("more than a day allows: %v", got)
	}
	p.later(2*time.Hour + time.Minute)
	if got := p.call(zaloByPhone, code6); code(got) != 0 {
		t.Errorf("the next day: %v", got)
	}
	p.Refuse(minh, -141)
	if got := p.call(zaloByPhone, code6); code(got) != -141 {
		t.Errorf("to somebody who does not want it: %v", got)
	}
	if got := p.get("/business/message/status?message_id=00"); dig(got, "data.status") != -1.0 {
		t.Errorf("of a message of nobody: %v", got)
	}
}

func TestZaloTemplatesByUser(t *testing.T) {
	p := startZalo(t, nil)
	send := func(user, template, data string) map[string]any {
		return p.call(zaloByUser, fmt.Sprintf(`{"user_id":%q,"template_id":%q,"template_data":%s}`, user, template, data))
	}
	p.later(20 * time.Hour)
	if got := send(p.UserID(lan), "10002", `{"name":"Chị Thử"}`); code(got) != 0 || p.Screen(lan).Bubbles[0].Text != "Chị Thử đã khai báo cho Anh/Chị." {
		t.Errorf("answered %v", got)
	}
	for name, got := range map[string]map[string]any{
		"no such template":  send(p.UserID(lan), "1", `{}`),
		"not approved":      send(p.UserID(lan), "10003", `{}`),
		"without parameter": send(p.UserID(lan), "10002", `{}`),
		"nobody":            send(nobodysUser, "10002", `{"name":"x"}`),
		"a tracking ID":     p.call(zaloByUser, fmt.Sprintf(`{"user_id":%q,"template_id":"10002","template_data":{"name":"x"},"tracking_id":"t"}`, p.UserID(lan))),
	} {
		if code(got) != -201 {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got := send(p.UserID(lan), "10005", `{}`); code(got) != -249 {
		t.Errorf("one for phones only: %v", got)
	}
	if got := send(p.UserID(minh), "10002", `{"name":"x"}`); code(got) != -213 {
		t.Errorf("to somebody who never heard of us: %v", got)
	}
	// The window does not matter.
	p.later(30 * 24 * time.Hour)
	p.token = p.refresh(p.Authorize())["access_token"].(string)
	if got := send(p.UserID(lan), "10002", `{"name":"x"}`); code(got) != 0 || p.Billed() != 2 {
		t.Errorf("after a month: %v", got)
	}
}

func TestZaloTellsAboutPeople(t *testing.T) {
	p := startZalo(t, nil)
	detail := func(phone string) map[string]any {
		return p.get(zaloUserPath + url.QueryEscape(fmt.Sprintf(`{"user_id":%q}`, p.UserID(phone))))
	}
	got := detail(lan)
	if dig(got, "data.user_is_follower") != true || dig(got, "data.user_last_interaction_date") != "20/11/2026" || dig(got, "data.shared_info") != nil {
		t.Errorf("a follower: %v", got)
	}
	if got := detail(minh); code(got) != -213 {
		t.Errorf("somebody who never heard of us: %v", got)
	}
	p.call(zaloCS, p.cs(`{"attachment":{"type":"template","payload":{"template_type":"request_user_info","elements":[{"title":"x","subtitle":"y","image_url":"https://x.invalid/i.png"}]}}}`))
	if !p.SubmitInfo(lan, ZaloInfo{Name: "Thử", Phone: "84900000201"}) {
		t.Fatal("the details could not be given")
	}
	if got := detail(lan); dig(got, "data.shared_info.phone") != "84900000201" {
		t.Errorf("after the details: %v", got)
	}
	p.Withdraw(lan)
	if got := detail(lan); dig(got, "data.shared_info") != nil {
		t.Errorf("after they were withdrawn: %v", got)
	}
	quota := p.call("/openapi/v3.0/oa/quota/message", fmt.Sprintf(`{"user_id":%q}`, p.UserID(lan)))
	if dig(quota, "data.last_interaction") != "1795165200000" || dig(quota, "data.cs_reply.quota_type") != "welcome_msg" {
		t.Errorf("the quota: %v", quota)
	}
	if got := p.call("/openapi/v3.0/oa/quota/message", `{}`); code(got) != -201 {
		t.Errorf("a quota of nobody: %v", got)
	}
	oa := p.get("/openapi/v2.0/oa/getoa")
	if dig(oa, "data.oa_id") != zaloOA || dig(oa, "data.num_follower") != 1.0 || dig(oa, "data.is_verified") != true {
		t.Errorf("the OA: %v", oa)
	}
}

// Each parameter of a template stands in its text, and nothing else does.
func TestDemoTemplatesAreWhole(t *testing.T) {
	for _, one := range DemoTemplates() {
		given := map[string]any{}
		for _, param := range one.Params {
			given[param.Name] = "1"
		}
		text, refused := one.fill(given)
		if refused != nil || strings.ContainsAny(text, "<>") || strings.Count(text, "1") < len(one.Params) {
			t.Errorf("%s fills to %q: %+v", one.ID, text, refused)
		}
	}
}
