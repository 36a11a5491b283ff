package main

import (
	"net/netip"
	"net/url"
	"os"
	"strings"

	"khaibao/admin"
	"khaibao/core/duty"
)

// doorsConfig is how officers sign in.
type doorsConfig struct {
	secondFactor string
	factorDuties []duty.Duty // read from it

	oidcIssuer, oidcClientID, oidcSecret, oidcSecretFile, oidcClaim string
}

func (c *doorsConfig) settings() []setting {
	return []setting{
		{"SECOND_FACTOR", &c.secondFactor, "admin,cdc,centre", "duties that must sign in with one-time codes too: names behind commas, all or none; none in the sandbox"},
		{"OIDC_ISSUER", &c.oidcIssuer, "", "https://… of an OpenID provider by which officers may sign in; empty for none"},
		{"OIDC_CLIENT_ID", &c.oidcClientID, "", "our name at the provider"},
		{"OIDC_CLIENT_SECRET", &c.oidcSecret, "", "our secret at the provider"},
		{"OIDC_CLIENT_SECRET_FILE", &c.oidcSecretFile, "", "or the file that holds it"},
		{"OIDC_CLAIM", &c.oidcClaim, "preferred_username", "the claim that is an officer's sign-in name; email counts when verified"},
	}
}

func (c *doorsConfig) check(sandbox bool, bad func(name, want string)) {
	switch {
	case sandbox || c.secondFactor == "none": // everybody can read the passwords of the sandbox's officers
	case c.secondFactor == "all":
		c.factorDuties = duty.All()
	default:
		for name := range strings.SplitSeq(c.secondFactor, ",") {
			d := duty.Duty(strings.TrimSpace(name))
			if !d.Valid() {
				bad("SECOND_FACTOR", "want duties behind commas, all or none; "+strings.TrimSpace(name)+" is no duty")
			}
			c.factorDuties = append(c.factorDuties, d)
		}
	}
	c.checkOIDC(bad)
}

func (c *doorsConfig) checkOIDC(bad func(name, want string)) {
	if c.oidcSecretFile != "" {
		text, err := os.ReadFile(c.oidcSecretFile)
		if err != nil {
			bad("OIDC_CLIENT_SECRET_FILE", "cannot be read")
		} else {
			c.oidcSecret = strings.TrimSpace(string(text))
		}
	}
	if c.oidcIssuer == "" {
		if c.oidcClientID != "" || c.oidcSecret != "" {
			bad("OIDC_ISSUER", "is missing beside a client")
		}
		return
	}
	u, err := url.Parse(c.oidcIssuer)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && !loopback(u) {
		bad("OIDC_ISSUER", "want https://… without ? and #")
	}
	if c.oidcClientID == "" || c.oidcSecret == "" {
		bad("OIDC_CLIENT_ID", "the provider wants OIDC_CLIENT_ID and OIDC_CLIENT_SECRET")
	}
	if c.oidcClaim == "" {
		bad("OIDC_CLAIM", "want the name of a claim, such as preferred_username")
	}
}

// loopback tells a provider on this machine, which needs no TLS.
func loopback(u *url.URL) bool {
	addr, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "http" && (err == nil && addr.IsLoopback() || u.Hostname() == "localhost")
}

// sso is the single sign-on of the settings; nil for none.
func (c *doorsConfig) sso() *admin.SSO {
	if c.oidcIssuer == "" {
		return nil
	}
	return &admin.SSO{Issuer: c.oidcIssuer, ClientID: c.oidcClientID, ClientSecret: c.oidcSecret, Claim: c.oidcClaim}
}
