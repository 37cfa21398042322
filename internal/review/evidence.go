package review

import (
	"fmt"
	"strings"

	"seatledger/internal/clock"
	"seatledger/internal/distributor"
	"seatledger/internal/subscription/plan"
)

// unread fails where a date was given that cannot be read and nobody has said the day (RULES 2).
func unread(f Facts) []Check {
	at := Mend{"dates", f.SubscriptionID.String()}
	var cs []Check
	switch {
	case f.StartText != "" && f.Undated:
		cs = append(cs, Check{Customer, "date", Fail,
			fmt.Sprintf("The start was given as %q, which cannot be read. "+
				"Until a person says the day, no seat counts and nothing is billed.", f.StartText), at})
	case f.StartText != "":
		cs = append(cs, Check{Customer, "date", Fail,
			fmt.Sprintf("The start is given as %q now, which cannot be read. %s stands until a person says the day.",
				f.StartText, orNoDay(f.StartDate)), at})
	}
	if !f.StartDate.IsZero() && f.BegunOn.After(f.StartDate) {
		cs = append(cs, Check{Customer, "begun", Warn,
			fmt.Sprintf("The ledger begins on %s, the day it was first seen, since no start could be read then; "+
				"it started on %s. The days between count no seat until the date of that row is corrected.", f.BegunOn,
				f.StartDate), Mend{"ledger", f.SubscriptionID.String()}})
	}
	if f.EndText != "" {
		says := fmt.Sprintf("The end was given as %q, which cannot be read. "+
			"Until a person says the day, no status ends it", f.EndText)
		if !f.EndDate.IsZero() {
			says += fmt.Sprintf(", and %s stands", f.EndDate)
		}
		cs = append(cs, Check{Customer, "date", Fail, says + ".", at})
	}
	return cs
}

func orNoDay(d clock.Date) string {
	if d.IsZero() {
		return "No day"
	}
	return d.String()
}

// unseen warns of what the last reading did not show: the whole of it, or single fields (RULES 3).
func unseen(f Facts) []Check {
	at := Mend{"subscription", f.SubscriptionID.String()}
	var cs []Check
	if !f.MissedSince.IsZero() {
		cs = append(cs, Check{Customer, "not_seen", Warn, fmt.Sprintf("Not seen since %s. %s", f.MissedSince,
			f.MissedWhy), at})
	}
	if f.NoLongerSent != "" {
		cs = append(cs, Check{Customer, "not_sent", Warn, fmt.Sprintf("The distributor no longer sends: %s. "+
			"The last value stands.", strings.ReplaceAll(f.NoLongerSent, ",", ", ")), at})
	}
	return cs
}

// pastEnd warns of an end that has passed while the distributor goes on, whatever its word for that (RULES 3).
func pastEnd(f Facts) []Check {
	on, _ := plan.Facts{Start: f.StartDate, Term: f.Term, End: f.EndDate}.FirstDayWithout(f.EndMeans)
	if on.IsZero() || on.After(f.Today) || f.Kind == distributor.OneTime {
		return nil
	}
	at := Mend{"subscription", f.SubscriptionID.String()}
	switch {
	case !f.EndsOn.IsZero() && f.State == "inactive":
		return []Check{{Customer, "past_end", Warn,
			fmt.Sprintf("It came to its typed end (%s) before it was signed off. "+
				"Sign it off, so that its days are billed.", f.EndDate), at}}
	case !f.EndsOn.IsZero():
		return []Check{{Customer, "past_end", Warn,
			fmt.Sprintf("It ended on %s, as typed: no later day is billed. It closes by itself once it was signed off.",
				f.EndDate), at}}
	}
	switch f.ProviderStatus {
	case distributor.StatusActive, distributor.StatusSuspended, distributor.StatusBlank, distributor.StatusUnknown,
		distributor.StatusPending:
		return []Check{{Customer, "past_end", Warn,
			fmt.Sprintf("The end date %s has passed, and it still counts as active. Renews by itself: %s.", f.EndDate,
				renews(f)), at}}
	}
	return nil
}

func renews(f Facts) string {
	switch {
	case f.AtEnd == distributor.AtEndRenews || f.AutoRenew == distributor.Yes:
		return "yes"
	case f.AutoRenew == distributor.No:
		return "no"
	}
	return "unknown"
}

// renewed asks whether another subscription is this one's renewal under a new id. Only
// one other is spoken of: a twin first, then what begins where it ends.
func renewed(f Facts) []Check {
	switch {
	case f.TwinID.Valid || f.SameID.Valid:
		return nil
	case f.SuccessorID.Valid:
		return []Check{{Customer, "renewal", Warn,
			fmt.Sprintf("%s of the same product begins on %s, where this one ends: "+
				"its renewal? If so, end this one on that day; until then both are billed.",
				f.SuccessorExternalID, f.SuccessorStart), Mend{"subscription", f.SubscriptionID.String()}}}
	case f.PredecessorID.Valid:
		return []Check{{Customer, "renewal", Warn,
			fmt.Sprintf("It begins where %s of the same product ends (%s): "+
				"its renewal? If so, end that one on the day this one starts; until then both are billed.",
				f.PredecessorExternal, f.PredecessorEnd), Mend{"subscription", f.PredecessorID.UUID.String()}}}
	}
	return nil
}

// Codes are all codes that a finding may have: lists filter by them.
func Codes() []string {
	return []string{"account_gone", "begun", "contract", "cost", "currency", "customer", "date", "dates", "free",
		"frequency", "hold", "kind", "ledger", "margin",
		"missing", "moved", "not_seen", "not_sent", "past_end", "period", "price", "product", "proposal", "renewal",
		"status", "twin"}
}
