package main

import (
	"net/url"
	"slices"
	"strconv"
)

// smsConfig is every setting about SMS gateways.
type smsConfig struct {
	smsOut, smsIn, smsRate string
	rate                   float64 // read from smsRate

	twilioSID, twilioToken, twilioFrom, twilioAPIURL     string
	esmsAPIKey, esmsSecretKey, esmsBrandname, esmsAPIURL string
	esmsCPID, esmsPrivateKey, esmsKeyword                string
}

// smsGateways are what SMS_OUT and SMS_IN may name.
var smsGateways = []string{"twilio", "esms"}

func (c *smsConfig) settings() []setting {
	return []setting{
		{"SMS_OUT", &c.smsOut, "", "gateway for sending: twilio or esms; empty for none"},
		{"SMS_IN", &c.smsIn, "", "gateway for receiving: twilio or esms; empty for none"},
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
	}
}

// real tells whether an account of some gateway was given.
func (c *smsConfig) real() bool {
	return c.smsOut != "" || c.smsIn != "" || c.twilioToken != "" || c.esmsSecretKey != "" || c.esmsPrivateKey != ""
}

// check names what is wrong to bad, by setting.
func (c *smsConfig) check(bad func(name, want string)) {
	for _, s := range [][2]string{{"SMS_OUT", c.smsOut}, {"SMS_IN", c.smsIn}} {
		if s[1] != "" && !slices.Contains(smsGateways, s[1]) {
			bad(s[0], "want twilio, esms or nothing")
		}
	}
	if c.smsRate != "" {
		var err error
		if c.rate, err = strconv.ParseFloat(c.smsRate, 64); err != nil || !(c.rate > 0) || c.rate > 1000 {
			bad("SMS_RATE", "want messages a second, such as 5 or 0.5")
		}
	}
	for _, s := range [][2]string{{"TWILIO_API_URL", c.twilioAPIURL}, {"ESMS_API_URL", c.esmsAPIURL}} {
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
}
