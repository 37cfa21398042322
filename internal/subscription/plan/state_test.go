package plan_test

import (
	"testing"

	"seatledger/internal/account"
	"seatledger/internal/distributor"
	"seatledger/internal/subscription/plan"
)

func TestDerive(t *testing.T) {
	t.Parallel()
	landed := plan.Standing{Account: account.Mapped, HasCustomer: true}
	with := func(change func(*plan.Standing)) plan.Standing {
		s := landed
		change(&s)
		return s
	}
	cases := []struct {
		name string
		in   plan.Standing
		want plan.Verdict
	}{
		{"nothing stands against it", landed, plan.Verdict{State: plan.Active}},
		{"ended outranks every hold", with(func(s *plan.Standing) { s.Ended, s.TwinHold = true, true }),
			plan.Verdict{State: plan.Inactive, DeactivatedBy: plan.ByProvider}},
		{"a person's decision outranks the provider's",
			with(func(s *plan.Standing) {
				s.Ended, s.DeactivatedBy = true,
					plan.ByPerson
			}), plan.Verdict{State: plan.Inactive, DeactivatedBy: plan.ByPerson}},
		{"so does the cut-over's", with(func(s *plan.Standing) { s.DeactivatedBy = plan.ByCutover }),
			plan.Verdict{State: plan.Inactive, DeactivatedBy: plan.ByCutover}},
		{"the provider's own end does not outlive it",
			with(func(s *plan.Standing) { s.DeactivatedBy = plan.ByProvider }), plan.Verdict{State: plan.Active}},
		{"unmapped", with(func(s *plan.Standing) { s.Account, s.Pending = account.Unmapped, true }),
			plan.Verdict{State: plan.Held, HoldReason: plan.HoldUnmapped}},
		{"moved to a mapped account: nobody said whose it is", with(func(s *plan.Standing) { s.HasCustomer = false }),
			plan.Verdict{State: plan.Held, HoldReason: plan.HoldUnmapped}},
		{"excluded", with(func(s *plan.Standing) { s.Account, s.HasCustomer = account.Excluded, false }),
			plan.Verdict{State: plan.Held, HoldReason: plan.HoldExcluded}},
		{"pending", with(func(s *plan.Standing) { s.Pending, s.TwinHold = true, true }),
			plan.Verdict{State: plan.Held, HoldReason: plan.HoldPending}},
		{"twin", with(func(s *plan.Standing) { s.TwinHold, s.CutoverHold = true, true }),
			plan.Verdict{State: plan.Held, HoldReason: plan.HoldTwin}},
		{"cut-over", with(func(s *plan.Standing) { s.CutoverHold = true }),
			plan.Verdict{State: plan.Held, HoldReason: plan.HoldCutover}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := plan.Derive(c.in); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestOnlyFiveStatusesEnd(t *testing.T) {
	t.Parallel()
	ends := map[distributor.Status]bool{
		distributor.StatusActive: false, distributor.StatusBlank: false, distributor.StatusSuspended: false,
		distributor.StatusPending: false, distributor.StatusUnknown: false,
		distributor.StatusExpired: true, distributor.StatusCancelled: true, distributor.StatusDiscontinued: true,
		distributor.StatusDeleted: true, distributor.StatusMissing: true,
	}
	for s, want := range ends {
		if got := plan.Ends(s); got != want {
			t.Errorf("%s ends: %v, want %v", s, got, want)
		}
	}
}
