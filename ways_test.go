package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"khaibao/bots/sandbox"
	"khaibao/core/channel"
	"khaibao/core/store/storetest"
	"khaibao/core/ways"
	"khaibao/flows"
	"khaibao/locales"
	"khaibao/sms/smstest"
)

// measured is the value of a counter at an address of metrics, 0 when it was
// never counted.
func measured(t testing.TB, addr, name string) int {
	t.Helper()
	res, err := http.Get("http://" + addr + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindSubmatch(text)
	if m == nil {
		return 0
	}
	value, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return int(value)
}

// What the carriers have registered must be what the program says: whoever
// changes those words changes what must be registered anew, and says so here
// and in the document for whoever runs a province.
func TestRegisteredTextsAreTheWords(t *testing.T) {
	bundle, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	b := ways.Book{SMS: "sms", Brand: true, Templates: ways.Defaults()}
	if err := b.Check(bundle, flows.Unasked(), map[string]int{"code": 10, "hotline": 15}); err != nil {
		t.Error(err)
	}
	operations := document(t, "docs/operations.md")
	for key, one := range b.Templates {
		if !strings.Contains(operations, "`"+one.SMS["vi"]+"`") {
			t.Errorf("docs/operations.md does not name the text to be registered for %s", key)
		}
		if n, gsm := channel.Segments(one.SMS["vi"]); n > 1 || !gsm {
			t.Errorf("%s takes %d SMS", key, n)
		}
	}
}

// The worked example of the document for whoever runs a province is taken.
func TestExampleOfTheTemplatesFile(t *testing.T) {
	example := regexp.MustCompile("(?s)```json\n(.*?)```").FindStringSubmatch(document(t, "docs/operations.md"))
	if example == nil {
		t.Fatal("docs/operations.md has no example of a templates file")
	}
	own, err := ways.ReadTemplates(strings.NewReader(example[1]))
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	b := ways.Book{SMS: "sms", Brand: true, Zalo: true, Templates: ways.Defaults().With(own)}
	if err := b.Check(bundle, flows.Unasked(), map[string]int{"code": 6, "hotline": 8}); err != nil {
		t.Error(err)
	}
	for _, key := range flows.Unasked() {
		if own[key].Zalo == nil {
			t.Errorf("the example has no template for %s", key)
		}
	}
}

// A text that the carriers would refuse stops the start.
func TestUnregisteredTextStopsTheStart(t *testing.T) {
	for why, file := range map[string]string{
		"code.text: sms vi":       `{"code.text":{"sms":{"vi":"Ma cua ban la {code:6}"}}}`,
		"takes up to 6 letters":   `{"code.text":{"zalo":{"template_id":"1","params":{"code":"otp:4"}}}}`,
		"no message of this name": `{"code.txt":{"sms":{"vi":"x"}}}`,
		"TEMPLATES_FILE":          `{"code.text":`,
	} {
		path := filepath.Join(t.TempDir(), "templates.json")
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		environ := []string{envPrefix + "KEY_FILE=" + dir + "/key", envPrefix + "DATABASE_URL=sqlite:" + dir + "/db", envPrefix + "ADDR=" + freeAddr(t),
			envPrefix + "METRICS_ADDR=off", envPrefix + "SMS_OUT=esms", envPrefix + "ESMS_API_KEY=k", envPrefix + "ESMS_SECRET_KEY=s",
			envPrefix + "ESMS_BRANDNAME=SOYTE", envPrefix + "TEMPLATES_FILE=" + path}
		err := run(t.Context(), nil, environ, strings.NewReader(""), &lockedBuffer{})
		if err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: the start ends with %v", file, err)
		}
	}
}

// A code asked for on the web page goes as a template of Zalo's; to a telephone
// without Zalo under the brand name, in the very words that are registered. The
// way, the template and the cost are on each message and in the metrics, and
// what the gateway bills in the end.
func TestCodeTakesItsWay(t *testing.T) {
	gateway := smstest.NewESMS(smstest.ESMSAccount{APIKey: "key", SecretKey: "esms-secret-key", Brandname: "SOYTE"})
	esms := httptest.NewServer(gateway)
	t.Cleanup(esms.Close)
	var api http.Handler
	zalo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { api.ServeHTTP(w, r) }))
	t.Cleanup(zalo.Close)
	oa := sandbox.NewZalo(sandbox.ZaloAccount{AppID: "1", AppSecret: "app-secret", OAID: "2", OASecret: "oa-secret", RefreshToken: "refresh", Base: zalo.URL,
		Templates: []sandbox.ZaloTemplate{{ID: "293822", Text: "Ma cua ban la <otp>", Params: []sandbox.ZaloParam{{Name: "otp"}}, OTP: true, PhoneOnly: true}}})
	t.Cleanup(oa.Close)
	api = oa.API()
	const onZalo, without = "+84900000011", "+84900000012"
	oa.Meet(sandbox.Owner{Name: "Trần Thị Một", Phone: onZalo})
	oa.Refuse(without, -118)

	templates := filepath.Join(t.TempDir(), "templates.json")
	if err := os.WriteFile(templates, []byte(`{"code.text":{"zalo":{"template_id":"293822","params":{"code":"otp:10"},"by":"phone"}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	metrics := freeAddr(t)
	r := start(t, map[string]string{"METRICS_ADDR": metrics, "TEMPLATES_FILE": templates, "PRICES": "sms=350,zalo_template_phone=300",
		"SMS_OUT": "esms", "ESMS_API_KEY": "key", "ESMS_SECRET_KEY": "esms-secret-key", "ESMS_BRANDNAME": "SOYTE", "ESMS_API_URL": esms.URL,
		"ZALO_APP_ID": "1", "ZALO_APP_SECRET": "app-secret", "ZALO_OA_SECRET": "oa-secret", "ZALO_REFRESH_TOKEN": "refresh",
		"ZALO_API_URL": zalo.URL + "/openapi", "ZALO_OAUTH_URL": zalo.URL + "/oauth", "ZALO_TEMPLATE_URL": zalo.URL + "/business"})
	look := storetest.NewLook(t, "sqlite:"+r.dir+"/khaibao.db")
	ask := func(phone string) storetest.Row {
		before := len(look.Outbox())
		v := newVisitor(t, r.url)
		v.get("/")
		v.say("KHAI BAO")
		v.say("0" + phone[3:])
		var code storetest.Row
		eventually(t, "a code sent to "+phone, func() bool {
			for _, row := range look.Outbox()[before:] {
				if row.Key == "code.text" {
					code = row
				}
			}
			return code.State == 1
		})
		return code
	}
	if row := ask(onZalo); row.Way != "zalo_template_phone" || row.Template != "293822" || row.Channel != "zalo" || row.Cost != 300 || row.Segments != 0 {
		t.Errorf("with Zalo the code went as %+v", row)
	}
	if n := len(gateway.Texts(onZalo)); n != 0 {
		t.Errorf("and %d SMS with it", n)
	}
	row := ask(without)
	if row.Way != "sms" || row.Template != "code.text" || row.Channel != "sms" || row.Cost != 350 || row.Segments != 1 || row.Class != "elsewhere" {
		t.Errorf("without Zalo the code went as %+v", row)
	}
	texts := gateway.Texts(without)
	if len(texts) != 1 || !regexp.MustCompile(`^[0-9]{6} la ma xac minh khai bao y te cua Anh/Chi\. Khong dua ma nay cho nguoi khac\.$`).MatchString(texts[0].Content) {
		t.Fatalf("by SMS came %+v", texts)
	}
	for name, want := range map[string]int{
		`khaibao_sent_total{channel="zalo",way="zalo_template_phone"}`:         1,
		`khaibao_cost_dong_total{channel="zalo",way="zalo_template_phone"}`:    300,
		`khaibao_sent_total{channel="sms",way="sms"}`:                          1,
		`khaibao_sms_segments_total{channel="sms",way="sms"}`:                  1,
		`khaibao_cost_dong_total{channel="sms",way="sms"}`:                     350,
		`khaibao_outbox_total{channel="zalo",event="rerouted"}`:                1,
		`khaibao_sms_segments_total{channel="zalo",way="zalo_template_phone"}`: 0,
	} {
		if got := measured(t, metrics, name); got != want {
			t.Errorf("%s is %d, want %d", name, got, want)
		}
	}
	if code, err := gateway.Report(texts[0].ID, 5, 1, 0); err != nil || code/100 != 2 {
		t.Fatalf("the report is answered %d, %v", code, err)
	}
	eventually(t, "what was billed on the message", func() bool {
		return look.Count(fmt.Sprintf(`SELECT cost FROM outbox WHERE id = '%s'`, row.ID)) == 850
	})
	if faults := append(oa.Faults(), gateway.Faults()...); len(faults) > 0 {
		t.Errorf("calls that the networks do not allow: %v", faults)
	}
}
