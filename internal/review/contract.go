package review

import "fmt"

// underContract asks under which agreement it is billed, and whether that fits.
func underContract(f Facts) []Check {
	if !f.ContractID.Valid {
		return []Check{{Contract, "contract", Fail,
			"No billing contract. It is chosen by itself only when the customer has exactly one active default " +
				"contract.", Mend{"contract_choice", f.SubscriptionID.String()}}}
	}
	at := Mend{"contract", f.ContractID.UUID.String()}
	cs := []Check{ownContract(f, at), covered(f, at)}
	if f.Currency != "" && f.Currency != f.ContractCurrency {
		cs = append(cs, Check{Contract, "currency", Fail, fmt.Sprintf("The price is in %s, the contract in %s.",
			f.Currency, f.ContractCurrency), Mend{"price", f.SubscriptionID.String()}})
	}
	return append(cs, rhythm(f, at)...)
}

func ownContract(f Facts, at Mend) Check {
	switch {
	case f.ContractCRMAccountID != f.CRMAccountID:
		return Check{Contract, "contract", Fail, fmt.Sprintf("The contract %s belongs to another customer.",
			f.Contract), Mend{"contract_choice", f.SubscriptionID.String()}}
	case !f.ContractActive:
		return Check{Contract, "contract", Fail, fmt.Sprintf("The contract %s is deactivated.", f.Contract), at}
	}
	return Check{Contract, "contract", OK, fmt.Sprintf("%s, active, of this customer.", f.Contract), Mend{}}
}

func covered(f Facts, at Mend) Check {
	switch {
	case !f.ContractEnd.IsZero() && !f.Today.Before(f.ContractEnd):
		return Check{Contract, "dates", Fail, fmt.Sprintf("The contract ended on %s.", f.ContractEnd), at}
	case !f.ContractEnd.IsZero() && !f.StartDate.Before(f.ContractEnd):
		return Check{Contract, "dates", Fail,
			fmt.Sprintf("It starts on %s, when the contract has ended (%s).", f.StartDate, f.ContractEnd), at}
	case f.StartDate.IsZero() && f.StartText != "":
		return Check{Contract, "dates", Warn,
			"Whether the contract covers it cannot be told while its start cannot be read.",
			Mend{"dates", f.SubscriptionID.String()}}
	case f.StartDate.IsZero():
		return Check{Contract, "dates", Warn, "The start date is not given by this connector.", Mend{}}
	case f.StartDate.Before(f.ContractStart):
		return Check{Contract, "dates", Warn,
			fmt.Sprintf("It started on %s, before the contract (%s).", f.StartDate, f.ContractStart), at}
	}
	return Check{Contract, "dates", OK, fmt.Sprintf("The contract covers it from %s on.", f.StartDate), Mend{}}
}

// rhythm warns when the distributor bills in another rhythm than the contract (RULES 4).
func rhythm(f Facts, at Mend) []Check {
	switch string(f.BillingFrequency) {
	case f.ContractFrequency, "one_time", "trial":
		return nil
	case "unknown":
		if f.BillingFrequencyText == "" {
			return []Check{{Contract, "frequency", Warn,
				"The distributor's billing frequency is not given by this connector, so it cannot be compared with " +
					"the contract's.", at}}
		}
		return []Check{{Contract, "frequency", Warn,
			fmt.Sprintf("The distributor's billing frequency %q is not known here.", f.BillingFrequencyText), at}}
	}
	return []Check{{Contract, "frequency", Warn,
		fmt.Sprintf("The distributor bills it %s, the contract %s.", f.BillingFrequency, f.ContractFrequency), at}}
}
