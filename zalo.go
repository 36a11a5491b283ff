package main

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"khaibao/bots/sandbox"
	"khaibao/bots/zalo"
	"khaibao/core"
	"khaibao/core/store"
)

// zaloConfig are the settings of Zalo.
type zaloConfig struct {
	zaloAppID, zaloAppSecret, zaloOASecret, zaloRefreshToken string
	zaloAPIURL, zaloOAuthURL, zaloTemplateURL                string
	zaloRateText                                             string
	zaloRate                                                 float64 // read from it; 0 takes the channel's own
}

func (c *zaloConfig) settings() []setting {
	return []setting{
		{"ZALO_APP_ID", &c.zaloAppID, "", "of the application that the Official Account let in; empty for no Zalo"},
		{"ZALO_APP_SECRET", &c.zaloAppSecret, "", "of the application, from its page of settings"},
		{"ZALO_OA_SECRET", &c.zaloOASecret, "", "of the Official Account, from the page of its web-hook"},
		{"ZALO_REFRESH_TOKEN", &c.zaloRefreshToken, "", "the first one, or a new one when Zalo refuses ours; it is used once"},
		{"ZALO_API_URL", &c.zaloAPIURL, zalo.API, "where the Official Account API is"},
		{"ZALO_OAUTH_URL", &c.zaloOAuthURL, zalo.OAuth, "where Zalo gives tokens"},
		{"ZALO_TEMPLATE_URL", &c.zaloTemplateURL, zalo.TemplateAPI, "where Zalo takes templates by phone"},
		{"ZALO_RATE", &c.zaloRateText, "", "messages a second to Zalo; default 50, as every application may make 4000 calls a minute"},
	}
}

// real tells whether an account of Zalo's is named.
func (c *zaloConfig) real() bool {
	return c.zaloAppID+c.zaloAppSecret+c.zaloOASecret+c.zaloRefreshToken != ""
}

// check wants the settings of an account all or not at all; a refresh token may
// be missing, as the database keeps its successor.
func (c *zaloConfig) check(bad func(name, want string)) {
	c.zaloRate = readRate("ZALO_RATE", c.zaloRateText, bad)
	for _, s := range [][2]string{{"ZALO_API_URL", c.zaloAPIURL}, {"ZALO_OAUTH_URL", c.zaloOAuthURL}, {"ZALO_TEMPLATE_URL", c.zaloTemplateURL}} {
		if u, err := url.Parse(s[1]); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			bad(s[0], "want http://… or https://…")
		}
	}
	switch {
	case !c.real():
	case c.zaloAppID == "" || strings.Trim(c.zaloAppID, "0123456789") != "":
		bad("ZALO_APP_ID", "want the digits of the application's ID")
	case c.zaloAppSecret == "":
		bad("ZALO_APP_SECRET", "needed with ZALO_APP_ID")
	case c.zaloOASecret == "":
		bad("ZALO_OA_SECRET", "a web-hook needs the secret key of its page")
	}
}

// wireZalo makes the Zalo channel, and has its tokens renewed.
func (p *program) wireZalo(n *networks) error {
	c := &zalo.Channel{AppID: p.c.zaloAppID, AppSecret: p.c.zaloAppSecret, OASecret: p.c.zaloOASecret, RefreshToken: p.c.zaloRefreshToken,
		Vault: vault{p.store, p.c.province}, API: p.c.zaloAPIURL, OAuth: p.c.zaloOAuthURL, TemplateAPI: p.c.zaloTemplateURL,
		PublicURL: p.c.publicURL, Rate: p.c.zaloRate, Statuses: p.store, Count: p.metrics.countHook(zalo.Name)}
	if err := c.Check(); err != nil {
		return err
	}
	n.zalo = c
	n.channels = append(n.channels, c)
	n.receivers = append(n.receivers, c.KeepTokens)
	p.metrics.watchTokens(p.store)
	return nil
}

// sandboxZalo is an imitated account at a base URL, which the settings are made
// to name. It is no secret: it opens nothing but the imitation.
func (p *program) sandboxZalo(base string) *sandbox.Zalo {
	p.c.zaloConfig = zaloConfig{zaloAppID: "1000000000000000001", zaloAppSecret: "sandbox-app-secret", zaloOASecret: "sandbox-oa-secret",
		zaloRefreshToken: "sandbox-first-refresh-token", zaloAPIURL: base + "/openapi", zaloOAuthURL: base + "/oauth", zaloTemplateURL: base + "/business"}
	return sandbox.NewZalo(sandbox.ZaloAccount{AppID: p.c.zaloAppID, AppSecret: p.c.zaloAppSecret, OAID: "2000000000000000002",
		OASecret: p.c.zaloOASecret, RefreshToken: p.c.zaloRefreshToken, Base: base, Hook: p.c.publicURL + zalo.HookPath,
		Templates: sandbox.DemoTemplates()})
}

// vault keeps Zalo's tokens in the store.
type vault struct {
	store    *store.Store
	province string
}

func (v vault) Tokens(ctx context.Context) (core.Tokens, error) {
	return v.store.Tokens(ctx, zalo.Name)
}

func (v vault) Offer(ctx context.Context, now time.Time, refresh string) (bool, error) {
	return v.store.OfferToken(ctx, now, zalo.Name, refresh)
}

func (v vault) Lease(ctx context.Context, generation int64, now, until time.Time) (core.Tokens, bool, error) {
	return v.store.LeaseToken(ctx, zalo.Name, generation, now, until)
}

func (v vault) Keep(ctx context.Context, now time.Time, t core.Tokens) (bool, error) {
	return v.store.KeepTokens(ctx, now, zalo.Name, t)
}

func (v vault) Later(ctx context.Context, generation int64, until time.Time) error {
	return v.store.TokensLater(ctx, zalo.Name, generation, until)
}

// tokenTaskTime is how long officers have to tell whoever runs the machines:
// what is left of the access token when its renewal is first refused.
const tokenTaskTime = 4 * time.Hour

func (v vault) Refused(ctx context.Context, now time.Time, generation int64, until time.Time) (bool, error) {
	return v.store.TokensRefused(ctx, now, zalo.Name, generation, until,
		core.Task{Kind: store.TaskTokens, Province: v.province, Due: now.Add(tokenTaskTime)})
}

func (v vault) Learned(ctx context.Context, name string) (string, error) {
	return v.store.Learned(ctx, zalo.Name, name)
}

func (v vault) Learn(ctx context.Context, now time.Time, name, value string) error {
	return v.store.Learn(ctx, now, zalo.Name, name, value)
}

// watchTokens adds how long Zalo's access token lives, and whether Zalo refuses
// to renew it.
func (m *metrics) watchTokens(s *store.Store) { m.registry.MustRegister(tokenAge{s}) }

// tokenAge asks the store when it is scraped.
type tokenAge struct{ store *store.Store }

var (
	tokenLeftDesc    = prometheus.NewDesc("khaibao_zalo_token_left_seconds", "For how long Zalo's access token is still good; 0 when it is not.", nil, nil)
	tokenRefusedDesc = prometheus.NewDesc("khaibao_zalo_token_refused", "1 while Zalo refuses our refresh token, or there is none.", nil, nil)
)

// Describe implements prometheus.Collector.
func (t tokenAge) Describe(c chan<- *prometheus.Desc) { c <- tokenLeftDesc; c <- tokenRefusedDesc }

// Collect implements prometheus.Collector.
func (t tokenAge) Collect(c chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	held, err := t.store.Tokens(ctx, zalo.Name)
	if err != nil {
		slog.Debug("tokens not read for their metrics", "err", err)
		return
	}
	refused := 0.0
	if !held.Refused.IsZero() {
		refused = 1
	}
	c <- prometheus.MustNewConstMetric(tokenLeftDesc, prometheus.GaugeValue, max(0, time.Until(held.Expires).Seconds()))
	c <- prometheus.MustNewConstMetric(tokenRefusedDesc, prometheus.GaugeValue, refused)
}
