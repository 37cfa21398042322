package site_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"seatledger/internal/auth"
	"seatledger/internal/testkit/webtest"
)

// super runs statements as the superuser of the tests' server, in no test's database.
func super(t *testing.T, statements ...string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), os.Getenv("SEATLEDGER_TEST_DATABASE_URL"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	for _, sql := range statements {
		if _, err := c.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
}

func TestALockedTableIsToldOnItsPagesAndStopsNoOther(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{Workers: true})
	admin := s.SignIn(auth.Admin)
	lock, err := s.DB.Owner().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock.Exec(t.Context(), `LOCK TABLE subscriptions IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	const readers = 30 // more than there are connections
	answers := make(chan *webtest.Page, readers)
	began := time.Now()
	for range readers {
		go func() { answers <- admin.Look("/subscriptions") }()
	}
	if p := s.Client().Look("/readyz"); p.Status != http.StatusOK {
		t.Errorf("not ready while one table is locked: %d %s", p.Status, p.Body)
	}
	if err := s.App.DB.Reserved().Read(t.Context()).Exec(`SELECT 1`).Error; err != nil {
		t.Errorf("the lease's connections: %v", err)
	}
	for range readers {
		p := <-answers
		if p.Status != http.StatusServiceUnavailable || !p.Has("held by other work") || !p.Has("Nothing was changed") {
			t.Fatalf("%d after %s: %s\n%s", p.Status, time.Since(began), p.Text(), s.Log)
		}
	}
	if took := time.Since(began); took > 55*time.Second {
		t.Errorf("the last answer came after %s", took)
	}
	if err := lock.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p := admin.Look("/subscriptions"); p.Status != http.StatusOK {
		t.Errorf("afterwards: %d", p.Status)
	}
}

func TestADatabaseThatIsAwayIsToldAndComesBack(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{Workers: true})
	admin := s.SignIn(auth.Admin)
	super(t, `ALTER DATABASE `+s.DB.Name+` ALLOW_CONNECTIONS false`,
		`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '`+s.DB.Name+`'`)
	for path, what := range map[string]string{"/subscriptions": "The database cannot be reached",
		"/readyz": "The database cannot be reached"} {
		p := admin.Look(path)
		if p.Status != http.StatusServiceUnavailable || !strings.Contains(string(p.Body), what) {
			t.Errorf("%s: %d %s", path, p.Status, p.Body)
		}
	}
	super(t, `ALTER DATABASE `+s.DB.Name+` ALLOW_CONNECTIONS true`)
	for began := time.Now(); ; time.Sleep(100 * time.Millisecond) { // connections of before are found broken one by one
		p := admin.Look("/subscriptions")
		if p.Status == http.StatusOK {
			break
		}
		if time.Since(began) > 20*time.Second {
			t.Fatalf("afterwards: %d %s", p.Status, p.Body)
		}
	}
}

func TestAFullDiskIsTold(t *testing.T) {
	t.Parallel()
	s := webtest.Start(t, webtest.Options{})
	admin := s.SignIn(auth.Admin)
	if _, err := s.DB.Owner().Exec(t.Context(), `
		CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
		CREATE TRIGGER full_disk BEFORE INSERT ON crm_accounts EXECUTE FUNCTION full_disk()`); err != nil {
		t.Fatal(err)
	}
	p := admin.Get("/crm-accounts/new").FormTo("/crm-accounts").Set("name", "Example Ltd").Submit()
	if p.Status != http.StatusServiceUnavailable || !p.Has("The disk of the database is full") || !p.Has("Free space") {
		t.Errorf("%d %s", p.Status, p.Body)
	}
}
