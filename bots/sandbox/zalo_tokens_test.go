package sandbox

import (
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestZaloTokensRotate(t *testing.T) {
	p := startZalo(t, nil)
	first := p.refresh(zaloFirst)
	if code(first) != -14014 {
		t.Errorf("a refresh token is taken twice: %v", first)
	}
	// Whoever connects the app again gets a new one.
	pair := p.refresh(p.Authorize())
	access, refresh := pair["access_token"], pair["refresh_token"].(string)
	if access == p.token || pair["expires_in"] != "90000" {
		t.Errorf("the pair is %v", pair)
	}
	// Of two nodes with one token, one wins.
	var wg sync.WaitGroup
	won := make(chan string, 8)
	for range 8 {
		wg.Go(func() {
			if next, ok := p.refresh(refresh)["refresh_token"].(string); ok {
				won <- next
			}
		})
	}
	wg.Wait()
	if len(won) != 1 {
		t.Fatalf("%d of eight refreshes won, want one", len(won))
	}
	refresh = <-won

	for name, form := range map[string]url.Values{
		"another app":      {"app_id": {"5"}, "grant_type": {"refresh_token"}, "refresh_token": {refresh}},
		"no grant":         {"app_id": {zaloApp}, "refresh_token": {refresh}},
		"a field too many": {"app_id": {zaloApp}, "grant_type": {"refresh_token"}, "refresh_token": {refresh}, "secret_key": {zaloAppKey}},
		"no token":         {"app_id": {zaloApp}, "grant_type": {"refresh_token"}},
	} {
		got := p.do("POST", "/oauth/v4/oa/access_token", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()), "secret_key", zaloAppKey)
		if code(got) == 0 || got["access_token"] != nil {
			t.Errorf("%s: answered %v", name, got)
		}
	}
	form := url.Values{"app_id": {zaloApp}, "grant_type": {"refresh_token"}, "refresh_token": {refresh}}.Encode()
	if got := p.do("POST", "/oauth/v4/oa/access_token", "application/x-www-form-urlencoded", strings.NewReader(form), "secret_key", "x"); code(got) != -14004 {
		t.Errorf("a wrong secret: answered %v", got)
	}
	if got := p.do("POST", "/oauth/v4/oa/access_token", "application/json", strings.NewReader("{}"), "secret_key", zaloAppKey); code(got) == 0 {
		t.Errorf("JSON: answered %v", got)
	}

	text := p.cs(`{"text":"x"}`)
	p.later(25*time.Hour - time.Second)
	if got := p.call(zaloCS, text); code(got) != 0 {
		t.Errorf("a token of nearly 25 hours: %v", got)
	}
	p.later(time.Second)
	if got := p.call(zaloCS, text); code(got) != -216 {
		t.Errorf("a token of 25 hours: %v", got)
	}
	p.token = p.refresh(refresh)["access_token"].(string)
	p.ExpireTokens()
	if got := p.call(zaloCS, text); code(got) != -216 {
		t.Errorf("an expired token: %v", got)
	}
	pair = p.refresh(p.Authorize())
	p.token, refresh = pair["access_token"].(string), pair["refresh_token"].(string)
	if got := p.call(zaloCS, text); code(got) != 0 {
		t.Errorf("the token after it: %v", got)
	}
	p.Disconnect()
	if got := p.call(zaloCS, text); code(got) != -220 {
		t.Errorf("a token of an app that was taken away: %v", got)
	}
	if got := p.refresh(refresh); code(got) != -14014 {
		t.Errorf("its refresh token: %v", got)
	}
	pair = p.refresh(p.Authorize())
	refresh = pair["refresh_token"].(string)
	p.later(90*24*time.Hour + time.Second)
	if got := p.refresh(refresh); code(got) != -14014 {
		t.Errorf("a refresh token of three months: %v", got)
	}
}

// The program keeps its tokens in a database; the imitation starts anew.
func TestZaloTokensOutliveARestart(t *testing.T) {
	p := startZalo(t, nil)
	refresh := p.refresh(p.Authorize())["refresh_token"].(string)
	again := startZalo(t, nil)
	if got := again.do("GET", "/openapi/v2.0/oa/getoa", "", nil, "access_token", p.token); code(got) != 0 {
		t.Errorf("an access token of before: %v", got)
	}
	if got := again.refresh(refresh); got["access_token"] == nil {
		t.Errorf("a refresh token of before: %v", got)
	}
	if got := again.UserID(lan); got != p.UserID(lan) || len(got) != 19 {
		t.Errorf("a person's ID is %q, and was %q", got, p.UserID(lan))
	}
}
