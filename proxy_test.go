package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestClientAddressBehindProxies(t *testing.T) {
	proxies, err := readProxies("10.0.0.0/8, 192.0.2.7 2001:db8::/32")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, remote string
		forwarded    []string
		want         string
	}{
		{"straight to us: the header is the client's own invention", "203.0.113.9:4000", []string{"1.2.3.4"}, "203.0.113.9"},
		{"one proxy", "10.1.1.1:4000", []string{"203.0.113.9"}, "203.0.113.9"},
		{"a forged beginning is passed over", "10.1.1.1:4000", []string{"1.2.3.4, 203.0.113.9"}, "203.0.113.9"},
		{"two proxies, two lines", "192.0.2.7:4000", []string{"203.0.113.9", "10.2.2.2"}, "203.0.113.9"},
		{"no header: the proxy itself", "10.1.1.1:4000", nil, "10.1.1.1"},
		{"garbage behind: the last that could be read", "10.1.1.1:4000", []string{"203.0.113.9, x"}, "10.1.1.1"},
		{"IPv6", "[2001:db8::1]:4000", []string{"2001:db9::5"}, "2001:db9::5"},
	}
	for _, tt := range tests {
		got := ""
		h := behindProxies(proxies, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr }))
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = tt.remote
		for _, line := range tt.forwarded {
			r.Header.Add("X-Forwarded-For", line)
		}
		h.ServeHTTP(httptest.NewRecorder(), r)
		host := strings.Trim(got[:strings.LastIndex(got, ":")], "[]")
		if host != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, host, tt.want)
		}
	}
	if _, err := readProxies("proxy.example.vn"); err == nil {
		t.Error("a name was taken for an address")
	}
}
