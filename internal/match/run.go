package match

import (
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Run is the verb `seatledger match`: it pairs two CSV files and writes
// account_external_id,crm_external_id,probability,band,reasons, one row per
// account that found a partner, each CRM account at most once. A summary goes
// to out, and on long runs how far it is to notes. Nothing but the file of --out is
// written, and that only when all is done: when ctx ends before, there is none.
//
// The file is for programs: ids and words come back as they went in (CONTRACT, CSV).
func Run(ctx context.Context, args []string, out, notes io.Writer) error {
	o, err := readFlags(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	accounts, err := readFile(o.accounts)
	if err != nil {
		return err
	}
	crm, err := readFile(o.crm)
	if err != nil {
		return err
	}
	res, err := assignAtOnce(ctx, accounts, crm, o.floor, notes)
	if err != nil {
		return errors.New("stopped before the end; nothing was written")
	}
	if o.out == "-" {
		return writePairs(out, res.Pairs)
	}
	if err := writeFile(o.out, res.Pairs); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, summary(len(accounts), len(crm), res.Pairs, o.out))
	return err
}

// assignAtOnce is Assign that a signal ends at once: what is between two looks at the
// context ends with the process.
func assignAtOnce(ctx context.Context, accounts, crm []Record, floor float64, notes io.Writer) (Result, error) {
	p := newProgress(notes)
	defer p.stop()
	done := make(chan Result, 1)
	go func() {
		if res, err := Assign(ctx, accounts, crm, Options{MinProbability: floor, Progress: p.note}); err == nil {
			done <- res
		}
	}()
	select {
	case res := <-done:
		return res, nil
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
}

type runFlags struct {
	accounts, crm, out string
	floor              float64
}

func readFlags(args []string, w io.Writer) (runFlags, error) {
	var o runFlags
	fs := flag.NewFlagSet("match", flag.ContinueOnError)
	fs.SetOutput(w)
	fs.StringVar(&o.accounts, "accounts", "", "CSV of the provider accounts")
	fs.StringVar(&o.crm, "crm", "", "CSV of the CRM accounts")
	fs.StringVar(&o.out, "out", "-", "CSV to write; - for standard output")
	fs.Usage = func() {
		_, _ = fmt.Fprintf(w, "seatledger match --accounts FILE --crm FILE [--out FILE] [--min P]\n\n"+
			"At most %d rows and %d MB a file.\n\n", mostRows, mostBytes>>20)
		fs.PrintDefaults()
	}
	fs.Float64Var(&o.floor, "min", 0.5, "leave out pairs less probable than this, near ties excepted")
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	if o.accounts == "" || o.crm == "" || o.out == "" {
		return o, errors.New("match needs --accounts FILE and --crm FILE; " +
			"--out FILE takes the pairs, else they go to standard output")
	}
	for _, in := range []string{o.accounts, o.crm} {
		if sameFile(in, o.out) {
			return o, fmt.Errorf("--out %s would overwrite what is read; nothing was written", o.out)
		}
	}
	if o.floor < 0 || o.floor > 1 {
		return o, fmt.Errorf("--min is a probability between 0 and 1, not %v", o.floor)
	}
	if o.floor == 0 {
		o.floor = math.SmallestNonzeroFloat64 // every pair, not the usual ones
	}
	if fs.NArg() > 0 {
		return o, fmt.Errorf("match does not know %q", fs.Arg(0))
	}
	return o, nil
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

func readFile(path string) ([]Record, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	rs, err := readRecords(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return rs, nil
}

// writeFile writes beside the target and renames, so that a failure leaves no half file.
func writeFile(path string, pairs []Candidate) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".pairs-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if err = writePairs(f, pairs); err != nil {
		_ = f.Close()
		return err
	}
	if err = f.Chmod(0o644); err != nil {
		_ = f.Close()
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func writePairs(w io.Writer, pairs []Candidate) error {
	rows := csv.NewWriter(w)
	rows.UseCRLF = true
	_ = rows.Write([]string{"account_external_id", "crm_external_id", "probability", "band", "reasons"})
	for i := range pairs {
		c := &pairs[i]
		_ = rows.Write([]string{c.AccountID, c.CRMID, strconv.FormatFloat(c.Probability, 'f', 4, 64), string(c.Band),
			reasons(c)})
	}
	rows.Flush()
	return rows.Error()
}

// reasons joins the evidence, each part with its weight in bits.
func reasons(c *Candidate) string {
	parts := make([]string, 0, len(c.Evidence)+1)
	for _, e := range c.Evidence {
		if e.Field == "twin" {
			continue
		}
		parts = append(parts, fmt.Sprintf("%s [%+.1f]", e.Sentence, e.Weight))
	}
	if len(c.Ties) > 0 {
		parts = append(parts, "nearly as good: "+strings.Join(c.Ties, ", "))
	}
	if len(c.Twins) > 0 {
		parts = append(parts, "the CRM seems to have this company more than once: also "+strings.Join(c.Twins, ", "))
	}
	if c.Doubt != "" {
		parts = append(parts, "doubt: "+c.Doubt)
	}
	return strings.Join(parts, "; ")
}

func summary(accounts, crm int, pairs []Candidate, path string) string {
	n := map[Band]int{}
	for i := range pairs {
		n[pairs[i].Band]++
	}
	return fmt.Sprintf("%d accounts, %d CRM accounts: %d certain, %d likely, %d unclear, %d without a partner. "+
		"Written to %s",
		accounts, crm, n[Certain], n[Likely], n[Unclear], accounts-len(pairs), path)
}
