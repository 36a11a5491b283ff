package main

import (
	"net/url"
	"slices"

	"khaibao/sms"
)

// smsConfig is every setting about SMS gateways.
type smsConfig struct {
	smsOut, smsIn, smsRate string
	rate                   float64 // read from smsRate

	twilioSID, twilioToken, twilioFrom, twilioAPIURL     string
	esmsAPIKey, esmsSecretKey, esmsBrandname, esmsAPIURL string
	esmsCPID, esmsPrivateKey, esmsKeyword                string
	speedToken, speedType, speedSender, speedSecret      string
	speedAPIURL                                          string
	http                                                 sms.HTTPConfig
}

// smsGateways are what SMS_OUT and SMS_IN may name.
var smsGateways = []string{"twilio", "esms", "speedsms", "http"}

func (c *smsConfig) settings() []setting {
	return []setting{
		{"SMS_OUT", &c.smsOut, "", "gateway for sending: twilio, esms, speedsms or http; empty for none"},
		{"SMS_IN", &c.smsIn, "", "gateway for receiving: twilio, esms, speedsms or http; empty for none"},
		{"SMS_RATE", &c.smsRate, "", "messages a second to the gateway; default what it is known to take"},
		{"TWILIO_ACCOUNT_SID", &c.twilioSID, "", "of the account, from Twilio's console"},
		{"TWILIO_AUTH_TOKEN", &c.twilioToken, "", "of the account, from Twilio's console"},
		{"TWILIO_FROM", &c.twilioFrom, "", "our number or sender name"},
		{"TWILIO_API_URL", &c.twilioAPIURL, "https://api.twilio.com", "where Twilio is"},
		{"ESMS_API_KEY", &c.esmsAPIKey, "", "of the eSMS account, to send"},
		{"ESMS_SECRET_KEY", &c.esmsSecretKey, "", "of the eSMS account, to send"},
		{"ESMS_BRANDNAME", &c.esmsBrandname, "", "sender name that is registered with the carriers"},
		{"ESMS_CPID", &c.esmsCPID, "", "of the short code at eSMS, to receive"},
		{"ESMS_PRIVATE_KEY", &c.esmsPrivateKey, "", "of the short code at eSMS, to receive"},
		{"ESMS_KEYWORD", &c.esmsKeyword, "", "word that texts to a shared short code begin with; empty for one of our own"},
		{"ESMS_API_URL", &c.esmsAPIURL, "https://rest.esms.vn", "where eSMS is"},
		{"SPEEDSMS_TOKEN", &c.speedToken, "", "of the SpeedSMS account, to send"},
		{"SPEEDSMS_TYPE", &c.speedType, "3", "sms_type: 2 from any number, 3 by our sender name, 4 by a shared one, 5 by our telephone"},
		{"SPEEDSMS_SENDER", &c.speedSender, "", "our sender name or the ID of our telephone, with type 3 and 5"},
		{"SPEEDSMS_SECRET", &c.speedSecret, "", "of the web-hook, 16 to 256 of A-Za-z0-9_-"},
		{"SPEEDSMS_API_URL", &c.speedAPIURL, "https://api.speedsms.vn/index.php", "where SpeedSMS is"},
		{"SMS_HTTP_URL", &c.http.URL, "", "of any gateway: the request that sends, with the gaps {to} {to_digits} {to_local} {text} {id} {from} {status_url}"},
		{"SMS_HTTP_METHOD", &c.http.Method, "", "of that request; default GET, or POST with a body"},
		{"SMS_HTTP_HEADER", &c.http.Header, "", "of that request, Name: value, several parted by |"},
		{"SMS_HTTP_BODY", &c.http.Body, "", "of that request: JSON, a form or XML, with gaps"},
		{"SMS_HTTP_FROM", &c.http.From, "", "what {from} stands for"},
		{"SMS_HTTP_OK", &c.http.OK, "", "answer that means taken: /regular expression/ or place=value|value; default any 2xx"},
		{"SMS_HTTP_ID", &c.http.ID, "", "place of the gateway's ID in its answer: a path in JSON, or /regular (expression)/"},
		{"SMS_HTTP_SECRET", &c.http.Secret, "", "of the web-hooks, 16 to 256 of A-Za-z0-9_-"},
		{"SMS_HTTP_STATUS", &c.http.Status, "", "how a report is read: id=PLACE status=PLACE and words, 1=delivered 2=undelivered"},
		{"SMS_HTTP_IN", &c.http.In, "", "how an incoming text is read: from=PLACE text=PLACE id=PLACE charset=PLACE"},
	}
}

// real tells whether an account of some gateway was given.
func (c *smsConfig) real() bool {
	return c.smsOut != "" || c.smsIn != "" || c.twilioToken != "" || c.esmsSecretKey != "" || c.esmsPrivateKey != "" ||
		c.speedToken != "" || c.http.URL != "" || c.http.In != ""
}

// check names what is wrong to bad, by setting.
func (c *smsConfig) check(bad func(name, want string)) {
	for _, s := range [][2]string{{"SMS_OUT", c.smsOut}, {"SMS_IN", c.smsIn}} {
		if s[1] != "" && !slices.Contains(smsGateways, s[1]) {
			bad(s[0], "want twilio, esms, speedsms, http or nothing")
		}
	}
	c.rate = readRate("SMS_RATE", c.smsRate, bad)
	for _, s := range [][2]string{{"TWILIO_API_URL", c.twilioAPIURL}, {"ESMS_API_URL", c.esmsAPIURL}, {"SPEEDSMS_API_URL", c.speedAPIURL}} {
		if u, err := url.Parse(s[1]); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			bad(s[0], "want http://… or https://…")
		}
	}
	if c.smsOut == "twilio" || c.smsIn == "twilio" {
		if c.twilioSID == "" || c.twilioToken == "" || c.twilioFrom == "" {
			bad("TWILIO_…", "ACCOUNT_SID, AUTH_TOKEN and FROM are needed with SMS_OUT or SMS_IN twilio")
		}
	}
	if c.smsOut == "esms" && (c.esmsAPIKey == "" || c.esmsSecretKey == "" || c.esmsBrandname == "") {
		bad("ESMS_…", "API_KEY, SECRET_KEY and BRANDNAME are needed with SMS_OUT esms")
	}
	if c.smsIn == "esms" && (c.esmsCPID == "" || c.esmsPrivateKey == "") {
		bad("ESMS_…", "CPID and PRIVATE_KEY are needed with SMS_IN esms")
	}
	if c.smsOut == "speedsms" && c.speedToken == "" {
		bad("SPEEDSMS_TOKEN", "is needed with SMS_OUT speedsms")
	}
	if c.smsIn == "speedsms" && c.speedSecret == "" {
		bad("SPEEDSMS_SECRET", "is needed with SMS_IN speedsms")
	}
	if c.smsOut == "http" && c.http.URL == "" {
		bad("SMS_HTTP_URL", "is needed with SMS_OUT http")
	}
	if c.smsIn == "http" && c.http.In == "" {
		bad("SMS_HTTP_IN", "is needed with SMS_IN http")
	}
}
