// Package billing reckons what is due (RULES 8): for each day of a contract what is
// counted and forfeited less what is paid, priced, rounded and put into a draft. Its core
// is pure (charge.go); around it stand what a run takes in (run.go, plan.go) and the
// drafts it makes (draft.go, redraw.go). It knows no screen, sends nothing to anybody,
// judges no review, and keeps no records: those are of invoice.
package billing
