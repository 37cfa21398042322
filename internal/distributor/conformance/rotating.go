package conformance

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"seatledger/internal/distributor"
)

// Log is what was stored and what was sent, in their order.
type Log struct {
	mu    sync.Mutex
	lines []string
}

// Note adds a line.
func (l *Log) Note(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
}

// Lines are all so far.
func (l *Log) Lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lines)
}

// Vault keeps credentials in memory, as the product's keeps them in the database: under one lock for all, and what is
// saved outlasts the connector. It notes what is stored.
type Vault struct {
	Log  *Log
	hold sync.Mutex

	mu   sync.Mutex
	kept distributor.Kept
	full bool
}

// NewVault makes a vault that keeps a first refresh token, as a person entered it.
func NewVault(refresh distributor.Secret, log *Log) *Vault {
	return &Vault{Log: log, kept: distributor.Kept{Refresh: refresh}}
}

// Hold runs within under the lock.
func (v *Vault) Hold(ctx context.Context, within func(ctx context.Context, kept distributor.Kept,
	save func(context.Context, distributor.Kept) error) error) error {
	v.hold.Lock()
	defer v.hold.Unlock()
	return within(ctx, v.Kept(), v.save)
}

var errFull = errors.New("the disk is full")

func (v *Vault) save(_ context.Context, k distributor.Kept) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.full && !k.Spent {
		return errFull
	}
	v.kept = k
	if k.Access != "" && !k.Spent {
		v.Log.Note("stored " + k.Access.Reveal())
	}
	return nil
}

// Kept is what it keeps now.
func (v *Vault) Kept() distributor.Kept {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.kept
}

// Fill lets the vault take nothing more.
func (v *Vault) Fill(full bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.full = full
}

// rotating holds credentials that are replaced at each use to their rules. The stand-in notes "used TOKEN" for each
// call it takes.
func rotating(t *testing.T, s Subject) {
	for name, check := range map[string]func(*testing.T, Subject){
		"a token is stored before it is used": storedFirst, "a restart costs no sign-in": restart,
		"what cannot be stored is not used":       notStored,
		"replicas do not burn each other's token": replicas, "an answer that was lost is not asked for again": lost,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, s)
		})
	}
}

func storedFirst(t *testing.T, s Subject) {
	f := s.Start(t)
	c := f.Open(t)
	for range 2 {
		if _, err := c.Accounts(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.Break(t, DeadToken)
	}
	lines := f.Log.Lines()
	used := 0
	for i, line := range lines {
		token, ok := cutUsed(line)
		if !ok {
			continue
		}
		used++
		if at := slices.Index(lines, "stored "+token); at < 0 || at > i {
			t.Errorf("%s was used before it was stored: %v", token, lines)
		}
	}
	if used < 2 {
		t.Errorf("the stand-in notes no use of a token: %v", lines)
	}
}

func cutUsed(line string) (string, bool) {
	const used = "used "
	if len(line) > len(used) && line[:len(used)] == used {
		return line[len(used):], true
	}
	return "", false
}

func notStored(t *testing.T, s Subject) {
	f := s.Start(t)
	f.Full(true)
	_, err := f.Open(t).Accounts(t.Context())
	if err == nil {
		t.Error("it reads with a token that was not stored")
	}
	for _, line := range f.Log.Lines() {
		if token, ok := cutUsed(line); ok {
			t.Errorf("%s was used and not stored", token)
		}
	}
}

func restart(t *testing.T, s Subject) {
	f := s.Start(t)
	for range 3 {
		if _, err := f.Open(t).Accounts(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := f.signIns(s); n != 1 {
		t.Errorf("three processes one after the other signed in %d times", n)
	}
}

func replicas(t *testing.T, s Subject) {
	f := s.Start(t)
	var all sync.WaitGroup
	for range 4 {
		c := f.Open(t)
		all.Go(func() {
			if _, err := c.Accounts(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := f.signIns(s); n != 1 {
		t.Errorf("four processes at once signed in %d times", n)
	}
}

func lost(t *testing.T, s Subject) {
	worked := s.Start(t) // over a connection that was good until then, which a client may want to ask again on
	c := worked.Open(t)
	if _, err := c.Accounts(t.Context()); err != nil {
		t.Fatal(err)
	}
	worked.Break(t, DeadToken)
	worked.Break(t, LostToken)
	_, _ = c.Accounts(t.Context())
	if n := worked.signIns(s); n != 2 {
		t.Errorf("the second refresh token was sent %d times", n-1)
	}
	f := s.Start(t)
	f.Break(t, LostToken)
	for range 2 { // the process in which it was lost, and the next
		c := f.Open(t)
		for range 2 {
			_, err := c.Accounts(t.Context())
			if err == nil {
				t.Fatal("it reads with a token that nobody has")
			}
			f.wellMade(t, err)
		}
	}
	_, err := f.Open(t).Accounts(t.Context())
	refusedAs(t, err, distributor.NeedsCredentials)
	if n := f.signIns(s); n != 1 {
		t.Errorf("the refresh token was sent %d times", n)
	}
}
