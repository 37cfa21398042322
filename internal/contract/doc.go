// Package contract keeps billing contracts: the agreement under which a CRM
// account is billed (RULES 8). Its price lists are the package price below it. It
// knows CRM accounts, and subscriptions only by reading which stand in a contract.
package contract
