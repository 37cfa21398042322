package bulk

import (
	"seatledger/internal/auth"
	"seatledger/internal/selection"
	"seatledger/views/ui"
	"seatledger/web/at"
)

var differenceWords = wording{roles: []auth.Role{auth.Billing}, one: "difference", many: "differences",
	nav: "Differences", path: at.Differences, money: "What they come to"}

func dismissWords() wording {
	w := differenceWords
	w.verb, w.did, w.undid = "Dismiss", "dismissed", "taken back"
	w.text = "They are right as they are. What was decided already, or agrees by now, is left out."
	w.back = "They are to be decided again, and no rule is left for the bills to come. What was decided otherwise since " +
		"is taken back too."
	w.last = func(p selection.Params) []ui.Field {
		return []ui.Field{{Name: "reason", Label: "Reason", Required: true, Value: p["reason"],
			Hint: "Such as: a gift to the customer, billed by another firm."},
			{Kind: ui.DateInput, Name: "until", Label: "Until", Value: p["until"], Size: ui.Short,
				Hint: "On that day they are to be decided again. Blank: for good."},
			{Kind: ui.Checkbox, Name: "each_month", Label: "Each month", Checked: p["each_month"] == "on",
				Hint: "Also on the bills to come, as long as it is no more a month."}}
	}
	return w
}

func disputeWords() wording {
	w := differenceWords
	w.verb, w.did, w.undid = "Dispute", "disputed", "taken back"
	w.text = "The distributor is wrong. Nothing is sent from here: each has its text ready. The credits are found on later " +
		"bills by themselves."
	w.back = "They are to be decided again."
	w.last = func(p selection.Params) []ui.Field {
		return []ui.Field{{Name: "reference", Label: "Reference", Value: p["reference"], Size: ui.Medium,
			Hint: "The distributor's number of your claim, if it has one."}}
	}
	return w
}

func billDifferencesWords() wording {
	w := differenceWords
	w.verb, w.did, w.undid = "Bill", "kept to be billed", "taken back"
	w.text = "The next runs bill the seats on their days, at the prices of the subscriptions; what has no subscription is typed " +
		"on the customer's default contract, once for each line. A later correction of the ledger bills nothing again."
	w.back = "What no run has billed yet is billed by none; what one has, the next credits. A typed line that stands on an " +
		"invoice stays, and the reason is told."
	return w
}

func acceptDifferencesWords() wording {
	w := differenceWords
	w.verb, w.did, w.undid = "Accept", "accepted", "to be decided again"
	w.text = "The bill is right: the ledger gets its seats, and the next runs charge or credit what changes on days that are " +
		"billed already."
	w.back = "They are to be decided again. The ledger keeps what was entered: correct that on the subscriptions."
	w.again = func(p selection.Params) []ui.Field {
		return []ui.Field{{Kind: ui.DateInput, Name: "effective_at", Label: "From", Value: p["effective_at"],
			Size: ui.Short,
			Hint: "Blank: each from the day on which it began."}}
	}
	return w
}
