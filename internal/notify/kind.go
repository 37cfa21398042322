package notify

// Kind is what an event is about.
type Kind string

// The kinds. A new one gets its words in the table below.
const (
	NightFailed       Kind = "night_failed"
	NightMissed       Kind = "night_missed"
	RunFailed         Kind = "run_failed"
	RunStopped        Kind = "run_stopped"
	RunPartial        Kind = "run_partial"
	RunWaits          Kind = "run_waits"
	NeedsCredentials  Kind = "needs_credentials"
	Paused            Kind = "paused"
	SeatsUnusual      Kind = "seats_unusual"
	AccountUnreadable Kind = "account_unreadable"
	BelievedLess      Kind = "believed_less"
	Conflict          Kind = "conflict"
	Moved             Kind = "moved"
	SignOffsLapsed    Kind = "sign_offs_lapsed"
	MailWaits         Kind = "mail_waits"
	MailRefused       Kind = "mail_refused"
	MailUnsure        Kind = "mail_unsure"
	RenewalNear       Kind = "renewal_near"
	DraftsPrepared    Kind = "drafts_prepared"
	TrailAnchored     Kind = "trail_anchored"
	TrailBroken       Kind = "trail_broken"
	TokenExpires      Kind = "token_expires"
	BackupMissing     Kind = "backup_missing"
	SecretExpires     Kind = "secret_expires"
	FourEyesAsked     Kind = "four_eyes_asked"
	FourEyesSaid      Kind = "four_eyes_answered"
	WebhookOff        Kind = "webhook_off"
	AccountsToMap     Kind = "accounts_to_map"
	CodesGuessed      Kind = "codes_guessed"
	DifferencesLarge  Kind = "differences_large"
)

// Severity is how soon somebody should look.
type Severity string

// The severities.
const (
	Info Severity = "info" // good to know
	Warn Severity = "warn" // look at it today
	Bad  Severity = "bad"  // nothing goes on until somebody acts
)

type words struct {
	kind     Kind
	label    string
	severity Severity
}

// kinds is the one home of the words.
var kinds = []words{
	{NightFailed, "Night failed", Bad},
	{NightMissed, "Night missed", Bad},
	{RunFailed, "Run failed", Bad},
	{RunStopped, "Stopped by the guard", Bad},
	{RunPartial, "Not read whole", Warn},
	{RunWaits, "Waits for a person", Bad},
	{NeedsCredentials, "Needs credentials", Bad},
	{Paused, "Paused by the distributor", Info},
	{SeatsUnusual, "Unusual change of seats", Warn},
	{AccountUnreadable, "Account cannot be read", Warn},
	{BelievedLess, "Not believed", Warn},
	{Conflict, "Conflict", Warn},
	{Moved, "Moved to another account", Warn},
	{SignOffsLapsed, "Sign-offs lapsed", Warn},
	{MailWaits, "Mail does not go out", Bad},
	{MailRefused, "Mail refused", Warn},
	{MailUnsure, "Perhaps sent", Warn},
	{RenewalNear, "Renewal ahead", Warn},
	{DraftsPrepared, "Drafts wait to be billed", Info},
	{TrailAnchored, "Audit trail signed", Info},
	{TokenExpires, "Token expires soon", Warn},
	{BackupMissing, "Backup missing", Bad},
	{SecretExpires, "Secret expires soon", Warn},
	{FourEyesAsked, "Waits for a second person", Warn},
	{FourEyesSaid, "A second person has answered", Info},
	{WebhookOff, "Webhook switched off", Bad},
	{AccountsToMap, "New accounts to map", Warn},
	{CodesGuessed, "Second factor is guessed", Bad},
	{DifferencesLarge, "Differences over the limit", Warn},
	{TrailBroken, "Audit trail changed from outside", Bad},
}

// doubts are the kinds of what a sync would not believe, or not without a person.
var doubts = []Kind{RunStopped, RunWaits, SeatsUnusual, AccountUnreadable, BelievedLess, Conflict, Moved}

func (k Kind) words() (words, bool) {
	for _, w := range kinds {
		if w.kind == k {
			return w, true
		}
	}
	return words{label: string(k), severity: Info}, false
}

// Known tells whether a kind stands in the table.
func (k Kind) Known() bool { _, ok := k.words(); return ok }

// Label is the kind in plain words.
func (k Kind) Label() string { w, _ := k.words(); return w.label }

// Severity is how soon somebody should look at an event of the kind, unless it says otherwise.
func (k Kind) Severity() Severity { w, _ := k.words(); return w.severity }

// Kinds lists all kinds, the gravest of a night first.
func Kinds() []Kind {
	out := make([]Kind, len(kinds))
	for i, w := range kinds {
		out[i] = w.kind
	}
	return out
}
