// Package pairing says which old and which new subscription of a customer are the same
// one (RULES 9), and has the words of what people decide about them. It is pure: it
// reads no database.
package pairing
