package vocabulary

import (
	"testing"

	"seatledger/internal/distributor"
	"seatledger/internal/money"
)

func TestAStatusIsReadByItsStem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]distributor.Status{
		"Activated": distributor.StatusActive, "ACTIVE": distributor.StatusActive, "active ": distributor.StatusActive,
		"Reactivated": distributor.StatusActive,
		"":            distributor.StatusBlank, "  ": distributor.StatusBlank, "null": distributor.StatusBlank,
		"N/A":    distributor.StatusBlank,
		"Expire": distributor.StatusExpired, "Expired": distributor.StatusExpired,
		"Cancelled": distributor.StatusCancelled, "canceled": distributor.StatusCancelled,
		"SUSPENDED": distributor.StatusSuspended, "Discontinued": distributor.StatusDiscontinued,
		"deleted": distributor.StatusDeleted,
		"Pending": distributor.StatusPending, "PROCESSING": distributor.StatusPending,
		"In_Process": distributor.StatusPending, "Pending activation": distributor.StatusPending,
		"Inactive": distributor.StatusUnknown, "Deactivated": distributor.StatusUnknown,
		"Not active": distributor.StatusUnknown, "Cancellation pending": distributor.StatusUnknown,
		"Scheduled for cancellation": distributor.StatusUnknown, "Expiring soon": distributor.StatusUnknown,
		"Frozen": distributor.StatusUnknown, "0": distributor.StatusUnknown,
	} {
		if got := Status(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestAnAccountIsInUseUnlessItsStatusEndsIt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"": true, "Active": true, "true": true, "whatever": true, "Suspended": true,
		"Discontinued": false, "Inactive": false, "false": false, "Cancelled": false, "DELETED": false} {
		if got := AccountActive(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestRhythmsAreReadInEverySpelling(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]distributor.Frequency{
		"month": distributor.Monthly, "Monthly": distributor.Monthly, "P1M": distributor.Monthly,
		"annual": distributor.Annual, "year": distributor.Annual, "P1Y": distributor.Annual,
		"Yearly":   distributor.Annual,
		"one_time": distributor.FreqOneTime, "One-Time": distributor.FreqOneTime, "Triennial": distributor.Triennial,
		"P3Y": distributor.Triennial, "3 Years": distributor.Triennial, "quarterly": distributor.Quarterly,
		"trial": distributor.FreqTrial, "": distributor.FreqUnknown, "fortnight": distributor.FreqUnknown,
		"3": distributor.FreqUnknown,
	} {
		if got := Rhythm(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestTheTermIsFoundInPartNumbersAndNames(t *testing.T) {
	t.Parallel()
	if f, word := TermOfPart("CFQ7TTC0LH18:0001:P1Y:M"); f != distributor.Annual || word != "P1Y" {
		t.Errorf("%s %s", f, word)
	}
	if f, _ := FrequencyOfPart("CFQ7TTC0LH18:0001:P1Y:M"); f != distributor.Monthly {
		t.Errorf("%s", f)
	}
	for _, part := range []string{"", "CFQ7TTC0LH18:0001", "A-B-C", "X:Y:Z"} {
		if f, word := TermOfPart(part); f != distributor.FreqUnknown || word != "" {
			t.Errorf("%q: %s %s", part, f, word)
		}
	}
	for name, want := range map[string]distributor.Term{
		"Microsoft 365 E3 (annual)": distributor.Annual, "Duo Beyond 1Y": distributor.Annual,
		"Exchange Online monthly": distributor.Monthly, "Project Plan 3 triennial": distributor.Triennial,
		"Umbrella 3Y": distributor.Triennial, "Business Basic (annual, billed monthly)": distributor.Annual,
		"Windows 11 Pro perpetual": distributor.FreqOneTime, "Power BI Pro Trial": distributor.FreqTrial,
		"Office 365 E3": distributor.FreqUnknown, "Annualizer Suite": distributor.FreqUnknown,
		"Teams 1 year term paid monthly": distributor.Annual, "Plan 1 - monthly billing": distributor.FreqUnknown,
	} {
		if got, word := TermOfName(name); got != want {
			t.Errorf("%q: %s (%s), want %s", name, got, word, want)
		}
	}
}

func TestACostIsForOneBillingCycle(t *testing.T) {
	t.Parallel()
	for f, want := range map[distributor.Frequency]money.Period{distributor.Monthly: money.Month,
		distributor.Quarterly: money.Quarter, distributor.Annual: money.Year,
		distributor.Triennial: money.ThreeYears, distributor.FreqOneTime: money.Once,
		distributor.FreqUnknown: money.Unknown, distributor.FreqTrial: money.Unknown} {
		if got := CostPeriod(f); got != want {
			t.Errorf("%s: %s", f, got)
		}
	}
}

func TestKindsAndVendorsAreToldApart(t *testing.T) {
	t.Parallel()
	for want, p := range map[distributor.Kind]Product{
		distributor.Trial:       {Name: "Power BI Trial", Frequency: distributor.Monthly},
		distributor.Usage:       {Name: "Azure plan", Frequency: distributor.Monthly},
		distributor.OneTime:     {Name: "Windows Server CAL", Frequency: distributor.FreqOneTime},
		distributor.Licence:     {Name: "Duo MFA", Frequency: distributor.Annual, Term: distributor.FreqUnknown},
		distributor.UnknownKind: {Name: "Something", Frequency: distributor.FreqUnknown, Term: distributor.FreqUnknown},
	} {
		if got := Kind(p); got != want {
			t.Errorf("%s: %s", p.Name, got)
		}
	}
	for _, v := range [][3]string{{"MICROSOFT CORPORATION", "", "Microsoft"}, {"", "CFQ7TTC0LH18:0001", "Microsoft"},
		{"Cisco", "CFQ7TTC0LH18", "Cisco"}, {"", "MX64", ""}} {
		if got := Vendor(v[0], v[1]); got != v[2] {
			t.Errorf("%v: %q", v, got)
		}
	}
}

func TestSeatsAddedAndRemovedAreReadFromTheText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"Add 3 seats": 3, "Remove 1 seat": -1, "Added 5 licenses": 5, "removed 2 user licences": -2,
		"Reduce by 3 seats": -3, "Reduce seats by 4": -4, "Increase licenses by 2": 2,
		"Increased the number of seats by 10": 10, "Decrease 1 license": -1, "ADD 1,200 SEATS": 1200,
		"Change seats from 5 to 8": 3, "Update quantity from 8 to 5": -3, "Add 3 seats. Remove 1 seat.": 2,
		"Set to Renew with current plan": 0, "Send Renewal Notification": 0, "reduce to 3 seats": 0,
		"Add user jane3": 0, "Address 3 seats": 0, "": 0, "Add 99999999999999999999 seats": 0,
	} {
		if got := SeatDelta(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestOnlyACancellationThatHappenedEnds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"Cancelled": true, "Subscription canceled by admin": true, "Cancel Service (Microsoft 365 E3)": true,
		"Subscription deleted":      true,
		"Scheduled to be cancelled": false, "Cancel renewal": false, "Set to Renew": false,
		"Will be cancelled at end of term": false, "Cancellation requested": false, "Add 3 seats": false,
		"Not cancelled": false,
	} {
		if got := Ended(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
