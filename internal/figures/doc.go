// Package figures is what money comes to over all records: what is billed a month and what it
// costs, drafts, what is open and overdue, and what was billed for each month. It adds up what
// the database keeps beside the records (migration 82) and looks after that. It decides nothing,
// and knows no screen: which rows a figure counts is said by the lists.
package figures
