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
