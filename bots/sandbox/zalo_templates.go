package sandbox

import (
	"regexp"
	"strings"
	"time"

	"khaibao/core"
)

// ZaloTemplate is one that Zalo approved, or did not.
type ZaloTemplate struct {
	ID        string
	Text      string // a parameter stands as <name>
	Params    []ZaloParam
	OTP       bool // it carries a code: sent at night too
	PhoneOnly bool // by user ID it is answered -249
	Pending   bool // not approved: -131
	Off       bool // disabled for its quality: -146
}

// ZaloParam is a parameter of a template. All of them are wanted.
type ZaloParam struct {
	Name   string
	Max    int    // UTF-16 units; 0 means 30, of an OTP template 10
	Format string // a regular expression that a value matches; "" for any text
}

// DemoTemplates are those that the account of make run had approved: a code,
// and the word to somebody for whom others declared.
func DemoTemplates() []ZaloTemplate {
	return []ZaloTemplate{
		{ID: "100001", OTP: true, PhoneOnly: true, Params: []ZaloParam{{Name: "otp", Format: "[0-9]+"}},
			Text: "<otp> là mã xác minh khai báo y tế của Anh/Chị. Không đưa mã này cho người khác."},
		{ID: "100002", Params: []ZaloParam{{Name: "by"}, {Name: "last", Max: 4, Format: "[0-9]*"}, {Name: "hotline", Max: 15}},
			Text: "<by> (số …<last>) đã khai báo y tế cho Anh/Chị. Nếu đúng, không cần làm gì. Nếu sai, nhắn KHONG. Cần hỏi, gọi <hotline>."},
	}
}

func (z *Zalo) template(id string) *ZaloTemplate {
	for i := range z.account.Templates {
		if z.account.Templates[i].ID == id {
			return &z.account.Templates[i]
		}
	}
	return nil
}

// fill checks the parameters and puts them into the text. The codes are those
// of the business host.
func (t *ZaloTemplate) fill(given map[string]any) (string, *zaloError) {
	text := t.Text
	known := map[string]bool{}
	for _, p := range t.Params {
		known[p.Name] = true
		value, ok := given[p.Name].(string)
		most := p.Max
		switch {
		case most > 0:
		case t.OTP:
			most = 10
		default:
			most = 30
		}
		_, sent := given[p.Name]
		switch {
		case !sent:
			return "", zaloParam(-1122, p.Name, true)
		case !ok:
			return "", zaloParam(-1124, p.Name, true)
		case strings.TrimSpace(value) == "":
			return "", zaloParam(-1122, p.Name, false)
		case units(value) > most:
			return "", zaloParam(-1121, p.Name, false)
		case p.Format != "" && !regexp.MustCompile("^(?:"+p.Format+")$").MatchString(value):
			return "", zaloParam(-1124, p.Name, false)
		}
		text = strings.ReplaceAll(text, "<"+p.Name+">", value)
	}
	for name := range given {
		if !known[name] {
			return "", zaloParam(-1124, name, true)
		}
	}
	return text, nil
}

func zaloParam(code int, name string, fault bool) *zaloError {
	e := zaloCode(code)
	return &zaloError{Code: code, Text: e.Text + ": " + name, Fault: fault}
}

// sendTemplate sends a template to somebody by their user ID, whenever they
// wrote last.
func (z *Zalo) sendTemplate(c zaloCall) (map[string]any, *zaloError) {
	if z.account.Province {
		return nil, zaloCode(-235)
	}
	user, _ := c.fields["user_id"].(string)
	id, _ := c.fields["template_id"].(string)
	given, _ := c.fields["template_data"].(map[string]any)
	t := z.template(id)
	switch {
	case t == nil:
		return nil, zaloInvalid("template_id", false)
	case t.PhoneOnly:
		return nil, zaloCode(-249)
	case t.Pending || t.Off:
		return nil, zaloInvalid("template_id", false)
	}
	text, refused := t.fill(given)
	if refused != nil {
		return nil, &zaloError{Code: -201, Text: "template_data is invalid! " + refused.Text, Fault: refused.Fault}
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	p, ok := z.users[user]
	switch {
	case !ok:
		return nil, zaloInvalid("user_id", false)
	case p.refuses != 0:
		return nil, zaloCode(p.refuses)
	case p.touched.IsZero() || p.left:
		return nil, zaloCode(-213)
	}
	b := &ZaloBubble{Text: text, Template: t.ID}
	z.billed++
	z.deliver(p, b)
	return map[string]any{"message_id": b.ID, "user_id": p.user, "sent_time": millis(b.At)}, nil
}

// zaloSent is a template that was sent by phone.
type zaloSent struct {
	delivered time.Time
}

// zaloDaily counts a day's templates by phone.
type zaloDaily struct {
	day  core.Day
	sent int
}

// sendByPhone sends a template to whoever has Zalo with this number, whether
// or not they know the OA.
func (z *Zalo) sendByPhone(c zaloCall) (map[string]any, *zaloError) {
	text := func(name string) string { s, _ := c.fields[name].(string); return s }
	given, _ := c.fields["template_data"].(map[string]any)
	mode, sending := text("mode"), text("sending_mode")
	t := z.template(text("template_id"))
	switch {
	case mode != "" && mode != "development", sending != "" && sending != "1" && sending != "3":
		return nil, &zaloError{Code: -122, Text: "mode or sending_mode is invalid", Fault: true}
	case !zaloPhone.MatchString(text("phone")):
		return nil, &zaloError{Code: -108, Text: zaloWords[-108], Fault: true}
	case t == nil:
		return nil, zaloCode(-109)
	case t.Pending:
		return nil, zaloCode(-131)
	case t.Off:
		return nil, zaloCode(-146)
	case mode == "development": // none of these people is an admin
		return nil, zaloCode(-127)
	}
	filled, refused := t.fill(given)
	if refused != nil {
		return nil, refused
	}
	now := z.account.Clock()
	if hour := now.In(core.Zone).Hour(); z.account.Nights && !t.OTP && (hour >= 22 || hour < 6) {
		return nil, zaloCode(-133)
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if day := core.DayOf(now); day != z.daily.day {
		z.daily = zaloDaily{day: day}
	}
	p := z.people["+"+text("phone")]
	switch {
	case p == nil:
		return nil, zaloCode(-118)
	case p.refuses != 0:
		return nil, zaloCode(p.refuses)
	case z.daily.sent >= z.account.PerDay:
		return nil, zaloCode(-144)
	}
	z.daily.sent++
	z.billed++
	b := &ZaloBubble{Text: filled, Template: t.ID}
	z.add(p, b)
	z.sent[b.ID] = &zaloSent{delivered: b.At}
	z.emitZNS(p, map[string]any{"sender": z.oa(), "recipient": map[string]any{"id": text("phone")}, "message": map[string]any{
		"msg_id": b.ID, "delivery_time": millis(b.At), "tracking_id": text("tracking_id")}})
	if sending == "" {
		sending = "1"
	}
	return map[string]any{"msg_id": b.ID, "sent_time": millis(b.At), "sending_mode": sending, "quota": map[string]any{
		"dailyQuota": decimal(z.account.PerDay), "remainingQuota": decimal(z.account.PerDay - z.daily.sent)}}, nil
}

// messageStatus tells what became of a template by phone: 1 delivered, -1 not
// known.
func (z *Zalo) messageStatus(c zaloCall) (map[string]any, *zaloError) {
	id, _ := c.fields["message_id"].(string)
	z.mu.Lock()
	defer z.mu.Unlock()
	sent, ok := z.sent[id]
	if !ok {
		return map[string]any{"status": -1, "message": "Message is not found"}, nil
	}
	return map[string]any{"status": 1, "delivery_time": millis(sent.delivered), "message": "Message is delivered"}, nil
}
