//go:build !faults

package billing

import (
	"github.com/google/uuid"

	"seatledger/internal/history"
	"seatledger/internal/ledger"
)

// What stands here is as the rules say; see history.

// termsIn are the terms that a contract's own days are reckoned by.
func termsIn(h history.History, contractID uuid.UUID) history.Contract { return h.Contract(contractID) }

// priceOf is the price of a span's days.
func priceOf(_ *Reckoning, s history.Span) ledger.Amount { return s.Price.Price.Amount }

// dueOf are the seats of a span that are to be charged or credited.
func dueOf(s history.Span) int { return s.Due() }
