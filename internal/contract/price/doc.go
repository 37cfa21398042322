// Package price keeps price lists, their items and the products they name: what
// a customer pays per unit of a product, term and billing frequency, from a day on
// (RULES 5). It knows subscriptions only by reading which use an item. A change here
// changes no subscription's price.
package price
