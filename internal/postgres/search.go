package postgres

import "strings"

var plain = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// Contains is the LIKE pattern for a text with s somewhere in it, in lower case.
// What LIKE would read as a sign stands for itself.
func Contains(s string) string { return "%" + plain.Replace(strings.ToLower(s)) + "%" }
