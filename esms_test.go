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
func shortCode(t *testing.T) *smstest.ESMS {
	t.Helper()
	addr := freeAddr(t)
	esms := smstest.NewESMS(smstest.ESMSAccount{APIKey: "key", SecretKey: "esms-secret-key", Brandname: "SOYTE",
		CPID: "abcdef", PrivateKey: "esms-private-key", Hook: "http://" + addr + "/hooks/esms"})
	api := httptest.NewServer(esms)
	t.Cleanup(api.Close)
	start(t, map[string]string{"ADDR": addr, "SMS_OUT": "esms", "SMS_IN": "esms", "ESMS_API_KEY": "key", "ESMS_SECRET_KEY": "esms-secret-key",
		"ESMS_BRANDNAME": "SOYTE", "ESMS_CPID": "abcdef", "ESMS_PRIVATE_KEY": "esms-private-key", "ESMS_API_URL": api.URL})
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

// A text that nobody waited for the answer of: its reply goes out by the
// brandname, once.
func TestShortCodeThatHungUp(t *testing.T) {
	esms := shortCode(t)
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
