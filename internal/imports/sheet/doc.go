// Package sheet reads the table out of a file that somebody sent: text with
// separators, or a workbook. It gives the values of the cells, not how a program
// shows them, and knows nothing of what a column means.
//
// A file is read by a process of its own (Open), which gets no setting, no
// connection and no key of the server, and whose memory and time are bounded by the
// system. Within it the reader (Parse) counts rows, cells, bytes of a cell, texts of
// a workbook and unpacked bytes while it reads, and gives up at the first that is too
// many: a small packed file may unpack to anything.
package sheet
