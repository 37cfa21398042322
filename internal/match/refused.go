package match

// Pair names an account and a CRM account.
type Pair struct{ AccountID, CRMID string }

// withoutRefused leaves out the links that a person has said no to, so that both
// sides are paired as if the other one were not there.
func (x *Index) withoutRefused(as []profile, links []link, refused map[Pair]bool) []link {
	if len(refused) == 0 {
		return links
	}
	kept := links[:0]
	for _, l := range links {
		if !refused[Pair{as[l.account].rec.ID, x.crm[l.crm].rec.ID}] {
			kept = append(kept, l)
		}
	}
	return kept
}
