package doctor

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"seatledger/internal/clock"
)

// machine looks at the clock and says what this is.
func (p *patient) machine() {
	wall := clock.System{}.Now()
	p.fact("program: %s, %s, %s/%s, %d processors", p.Program, runtime.Version(), runtime.GOOS, runtime.GOARCH,
		runtime.NumCPU())
	if _, moved := p.cfg.ClockStart(); moved {
		p.found(Look, "clock", "For real work use a data folder without SEATLEDGER_CLOCK.",
			"This is a rehearsal: the app's clock shows %s.", p.now.Format(time.DateTime))
	}
	kept, known := clockKept()
	switch {
	case !p.Built.IsZero() && wall.Before(p.Built):
		p.wrong("clock", "Set the clock of this machine, then run this again.",
			"This machine's clock shows %s, which is before this program was made (%s).", wall.Format(time.DateTime),
			p.Built.UTC().Format(time.DateOnly))
	case known && !kept:
		p.found(Look, "clock", "Where nobody else keeps it, have chrony or systemd-timesyncd do so.",
			"As far as this machine says, no time service keeps its clock. Billing days and sign-ins depend on it.")
	default:
		p.good("clock", "It shows %s.", wall.Format("2006-01-02 15:04:05 MST"))
	}
}

// room says how much is free where something is written, or what stands in the way.
const (
	leastFree  = 1 << 30
	goodFree   = 5 << 30
	leastNodes = 1000
)

type space struct {
	free, whole uint64
	nodes       uint64 // further files that fit
	nodesCount  bool   // whether the file system counts them
	device      uint64
}

func (p *patient) folders() {
	places := []struct{ about, path string }{}
	add := func(about, path string) {
		if path != "" {
			places = append(places, struct{ about, path string }{about, path})
		}
	}
	if p.cfg.PrivateServer() {
		add("the data folder", p.cfg.DataDir)
	}
	add("the folder of backups", p.cfg.Backups)
	add("the folder of the audit trail's ends", p.cfg.AuditAnchors)
	devices := map[string]uint64{}
	for _, at := range places {
		if s, ok := p.folder(at.about, at.path); ok {
			devices[at.about] = s.device
		}
	}
	a, data := devices["the data folder"]
	b, backups := devices["the folder of backups"]
	if data && backups && a == b {
		p.found(Look, "disk", "Set SEATLEDGER_BACKUPS to a folder on another disk.",
			"Backups lie on the same disk as the data: one fault takes both.")
	}
	p.keyFile()
}

func (p *patient) folder(about, path string) (space, bool) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		p.found(Look, "disk", "It is made when it is first needed; look whether the path is the one you mean.",
			"There is not yet %s (%s).", about, path)
		return space{}, false
	}
	if err == nil && !info.IsDir() {
		err = errors.New("it is no folder")
	}
	if err != nil {
		p.wrong("disk", "Put the path right.", "No use can be made of %s, %s: %s", about, path, err)
		return space{}, false
	}
	if err := writable(path); err != nil {
		p.wrong("disk", "Give the user of the app the right to write there.",
			"Nothing can be written into %s, %s: %s",
			about, path, err)
	}
	if open := info.Mode().Perm() & 0o077; open != 0 && about == "the data folder" {
		p.found(Look, "disk", "chmod 700 "+path, "Others on this machine may look into %s, %s.", about, path)
	}
	s, err := spaceAt(path)
	if err != nil || s.whole == 0 {
		return space{}, false
	}
	p.fact("disk of %s: %s free of %s", about, bytes(s.free), bytes(s.whole))
	switch {
	case s.free < leastFree:
		p.wrong("disk", "Make room, or move it to a larger disk. A full disk stops everything that is written.",
			"Only %s of %s are free for %s.", bytes(s.free), bytes(s.whole), about)
	case s.free < goodFree:
		p.found(Look, "disk", "Make room before it is full.", "Only %s of %s are free for %s.", bytes(s.free),
			bytes(s.whole), about)
	case s.nodesCount && s.nodes < leastNodes:
		p.wrong("disk", "Take files away that nobody needs.", "Only %d more files fit on the disk of %s.", s.nodes,
			about)
	default:
		p.good("disk", "%s free for %s.", bytes(s.free), about)
	}
	return s, true
}

// keyFile looks at who may read the master key.
func (p *patient) keyFile() {
	if p.cfg.MasterKey != "" || p.cfg.MasterKeyCommand != "" {
		return
	}
	info, err := os.Stat(p.cfg.KeyFile())
	if err != nil {
		return // what that means is said with the database at hand
	}
	if info.Mode().Perm()&0o077 != 0 {
		p.wrong("key", "chmod 600 "+p.cfg.KeyFile(), "Others on this machine may read the master key, %s.",
			p.cfg.KeyFile())
	}
	if backups := p.cfg.Backups; backups != "" && filepath.Dir(p.cfg.KeyFile()) == filepath.Clean(backups) {
		p.wrong("key", "Keep it elsewhere: who takes one of those files away has both.",
			"The master key lies in the folder of the backups.")
	}
}
