// Package lenient reads JSON whose exact field names and types are not public:
// several names per field, numbers as text and text as numbers, several shapes of
// a list, errors inside a good answer. Lenient about the form, never about the
// meaning: what is not clearly a list is an error and never an empty list, and
// what is not clearly an amount is no amount.
//
// It knows no distributor; connectors bring the names.
package lenient
