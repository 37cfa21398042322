package anchor

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"seatledger/internal/audit"
)

// Tool is what the `audit` verb works with. Open gives a keeper on the database, as its owner where that is asked;
// what it returns second is called at the end.
type Tool struct {
	Out  io.Writer
	Zone *time.Location
	Open func(ctx context.Context, asOwner bool) (Keeper, func(), error)
}

const usage = `usage: seatledger audit verify [--anchor FILE|FOLDER]... [--key FINGERPRINT]...
           prove the trail, against the anchors in the database, in the folder of anchors and in those named
       seatledger audit verify --file TRAIL [--anchor ...] [--key ...]
           prove a trail that was written out, without a database
       seatledger audit anchor
           sign the end of the trail now, and note it in the folder of anchors
       seatledger audit export --out TRAIL
           write the whole trail so that it can be proved anywhere
       seatledger audit prune --before YYYY-MM-DD --out TRAIL
           as the database's owner: write the older entries out, and take them out under a signed checkpoint
verify exits with 0 when all holds, 3 when the trail was changed, 1 when it could not be read`

type options struct {
	against           Against
	file, out, before string
}

// repeated is a flag that may be given several times.
type repeated struct{ into *[]string }

func (r repeated) String() string { return "" }

// Set adds one.
func (r repeated) Set(s string) error {
	*r.into = append(*r.into, s)
	return nil
}

func parse(args []string) (options, error) {
	var o options
	set := flag.NewFlagSet("audit", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Var(repeated{&o.against.Paths}, "anchor", "")
	set.Var(repeated{&o.against.Keys}, "key", "")
	set.StringVar(&o.file, "file", "", "")
	set.StringVar(&o.out, "out", "", "")
	set.StringVar(&o.before, "before", "", "")
	err := set.Parse(args)
	if err == nil && set.NArg() > 0 {
		err = fmt.Errorf("what is %q?", set.Arg(0))
	}
	return o, err
}

// Run is the `audit` verb. ErrBroken says that the trail was changed.
func Run(ctx context.Context, args []string, t Tool) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	o, err := parse(args[1:])
	if err != nil {
		return fmt.Errorf("%w\n%s", err, usage)
	}
	switch {
	case args[0] == "verify" && o.out == "" && o.before == "":
		return t.verify(ctx, o)
	case args[0] == "anchor" && len(args) == 1:
		return t.anchor(ctx)
	case args[0] == "export" && o.out != "" && o.before == "":
		return t.export(ctx, o)
	case args[0] == "prune" && o.out != "" && o.before != "":
		return t.prune(ctx, o)
	}
	return errors.New(usage)
}

func (t Tool) with(ctx context.Context, asOwner bool, do func(k Keeper) error) error {
	k, done, err := t.Open(ctx, asOwner)
	if err != nil {
		return err
	}
	defer done()
	return do(k)
}

func (t Tool) verify(ctx context.Context, o options) error {
	if o.file != "" {
		r, err := CheckFile(o.file, o.against)
		return t.tell(r, err)
	}
	return t.with(ctx, false, func(k Keeper) error {
		if _, err := os.Stat(k.Folder); err == nil && k.Folder != "" {
			o.against.Paths = append(o.against.Paths, k.Folder)
		}
		r, err := k.Check(ctx, o.against)
		return t.tell(r, err)
	})
}

func (t Tool) tell(r Report, err error) error {
	if err != nil {
		return err
	}
	for _, s := range r.Good {
		if err := t.say("%s", s); err != nil {
			return err
		}
	}
	for _, s := range r.Bad {
		if err := t.say("BROKEN: %s", s); err != nil {
			return err
		}
	}
	if len(r.Bad) > 0 {
		return ErrBroken
	}
	return t.say("The audit trail is intact.")
}

func (t Tool) anchor(ctx context.Context) error {
	return t.with(ctx, false, func(k Keeper) error {
		a, err := k.Now(ctx)
		if broken := (errBroken{}); errors.As(err, &broken) {
			return t.tell(Report{Bad: []string{"The chain does not hold: " + where(broken.found) +
				" It was not signed."}}, nil)
		}
		if err != nil {
			return err
		}
		return t.say("Entry %d, %x, signed with the key %s; noted in %s.", a.Seq, a.Hash, Fingerprint(a.Key), k.Folder)
	})
}

func (t Tool) export(ctx context.Context, o options) error {
	return t.with(ctx, false, func(k Keeper) error {
		n, err := k.writeFile(ctx, o.out, 0)
		if err != nil {
			return err
		}
		return t.say("%d entries in %s.", n, o.out)
	})
}

func (t Tool) prune(ctx context.Context, o options) error {
	before, err := time.ParseInLocation(time.DateOnly, o.before, t.Zone)
	if err != nil {
		return fmt.Errorf("--before %s is not a day, as 2025-12-31", strings.TrimSpace(o.before))
	}
	return t.with(ctx, true, func(k Keeper) error {
		taken, err := k.TakeOut(ctx, audit.Actor{Name: "Command line"}, before, o.out)
		if err != nil {
			return err
		}
		if taken.Rows == 0 {
			return t.say("No entry is from before %s. Nothing was taken out.", o.before)
		}
		return t.say("Entries %d to %d are in %s and no longer in the trail. Keep that file: nothing else has them.",
			taken.FirstSeq, taken.Seq, o.out)
	})
}

func (t Tool) say(format string, args ...any) error {
	_, err := fmt.Fprintf(t.Out, format+"\n", args...)
	return err
}
