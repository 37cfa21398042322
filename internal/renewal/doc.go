// Package renewal knows what ends, renews or can be reduced soon, and what people have decided about it: a list, a
// calendar, a decision for each subscription and day, and a notice before the day. It reads subscriptions and changes
// none, and nothing of it is ever sent to the distributor: a reduction is a text for a person to send.
package renewal
