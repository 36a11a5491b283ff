package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"khaibao/core/duty"
)

func TestSettingsOfTheDoors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("of the file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	oidc := doorsConfig{secondFactor: "none", oidcIssuer: "https://id.example/realms/hue", oidcClientID: "khaibao", oidcSecret: "x", oidcClaim: "email"}
	with := func(change func(*doorsConfig)) doorsConfig {
		c := oidc
		change(&c)
		return c
	}
	for _, test := range []struct {
		what string
		c    doorsConfig
		bad  string // the first setting that is wrong; "" for none
	}{
		{"a provider", oidc, ""},
		{"a file", with(func(c *doorsConfig) { c.oidcSecret, c.oidcSecretFile = "", file }), ""},
		{"no file", with(func(c *doorsConfig) { c.oidcSecretFile = file + "x" }), "OIDC_CLIENT_SECRET_FILE"},
		{"no TLS", with(func(c *doorsConfig) { c.oidcIssuer = "http://id.example" }), "OIDC_ISSUER"},
		{"no TLS on this machine", with(func(c *doorsConfig) { c.oidcIssuer = "http://127.0.0.1:9000/oidc" }), ""},
		{"no issuer", with(func(c *doorsConfig) { c.oidcIssuer = "" }), "OIDC_ISSUER"},
		{"no secret", with(func(c *doorsConfig) { c.oidcSecret = "" }), "OIDC_CLIENT_ID"},
		{"no claim", with(func(c *doorsConfig) { c.oidcClaim = "" }), "OIDC_CLAIM"},
		{"nothing", doorsConfig{secondFactor: "all"}, ""},
		{"two duties", doorsConfig{secondFactor: "cdc, admin"}, ""},
		{"no duty", doorsConfig{secondFactor: "cdc,mayor"}, "SECOND_FACTOR"},
	} {
		var wrong []string
		test.c.check(false, func(name, _ string) { wrong = append(wrong, name) })
		if got := strings.Join(wrong, " "); got != test.bad {
			t.Errorf("%s: wrong is %q, want %q", test.what, got, test.bad)
		}
		if test.what == "a file" && test.c.sso().ClientSecret != "of the file" {
			t.Error("the secret is not the file's")
		}
	}
	two, sandbox := doorsConfig{secondFactor: "cdc, admin"}, doorsConfig{secondFactor: "all"}
	two.check(false, nil)
	sandbox.check(true, nil)
	if len(two.factorDuties) != 2 || two.factorDuties[0] != duty.CDC || sandbox.factorDuties != nil || two.sso() != nil {
		t.Errorf("%v, %v", two.factorDuties, sandbox.factorDuties)
	}
}
