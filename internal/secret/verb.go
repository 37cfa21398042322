package secret

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/postgres"
)

// Tool is what the `keys` verb works with. OpenDB is asked only by commands that
// need the database; what it returns second is called at the end.
type Tool struct {
	Key    Source
	Clock  clock.Clock
	Out    io.Writer
	OpenDB func(context.Context) (*postgres.DB, func(), error)
}

const usage = `usage: seatledger keys new FILE   make a master key; never writes over a file
       seatledger keys status     say where the key comes from, which keys there are, how old, and what each seals
       seatledger keys doctor     count stored secrets per key and prove that each opens
       seatledger keys rotate     make a new key and seal everything again; finishes an interrupted rotation
       seatledger keys next FILE  for a key from the environment or a command: write today's keys with a new one in
                                  front; have those given instead, then rotate
       seatledger keys prune [FILE]  remove keys that seal nothing any more; FILE: for a key that is in no file`

// RunKeys is the `keys` verb. It prints ids and counts, never a key or a secret.
func RunKeys(ctx context.Context, args []string, t Tool) error {
	switch {
	case len(args) == 0:
		return errors.New(usage)
	case len(args) == 2 && args[0] == "new":
		return t.makeNew(args[1])
	case len(args) == 1 && args[0] == "doctor":
		return t.withSealer(ctx, t.doctor)
	case len(args) == 1 && args[0] == "rotate":
		return t.withSealer(ctx, t.rotate)
	case len(args) == 1 && args[0] == "status":
		return t.withSealer(ctx, t.status)
	case len(args) == 2 && args[0] == "next":
		return t.withSealer(ctx, func(_ context.Context, _ *postgres.DB, s *Sealer) error { return t.next(s, args[1]) })
	case args[0] == "prune" && (len(args) == 1 && t.Key.IsFile() || len(args) == 2 && !t.Key.IsFile()):
		return t.withSealer(ctx, func(ctx context.Context, db *postgres.DB, s *Sealer) error {
			return t.prune(ctx, db, s, strings.Join(args[1:], ""))
		})
	}
	return errors.New(usage)
}

func (t Tool) makeNew(path string) error {
	s, err := CreateFile(path)
	if err != nil {
		return err
	}
	return t.say("Made master key %d in %s. Keep a copy of the file apart from the database's backups: "+
		"without it the stored secrets cannot be opened.", s.PrimaryID(), path)
}

func (t Tool) withSealer(ctx context.Context, do func(context.Context, *postgres.DB, *Sealer) error) error {
	db, done, err := t.OpenDB(ctx)
	if err != nil {
		return err
	}
	defer done()
	s, err := Load(ctx, db, Options{Path: t.Key.Path, Value: t.Key.Value, Command: t.Key.Command, Clock: t.Clock})
	if err != nil {
		return err
	}
	return do(ctx, db, s)
}

func (t Tool) doctor(ctx context.Context, db *postgres.DB, s *Sealer) error {
	h, err := s.Examine(ctx, db)
	if err != nil {
		return err
	}
	for _, k := range h.Keys {
		primary := ""
		if k.Primary {
			primary = " (primary)"
		}
		if err := t.say("key %d%s: %d values", k.ID, primary, k.Values); err != nil {
			return err
		}
	}
	for _, p := range h.Broken {
		if err := t.say("does not open: %s %s %s", p.Table, p.Row, p.Column); err != nil {
			return err
		}
	}
	if !h.Good() {
		return fmt.Errorf("%d stored values do not open, %d of them for want of their key: "+
			"enter those secrets again on the provider's page, or restore the key file", len(h.Broken), h.Unknown)
	}
	return t.say("Every stored value opens.")
}

func (t Tool) rotate(ctx context.Context, db *postgres.DB, s *Sealer) error {
	r, err := s.Rotate(ctx, db, t.Clock, audit.Actor{Name: "Command line"})
	if err != nil {
		return err
	}
	if r.Resumed {
		return t.say("Finished an interrupted rotation: %d values sealed again, primary key %d.", r.Resealed, r.Primary)
	}
	return t.say("Primary key %d; %d values sealed again. The old keys stay in the file until `seatledger keys "+
		"prune`. Renew your copy of the file.", r.Primary, r.Resealed)
}

func (t Tool) next(s *Sealer, path string) error {
	id, err := s.Next(path)
	if err != nil {
		return err
	}
	return t.say("The keys of today and the new primary key %d are in %s. Have %s give them, then run `seatledger keys "+
		"rotate`. Until then nothing is sealed with the new one.", id, path, s.from.Says())
}

func (t Tool) prune(ctx context.Context, db *postgres.DB, s *Sealer, into string) error {
	n, err := s.Prune(ctx, db, into)
	if err != nil {
		return err
	}
	if into != "" && n > 0 {
		return t.say("%d keys seal nothing; the others are in %s. Have %s give them. Backups of the database from before "+
			"need the old keys.", n, into, s.from.Says())
	}
	return t.say("Removed %d keys that sealed nothing. Backups of the database from before need the old key file.", n)
}

func (t Tool) say(format string, args ...any) error {
	_, err := fmt.Fprintf(t.Out, format+"\n", args...)
	return err
}
