package outbound

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seatledger/internal/distributor"
)

func TestOnlyPublicAddressesMayBeCalled(t *testing.T) {
	t.Parallel()
	for text, public := range map[string]bool{
		"8.8.8.8": true, "93.184.215.14": true, "2606:4700::1111": true, "172.32.0.1": true, "100.128.0.1": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.31.255.255": false, "192.168.1.1": false, "169.254.169.254": false,
		"100.64.0.1": false,
		"0.0.0.0":    false, "192.0.2.1": false, "198.51.100.7": false, "203.0.113.9": false, "198.19.0.1": false,
		"224.0.0.1": false, "255.255.255.255": false, "168.63.129.16": false,
		"::1": false, "::": false, "::ffff:8.8.8.8": false, "64:ff9b::808:808": false, "fd00::1": false,
		"fe80::1": false, "ff02::1": false,
		"2001:db8::1": false, "2001::1": false, "2002:808:808::1": false, "3fff::1": false, "4000::1": false,
		"100::1": false,
	} {
		if got := notPublic(netip.MustParseAddr(text)) == ""; got != public {
			t.Errorf("%s: public %v", text, got)
		}
	}
}

func TestExceptionsAreReadAsCIDRWithOrWithoutPort(t *testing.T) {
	t.Parallel()
	a, err := ParseAllow(" 10.1.2.3/24, 127.0.0.1/32:8443,::1/128:9000 ,192.168.7.7,127.0.0.2:80,")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"10.1.2.0/24", "127.0.0.1/32:8443", "::1/128:9000", "192.168.7.7/32", "127.0.0.2/32:80"}
	if d := cmp.Diff(want, a.Entries()); d != "" {
		t.Error(d)
	}
	for _, bad := range []string{"10.0.0.0/33", "example.com", "10.0.0.0/8:0", "10.0.0.0/8:70000", "10.0.0.0/8:x", "/8",
		"10.0.0/8"} {
		if _, err := ParseAllow(bad); err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestTheFormOfAnAddressIsChecked(t *testing.T) {
	t.Parallel()
	for url, kind := range map[string]distributor.ErrorKind{
		"https://api.us.tdsynnex.com/": "", "https://api.us.tdsynnex.com": "", "http://10.0.0.1:8080": "",
		"https://[2606:4700::1111]/": "", "https://8.8.8.8/base": "",
		"api.us.tdsynnex.com": distributor.NotHTTPS, "ftp://x.example": distributor.NotHTTPS, "": distributor.NotHTTPS,
		"https://u:p@x.example": distributor.AddressRefused, "https://x.example/?a=1": distributor.AddressRefused,
		"https://2130706433/": distributor.AddressRefused,
		"https://0x7f.1/":     distributor.AddressRefused, "https://1.2.3.4.5/": distributor.AddressRefused,
		"https://x.example/\n": distributor.AddressRefused, "https://": distributor.AddressRefused,
		"https://x.example:port/": distributor.AddressRefused, "https://bücher.example/": distributor.AddressRefused,
		"https://x.example/" + strings.Repeat("a", 2000): distributor.AddressRefused,
	} {
		err := CheckURL(url)
		if distributor.KindOf(err) != kind || (kind == "") != (err == nil) {
			t.Errorf("%q: %v", url, err)
		}
	}
}

func TestAClientRefusesAtOnceWhatItWouldNeverCall(t *testing.T) {
	t.Parallel()
	closed, open := client(t, Options{}), client(t, Options{Allow: loopback(t)})
	wantKind(t, closed.CheckURL("http://api.example/"), distributor.NotHTTPS)
	wantKind(t, closed.CheckURL("https://10.0.0.1/"), distributor.AddressRefused, "a private address")
	wantKind(t, closed.CheckURL("https://8.8.8.8:8443/"), distributor.AddressRefused, "Port 8443")
	for _, url := range []string{"http://127.0.0.1:9999/", "https://127.0.0.1/", "http://sandbox.example:9999/"} {
		if err := open.CheckURL(url); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}
