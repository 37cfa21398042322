// Package packaging holds what is given out beside the program: the unit of systemd, the scripts of the Debian package,
// the compose file. It has no code; its tests hold the files to the program, and what `task package` makes to what it
// promises.
package packaging
