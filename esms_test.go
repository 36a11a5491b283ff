package main

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"khaibao/sms/smstest"
)

// shortCode is the program with a short code of eSMS for texts in and a
// brandname for texts out.
func shortCode(t *testing.T, more ...string) *smstest.ESMS {
	t.Helper()
	addr := freeAddr(t)
	esms := smstest.NewESMS(smstest.ESMSAccount{APIKey: "key", SecretKey: "esms-secret-key", Brandname: "SOYTE",
		CPID: "abcdef", PrivateKey: "esms-private-key", Hook: "http://" + addr + "/hooks/esms"})
	api := httptest.NewServer(esms)
	t.Cleanup(api.Close)
	settings := map[string]string{"ADDR": addr, "SMS_OUT": "esms", "SMS_IN": "esms", "ESMS_API_KEY": "key", "ESMS_SECRET_KEY": "esms-secret-key",
		"ESMS_BRANDNAME": "SOYTE", "ESMS_CPID": "abcdef", "ESMS_PRIVATE_KEY": "esms-private-key", "ESMS_API_URL": api.URL}
	for i := 0; i+1 < len(more); i += 2 {
		settings[more[i]] = more[i+1]
	}
	start(t, settings)
	return esms
}

// A conversation with a short code: every answer carries its reply, and the
// brandname, which may not say such things, is not asked to.
func TestShortCodeAnswersByItself(t *testing.T) {
	esms := shortCode(t)
	const phone = "+84900000001"
	for i, said := range []string{"KB", "Trần Thị Một", "2/9/1980", "HUY"} {
		id := fmt.Sprint("mo", i)
		reply, err := esms.Receive(id, phone, said)
		if err != nil || reply == "" {
			t.Fatalf("to %q the answer is %q, %v", said, reply, err)
		}
		if again, err := esms.Receive(id, phone, said); err != nil || again != "" {
			t.Errorf("%q delivered again is answered %q, %v; its reply was said", said, again, err)
		}
	}
	if texts := esms.Texts(phone); len(texts) != 0 {
		t.Errorf("the brandname said %d texts, the first %q", len(texts), texts[0].Content)
	}
	if faults := esms.Faults(); len(faults) > 0 {
		t.Errorf("calls that eSMS does not allow: %v", faults)
	}
}

// A text that nobody waited for the answer of: its reply goes out by the sender
// name, once, where that may say anything.
func TestShortCodeThatHungUp(t *testing.T) {
	esms := shortCode(t, "SMS_ROUTE", "two-way")
	const phone = "+84900000002"
	if err := esms.ReceiveAndHangUp("mo1", phone, "KB"); err != nil {
		t.Fatal(err)
	}
	// The notice and the first question: what is still unsent would be the answer to the text delivered again.
	eventually(t, "the replies by the brandname", func() bool { return len(esms.Texts(phone)) > 1 })
	if text := esms.Texts(phone)[0].Content; strings.TrimSpace(text) == "" {
		t.Error("it says nothing")
	}
	if again, err := esms.Receive("mo1", phone, "KB"); err != nil || again != "" {
		t.Errorf("delivered again it is answered %q, %v", again, err)
	}
}

// Under a brandname that reply cannot go out: it is given up, not billed and
// lost on its way, and whoever writes again is answered.
func TestBrandnameSaysNothingFree(t *testing.T) {
	metrics := freeAddr(t)
	esms := shortCode(t, "METRICS_ADDR", metrics)
	const phone = "+84900000003"
	if err := esms.ReceiveAndHangUp("mo1", phone, "KB"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the reply given up, or said in spite of it", func() bool {
		return measured(t, metrics, `khaibao_outbox_total{channel="sms",event="no_way"}`)+measured(t, metrics, `khaibao_outbox_total{channel="sms",event="sent"}`) > 0
	})
	if reply, err := esms.Receive("mo2", phone, "KB"); err != nil || reply == "" {
		t.Errorf("writing again is answered %q, %v", reply, err)
	}
	if texts := esms.Texts(phone); len(texts) != 0 {
		t.Errorf("the brandname said %q", texts[0].Content)
	}
}
