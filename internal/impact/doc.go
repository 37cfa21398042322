// Package impact tells before a step is done what it would make of money: seats that
// end or come back, a row that is set aside, days that move, what is not billed yet.
// It compares histories as they are with histories as they would be, and writes nothing.
package impact
