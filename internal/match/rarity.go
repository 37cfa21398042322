package match

// rarity knows how often each value of a field stands on the larger side, so
// that a shared switchboard or a shared domain counts for less.
type rarity struct {
	count [fieldCount]map[string]int
	size  [fieldCount]float64
	// lone is true where the names of either side are unique: hardly any stands there twice.
	lone bool
}

func newRarity(sides ...[]profile) *rarity {
	r := &rarity{}
	for f := range fieldCount {
		r.count[f] = map[string]int{}
	}
	for i, side := range sides {
		var one rarity
		one.tally(side)
		r.lone = (i == 0 || r.lone) && one.uniqueNames()
		for f := range fieldCount {
			r.size[f] = max(r.size[f], one.size[f])
			for v, n := range one.count[f] {
				r.count[f][v] = max(r.count[f][v], n)
			}
		}
	}
	return r
}

func (r *rarity) tally(side []profile) {
	for f := range fieldCount {
		r.count[f] = map[string]int{}
	}
	for i := range side {
		p := &side[i]
		r.add(fieldTenant, p.tenant)
		r.add(fieldPhone, p.phone)
		r.add(fieldCity, p.city)
		r.add(fieldState, p.state)
		r.add(fieldCountry, p.country)
		r.add(fieldPostal, p.postal)
		if len(p.names) > 0 {
			r.add(fieldName, p.names[0].compact)
		}
		r.add(fieldStreet, p.streetKey())
		for v := range p.siteValues() {
			r.add(fieldDomain, v)
		}
	}
}

// A side's names are unique when fewer than one in a thousand stands there twice, of
// enough to say so.
const (
	enoughNames = 30
	repeats     = .001
)

func (r *rarity) uniqueNames() bool {
	twice := 0
	for _, n := range r.count[fieldName] {
		if n > 1 {
			twice += n
		}
	}
	return r.size[fieldName] >= enoughNames && float64(twice) < repeats*r.size[fieldName]
}

func (r *rarity) add(f field, value string) {
	if value != "" {
		r.count[f][value]++
		r.size[f]++
	}
}

// guess is the chance of agreement before any data are seen, and counts as much as guessWeight records.
var guess = [fieldCount]float64{fieldTenant: 1e-7, fieldDomain: 1e-6, fieldPhone: 1e-6, fieldPostal: 0.001,
	fieldCity: 0.01, fieldState: 0.08, fieldCountry: 0.6}

const guessWeight = 50

// of is the chance that a stranger has this very value too.
func (r *rarity) of(f field, value string) float64 {
	others := float64(max(r.count[f][value]-1, 0))
	return (others + guessWeight*guess[f]) / (r.size[f] + guessWeight)
}

// holders is how many records of the larger side have the value.
func (r *rarity) holders(f field, value string) int { return r.count[f][value] }
