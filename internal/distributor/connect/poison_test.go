package connect

import (
	"encoding/json"
	"strings"
	"testing"

	"seatledger/internal/distributor"
	"seatledger/internal/distributor/lenient"
	"seatledger/internal/distributor/sandbox"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// A spoiled record never takes the others with it, and whatever is left of it
// can be stored.
func TestAPoisonedRecordLeavesTheOthersAndCanBeStored(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	first := sandbox.NewData(sandboxData).Subscriptions()[0]
	for _, variant := range []string{"no_id", "null_id", "same_id", "null_quantity", "no_quantity", "negative_quantity",
		"fractional_quantity", "string_quantity", "word_quantity", "huge_quantity",
		"huge_price", "six_decimals", "word_price", "emoji_name", "long_name", "formula_name", "nul_name", "rtl_name",
		"unknown_status", "far_date", "epoch_date", "bare_date", "other_currency", "no_object"} {
		t.Run(variant, func(t *testing.T) {
			t.Parallel()
			url := sandboxURL(t, `{"kind":"poison","variant":"`+variant+`","path":"/api/v1/customers/*/subscriptions"}`)
			list, err := connectTo(t, url, distributor.Stellr).Subscriptions(t.Context(), first.CustomerNo)
			if err != nil {
				t.Fatal(err)
			}
			there := false
			for _, s := range list.Subscriptions {
				there = there || s.ExternalID == first.ID && s.Quantity == first.Quantity
				mustStore(t, db, s.Raw, s.ProductName, s.ExternalID, s.StatusText)
			}
			for _, b := range list.Bad {
				mustStore(t, db, b.Raw, b.Reason, b.ExternalID)
			}
			if !there && variant != "same_id" {
				t.Errorf("%s was lost: %d read, %d bad", first.ID, len(list.Subscriptions), len(list.Bad))
			}
		})
	}
}

func TestWhatJSONAllowsAndPostgreSQLDoesNotIsStoredAllTheSame(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	for _, raw := range []string{
		`{"a":"x\u0000y"}`, `{"a\u0000":1}`, `{"a":"\ud800"}`, `{"a":"\udc00\ud800"}`, "{\"a\":\"x\xff\xfe\"}",
		`{"a":1e999999999}`, `{"a":-1e-999999999}`, `{"a":` + strings.Repeat("9", 5000) + `}`,
		`{"a":1e40}`, `{"a":0.1e-50}`, strings.Repeat(`[`, 60) + strings.Repeat(`]`, 60), `"text"`, `null`,
		`{"a":1,"a":2}`,
	} {
		mustStore(t, db, lenient.Storable(json.RawMessage(raw)), lenient.Clean(raw))
	}
}

func mustStore(t *testing.T, db *pgtest.DB, raw json.RawMessage, texts ...string) {
	t.Helper()
	var kept string
	if err := db.Owner().QueryRow(t.Context(), "select ($1::text)::jsonb::text", string(raw)).Scan(&kept); err != nil {
		t.Errorf("%q: %v", raw, err)
	}
	for _, text := range texts {
		if err := db.Owner().QueryRow(t.Context(), "select $1::text", text).Scan(&kept); err != nil || kept != text {
			t.Errorf("%q came back as %q: %v", text, kept, err)
		}
	}
}
