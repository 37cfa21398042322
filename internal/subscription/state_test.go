package subscription_test

import (
	"testing"

	"seatledger/internal/account"
	"seatledger/internal/distributor"
	"seatledger/internal/subscription"
)

func TestDerive(t *testing.T) {
	t.Parallel()
	landed := subscription.Standing{Account: account.Mapped, HasCustomer: true}
	with := func(change func(*subscription.Standing)) subscription.Standing {
		s := landed
		change(&s)
		return s
	}
	cases := []struct {
		name string
		in   subscription.Standing
		want subscription.Verdict
	}{
		{"nothing stands against it", landed, subscription.Verdict{State: subscription.Active}},
		{"ended outranks every hold", with(func(s *subscription.Standing) { s.Ended, s.TwinHold = true, true }), subscription.Verdict{State: subscription.Inactive, DeactivatedBy: subscription.ByProvider}},
		{"a person's decision outranks the provider's", with(func(s *subscription.Standing) { s.Ended, s.DeactivatedBy = true, subscription.ByPerson }), subscription.Verdict{State: subscription.Inactive, DeactivatedBy: subscription.ByPerson}},
		{"so does the cut-over's", with(func(s *subscription.Standing) { s.DeactivatedBy = subscription.ByCutover }), subscription.Verdict{State: subscription.Inactive, DeactivatedBy: subscription.ByCutover}},
		{"the provider's own end does not outlive it", with(func(s *subscription.Standing) { s.DeactivatedBy = subscription.ByProvider }), subscription.Verdict{State: subscription.Active}},
		{"unmapped", with(func(s *subscription.Standing) { s.Account, s.Pending = account.Unmapped, true }), subscription.Verdict{State: subscription.Held, HoldReason: subscription.HoldUnmapped}},
		{"moved to a mapped account: nobody said whose it is", with(func(s *subscription.Standing) { s.HasCustomer = false }), subscription.Verdict{State: subscription.Held, HoldReason: subscription.HoldUnmapped}},
		{"excluded", with(func(s *subscription.Standing) { s.Account, s.HasCustomer = account.Excluded, false }), subscription.Verdict{State: subscription.Held, HoldReason: subscription.HoldExcluded}},
		{"pending", with(func(s *subscription.Standing) { s.Pending, s.TwinHold = true, true }), subscription.Verdict{State: subscription.Held, HoldReason: subscription.HoldPending}},
		{"twin", with(func(s *subscription.Standing) { s.TwinHold, s.CutoverHold = true, true }), subscription.Verdict{State: subscription.Held, HoldReason: subscription.HoldTwin}},
		{"cut-over", with(func(s *subscription.Standing) { s.CutoverHold = true }), subscription.Verdict{State: subscription.Held, HoldReason: subscription.HoldCutover}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := subscription.Derive(c.in); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestOnlyFiveStatusesEnd(t *testing.T) {
	t.Parallel()
	ends := map[distributor.Status]bool{
		distributor.StatusActive: false, distributor.StatusBlank: false, distributor.StatusSuspended: false, distributor.StatusPending: false, distributor.StatusUnknown: false,
		distributor.StatusExpired: true, distributor.StatusCancelled: true, distributor.StatusDiscontinued: true, distributor.StatusDeleted: true, distributor.StatusMissing: true,
	}
	for s, want := range ends {
		if got := subscription.Ends(s); got != want {
			t.Errorf("%s ends: %v, want %v", s, got, want)
		}
	}
}
