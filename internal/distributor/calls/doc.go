// Package calls holds the manners towards a distributor: how many calls at once
// and how fast, silence while the distributor asked for it, which failures are
// worth another try and how often, and one token for all callers. It judges HTTP
// codes but knows no distributor's addresses and no fields.
package calls
