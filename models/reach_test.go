package models

import (
	"net/netip"
	"strings"
	"testing"
)

func TestOnlyPublicAddressesAreReachedUnlessOthersAreAllowed(t *testing.T) {
	private := []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255", "127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.0.1", "169.254.169.254",
		"172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1",
		"3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
	}
	public := []string{"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
		"223.255.255.255", "::ffff:1.1.1.1", "2001:200::1", "2606:4700:4700::1111", "2a00:1450::1"}
	for _, text := range private {
		err := Reach{}.Check(netip.MustParseAddr(text), true)
		if err == nil || !strings.Contains(err.Error(), "MITTARI_WEBHOOK_ALLOW") {
			t.Errorf("%s is reached: %v", text, err)
		}
	}
	for _, text := range public {
		if err := (Reach{}).Check(netip.MustParseAddr(text), true); err != nil {
			t.Errorf("%s is not reached: %v", text, err)
		}
		if err := (Reach{}).Check(netip.MustParseAddr(text), false); err == nil {
			t.Errorf("%s is reached without TLS", text)
		}
	}
	allowed, err := NewReach([]string{"10.0.0.0/8", "fd00::/8", "127.0.0.1"})
	if err != nil || allowed.OnlyPublic() {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{"10.9.8.7": true, "::ffff:10.9.8.7": true, "fd12::1": true, "127.0.0.1": true, "127.0.0.2": false, "192.168.1.1": false, "::1": false} {
		if err := allowed.Check(netip.MustParseAddr(text), false); (err == nil) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{"", "localhost", "10.0.0.0/33", "10.0.0.1:80", "10.*"} {
		if _, err := NewReach([]string{text}); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
