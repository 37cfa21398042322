// Package syncruns is the screens of sync runs: the list, one run with its live
// progress and outcomes, cancel and retry. What a run does is syncing's matter.
package syncruns
