package reconcile

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/shopspring/decimal"

	"seatledger/internal/money"
	"seatledger/internal/words"
)

// ErrDifferences tells that both files were read and differ: exit code 3.
var ErrDifferences = errors.New("the bill and what was billed differ")

// Run is the verb `seatledger reconcile`: it compares a supplier's bill with what was billed on and writes the
// differences, a row for each cause on each subscription. A summary goes to out. When a file cannot be read it
// leaves no result.
func Run(ctx context.Context, args []string, out io.Writer) error {
	o, err := readFlags(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	defer debug.SetGCPercent(debug.SetGCPercent(12)) // memory before speed: bills are long and machines small
	r, err := o.compare(ctx)
	if errors.Is(err, context.Canceled) {
		err = fmt.Errorf("ended by a signal; no result was written: %w", err)
	}
	if err != nil {
		return errors.Join(err, o.leaveNothing())
	}
	if err := writeFile(o.out, filepath.Base(o.bill), r.Differences); err != nil {
		return err
	}
	if err := r.summary(out, o.out); err != nil {
		return err
	}
	if len(r.Differences) > 0 {
		return ErrDifferences
	}
	return nil
}

type options struct {
	bill, billed, out string
	tolerance         decimal.Decimal
}

func readFlags(args []string, w io.Writer) (options, error) {
	var o options
	var tolerance string
	set := flag.NewFlagSet("reconcile", flag.ContinueOnError)
	set.SetOutput(w)
	set.StringVar(&o.bill, "bill", "", "CSV of the supplier's bill, in the neutral layout")
	set.StringVar(&o.billed, "billed", "", "CSV of what was billed on: invoice lines with customer and part_number")
	set.StringVar(&o.out, "out", "", "CSV to write the differences to")
	set.StringVar(&tolerance, "tolerance", "0.01", "what an amount may be off for each seat")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	if o.bill == "" || o.billed == "" || o.out == "" {
		return o, errors.New("reconcile needs --bill FILE, --billed FILE and --out FILE")
	}
	if set.NArg() > 0 {
		return o, fmt.Errorf("reconcile does not know %q", set.Arg(0))
	}
	n, ok := readNumber(tolerance)
	if !ok || n.high() || n.sign() < 0 {
		return o, fmt.Errorf("--tolerance is an amount such as 0.01, not %q", tolerance)
	}
	o.tolerance = n.decimal()
	if info, err := os.Stat(o.out); err == nil && !info.Mode().IsRegular() {
		return options{}, fmt.Errorf("--out %s is no ordinary file; nothing was written", o.out)
	}
	for _, in := range []string{o.bill, o.billed} {
		if sameFile(in, o.out) {
			return options{}, fmt.Errorf("--out %s would overwrite what is read; nothing was written", o.out)
		}
	}
	return o, nil
}

func sameFile(a, b string) bool {
	x, errA := os.Stat(a)
	y, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(x, y)
}

func (o options) compare(ctx context.Context) (Result, error) {
	words := newPool()
	cs, err := readFile(ctx, o.bill, chargeColumns, words, readCharges)
	if err != nil {
		return Result{}, err
	}
	bs, err := readFile(ctx, o.billed, billedColumns, words, readBilled)
	if err != nil {
		return Result{}, err
	}
	r, err := compare(ctx, words, cs.lines, bs.lines, o.tolerance)
	r.billTwice, r.billedTwice = cs.twice, bs.twice
	return r, err
}

func readFile[L any](ctx context.Context, path string, needed []string, words *pool,
	read func(context.Context, *table, *pool) (kept[L], error),
) (out kept[L], err error) {
	f, err := os.Open(path)
	if err != nil {
		return out, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return out, err
	}
	t, err := newTable(path, f, info.Size(), needed)
	if err != nil {
		return out, err
	}
	return read(ctx, t, words)
}

// leaveNothing takes away the result of an earlier run: it would be taken for that of this one.
func (o options) leaveNothing() error {
	info, err := os.Lstat(o.out)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return nil
	}
	return errors.Join(err, os.Remove(o.out))
}

// summary says how much was compared, for a clean result of nothing is none.
func (r Result) summary(w io.Writer, path string) error {
	for _, given := range []struct {
		twice bool
		what  string
	}{{r.billTwice, "The bill"}, {r.billedTwice, "What was billed"}} {
		if !given.twice {
			continue
		}
		if _, err := fmt.Fprintf(w, "%s stands in its file more than once; each line was counted once.\n",
			given.what); err != nil {
			return err
		}
	}
	charges := words.Counted(r.Charges, "line of the bill", "lines of the bill")
	compared, others := "All "+charges, "."
	if r.Compared < r.Charges {
		compared = fmt.Sprintf("%d of %s", r.Compared, charges)
		others = "; the others lie on days that nothing was billed for, or are credits of the vendor's."
	}
	_, err := fmt.Fprintf(w, "%s compared with %s%s\n%s written to %s.\n", compared,
		words.Counted(r.Billed, "billed line", "billed lines"), others,
		words.Counted(len(r.Differences), "difference", "differences"), path)
	if err != nil {
		return err
	}
	for _, s := range r.sums() {
		if _, err := fmt.Fprintf(w, "%-18s %5d %14s %s\n", s.kind, s.n, s.once.StringFixed(money.Digits(s.currency)),
			s.currency); err != nil {
			return err
		}
	}
	return r.sides(w)
}

// sides says what is lost and what is billed beyond the bill, for each currency.
func (r Result) sides(w io.Writer) error {
	lost, beyond := map[string]decimal.Decimal{}, map[string]decimal.Decimal{}
	for _, d := range r.Differences {
		if d.Once.Sign() > 0 {
			lost[d.Currency] = lost[d.Currency].Add(d.Once)
		} else {
			beyond[d.Currency] = beyond[d.Currency].Sub(d.Once)
		}
	}
	for _, side := range []struct {
		what string
		by   map[string]decimal.Decimal
	}{{"Charged and not billed on", lost}, {"Billed and not charged", beyond}} {
		for _, a := range money.Sums(side.by) {
			if _, err := fmt.Fprintf(w, "%s: %s %s\n", side.what, money.Grouped(a.Value, a.Currency), a.Currency); err != nil {
				return err
			}
		}
	}
	return nil
}

type kindSum struct {
	kind     Kind
	currency string
	n        int
	once     decimal.Decimal
}

// sums are the differences by cause and currency, in the order they stand in.
func (r Result) sums() (out []kindSum) {
	at := map[[2]string]int{}
	for _, d := range r.Differences {
		key := [2]string{string(d.Kind), d.Currency}
		i, known := at[key]
		if !known {
			i, at[key] = len(out), len(out)
			out = append(out, kindSum{kind: d.Kind, currency: d.Currency})
		}
		out[i].n++
		out[i].once = out[i].once.Add(d.Once)
	}
	return out
}

var resultColumns = []string{"id", "kind", "bill", "crm_account", "subscription_id", "part_number", "month_amount",
	"once_amount", "currency", "since", "state", "why", "bill_line", "billed_line"}

// writeFile writes all or nothing: a result that breaks off would be taken for a whole one.
func writeFile(path, bill string, ds []Difference) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".reconcile-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := errors.Join(write(f, bill, ds), f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func write(out io.Writer, bill string, ds []Difference) error {
	buffered := bufio.NewWriter(out)
	w := csv.NewWriter(buffered)
	w.UseCRLF = true
	if err := w.Write(resultColumns); err != nil {
		return err
	}
	for _, d := range ds {
		err := w.Write([]string{d.ID.String(), string(d.Kind), bill, d.Customer, d.Subscription, d.Part,
			d.Month.String(), d.Once.String(), d.Currency, d.Since, "todo", d.Why, strings.Join(d.BillLines, " "),
			strings.Join(d.BilledLines, " ")})
		if err != nil {
			return err
		}
	}
	w.Flush()
	return errors.Join(w.Error(), buffered.Flush())
}
