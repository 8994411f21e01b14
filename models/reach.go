package models

import (
	"fmt"
	"net/netip"
)

// Reach says which addresses webhooks are delivered to: public ones, by TLS, and
// those that the configuration allows. The zero value allows none beside.
type Reach struct{ allowed []netip.Prefix }

// NewReach allows addresses, such as 10.1.2.3, and networks, such as 10.0.0.0/8.
func NewReach(allowed []string) (Reach, error) {
	var r Reach
	for _, text := range allowed {
		prefix, err := netip.ParsePrefix(text)
		if address, one := netip.ParseAddr(text); one == nil {
			prefix, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil {
			return Reach{}, Errorf(Invalid, "must be addresses or networks such as 10.0.0.0/8, one is %q", text)
		}
		r.allowed = append(r.allowed, prefix.Masked())
	}
	return r, nil
}

// OnlyPublic reports whether nothing is allowed but public addresses.
func (r Reach) OnlyPublic() bool { return len(r.allowed) == 0 }

// Check says why nothing may be delivered to the address; nil when it may. What is
// not encrypted goes to allowed addresses only.
func (r Reach) Check(to netip.Addr, encrypted bool) error {
	to = to.Unmap().WithZone("")
	for _, prefix := range r.allowed {
		if prefix.Contains(to) {
			return nil
		}
	}
	if !public(to) {
		return fmt.Errorf("%s is a private or local address; MITTARI_WEBHOOK_ALLOW can allow it", to)
	}
	if !encrypted {
		return fmt.Errorf("%s would be sent to without TLS; use https, or allow the address by MITTARI_WEBHOOK_ALLOW", to)
	}
	return nil
}

// public reports whether the address is one of the open internet: none of those that
// IANA keeps for other ends (https://www.iana.org/assignments/iana-ipv4-special-registry,
// …/iana-ipv6-special-registry), none that leads to such a one by translation or a
// tunnel, and none that clouds serve machines' credentials at.
func public(a netip.Addr) bool {
	within, except := "0.0.0.0/0", []string{"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
		"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
		"168.63.129.16/32"}
	if a.Is6() {
		// Outside of 2000::/3 lie loopback, mapped, NAT64 (64:ff9b::/96), unique local, link-local and multicast addresses.
		within, except = "2000::/3", []string{"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"} // Teredo, 6to4
	}
	if !netip.MustParsePrefix(within).Contains(a) {
		return false
	}
	for _, prefix := range except {
		if netip.MustParsePrefix(prefix).Contains(a) {
			return false
		}
	}
	return true
}
