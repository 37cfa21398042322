package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"seatledger/internal/bench/ground"
	"seatledger/internal/match"
)

// What is wanted of 50,000 rows a side: of the processor time of 10,000, and of memory.
const (
	wantedTimes     = 6
	wantedMegabytes = 1200
)

// asVerb as the first argument makes this program the measured process.
const asVerb = "as-verb"

// measured works the verb and tells what it took: milliseconds of processor time, and the most bytes that were
// resident.
func measured(ctx context.Context, args []string) error {
	if err := match.Run(ctx, args, io.Discard, io.Discard); err != nil {
		return err
	}
	_, err := fmt.Println(ground.Own().Milliseconds(), ground.Peak(os.Getpid()))
	return err
}

// verbs measures the verb at each size, in a process of its own.
func (b *bench) verbs(ctx context.Context) error {
	first := time.Duration(0)
	for _, size := range strings.Split(b.sizes, ",") {
		n, err := strconv.Atoi(size)
		if err != nil {
			return err
		}
		b.accounts, b.customers = n, n
		took, peak, err := b.alone(ctx)
		if err != nil {
			return err
		}
		if first == 0 {
			first = took
		}
		fmt.Printf("%d accounts with %d CRM accounts: %.1f s of processor time, %.1f times the first (wanted at most %d "+
			"for five times the rows), %d MB at the most (wanted %d)\n", n, n, took.Seconds(),
			took.Seconds()/first.Seconds(), wantedTimes, peak>>20, wantedMegabytes)
	}
	return nil
}

func (b *bench) alone(ctx context.Context) (took time.Duration, peak int64, err error) {
	accounts, crmAccounts := b.rows()
	if err := errors.Join(b.write("accounts.csv", accounts), b.write("crm.csv", crmAccounts)); err != nil {
		return 0, 0, err
	}
	self, err := os.Executable()
	if err != nil {
		return 0, 0, err
	}
	said, err := exec.CommandContext(ctx, self, asVerb, "--accounts", filepath.Join(b.dir, "accounts.csv"), "--crm",
		filepath.Join(b.dir, "crm.csv"), "--out", filepath.Join(b.dir, "pairs.csv")).Output()
	if err != nil {
		return 0, 0, err
	}
	var milliseconds int64
	_, err = fmt.Sscan(string(said), &milliseconds, &peak)
	return time.Duration(milliseconds) * time.Millisecond, peak, err
}
