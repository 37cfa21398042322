package review

import (
	"fmt"

	"seatledger/internal/account"
	"seatledger/internal/distributor"
	"seatledger/internal/subscription"
)

// customer asks whose subscription it is, and whether the distributor still says so.
func customer(f Facts) []Check {
	mend := Mend{"account", f.AccountID.String()}
	cs := []Check{customerSet(f, mend)}
	if f.MovedFrom != "" && !f.CRMAccountID.Valid {
		cs = append(cs, Check{Customer, "moved", Fail,
			fmt.Sprintf("Moved from %s: the distributor reports it under another account now. "+
				"Contract and sign-off were cleared.", f.MovedFrom), mend})
	}
	if f.AccountStatus == account.Gone {
		cs = append(cs, Check{Customer, "account_gone", Fail,
			"The distributor no longer lists this account, but its subscriptions are not proven gone, so they stay " +
				"as they are.", mend})
	}
	cs = append(append(cs, unread(f)...), pastEnd(f)...)
	return append(append(cs, renewed(f)...), providerStatus(f)...)
}

func customerSet(f Facts, mend Mend) Check {
	switch {
	case f.AccountState == account.Excluded:
		return Check{Customer, "customer", Fail, "The account is excluded, so nobody is billed for it.", mend}
	case !f.MappedCRMAccountID.Valid:
		return Check{Customer, "customer", Fail,
			fmt.Sprintf("The account %s is not mapped to a CRM account.", f.Account), mend}
	case !f.CRMAccountID.Valid:
		return Check{Customer, "customer", Fail,
			fmt.Sprintf("No customer is set, though the account is mapped to %s. "+
				"A contract of that customer takes it in.", f.MappedCRMAccount),
			Mend{"contract_choice", f.SubscriptionID.String()}}
	case f.CRMAccountID != f.MappedCRMAccountID:
		return Check{Customer, "customer", Fail, fmt.Sprintf("The customer is %s, but the account is mapped to %s.",
			f.CRMAccount, f.MappedCRMAccount), mend}
	}
	return Check{Customer, "customer", OK, fmt.Sprintf("%s, as mapped.", f.CRMAccount), Mend{}}
}

// providerStatus speaks of words at the distributor that a person should know of (RULES 3).
func providerStatus(f Facts) []Check {
	at := Mend{"subscription", f.SubscriptionID.String()}
	ended := !f.EndDate.IsZero() && f.EndDate.Before(f.Today)
	switch {
	case f.ProviderStatus == distributor.StatusUnknown:
		return []Check{{Customer, "status", Fail,
			fmt.Sprintf("The distributor's status %q is not known here, so it counts as active. "+
				"Ask the distributor what it means.", f.ProviderStatusText), at}}
	case f.ProviderStatus == distributor.StatusBlank && ended:
		return []Check{{Customer, "status", Warn,
			fmt.Sprintf("The distributor gives no status, and the end date %s has passed. It counts as active.",
				f.EndDate), at}}
	case f.ProviderStatus == distributor.StatusPending:
		return []Check{{Customer, "status", Warn, "Still pending at the distributor, so it is held.", at}}
	case f.ProviderStatus == distributor.StatusSuspended:
		return []Check{{Customer, "status", Warn, "Suspended at the distributor, which bills it all the same.", at}}
	case cancelledAhead(f):
		return []Check{{Customer, "status", Warn,
			fmt.Sprintf("Cancelled at the distributor; you may be charged until %s.", f.EndDate), at}}
	case f.HoldReason == subscription.HoldTwin && f.SameID.Valid:
		return []Check{{Customer, "hold", Warn,
			fmt.Sprintf("Held until a person decides whether it is %s of the same provider again.",
				f.SameExternalID), at}}
	case f.HoldReason == subscription.HoldTwin:
		return []Check{{Customer, "hold", Warn,
			"Held until a person decides whether it is another provider's subscription again.", at}}
	case f.HoldReason == subscription.HoldCutover:
		return []Check{{Customer, "hold", Warn, "Held by a cut-over until its switch.", at}}
	}
	return nil
}

func cancelledAhead(f Facts) bool {
	switch f.ProviderStatus {
	case distributor.StatusCancelled, distributor.StatusDiscontinued, distributor.StatusDeleted:
		return f.EndDate.After(f.Today)
	}
	return false
}
