package backup_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"seatledger/internal/backup"
	"seatledger/internal/clock"
	"seatledger/internal/testkit/pgtest"
)

func keeper(t *testing.T, d *pgtest.DB, at string) (backup.Keeper, *clock.Fake) {
	t.Helper()
	moment, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	clk := clock.NewFake(moment)
	return backup.Keeper{DB: d.DB, Clock: clk, Zone: time.UTC, Folder: t.TempDir(), At: time.Hour,
		Program: "1.2.3"}, clk
}

func filesIn(t *testing.T, folder string) []string {
	t.Helper()
	found, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range found {
		names = append(names, f.Name())
	}
	return names
}

func TestOneBackupADay(t *testing.T) {
	t.Parallel()
	k, clk := keeper(t, pgtest.New(t), "2026-03-10T00:30:00Z")
	work := func() {
		t.Helper()
		var all sync.WaitGroup
		for range 3 { // as replicas do, at once
			all.Go(func() {
				if err := k.Work(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	work() // the first is of the day before: there is none
	clk.Advance(15 * time.Minute)
	work()
	clk.Advance(time.Hour) // 01:45: the hour has come
	work()
	clk.Advance(20 * time.Hour)
	work()
	want := []string{"seatledger-20260310T003000Z.backup", "seatledger-20260310T014500Z.backup"}
	if got := filesIn(t, k.Folder); !slices.Equal(got, want) {
		t.Errorf("%v; want %v", got, want)
	}
	s, err := k.Look(t.Context(), k.DB.Read(t.Context()))
	if err != nil || !s.Scheduled || s.Old || s.Failed != "" || s.File != want[1] || s.Bytes == 0 {
		t.Errorf("%+v, %v", s, err)
	}
	clk.Advance(50 * time.Hour)
	if s, err = k.Look(t.Context(), k.DB.Read(t.Context())); err != nil || !s.Old {
		t.Errorf("two days later: %+v, %v", s, err)
	}
}

func TestABackupThatFailsIsToldOnceAndTriedAgain(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	k, clk := keeper(t, d, "2026-03-10T02:00:00Z")
	folder := k.Folder
	k.Folder = filepath.Join(folder, "gone")
	for range 4 {
		if err := k.Work(t.Context()); err != nil && !strings.Contains(err.Error(), "no such file") {
			t.Fatal(err)
		}
		clk.Advance(20 * time.Minute)
	}
	told := texts(t, d.Owner(), `SELECT text FROM notices WHERE kind = 'backup_missing'`)
	tries := texts(t, d.Owner(), `SELECT message FROM backups WHERE message <> ''`)
	if len(told) != 1 || !strings.Contains(told[0], "2026-03-10 01:00 UTC") || len(tries) != 2 {
		t.Errorf("told %v; tries %v", told, tries)
	}
	if s, err := k.Look(t.Context(), k.DB.Read(t.Context())); err != nil || s.Failed == "" {
		t.Errorf("%+v, %v", s, err)
	}
	clk.Advance(time.Hour)
	k.Folder = folder
	if err := k.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s, err := k.Look(t.Context(), k.DB.Read(t.Context())); err != nil || s.Failed != "" || s.File == "" {
		t.Errorf("once it is possible again: %+v, %v", s, err)
	}
}

func TestOldFilesGoAndOneOfEachMonthStays(t *testing.T) {
	t.Parallel()
	k, clk := keeper(t, pgtest.New(t), "2026-03-10T02:00:00Z")
	write := func(name string, at time.Time) {
		path := filepath.Join(k.Folder, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 800 {
		at := clk.Now().AddDate(0, 0, -1-i)
		write(fmt.Sprintf("seatledger-%s.backup", at.Format("20060102T150405Z")), at)
	}
	write("notes.txt", clk.Now().AddDate(-3, 0, 0))
	write("seatledger-20200101T000000Z.backup.123.part", clk.Now().AddDate(-3, 0, 0))
	write("seatledger-20260310T015900Z.backup.123.part", clk.Now())
	if err := k.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Fourteen days, of which ten are in March, and the last day of each of the eleven months before; February's
	// stays
	// among the fourteen.
	got := filesIn(t, k.Folder)
	var ours []string
	for _, name := range got {
		if strings.HasSuffix(name, ".backup") {
			ours = append(ours, name[11:19])
		}
	}
	want := []string{"20250430", "20250531", "20250630", "20250731", "20250831", "20250930", "20251031", "20251130",
		"20251231", "20260131", "20260225", "20260226", "20260227", "20260228", "20260301", "20260302", "20260303",
		"20260304", "20260305", "20260306", "20260307", "20260308", "20260309", "20260310"}
	if !slices.Equal(ours, want) {
		t.Errorf("%v\nwant\n%v", ours, want)
	}
	if !slices.Contains(got, "notes.txt") || slices.Contains(got, "seatledger-20200101T000000Z.backup.123.part") ||
		!slices.Contains(got, "seatledger-20260310T015900Z.backup.123.part") {
		t.Errorf("what is not a backup: %v", got)
	}
}
