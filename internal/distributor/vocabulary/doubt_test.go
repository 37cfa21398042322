package vocabulary

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"seatledger/internal/distributor"
	_ "seatledger/internal/testkit/samehistories"
)

// The words of five languages, as a distributor's regional hosts may write them.
var certain = map[distributor.Status][]string{
	distributor.StatusActive: {"Active", "Activated", "actif", "Activé", "activo", "Activada", "ativo",
		"Ativado", "aktiv",
		"Aktiviert", "Réactivé", "Reativado"},
	distributor.StatusSuspended: {"Suspended", "SUSPEND", "suspendu", "Suspendue", "suspendido", "suspenso",
		"Ausgesetzt",
		"gesperrt"},
	distributor.StatusPending: {"Pending", "pendiente", "Pendente", "en attente", "Ausstehend", "in Bearbeitung",
		"En proceso",
		"Em processamento", "En cours de traitement", "PendingActivation"},
	distributor.StatusExpired: {"Expired", "expire", "Expiré", "expirado", "Vencida", "Caducado",
		"abgelaufen", "échue"},
	distributor.StatusCancelled: {"Cancelled", "CANCELED", "annulé", "Résiliée", "cancelado", "Anulada", "Cancelada",
		"storniert", "annulliert", "Re\u0301silie\u0301"},
	distributor.StatusDiscontinued: {"Discontinued", "Discontinué", "descontinuado", "Descatalogado"},
	distributor.StatusDeleted: {"Deleted", "supprimé", "eliminado", "Borrado", "excluído", "gelöscht", "GELÖSCHT",
		"Excluída"},
}

var uncertain = []string{
	// a part only
	"Partially Cancelled", "PartialCancel", "PARTIALCANCEL", "CancelledPartial", "Partial cancellation",
	"Partly deleted",
	"partially_suspended", "Partially expired", "Partiellement annulé", "résiliation partielle",
	"Cancelado parcialmente",
	"Parcialmente excluído", "Suspensión parcial", "teilweise storniert", "Teilstorniert", "Zum Teil gelöscht",
	"Cancelled 2 of 5", "2 seats cancelled", "Licenses deleted", "Lizenzen gelöscht",
	// turned around
	"Inactive", "Deactivated", "Not cancelled", "inactif", "Désactivé", "inactivo", "desativado", "inaktiv",
	"Deaktiviert", "nicht storniert", "pas annulé", "No cancelado", "não cancelado", "Uncancelled", "Undo cancel",
	"Cancellation reversed", "Stornierung rückgängig gemacht", "Cancel revoked",
	// planned
	"Scheduled for cancellation", "CancelScheduled", "Will be cancelled", "Cancelled at end of term",
	"Annulation planifiée", "Sera supprimé", "Cancelación programada", "Se cancelado al final del plazo",
	"Agendado cancelado",
	"Cancelado no fim do prazo", "Kündigung vorgemerkt", "Wird gelöscht", "Expires 2027-01-01", "Expires",
	"expiring soon",
	"To be deleted", "Por cancelar", "wird zum Laufzeitende storniert",
	// asked for
	"Cancel requested", "CancellationRequested", "Annulation demandée", "Cancelación solicitada",
	"Cancelamento solicitado",
	"gekündigt", "Löschung beantragt",
	// going on, failed, of something else
	"Cancelling", "Cancelando", "Expiring", "Deleting", "En cours d'annulation", "Annuler", "Cancellation pending",
	"Cancellation failed", "Échec annulation", "Cancel rejected", "Stornierung fehlgeschlagen", "Renewal cancelled",
	"Auto-renew cancelled", "Renouvellement annulé", "Renovación cancelada", "Renovação cancelada",
	"Verlängerung storniert", "Add-on cancelled", "Expiry notice",
	// words nobody knows
	"Frozen", "Terminated", "Closed", "Transferred", "Converted", "gel", "0",
}

func TestACertainWordIsReadInFiveLanguages(t *testing.T) {
	t.Parallel()
	for want, words := range certain {
		for _, word := range words {
			for _, text := range []string{word, strings.ToUpper(word), " " + strings.ReplaceAll(word, " ", "_") + " "} {
				if got := Status(text); got != want {
					t.Errorf("%q: %s, want %s", text, got, want)
				}
			}
		}
	}
}

func TestADoubtfulWordClosesNothing(t *testing.T) {
	t.Parallel()
	for _, word := range uncertain {
		if got := Status(word); got != distributor.StatusUnknown {
			t.Errorf("%q: %s", word, got)
		}
	}
}

// Whatever stands around it, a doubtful word keeps a certain one from closing.
func TestADoubtBesideAnyEndingKeepsItOpen(t *testing.T) {
	t.Parallel()
	var ends []string
	for _, s := range []distributor.Status{distributor.StatusCancelled, distributor.StatusDeleted,
		distributor.StatusExpired,
		distributor.StatusDiscontinued} {
		ends = append(ends, certain[s]...)
	}
	rapid.Check(t, func(t *rapid.T) {
		end := rapid.SampledFrom(ends).Draw(t, "end")
		doubt := strings.TrimSpace(rapid.SampledFrom(doubts).Draw(t, "doubt"))
		sep := rapid.SampledFrom([]string{" ", "_", " - ", ": "}).Draw(t, "between")
		text := doubt + sep + end
		if rapid.Bool().Draw(t, "behind") {
			text = end + sep + doubt
		}
		if got := Status(text); got != distributor.StatusUnknown {
			t.Fatalf("%q: %s", text, got)
		}
	})
}

func TestAnEntryOfTheChangeLogEndsNothingInPart(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"Partially cancelled": false, "Cancelled 2 seats": false, "Partial cancel (Microsoft 365 E3)": false,
		"Cancel Service (Partial Backup 2 users)": true, "Annulé": true, "Cancelado por administrador": true,
		"Storniert": true, "Teilweise storniert": false, "Annulation planifiée": false, "Cancelación solicitada": false,
		"Cancel auto-renewal": false, "Subscription cancellation (E5)": true,
	} {
		if got := Ended(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestUsageIsToldFromWhatIsSoldBesideIt(t *testing.T) {
	t.Parallel()
	monthly := distributor.Monthly
	for _, c := range []struct {
		p    Product
		want distributor.Kind
	}{
		{Product{Name: "Microsoft Azure Support", Frequency: monthly}, distributor.Licence},
		{Product{Name: "Microsoft Azure Standard Support", Frequency: monthly}, distributor.Licence},
		{Product{Name: "Azure Plan Support", Frequency: monthly}, distributor.Licence},
		{Product{Name: "Cloud services", Part: "DZH318Z0BPS6:0001", Frequency: monthly}, distributor.Usage},
		{Product{Name: "Azure Plan", Frequency: monthly}, distributor.Usage},
		{Product{Name: "Microsoft Azure", Frequency: monthly}, distributor.Usage},
		{Product{Name: "Anything", Model: "Usage", Frequency: monthly}, distributor.Usage},
		{Product{Name: "Azure Reserved VM Instance", Part: "DZH318Z08NDC:0001", Frequency: distributor.FreqOneTime},
			distributor.OneTime},
		{Product{Name: "Microsoft Azure AD Premium P1", Part: "CFQ7TTC0LFLS:0002", Frequency: monthly},
			distributor.Licence},
		{Product{Name: "Usage Analytics", Frequency: monthly}, distributor.Licence},
	} {
		c.p.Term = distributor.FreqUnknown
		if got := Kind(c.p); got != c.want {
			t.Errorf("%+v: %s, want %s", c.p, got, c.want)
		}
	}
}
