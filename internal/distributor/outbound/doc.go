// Package outbound is the only door to machines that are not ours. A person
// types the address of a distributor, so every call is judged on the address
// actually dialled, not on the name: a name may change its mind between a check
// and the call. Calls go over https, to port 443 of public addresses; they follow no
// redirects, use no proxy, and are bounded in time, headers and body.
// OUTBOUND_ALLOW opens exceptions, for which plain http is accepted too.
//
// It knows nothing of any distributor's API beyond the error vocabulary of the port.
package outbound
