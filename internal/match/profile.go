package match

import "strings"

// profile is a record made ready for comparison, once.
type profile struct {
	rec     Record
	names   []name
	tenant  string
	sites   []site
	street  []string // sorted words of the street, abbreviated alike
	postal  string
	city    string
	state   string
	country string
	phone   string
	care    bool // it is care of somebody, whose address and telephone these may be
	retired bool // the name says that the row is not to be used
}

func newProfile(r Record) profile { return profileOf(r, r.Name) }

// profileOf reads a record under the name that is left when decorations are off.
func profileOf(r Record, called string) profile {
	r = r.readable()
	called, retired := unmarked(beginning(called))
	p := profile{rec: r, retired: retired, tenant: tenantOf(r.TenantID), sites: sitesOf(r)}
	p.names, p.care = parseNames(called)
	p.city = cityOf(r.City)
	p.country = countryOf(r.Country)
	p.state = stateOf(r.State)
	p.postal = strings.ToLower(onlyAlnum(fold(r.PostalCode)))
	p.phone = phoneOf(r.Phone)
	p.street = streetOf(r.Street)
	p.names = append(p.names, p.echoes()...)
	return p
}

// streetKey is the street as rarity counts it.
func (p *profile) streetKey() string { return strings.Join(p.street, " ") }

// siteValues are the domains and labels of a record, each once.
func (p *profile) siteValues() map[string]bool {
	all := make(map[string]bool, 2*len(p.sites))
	for _, s := range p.sites {
		all[s.domain], all[s.label] = true, true
	}
	return all
}

// echoes reads a name of one word that is the record's own domain as a domain
// too: "goharborview" beside goharborview.example is a label, not a word.
func (p *profile) echoes() []name {
	if len(p.names) != 1 || len(p.names[0].tokens) != 1 {
		return nil
	}
	for _, s := range p.sites {
		if s.label == p.names[0].compact {
			return []name{{label: s.label}}
		}
	}
	return nil
}

// onlyLabel is true when the name says no more than the domain does.
func (p *profile) onlyLabel() bool {
	return len(p.names) > 0 && p.names[len(p.names)-1].label != ""
}

func profiles(rs []Record) []profile {
	all := make([]profile, len(rs))
	plain := learnDecorations(rs)
	for i, r := range rs {
		all[i] = profileOf(r, plain.off(r.Name))
	}
	return all
}

// tenantOf keeps the hexadecimal digits of a tenant id, or the name under onmicrosoft.com.
func tenantOf(raw string) string {
	s := strings.ToLower(strings.TrimSpace(raw))
	if own, ok := strings.CutSuffix(s, ".onmicrosoft.com"); ok {
		return own
	}
	s = onlyAlnum(s)
	if len(s) != 32 || strings.Trim(s, "0") == "" {
		return ""
	}
	return s
}

// phoneOf keeps the last nine digits: country codes and trunk zeros come and go.
func phoneOf(raw string) string {
	raw, _, _ = strings.Cut(strings.ToLower(raw), "x")
	d := onlyDigits(raw)
	if len(d) < 7 || strings.Trim(d, d[:1]) == "" {
		return ""
	}
	return d[max(0, len(d)-9):]
}

var citySigns = strings.NewReplacer(".", " ", "-", " ", "'", "")

func cityOf(raw string) string {
	s := fold(raw)
	s, _, _ = strings.Cut(s, ",")
	words := strings.Fields(citySigns.Replace(s))
	for i, w := range words {
		switch w {
		case "st":
			words[i] = "saint"
		case "ft":
			words[i] = "fort"
		case "mt":
			words[i] = "mount"
		}
	}
	return strings.Join(words, "")
}

var streetWords = pairs(`street=st avenue=ave av=ave road=rd boulevard=blvd drive=dr lane=ln court=ct place=pl
	square=sq highway=hwy parkway=pkwy terrace=ter circle=cir
	strasse=str straat=str north=n south=s east=e west=w northeast=ne northwest=nw southeast=se southwest=sw suite=ste
		unit=ste apartment=ste apt=ste floor=fl building=bldg
	first=1st second=2nd third=3rd fourth=4th fifth=5th sixth=6th seventh=7th eighth=8th ninth=9th tenth=10th saint=st`)

// streetOf gives the words of a street without the suite, house number among them.
func streetOf(raw string) []string {
	words := strings.Fields(strings.Map(wordRune, fold(raw)))
	if isBox(words) {
		return nil
	}
	var out []string
	for _, w := range words {
		if short, ok := streetWords[w]; ok {
			w = short
		}
		if w == "ste" || w == "bldg" || w == "fl" {
			break
		}
		if long, ok := strings.CutSuffix(w, "strasse"); ok {
			w = long + "str"
		}
		out = append(out, w)
	}
	return out
}

// isBox is true for a post box: where letters go says nothing of where a company sits.
func isBox(words []string) bool {
	whole := strings.Join(words, "")
	return strings.HasPrefix(whole, "pobox") || strings.HasPrefix(whole, "postbox") ||
		strings.HasPrefix(whole, "postfach") || strings.HasPrefix(whole, "boitepostale")
}

func wordRune(r rune) rune {
	if strings.ContainsRune(".,;/#-'\"()", r) {
		return ' '
	}
	return r
}

var countries = pairs(`usa=us unitedstates=us unitedstatesofamerica=us america=us uk=gb greatbritain=gb britain=gb
	england=gb scotland=gb wales=gb unitedkingdom=gb
	germany=de deutschland=de deu=de ger=de france=fr fra=fr spain=es espana=es esp=es italy=it italia=it ita=it
		netherlands=nl thenetherlands=nl nederland=nl holland=nl nld=nl
	belgium=be belgie=be belgique=be bel=be switzerland=ch schweiz=ch suisse=ch svizzera=ch che=ch austria=at
		osterreich=at aut=at sweden=se sverige=se swe=se
	norway=no norge=no nor=no denmark=dk danmark=dk dnk=dk finland=fi suomi=fi fin=fi poland=pl polska=pl pol=pl
		czechia=cz czechrepublic=cz cze=cz canada=ca can=ca
	mexico=mx mex=mx australia=au aus=au newzealand=nz nzl=nz ireland=ie irl=ie portugal=pt prt=pt japan=jp jpn=jp
		china=cn chn=cn india=in ind=in brazil=br brasil=br bra=br
	russia=ru russianfederation=ru rus=ru ukraine=ua ukr=ua greece=gr grc=gr hungary=hu hun=hu romania=ro rou=ro
		singapore=sg sgp=sg southafrica=za zaf=za turkey=tr turkiye=tr tur=tr gbr=gb`)

func countryOf(raw string) string { return lookup(countries, onlyAlnum(fold(raw))) }

var states = pairs(`alabama=al alaska=ak arizona=az arkansas=ar california=ca colorado=co connecticut=ct delaware=de
	florida=fl georgia=ga hawaii=hi idaho=id illinois=il indiana=in
	iowa=ia kansas=ks kentucky=ky louisiana=la maine=me maryland=md massachusetts=ma michigan=mi minnesota=mn
		mississippi=ms missouri=mo montana=mt nebraska=ne nevada=nv
	newhampshire=nh newjersey=nj newmexico=nm newyork=ny northcarolina=nc northdakota=nd ohio=oh oklahoma=ok oregon=or
		pennsylvania=pa rhodeisland=ri southcarolina=sc
	southdakota=sd tennessee=tn texas=tx utah=ut vermont=vt virginia=va washington=wa westvirginia=wv wisconsin=wi
		wyoming=wy districtofcolumbia=dc
	ontario=on quebec=qc britishcolumbia=bc alberta=ab manitoba=mb saskatchewan=sk novascotia=ns newbrunswick=nb
		newfoundland=nl princeedwardisland=pe
	newsouthwales=nsw victoria=vic queensland=qld westernaustralia=wa southaustralia=sa tasmania=tas`)

func stateOf(raw string) string {
	s := onlyAlnum(fold(raw))
	return lookup(states, s)
}

func lookup(m map[string]string, s string) string {
	if to, ok := m[s]; ok {
		return to
	}
	return s
}
