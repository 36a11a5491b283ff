package codes

import (
	"context"
	"net/netip"
)

// Network is what askers from one corner of the Internet share: the /24 of an
// IPv4 address, the /48 of an IPv6 one. It is "" for an address that tells
// nothing about who asks, such as that of our own proxy.
func Network(addr netip.Addr) string {
	addr = addr.Unmap().WithZone("")
	if !addr.IsGlobalUnicast() || addr.IsPrivate() || shared.Contains(addr) {
		return ""
	}
	bits := 48
	if addr.Is4() {
		bits = 24
	}
	p, err := addr.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// shared is what carriers use inside their own networks (RFC 6598).
var shared = netip.MustParsePrefix("100.64.0.0/10")

type networkKey struct{}

// WithNetwork says from which network somebody asks, for the cap on codes.
func WithNetwork(ctx context.Context, network string) context.Context {
	if network == "" {
		return ctx
	}
	return context.WithValue(ctx, networkKey{}, network)
}

// NetworkOf is what WithNetwork said, or "".
func NetworkOf(ctx context.Context) string {
	network, _ := ctx.Value(networkKey{}).(string)
	return network
}
