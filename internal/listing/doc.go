// Package listing holds what every list has in common. A list is described once, in
// the room whose records it shows: its columns, filters, search and sorts. The page,
// the file, the count and the address all come from that description. It knows no
// screen and no table of its own.
package listing
