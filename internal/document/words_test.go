package document_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func (s *shop) contract(sql string, args ...any) {
	s.Helper()
	s.Exec(`UPDATE billing_contracts SET `+sql, args...)
}

func TestALineSaysWhatItIsMadeOf(t *testing.T) {
	t.Parallel()
	s := open(t, "2026-11-29")
	for _, c := range []struct {
		day   int
		price string // per
		line  line
		want  string
	}{
		{1, "month", cycle("2026-11-01", "2026-12-01", 10, "10", "100"),
			"1 Nov 2026 to 30 Nov 2026: 10 seats × 10.00 per month"},
		{1, "month", cycle("2026-11-20", "2026-12-01", 5, "10", "18.33"),
			"20 Nov 2026 to 30 Nov 2026: 5 seats × 10.00 per month × 11/30 days"},
		{1, "month", cycle("2026-11-20", "2027-02-11", 1, "30", "81.71"),
			"20 Nov 2026 to 10 Feb 2027: 1 seat × 30.00 per month × (2 months + 11/30 days + 10/28 days)"},
		{1, "month", cycle("2026-11-30", "2026-12-01", -2, "15", "-1"),
			"30 Nov 2026: -2 seats × 15.00 per month × 1/30 days"},
		{1, "year", cycle("2026-01-01", "2027-01-01", 3, "120", "360"),
			"1 Jan 2026 to 31 Dec 2026: 3 seats × 120.00 per year"},
		{1, "year", cycle("2026-11-20", "2027-01-01", 3, "120", "41"),
			"20 Nov 2026 to 31 Dec 2026: 3 seats × 120.00 per year / 12 × (1 month + 11/30 days)"},
		{1, "quarter", cycle("2026-11-01", "2026-12-01", 2, "30", "20"),
			"1 Nov 2026 to 30 Nov 2026: 2 seats × 30.00 per quarter / 3 × 1 month"},
		{15, "month", cycle("2026-11-15", "2026-12-15", 2, "10", "20"),
			"15 Nov 2026 to 14 Dec 2026: 2 seats × 10.00 per month"},
		{15, "month", cycle("2026-12-01", "2026-12-15", 1, "30", "14"),
			"1 Dec 2026 to 14 Dec 2026: 1 seat × 30.00 per month × 14/30 days"},
		{31, "month", cycle("2027-01-31", "2027-02-28", 1, "28", "28"),
			"31 Jan 2027 to 27 Feb 2027: 1 seat × 28.00 per month"},
		{31, "month", cycle("2027-02-28", "2027-03-14", 1, "31", "14"),
			"28 Feb 2027 to 13 Mar 2027: 1 seat × 31.00 per month × 14/31 days"},
		// A cent that makes up for other lines is said; an amount that is not made so is not explained so.
		{1, "month", cycle("2026-11-20", "2026-12-01", 5, "10", "18.34"),
			"20 Nov 2026 to 30 Nov 2026: 5 seats × 10.00 per month × 11/30 days. " +
				"The last digit makes up for rounding on other lines."},
		{1, "month", cycle("2026-11-20", "2026-12-01", 5, "10", "7.00"),
			"20 Nov 2026 to 30 Nov 2026: 5 seats × 10.00 per month × 11/30 days. " +
				"11.33 USD of it had been given back before as goodwill and stays with you."},
		{1, "month", cycle("2026-11-01", "2026-12-01", 3, "0.00125", "0.00"),
			"1 Nov 2026 to 30 Nov 2026: 3 seats × 0.00125 per month"},
	} {
		s.contract("billing_day = ?", c.day)
		c.line.kind, c.line.period = "catch_up", c.price
		id := s.draft("change_log", c.line)
		d, _, err := s.desk.Look(t.Context(), s.DB.Read(t.Context()), id)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Lines[0].Words[0]; got != c.want {
			t.Errorf("%s\nwant %s", got, c.want)
		}
		// the next case has another billing day
		s.Exec(`UPDATE invoices SET state = 'void', voided_at = now() WHERE id = ?`, id)
	}
}

func TestALineThatComesLateSaysWhy(t *testing.T) {
	t.Parallel()
	s := open(t, "2026-11-22")
	s.Seats(s.subs[0], 15, "2026-11-20")
	s.Today("2026-11-29")
	late := line{kind: "catch_up", from: "2026-11-20", to: "2026-12-01", seats: 5, price: "10", period: "month",
		amount: "18.33"}
	for language, want := range map[string][]string{
		"en": {"20 Nov 2026 to 30 Nov 2026: 5 seats × 10.00 per month × 11/30 days",
			"Difference to what an earlier document charged for these days.",
			"Why it is here: 5 seats more from 20 Nov 2026, recorded on 22 Nov 2026."},
		"fr": {"du 20 nov. 2026 au 30 nov. 2026: 5 postes × 10,00 par mois × 11/30 jours",
			"Différence avec ce qu'un document antérieur a facturé pour ces jours.",
			"Raison de cette ligne : 5 postes de plus à partir du 20 nov. 2026, enregistré le 22 nov. 2026."},
	} {
		s.contract("language = ?", language)
		id := s.draft("change_log", late)
		s.Exec(`INSERT INTO invoice_line_changes (line_id, change_id) SELECT l.id, c.id
			FROM invoice_lines l, license_changes c
			WHERE l.invoice_id = ? AND c.subscription_id = ? AND c.event = 'update'`, id, s.subs[0])
		if diff := cmp.Diff(want, s.bill(id).Lines[0].Words); diff != "" {
			t.Error(language, diff)
		}
	}
}

func TestSeatsKeptWithoutRefundAreSaidInWords(t *testing.T) {
	t.Parallel()
	s := open(t, "2026-11-29")
	id := s.draft("change_log", cycle("2026-12-01", "2027-01-01", 7, "10", "70"))
	s.Exec(`INSERT INTO invoice_coverage (invoice_id, subscription_id, began, through_after, billed_days, held_days,
		forfeited_days, new_forfeited) VALUES (?, ?, '2026-12-01', '2027-01-01', 0, 0, 33, 33)`, id, s.subs[0])
	has(t, strings.Join(s.bill(id).Lines[0].Words, "\n"), "Seats kept without refund:", "(33 days of one seat)",
		"no refund within a paid period")
}

func TestAFrenchDocumentIsFrench(t *testing.T) {
	t.Parallel()
	s := open(t, "2026-11-29")
	s.furnish()
	s.contract("language = 'fr'")
	d := s.bill(s.draft("change_log", cycle("2026-11-01", "2026-12-01", 250, "10", "2500")))
	text := strings.ReplaceAll(read(t, draw(t, d)), "\u00a0", " ")
	has(t, text, "Facture\n", "Numéro INV-2026-0001", "Échéance 29 déc. 2026",
		"Période du 1er nov. 2026 au 30 nov. 2026", "250 postes × 10,00 par mois", "Total hors taxe 2 500,00 USD",
		"VAT 20 % sur 2 500,00 USD 500,00 USD", "Total 3 000,00 USD", "À régler au plus tard le 29 déc. 2026.",
		"Page 1 sur 1")
	back := line{kind: "credit", from: "2026-11-01", to: "2026-12-01", seats: -250, price: "10", period: "month",
		amount: "-2500", credits: d.Lines[0].ID.String()}
	has(t, read(t, draw(t, s.bill(s.draft("credit", back)))), "Avoir\n", "Corrige Facture INV-2026-0001")
}
