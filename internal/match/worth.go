package match

import "math"

// What makes a person hesitate, in words.
const (
	tenantsDiffer      = "the tenant ids differ"
	tenantShared       = "several records have this tenant id"
	markedOld          = "one name is marked as old, a test or a duplicate"
	careOf             = "one is care of somebody, whose address and telephone it may have"
	otherName          = "they agree in another name only, and in nothing of their own: perhaps a franchise"
	companysName       = "one trades under the registered name of the other: perhaps a franchise"
	entityWord         = "only one name says foundation, fund or the like: perhaps another company of the house"
	regionWord         = "only one name says a region: perhaps another company of the house"
	lineWord           = "only one name says capital, ventures or the like: perhaps another company of the house"
	onlyInitials       = "one name is only initials, and nothing of their own bears them out"
	figureDiffers      = "the names differ in a place or a figure: perhaps a branch"
	figureMore         = "only one name has a figure: perhaps a branch or a fund"
	placeMore          = "only one name has the place: perhaps a branch"
	townMore           = "only one name has a town, in brackets or behind an \"of\": perhaps a branch"
	namesDiffer        = "the names differ: perhaps a sister company"
	wordMore           = "one name says more, and nothing else settles it: perhaps a sister company"
	spelledDifferently = "the names are spelled differently and nothing else agrees"
	formsDiffer        = "the legal forms differ: perhaps a sister company"
	placesDiffer       = "the places differ: perhaps a branch"
	otherDoor          = "another street or postcode in the same town: perhaps a branch"
	boardDoor          = "another street or postcode under one switchboard: perhaps a branch"
	otherMeant         = "another record could be meant"
	domainShared       = "several records have this domain: perhaps a sister company"
	domainsDiffer      = "the domains differ"
	nameShared         = "several records have this name"
)

// support is what a doubtful pair has besides: nothing, something that others have
// too, or something of its own.
type support uint8

const (
	unsupported support = iota
	somewhat
	wellSupported
)

func (o *owned) support() support {
	switch {
	case o.domain || o.phone || o.street:
		return wellSupported
	case o.backed || o.crowded || o.place:
		return somewhat
	}
	return unsupported
}

// worth is how often pairs with a doubt were right in the worlds of every kind,
// where the evidence alone promised more (docs/matching.md has the counts). A pair
// with the doubt is stated no surer than that.
var worth = map[string][3]float64{
	tenantsDiffer:      {.50, .50, .50},
	tenantShared:       {.90, .90, .90},
	markedOld:          {.90, .90, .90},
	careOf:             {.10, .10, .10},
	otherName:          {.90, .90, .90},
	companysName:       {.45, .60, .60},
	entityWord:         {.10, .40, .45},
	regionWord:         {.10, .45, .45},
	lineWord:           {.10, .45, .50},
	onlyInitials:       {.90, .95, .95},
	figureDiffers:      {.55, .55, .60},
	figureMore:         {.10, .45, .60},
	placeMore:          {.90, .95, .95},
	townMore:           {.45, .90, .95},
	namesDiffer:        {.45, .60, .85},
	wordMore:           {.90, .93, .93},
	spelledDifferently: {.98, .98, .98},
	formsDiffer:        {.98, .98, .98},
	placesDiffer:       {.93, .95, .96},
	boardDoor:          {.45, .45, .60},
	otherDoor:          {.90, .90, .95},
	otherMeant:         {.90, .60, .93},
	domainShared:       {.97, .97, .97},
	domainsDiffer:      {.90, .95, .97},
	nameShared:         {.97, .97, .97},
}

// alone is what region and series are worth where nothing could be learned from a
// file, and the company itself may well be missing.
var alone = map[string]float64{regionWord: .6}

// calibration is what a doubt takes off a score, in bits; never above zero.
func (x *Index) calibration(doubt string, s support, score float64) float64 {
	most, ok := worth[doubt]
	if !ok {
		return 0
	}
	p := most[s]
	if !x.learns() {
		p = max(p, alone[doubt])
	}
	return min(0, math.Log2(p/(1-p))-score)
}
