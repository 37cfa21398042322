package anchor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/audit"
	"seatledger/internal/clock"
	"seatledger/internal/postgres"
	"seatledger/internal/secret"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

type world struct {
	t     *testing.T
	db    *pgtest.DB
	clock *clock.Fake
	k     Keeper
}

// newWorld has a trail of n entries, an hour apart from 1 November.
func newWorld(t *testing.T, n int) world {
	t.Helper()
	db := pgtest.New(t)
	sealer, err := secret.CreateFile(filepath.Join(t.TempDir(), "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	clk := clock.NewFake(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	w := world{t, db, clk, Keeper{DB: db.DB, Clock: clk, Sealer: sealer, Folder: filepath.Join(t.TempDir(), "anchors")}}
	w.add(n)
	return w
}

func (w world) add(n int) {
	w.t.Helper()
	for i := range n {
		w.clock.Advance(time.Hour)
		ctx := audit.WithFrom(w.t.Context(), audit.From{Address: "192.0.2.1"})
		err := audit.Note(ctx, w.k.DB, w.clock, audit.Actor{Name: "Ada Example"}, audit.Event{
			Action: "provider.changed", ObjectType: "provider", ObjectID: fmt.Sprint(i), After: map[string]any{"n": i, "name": "Zoë <&> \"x\""}})
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w world) keep() {
	w.t.Helper()
	if err := w.k.Keep(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// asOwner does what the owner of the database can: also past the triggers.
func (w world) asOwner(sql string) {
	w.t.Helper()
	_, err := w.db.Owner().Exec(w.t.Context(), `ALTER TABLE audit_events DISABLE TRIGGER USER;
		ALTER TABLE audit_anchors DISABLE TRIGGER USER; ALTER TABLE audit_checkpoints DISABLE TRIGGER USER; `+sql+`;
		ALTER TABLE audit_events ENABLE TRIGGER USER; ALTER TABLE audit_anchors ENABLE TRIGGER USER;
		ALTER TABLE audit_checkpoints ENABLE TRIGGER USER`)
	if err != nil {
		w.t.Fatal(err)
	}
}

// verify is the verb: what it prints, and whether it found something wrong.
func (w world) verify(args ...string) (string, bool) {
	w.t.Helper()
	out, err := w.run(append([]string{"verify"}, args...)...)
	if err != nil && !errors.Is(err, ErrBroken) {
		w.t.Fatal(err)
	}
	return out, errors.Is(err, ErrBroken)
}

func (w world) run(args ...string) (string, error) {
	var out bytes.Buffer
	err := Run(w.t.Context(), args, Tool{Out: &out, Zone: time.UTC,
		Open: func(_ context.Context, asOwner bool) (Keeper, func(), error) {
			k := w.k
			if asOwner {
				k.DB = w.owner()
			}
			return k, func() {}, nil
		}})
	return out.String(), err
}

func (w world) owner() *postgres.DB {
	w.t.Helper()
	db, err := postgres.Open(w.t.Context(), w.db.OwnerConfig(), slog.New(slog.DiscardHandler))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(db.Close)
	return db
}

func (w world) count(sql string, args ...any) int {
	w.t.Helper()
	var n int
	if err := w.k.DB.Read(w.t.Context()).Raw(sql, args...).Scan(&n).Error; err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w world) files() []string {
	w.t.Helper()
	found, err := filepath.Glob(filepath.Join(w.k.Folder, "*"))
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}

const rehash = `DO $$ DECLARE e audit_events; p bytea := (SELECT hash FROM audit_events WHERE seq = 3); BEGIN
	FOR e IN SELECT * FROM audit_events WHERE seq > 3 ORDER BY seq LOOP
		e.prev_hash := p; p := audit_event_hash(p, e);
		UPDATE audit_events SET prev_hash = e.prev_hash, hash = p WHERE seq = e.seq;
	END LOOP;
	UPDATE audit_head SET seq = (SELECT max(seq) FROM audit_events), hash = p; END $$`

// Seen: a tail that was cut, with the head rewritten to it, was "chain intact".
func TestWhoeverRewritesTrailAndHeadIsFoundByAnAnchor(t *testing.T) {
	t.Parallel()
	for name, tamper := range map[string]struct{ sql, says string }{
		"tail cut": {`DELETE FROM audit_events WHERE seq > 5; DELETE FROM audit_days WHERE seq > 5;
			UPDATE audit_head SET (seq, hash) = (SELECT seq, hash FROM audit_events WHERE seq = 5)`, "was cut off"},
		"rewritten in the middle": {`UPDATE audit_events SET actor = 'Eve' WHERE seq = 4; ` + rehash, "rewritten"},
		"anchors deleted with it": {`DELETE FROM audit_anchors; UPDATE audit_events SET actor = 'Eve' WHERE seq = 4; ` +
			rehash, "rewritten"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 30)
			w.keep()
			if out, broken := w.verify(); broken || !strings.Contains(out, "1 anchors kept elsewhere agree") {
				t.Fatalf("before: %s", out)
			}
			w.asOwner(tamper.sql)
			found, err := audit.Verify(t.Context(), w.k.DB.Read(t.Context()), 0)
			if err != nil || !found.Sound() {
				t.Fatalf("the chain alone does not show it, which is what the anchor is for: %+v, %v", found, err)
			}
			if out, broken := w.verify(); !broken || !strings.Contains(out, tamper.says) {
				t.Errorf("not noticed: %s", out)
			}
			w.add(40) // it grows past the entry that the anchor names
			if out, broken := w.verify(); !broken {
				t.Errorf("no longer noticed: %s", out)
			}
			if out, broken := w.verify("--anchor", w.files()[0]); !broken {
				t.Errorf("not by the file alone: %s", out)
			}
		})
	}
}

// Who has the database but not the master key can sign nothing.
func TestSignaturesOfOthersCountForNothing(t *testing.T) {
	t.Parallel()
	w, eve := newWorld(t, 30), newWorld(t, 30)
	w.keep()
	eve.keep()
	b, err := os.ReadFile(eve.files()[0])
	if err != nil {
		t.Fatal(err)
	}
	forged := filepath.Join(t.TempDir(), "forged"+fileEnding)
	if err := os.WriteFile(forged, b, 0o600); err != nil {
		t.Fatal(err)
	}
	out, broken := w.verify("--anchor", forged)
	if !broken || !strings.Contains(out, "not signed by a key that the master key vouches for") {
		t.Errorf("another's anchor: %s", out)
	}
	var a Anchor
	if err := json.Unmarshal(b, &a); err != nil {
		t.Fatal(err)
	}
	w.asOwner(fmt.Sprintf(`INSERT INTO audit_signers VALUES (gen_random_uuid(), '\x%x', '\x00', 'signing the audit trail',
		now())`, a.Key))
	if out, broken := w.verify("--anchor", forged); !broken {
		t.Errorf("another's key put into the table is believed: %s", out)
	}
	a.Hash[0] ^= 1
	changed, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(forged, changed, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, broken := w.verify("--anchor", forged, "--key", Fingerprint(a.Key)); !broken {
		t.Errorf("a changed anchor is believed: %s", out)
	}
	if err := os.WriteFile(forged, []byte(`{"what":"x"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := w.run("verify", "--anchor", forged); err == nil || errors.Is(err, ErrBroken) {
		t.Errorf("what is no anchor: %v", err)
	}
}

func TestTheEndIsSignedOnceADayAndToldOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.keep()
	if n := w.count(`SELECT count(*) FROM audit_anchors`); n != 0 || len(w.files()) != 0 {
		t.Fatalf("signed on the first day: %d", n)
	}
	w.clock.Advance(Every)
	for range 3 {
		w.keep()
	}
	if n := w.count(`SELECT count(*) FROM notices WHERE kind = 'trail_anchored' AND text LIKE '%entry 4,%'`); n != 1 ||
		len(w.files()) != 1 {
		t.Errorf("%d notices, files %v", n, w.files())
	}
	w.clock.Advance(Every)
	w.keep()
	if n := w.count(`SELECT count(*) FROM audit_anchors`); n != 1 {
		t.Errorf("%d anchors though nothing happened since", n)
	}
	if err := os.RemoveAll(w.k.Folder); err != nil {
		t.Fatal(err)
	}
	w.add(1)
	w.keep()
	if len(w.files()) != 2 {
		t.Errorf("what the folder lacks is not noted again: %v", w.files())
	}
	w.asOwner(`UPDATE audit_events SET actor = 'Eve' WHERE seq = 5`)
	w.clock.Advance(Every)
	w.add(1)
	for range 2 {
		w.keep()
	}
	if n := w.count(`SELECT count(*) FROM audit_anchors`); n != 2 {
		t.Errorf("a broken trail was vouched for: %d anchors", n)
	}
	if n := w.count(`SELECT count(*) FROM notices WHERE kind = 'trail_broken' AND text LIKE '%entry 5 does not%'`); n != 1 {
		t.Errorf("%d notices of a broken trail", n)
	}
}

func TestOldEntriesGoOnlyUnderASignedCheckpoint(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 60)
	w.keep()
	file := filepath.Join(t.TempDir(), "taken.jsonl")
	if err := w.k.DB.Read(t.Context()).Exec(`DELETE FROM audit_events WHERE seq = 1`).Error; err == nil {
		t.Fatal("the app's role may delete")
	}
	out, err := w.run("prune", "--before", "2026-11-02", "--out", file)
	if err != nil || !strings.Contains(out, "Entries 1 to 23") {
		t.Fatalf("%s, %v", out, err)
	}
	if n := w.count(`SELECT count(*) FROM audit_events WHERE seq <= 23`); n != 0 {
		t.Errorf("%d entries are still there", n)
	}
	if n := w.count(`SELECT count(*) FROM audit_events WHERE action = 'audit.taken_out' AND actor = 'Command line'`); n != 1 {
		t.Error("the trail does not tell of it")
	}
	if out, broken := w.verify(); broken || !strings.Contains(out, "Entries 1 to 23 were taken out") {
		t.Errorf("afterwards: %s", out)
	}
	for _, last := range []int64{0, 5, 1000} {
		i, err := audit.Verify(t.Context(), w.k.DB.Read(t.Context()), last)
		if err != nil || !i.Sound() || i.First != 24 {
			t.Errorf("last %d: %+v, %v", last, i, err)
		}
	}
	r, err := CheckFile(file, Against{})
	if err != nil || len(r.Bad) > 0 || !strings.Contains(r.Good[0], "23 entries, 1 to 23") {
		t.Errorf("what was taken out: %+v, %v", r, err)
	}
	if _, err := w.run("prune", "--before", "2026-11-03", "--out", file); err == nil {
		t.Error("a file was written over")
	}
	if out, err := w.run("prune", "--before", "2026-11-02", "--out", file+"2"); err != nil ||
		!strings.Contains(out, "Nothing was taken out") {
		t.Errorf("again: %s, %v", out, err)
	}
	if out, err = w.run("prune", "--before", "2026-11-03", "--out", file+"3"); err != nil ||
		!strings.Contains(out, "Entries 24 to 47") {
		t.Errorf("the next ones: %s, %v", out, err)
	}
	if out, broken := w.verify(); broken {
		t.Errorf("after both: %s", out)
	}
	w.asOwner(`INSERT INTO audit_checkpoints SELECT 50, hash, 48, at, '\x00', '\x00' FROM audit_events WHERE seq = 50`)
	if _, err := w.db.Owner().Exec(t.Context(), `DELETE FROM audit_events WHERE seq <= 50`); err != nil {
		t.Fatal(err)
	}
	if out, broken := w.verify(); !broken ||
		!strings.Contains(out, "Entries 48 to 50 were taken out without a signature") {
		t.Errorf("a checkpoint that nobody signed: %s", out)
	}
}

func TestATrailThatWasWrittenOutCanBeProvedAnywhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 30)
	w.keep()
	file := filepath.Join(t.TempDir(), "trail.jsonl")
	if out, err := w.run("export", "--out", file); err != nil || !strings.Contains(out, "31 entries") {
		t.Fatalf("%s, %v", out, err)
	}
	out, broken := w.verify("--file", file, "--anchor", w.k.Folder)
	if broken || !strings.Contains(out, "31 entries, 1 to 31") || !strings.Contains(out, "agrees with entry 31") {
		t.Fatalf("untouched: %s", out)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(whole), "\n")
	for name, changed := range map[string]string{
		"a word":  strings.Replace(string(whole), "Ada", "Eve", 1),
		"a line":  strings.Join(append(lines[:7:7], lines[8:]...), ""),
		"a place": strings.Join(append(append(lines[:5:5], lines[6], lines[5]), lines[7:]...), ""),
	} {
		if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, broken := w.verify("--file", file); !broken {
			t.Errorf("%s: %s", name, out)
		}
	}
	if err := os.WriteFile(file, whole[:len(whole)-20], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := w.run("verify", "--file", file); err == nil || errors.Is(err, ErrBroken) {
		t.Errorf("half a file: %v", err)
	}
}

// Entries from before addresses were kept have the hash they had.
func TestEntriesOfAnEarlierFormHold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	err := w.k.DB.InTx(t.Context(), func(tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO audit_events (at, actor, action, object_type, object_id, object_name, request_id)
			VALUES ('2026-11-01T00:00:00Z', 'Ada Example', 'a.b', 'a', '1', 'A', 'r')`).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := w.count(`SELECT count(*) FROM audit_events WHERE hash = sha256(sha256('seatledger') || convert_to(
		'[1, 1793491200.000000, null, "Ada Example", "a.b", "a", "1", "A", null, null, "r"]', 'UTF8'))`); n != 1 {
		t.Error("an entry of the earlier form has another hash")
	}
	w.add(3)
	if out, broken := w.verify(); broken {
		t.Errorf("mixed: %s", out)
	}
	w.asOwner(`UPDATE audit_events SET address = NULL WHERE seq = 3`)
	if out, broken := w.verify(); !broken {
		t.Errorf("an address that was taken away: %s", out)
	}
}

func TestTheVerbSaysHowItIsUsed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	for _, args := range [][]string{{}, {"x"}, {"verify", "--out", "x"}, {"prune", "--before", "2026-01-01"}, {"export"},
		{"anchor", "now"}, {"verify", "x"}, {"prune", "--before", "yesterday", "--out", "x"}} {
		if _, err := w.run(args...); err == nil {
			t.Errorf("%v went through", args)
		}
	}
	if out, err := w.run("anchor"); err != nil || !strings.Contains(out, "Entry 2, ") || len(w.files()) != 1 {
		t.Errorf("%s, %v", out, err)
	}
}
