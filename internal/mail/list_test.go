package mail_test

import (
	"fmt"
	"testing"

	"seatledger/internal/mail"
	"seatledger/internal/testkit/listtest"
	"seatledger/internal/testkit/pgtest"
)

const customer = "00000000-0000-0000-0000-000000000005"

// crowd is a queue of years.
func crowd(t *testing.T, n int) *pgtest.DB {
	t.Helper()
	db := pgtest.New(t)
	for _, sql := range []string{
		`INSERT INTO crm_accounts (id, name, source, created_at, updated_at)
			SELECT lpad(i::text, 32, '0')::uuid, 'Customer ' || i, 'person', now(), now()
			FROM generate_series(1, 200) i`,
		fmt.Sprintf(`INSERT INTO mails (id, kind, state, crm_account_id, language, subject, body, recipients, addresses,
				queued_at, queued_by, next_at, message_id, sent_at)
			SELECT gen_random_uuid(), 'notice', (ARRAY['queued', 'refused', 'unknown', 'withdrawn', 'sending', 'sent',
				'sent', 'sent', 'sent'])[i %% 9 + 1], lpad((i %% 200 + 1)::text, 32, '0')::uuid, 'en',
				'Mail ' || i, 'x',
				'[{"address": "a@b.example", "state": "taken"}]', 'a@b.example',
				'2024-01-01'::timestamptz + make_interval(mins => i), 'Ada', now(), i || '@x.example', now()
			FROM generate_series(1, %d) i`, n),
		`VACUUM ANALYZE`,
	} {
		if _, err := db.Owner().Exec(t.Context(), sql); err != nil {
			t.Fatalf("%.60s: %v", sql, err)
		}
	}
	return db
}

func TestEveryFilterAndSortOfMailsStandsOnAnIndex(t *testing.T) {
	t.Parallel()
	db := crowd(t, 20_000)
	listtest.Walk(t, db.Read(t.Context()), mail.All, listtest.Budget{Blocks: 900, Values: map[string][]string{
		"state": {"sent", "unknown"}, "kind": {"notice", "reminder"}, "crm_account": {customer}}})
}

func TestMailsArePagedWithoutGapOrRepeat(t *testing.T) {
	t.Parallel()
	listtest.Pages(t, crowd(t, 130).DB, mail.All, 130)
}
