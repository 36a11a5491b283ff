package admin

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"

	"khaibao/core/duty"
)

// provider is a conforming OpenID provider that can be told to fail. It checks
// the client, its secret and the proof of the code (PKCE) as a real one does.
type provider struct {
	*mockoidc.MockOIDC
	mu   sync.Mutex
	bend func(idToken string) string // what it does to its tokens; nil for nothing
}

// person is an account at the provider; change may do to its claims what no
// provider should.
type person struct {
	mockoidc.MockUser
	more   map[string]any
	change func(*mockoidc.IDTokenClaims)
}

func (p *person) Claims(scope []string, claims *mockoidc.IDTokenClaims) (jwt.Claims, error) {
	if p.change != nil {
		p.change(claims)
	}
	made, err := p.MockUser.Claims(scope, claims)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(made)
	if err != nil {
		return nil, err
	}
	all := jwt.MapClaims{}
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, err
	}
	maps.Copy(all, p.more)
	return all, nil
}

func newProvider(t *testing.T, x *site) *provider {
	t.Helper()
	mock, err := mockoidc.NewServer(nil)
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{MockOIDC: mock}
	if err := mock.AddMiddleware(p.bending); err != nil {
		t.Fatal(err)
	}
	l := httptest.NewUnstartedServer(nil).Listener
	if err := mock.Start(l, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mock.Shutdown() })
	mock.FastForward(started.Sub(time.Now()))
	x.server.SSO = &SSO{Issuer: mock.Issuer(), ClientID: mock.ClientID, ClientSecret: mock.ClientSecret, Claim: "preferred_username"}
	return p
}

// bending changes the ID token of an answer.
func (p *provider) bending(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		bend := p.bend
		p.mu.Unlock()
		if bend == nil || r.URL.Path != mockoidc.TokenEndpoint {
			next.ServeHTTP(w, r)
			return
		}
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		var answer map[string]any
		if json.Unmarshal(rec.Body.Bytes(), &answer) == nil && answer["id_token"] != nil {
			answer["id_token"] = bend(answer["id_token"].(string))
		}
		body, _ := json.Marshal(answer) // a map of JSON values
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(rec.Code)
		_, _ = w.Write(body)
	})
}

// visit takes a browser to the provider and returns the address it is sent back to.
func (p *provider) visit(t *testing.T, b *browser, who *person) string {
	t.Helper()
	p.QueueUser(who)
	out := b.get("/admin/sso?next=%2Fadmin%2Ftasks")
	if out.status != http.StatusSeeOther || !strings.HasPrefix(out.header.Get("Location"), p.AuthorizationEndpoint()+"?") {
		t.Fatalf("the way to the provider: %d to %q\n%s", out.status, out.header.Get("Location"), out.body)
	}
	to, err := url.Parse(out.header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	q := to.Query()
	if q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 || len(q.Get("state")) != 43 || len(q.Get("nonce")) != 43 || q.Get("response_type") != "code" {
		t.Errorf("what the provider is asked: %v", q)
	}
	r, err := http.NewRequestWithContext(t.Context(), "GET", to.String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	back, err := url.Parse(res.Header.Get("Location"))
	if err != nil || res.StatusCode != http.StatusFound {
		t.Fatalf("the provider answers %d, %v", res.StatusCode, err)
	}
	return back.RequestURI()
}

func account(signIn string) *person {
	return &person{MockUser: mockoidc.MockUser{Subject: "subject of " + signIn, PreferredUsername: signIn, Email: signIn + "@hue.example"}}
}

func TestSSO(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		p := newProvider(t, x)
		o, _ := x.officer(duty.Team, anDong, true)
		b := x.browser()
		b.get("/admin/sign-in?next=%2Fadmin%2Ftasks").wants(t, "the sign-in page", 200, `href="/admin/sso?next=%2Fadmin%2Ftasks"`, `id="password"`)
		back := p.visit(t, b, account(o.SignIn))
		in := b.get(back)
		if in.status != http.StatusSeeOther || in.header.Get("Location") != "/admin/tasks" {
			t.Fatalf("the sign-in: %d to %q\n%s", in.status, in.header.Get("Location"), in.body)
		}
		for _, cookie := range in.header.Values("Set-Cookie") {
			if !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") {
				t.Errorf("cookie %q", cookie)
			}
		}
		b.get("/admin/tasks").wants(t, "signed in; the first password is not asked for", 200)
		b.get(ownPath).wants(t, "the account", 200, "qua đăng nhập một lần")
		x.browser().get(back).wants(t, "the answer in another browser", http.StatusBadRequest, "trình duyệt khác")
		b.get(back).wants(t, "the answer again", http.StatusBadRequest)
		if out := b.post("/admin/sign-out", nil); out.header.Get("Location") != "/admin/sign-in?out=sso" {
			t.Errorf("sign-out leads to %q", out.header.Get("Location"))
		}
		b.get("/admin/").wants(t, "signed out", http.StatusSeeOther)
		b.get("/admin/sign-in?out=sso").wants(t, "and of the provider, too", 200, "/admin/sso/out")
		x.server.SSO.end = "https://id.example/logout?x=1"
		if out := b.get(ssoOutPath).header.Get("Location"); !strings.HasPrefix(out, "https://id.example/logout?client_id=") || !strings.Contains(out, "post_logout_redirect_uri=http") {
			t.Errorf("the provider's sign-out: %q", out)
		}

		// The subject is who it is, not the name: the name may go to somebody else.
		heir := account(o.SignIn)
		heir.Subject = "somebody else"
		c := x.browser()
		c.get(p.visit(t, c, heir)).wants(t, "the name in other hands", http.StatusForbidden, "chưa gắn")
		renamed := account("new.name")
		renamed.Subject = "subject of " + o.SignIn
		if got := c.get(p.visit(t, c, renamed)); got.status != http.StatusSeeOther {
			t.Errorf("the officer under a new name: %d", got.status)
		}
		if strings.Contains(x.log.String(), o.SignIn) || strings.Contains(x.log.String(), "subject of") {
			t.Error("the log names somebody")
		}
	})
}

// What no provider should answer opens nothing.
func TestFaultyProvider(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		p := newProvider(t, x)
		o, _ := x.officer(duty.CDC, "46", false)
		gone, _ := x.officer(duty.CDC, "46", false)
		if err := x.s.DisableOfficer(t.Context(), started, gone.ID); err != nil {
			t.Fatal(err)
		}
		other, err := mockoidc.RandomKeypair(2048)
		if err != nil {
			t.Fatal(err)
		}
		claims := func(f func(*mockoidc.IDTokenClaims)) *person {
			who := account(o.SignIn)
			who.change = f
			return who
		}
		old := account(o.SignIn)
		old.more = map[string]any{"auth_time": started.Add(-13 * time.Hour).Unix()}
		nobody := account(o.SignIn)
		nobody.PreferredUsername = ""
		payload := func(token string) jwt.MapClaims {
			all := jwt.MapClaims{}
			body, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
			if err == nil {
				err = json.Unmarshal(body, &all)
			}
			if err != nil {
				t.Error(err)
			}
			return all
		}
		for _, test := range []struct {
			what string
			who  *person
			bend func(string) string
			want int
		}{
			{"another nonce", claims(func(c *mockoidc.IDTokenClaims) { c.Nonce = "of another try" }), nil, 401},
			{"no nonce", claims(func(c *mockoidc.IDTokenClaims) { c.Nonce = "" }), nil, 401},
			{"for another client", claims(func(c *mockoidc.IDTokenClaims) { c.Audience = jwt.ClaimStrings{"another"} }), nil, 401},
			{"of another issuer", claims(func(c *mockoidc.IDTokenClaims) { c.Issuer = "https://evil.example" }), nil, 401},
			{"expired", claims(func(c *mockoidc.IDTokenClaims) { c.ExpiresAt = jwt.NewNumericDate(started.Add(-time.Hour)) }), nil, 401},
			{"signed in yesterday", old, nil, 401},
			{"of another key", account(o.SignIn), func(token string) string {
				forged, err := other.SignJWT(payload(token))
				if err != nil {
					t.Error(err)
				}
				return forged
			}, 401},
			{"unsigned", account(o.SignIn), func(token string) string {
				return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + strings.Split(token, ".")[1] + "."
			}, 401},
			{"signed by the client's secret", account(o.SignIn), func(token string) string {
				forged, err := jwt.NewWithClaims(jwt.SigningMethodHS256, payload(token)).SignedString([]byte(p.ClientSecret))
				if err != nil {
					t.Error(err)
				}
				return forged
			}, 401},
			{"no token", account(o.SignIn), func(string) string { return "" }, 401},
			{"nobody's name", account("nobody.at.all"), nil, 403},
			{"no name", nobody, nil, 403},
			{"a disabled account", account(gone.SignIn), nil, 403},
		} {
			p.mu.Lock()
			p.bend = test.bend
			p.mu.Unlock()
			b := x.browser()
			got := b.get(p.visit(t, b, test.who))
			got.wants(t, test.what, test.want, `id="password"`)
			b.get("/admin/").wants(t, "after "+test.what, http.StatusSeeOther)
			x.pass(10 * time.Minute)
			p.FastForward(10 * time.Minute)
		}
		p.mu.Lock()
		p.bend = nil
		p.mu.Unlock()

		b := x.browser()
		p.visit(t, b, account(o.SignIn))
		b.get(ssoBackPath+"?state=forged&code=x").wants(t, "another state", http.StatusBadRequest)
		p.visit(t, b, account(o.SignIn))
		refused := strings.Replace(p.visit(t, b, account(o.SignIn)), "code=", "error=access_denied&x=", 1)
		b.get(refused).wants(t, "who said no at the provider", http.StatusUnauthorized)
		invented := p.visit(t, b, account(o.SignIn))
		invented = invented[:strings.Index(invented, "code=")] + "code=invented&" + invented[strings.Index(invented, "state="):]
		b.get(invented).wants(t, "an invented code", http.StatusUnauthorized)
		b.get(p.visit(t, b, account(o.SignIn)))
		b.get("/admin/check").wants(t, "and then all is right", 200)
	})
}

// The provider answers for more than a password, or our own code is asked for.
func TestSSOAndCodes(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		p := newProvider(t, x)
		x.server.Factor = []duty.Duty{duty.CDC}
		o, _ := x.officer(duty.CDC, "46", false)
		b := x.browser()
		if in := b.get(p.visit(t, b, account(o.SignIn))); !strings.HasPrefix(in.header.Get("Location"), factorPath) {
			t.Errorf("by a password alone: to %q", in.header.Get("Location"))
		}
		b.get("/admin/check").wants(t, "nothing is open", http.StatusSeeOther)
		strong := account(o.SignIn)
		strong.more = map[string]any{"amr": []string{"pwd", "otp", "mfa"}}
		c := x.browser()
		c.get(p.visit(t, c, strong))
		c.get("/admin/check").wants(t, "by more than a password", 200)
		b.setUp(t)
		b.get("/admin/check").wants(t, "with our own codes", 200)
		d := x.browser()
		if in := d.get(p.visit(t, d, account(o.SignIn))); !strings.HasPrefix(in.header.Get("Location"), codePath) {
			t.Errorf("by a password alone, with codes: to %q", in.header.Get("Location"))
		}
	})
}

// The provider is away: the password opens the door, and the page says so.
func TestProviderThatIsDown(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		o, _ := x.officer(duty.Team, anDong, false)
		down := httptest.NewServer(http.NotFoundHandler())
		down.Close()
		x.server.SSO = &SSO{Issuer: down.URL, ClientID: "x", ClientSecret: "y", Claim: "email"}
		b := x.browser()
		b.get("/admin/sso").wants(t, "away from the start", http.StatusServiceUnavailable, "Chưa kết nối được", `id="password"`)
		x.signedIn(o, password).get("/admin/check").wants(t, "by the password", 200)

		p := newProvider(t, x)
		x.server.SSO.Claim = "email"
		unverified := account("x")
		unverified.Email = o.SignIn
		b.get(p.visit(t, b, unverified)).wants(t, "an address that nobody verified", http.StatusUnauthorized)
		unverified.EmailVerified = true
		back := p.visit(t, b, unverified)
		if err := p.Shutdown(); err != nil {
			t.Fatal(err)
		}
		b.get(back).wants(t, "away in the middle", http.StatusServiceUnavailable, "Chưa kết nối được", `id="password"`)
		if strings.Contains(x.log.String(), "Chưa") || bytes.Contains(x.log.Bytes(), []byte("code=")) {
			t.Error("the log holds what the provider said")
		}
	})
}
