package match

// class is how two records may be related. Only the first is a match; the
// others are what a false match is made of.
type class uint8

const (
	classMatch     class = iota // the same company
	classBranch                 // same name, other place: branch, franchise, namesake
	classSister                 // one house: parent, subsidiary; shares domain or address
	classNeighbour              // same building or switchboard, nothing else
	classStranger
	classCount
)

// model holds the probability of every level of every field, per class. The
// numbers below are beliefs before any data are seen; learn moves them.
type model struct {
	perAccount [classCount]float64 // how many CRM accounts stand so to an account
	agree      [fieldCount][classCount][gradeCount]float64
	pattern    [patternCount][classCount]float64
	slip       [classCount]float64 // probability of a slip of the pen per word
}

func levels(agree, partly, differ float64) [gradeCount]float64 {
	return [gradeCount]float64{gradeMissing: 1, gradeAgree: agree, gradePartly: partly, gradeDiffer: differ}
}

// defaultModel is the state of belief before any data.
func defaultModel() *model {
	m := &model{
		perAccount: [classCount]float64{0.6, 0.06, 0.08, 0.05, 1},
		slip:       [classCount]float64{0.06, 0.06, 0.06, 0.5, 0.5},
	}
	//                                        match                        branch                      sister
	//            neighbour                   stranger (agree: see chance)
	m.agree[fieldTenant] = [classCount][4]float64{levels(.96, .01, .03), levels(.03, .01, .96), levels(.05, .01, .94),
		levels(.002, .001, .99), levels(1, .01, 1)}
	m.agree[fieldDomain] = [classCount][4]float64{levels(.74, .14, .12), levels(.25, .08, .67), levels(.40, .09, .51),
		levels(.02, .01, .97), levels(1, 1, 1)}
	m.agree[fieldForm] = [classCount][4]float64{levels(.80, .15, .05), levels(.55, .20, .25), levels(.35, .15, .50),
		levels(.40, .25, .35), levels(1.3, .25, .35)}
	m.agree[fieldStreet] = [classCount][4]float64{levels(.78, .10, .12), levels(.02, .03, .95), levels(.40, .05, .55),
		levels(.75, .10, .15), levels(1, .02, .98)}
	m.agree[fieldPostal] = [classCount][4]float64{levels(.90, .03, .07), levels(.055, .10, .845), levels(.45, .10, .45),
		levels(.85, .05, .10), levels(1, .02, .97)}
	m.agree[fieldCity] = [classCount][4]float64{levels(.92, .03, .05), levels(.06, .02, .92), levels(.50, .02, .48),
		levels(.90, .02, .08), levels(1, .005, .97)}
	m.agree[fieldState] = [classCount][4]float64{levels(.96, .01, .03), levels(.35, .01, .64), levels(.70, .01, .29),
		levels(.95, .01, .04), levels(1, .01, .92)}
	m.agree[fieldCountry] = [classCount][4]float64{levels(.99, .01, .01), levels(.90, .01, .09), levels(.88, .01, .11),
		levels(.99, .01, .01), levels(1, .01, .4)}
	m.agree[fieldPhone] = [classCount][4]float64{levels(.65, .01, .34), levels(.04, .01, .95), levels(.30, .01, .69),
		levels(.25, .01, .74), levels(1, .01, 1)}
	m.pattern = [patternCount][classCount]float64{
		nameMissing:  {1, 1, 1, 1, 1},
		nameExact:    {.70, .50, .04, .3, .5},
		extraFiller:  {.10, .05, .12, .3, .4},
		extraWord:    {.08, .05, .20, .5, .6},
		extraPlace:   {.012, .18, .05, .3, .3},
		extraNumber:  {.003, .08, .03, .3, .3},
		swapWord:     {.015, .02, .40, 1, 1},
		swapPlace:    {.0015, .15, .06, .5, .5},
		swapNumber:   {.01, .05, .03, .5, .5},
		nameAcronym:  {.02, .005, .01, .2, .3},
		nameStranger: {.012, .002, .10, 1, 1},
	}
	return m
}

// sizes are the numbers of records on either side.
type sizes struct{ accounts, crm int }

// prior is the weight of a class before any evidence. For a match it is the
// odds that two records are partners when partners are drawn one to one: of
// all pairings with k pairs, k/(ua*ub) have a given pair where ua and ub count
// the records without a partner. The fewer are left over, the surer a pair.
func (m *model) prior(c class, n sizes) float64 {
	switch c {
	case classStranger:
		return 1
	case classMatch:
		k := m.perAccount[classMatch] * float64(min(n.accounts, n.crm))
		return k / ((float64(n.accounts) - k + 0.7) * (float64(n.crm) - k + 0.7))
	}
	return m.perAccount[c] / (float64(n.crm) + 0.7)
}
