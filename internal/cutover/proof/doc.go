// Package proof shows day by day, over all subscriptions of both providers, who has the
// seats of a customer's product: nobody, one side or both (RULES 9). It judges and
// changes nothing.
package proof
