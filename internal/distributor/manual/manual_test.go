package manual

import (
	"testing"

	"seatledger/internal/distributor"
)

func TestAManualProviderReadsNothing(t *testing.T) {
	t.Parallel()
	var c distributor.Connector = Connector{}
	_, accounts := c.Accounts(t.Context())
	_, subscriptions := c.Subscriptions(t.Context(), "1")
	_, changes := c.Changes(t.Context(), distributor.ChangeQuery{})
	for _, err := range []error{accounts, subscriptions, changes} {
		if distributor.KindOf(err) != distributor.Unsupported {
			t.Errorf("%v", err)
		}
	}
	if caps := c.Capabilities(); caps.Verify || !caps.ManualEntry {
		t.Errorf("%+v", caps)
	}
	if check := c.Verify(t.Context(), distributor.Hurried); len(check.Layers) != 0 {
		t.Errorf("%+v", check)
	}
}
