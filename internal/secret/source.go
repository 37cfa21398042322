package secret

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"seatledger/internal/clock"
)

// Source is where the master key comes from: one of the three.
type Source struct {
	Path    string // of a file
	Value   string // the keys themselves, as an environment gives them: what the file would hold, plain or as base64
	Command string // a program with its arguments, blanks between them, that prints them
}

// How long a command may take, how much it may print, and how often it is asked again.
const (
	commandLimit = 20 * time.Second
	mostPrinted  = 1 << 20
	askAgain     = time.Minute
)

// IsFile tells whether the keys lie in a file, which a rotation can write.
func (s Source) IsFile() bool { return s.Value == "" && s.Command == "" }

// Says names the source to a person, never what it gives.
func (s Source) Says() string {
	switch {
	case s.Value != "":
		return "the environment (SEATLEDGER_MASTER_KEY)"
	case s.Command != "":
		program, _, _ := strings.Cut(strings.TrimSpace(s.Command), " ")
		return "the command " + program
	}
	return s.Path
}

func (s Source) read() (*keyset.Handle, stamp, error) {
	switch {
	case s.Value != "":
		keys, err := s.parse([]byte(s.Value))
		return keys, stamp{}, err
	case s.Command != "":
		printed, err := s.run()
		if err != nil {
			return nil, stamp{}, err
		}
		keys, err := s.parse(printed)
		return keys, stamp{at: clock.System{}.Now()}, err
	}
	return readKeys(s.Path)
}

// parse takes the keys plain, or as base64 where a line break would be in the way. The cause could quote them.
func (s Source) parse(b []byte) (*keyset.Handle, error) {
	b = bytes.TrimSpace(b)
	if !bytes.HasPrefix(b, []byte("{")) {
		if plain, err := base64.StdEncoding.DecodeString(string(b)); err == nil {
			b = plain
		}
	}
	keys, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(b)))
	if err != nil {
		return nil, fmt.Errorf("what %s gives is not a master key of Seatledger", s.Says())
	}
	return keys, nil
}

// run asks the command. What it prints is the key, so nothing of it is ever repeated.
func (s Source) run() ([]byte, error) {
	words := strings.Fields(s.Command)
	ctx, done := context.WithTimeout(context.Background(), commandLimit) //nolint:forbidigo // sealing has no context
	defer done()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	out := &bounded{}
	cmd.Stdout, cmd.WaitDelay = out, time.Second
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%s did not give the master key within %s", s.Says(), commandLimit)
	case err != nil:
		return nil, fmt.Errorf("%s did not give the master key: %w. Run it by hand to see why", s.Says(), err)
	}
	return out.Bytes(), nil
}

var errPrintsTooMuch = errors.New("it prints more than a key")

type bounded struct{ bytes.Buffer }

// Write refuses what no key is as long as.
func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > mostPrinted {
		return 0, errPrintsTooMuch
	}
	return b.Buffer.Write(p)
}

// Source is where the keys come from.
func (s *Sealer) Source() Source { return s.from }

// open reads the keys of a source.
func open(from Source) (*Sealer, error) {
	keys, seen, err := from.read()
	if err != nil {
		return nil, err
	}
	s := &Sealer{from: from}
	return s, s.use(keys, seen)
}

// refreshAsked asks a command again, but not at every seal.
func (s *Sealer) refreshAsked() error {
	s.mu.RLock()
	due := clock.System{}.Now().Sub(s.seen.at) >= askAgain
	s.mu.RUnlock()
	if due {
		return s.ask()
	}
	return nil
}

// refreshFor reads the source again for a key that is not known: a command at once, and for the same key not again
// within a minute.
func (s *Sealer) refreshFor(key uint32) error {
	if s.from.Command == "" {
		return s.refresh()
	}
	now := clock.System{}.Now()
	s.mu.Lock()
	again := now.Sub(s.asked[key]) < askAgain
	if !again {
		s.asked = map[uint32]time.Time{key: now}
	}
	s.mu.Unlock()
	if again {
		return nil
	}
	return s.ask()
}

// ask takes what the command gives now. One that does not answer leaves the keys in memory in force.
func (s *Sealer) ask() error {
	keys, seen, err := s.from.read()
	if err != nil {
		s.mu.Lock()
		s.seen.at = clock.System{}.Now()
		s.mu.Unlock()
		return nil //nolint:nilerr // as with a file that is away for a moment
	}
	return s.use(keys, seen)
}
