// Package layout is the frame around every screen: head, side navigation, page
// header, notices. It is told what to show and knows no routes, roles or records.
package layout
