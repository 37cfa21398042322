package outbound

import (
	"testing"

	"seatledger/internal/distributor"
)

// Where hosts are named, no other is called or accepted, whatever it resolves to.
func TestOnlyNamedHostsAreCalled(t *testing.T) {
	t.Parallel()
	c := client(t, Options{Hosts: []string{"api.distributor.example", "*.crm.example"}})
	for url, good := range map[string]bool{"https://api.distributor.example/v1": true,
		"https://API.distributor.example.": true,
		"https://org.crm.example/":         true, "https://crm.example/": false, "https://evilcrm.example/": false,
		"https://api.distributor.example.collector.example/": false, "https://collector.example/": false,
		"https://93.184.216.34/": false} {
		err := c.CheckURL(url)
		if (err == nil) != good {
			t.Errorf("%s: %v", url, err)
		}
		if good {
			continue
		}
		_, err = get(t, c, url)
		wantKind(t, err, distributor.AddressRefused, "not among the hosts")
	}
	if err := client(t, Options{}).CheckURL("https://collector.example/"); err != nil {
		t.Errorf("without a list: %v", err)
	}
}
