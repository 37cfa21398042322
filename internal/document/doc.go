// Package document keeps what an issued invoice, credit note or statement of charges
// shows: stored once when it is billed, never changed, and the only thing that its
// page, print, PDF and CSV are made from (RULES 8).
package document
