package match

import "strings"

// kind is what a word of a name is good for.
type kind uint8

const (
	plain  kind = iota // tells companies apart
	trade              // says what a company does: dental, bank, construction
	filler             // group, holdings, services: says next to nothing
	place              // a city, a country
	number             // a figure or a series mark
	stop               // the, of, and
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

func pairs(words string) map[string]string {
	m := map[string]string{}
	for _, p := range strings.Fields(words) {
		from, to, _ := strings.Cut(p, "=")
		m[from] = strings.ReplaceAll(to, "_", " ")
	}
	return m
}

var stopWords = set(`the of and for in at on to by a an de la le les du des da do dos das del della di el los las der
	die das den dem
	und et y e i en van von zu zum zur och og ja fur pour per u v`)

var fillerWords = set(`group groupe gruppe grupo gruppo grupa holding holdings international global worldwide europe
	asia america africa emea apac latam services service solutions solution
	systems system enterprises enterprise industries industry industrial products product partners partner associates
		association ventures venture
	management consulting consultants consultancy company companies corporation limited incorporated trading trade com
		net
		org online
	intl national operations operating agency network networks works office offices hq headquarters business commercial
		general
	resources development developments investment investments capital brands team main division unit branch
	aktiengesellschaft gesellschaft compania societe sociedad beteiligungs verwaltungs handels professional
		professionals
		practice center clinic shop store
	stores studio studios lab labs llc inc ltd gmbh corp co eu web site home my get go the app hello try`)

var tradeWords = set(`bank banking banks finance financial insurance assurance trust fund funds foundation institute
	academy school college university
	hospital medical health healthcare dental dentistry dentist pharmacy pharma pharmaceutical pharmaceuticals
		veterinary
		care wellness therapy
	construction constructions building builders contractors contracting engineering engineers architects architecture
		design designs roofing plumbing
	electric electrical electronics electronic energy power oil gas petroleum chemical chemicals steel metal metals
		mining
		minerals machinery machine tools
	manufacturing mechanical automotive auto motors motor cars trucks truck transport transportation logistics shipping
		freight marine aviation airlines air
	technology technologies tech software data digital cloud cyber security computer computers it media marketing
		advertising communications telecom mobile internet
	food foods bakery restaurant restaurants cafe coffee catering brewing brewery wine wines farms farm agriculture
		agricultural dairy meat produce market markets
	real estate property properties realty housing land homes hotel hotels travel tours resort leisure sports fitness
		club
		golf
	law legal attorneys lawyers accounting accountants tax audit advisory advisors wealth asset assets equity securities
		credit mortgage leasing
	retail wholesale supply supplies distribution distributors equipment furniture textile textiles fashion apparel
		clothing jewelry
	environmental water waste recycling cleaning landscaping garden gardens paper packaging printing print plastics
		glass
		wood timber
	government ministry department agency council city county state federal public community church society union
		federation club center
	research science sciences bio biotech laboratories laboratory instruments precision optical imaging diagnostics
		devices
	family first american united central north south east west northern southern eastern western royal star new old
		great
		best premier quality advanced
	sons brothers son daughters railway railroad rail bus taxi express courier post parcel staffing recruitment training
		education learning child children kids pet animal
	corporate strategic creative innovative integrated applied modern classic elite prime select total universal
		standard
		custom direct green blue red black white golden silver`)

// commonNames are frequent family names: two companies that share one are often strangers.
var commonNames = set(`smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez
	gonzalez wilson anderson thomas taylor moore
	jackson martin lee perez thompson white harris sanchez clark ramirez lewis robinson walker young allen king wright
		scott torres nguyen hill flores adams
	nelson baker hall rivera campbell mitchell carter roberts muller schmidt schneider fischer weber meyer wagner becker
		schulz hoffmann rossi ferrari
	dubois moreau laurent simon silva santos oliveira souza kim park chen wang li zhang liu yang huang wu murphy kelly
		kumar singh patel khan ali ahmed
	ivanov petrov novak kowalski andersson johansson karlsson nilsson eriksson hansen jensen nielsen`)

var placeWords = set(`usa uk afghanistan albania algeria argentina armenia australia austria azerbaijan bahrain
	bangladesh belarus belgium bolivia bosnia brazil bulgaria
	cambodia cameroon canada chad chile china colombia congo croatia cuba cyprus czech denmark ecuador egypt estonia
		ethiopia finland france georgia germany ghana
	greece guatemala honduras hungary iceland india indonesia iran iraq ireland israel italy japan jordan kazakhstan
		kenya
		korea kuwait latvia lebanon libya
	lithuania luxembourg malaysia malta mexico moldova mongolia morocco mozambique myanmar namibia nepal netherlands
		nigeria norway oman pakistan panama paraguay
	peru philippines poland portugal qatar romania russia rwanda scotland senegal serbia singapore slovakia slovenia
		spain
		sweden switzerland syria taiwan tanzania
	thailand tunisia turkey uganda ukraine uruguay uzbekistan venezuela vietnam wales yemen zambia zimbabwe england
		britain iberia
	deutschland schweiz suisse svizzera osterreich italia espana brasil nederland belgique belgie danmark norge sverige
		suomi polska rossiya ukraina france magyar
	american british german french italian spanish dutch swiss chinese japanese indian canadian australian european
		asian
		african nordic
	london paris berlin munich munchen hamburg frankfurt cologne koln vienna wien zurich geneva basel milan milano rome
		roma madrid barcelona lisbon porto amsterdam
	rotterdam brussels antwerp stockholm oslo copenhagen helsinki warsaw prague budapest bucharest sofia athens istanbul
		ankara moscow kyiv dublin belfast edinburgh
	glasgow manchester birmingham leeds liverpool bristol tokyo osaka beijing shanghai shenzhen guangzhou hong kong
		taipei
		seoul bangkok jakarta manila mumbai delhi
	bangalore dubai doha riyadh cairo lagos nairobi johannesburg sydney melbourne brisbane perth auckland toronto
		montreal
		vancouver calgary ottawa
	york angeles chicago houston phoenix philadelphia antonio diego dallas austin jacksonville columbus charlotte
		indianapolis seattle denver boston nashville
	detroit portland vegas memphis louisville baltimore milwaukee albuquerque tucson fresno sacramento atlanta omaha
		miami
		oakland minneapolis tulsa tampa arlington
	orleans cleveland bend pittsburgh cincinnati orlando francisco jose reno boise madison richmond
	alabama alaska arizona arkansas california colorado connecticut delaware florida hawaii idaho illinois indiana iowa
		kansas kentucky louisiana maine maryland
	massachusetts michigan minnesota mississippi missouri montana nebraska nevada hampshire jersey carolina dakota ohio
		oklahoma oregon pennsylvania tennessee texas
	utah vermont virginia washington wisconsin wyoming ontario quebec alberta bavaria bayern saxony`)

// shortened writes common abbreviations, spellings and figures in one way.
var shortened = pairs(`intl=international int=international internatl=international natl=national nat=national
	mfg=manufacturing mfr=manufacturing manuf=manufacturing
	bros=brothers svc=services svcs=services svs=services assoc=associates assocs=associates assn=association
		dept=department univ=university uni=university
	grp=group hldg=holding hldgs=holdings inst=institute hosp=hospital govt=government gov=government mgmt=management
		mgt=management mktg=marketing
	ctr=center centre=center cntr=center constr=construction const=construction dev=development devel=development
		dist=distribution distrib=distribution
	elec=electric eng=engineering engr=engineering engrg=engineering equip=equipment ent=enterprises entpr=enterprises
		fin=financial ind=industries inds=industries
	ins=insurance inv=investment invest=investment labs=laboratories lab=laboratory log=logistics mach=machinery
		med=medical pharm=pharmaceuticals
	prod=products prods=products prop=properties props=properties rlty=realty sch=school sci=science soln=solutions
		solns=solutions sol=solutions sys=systems syst=systems
	tech=technology techs=technologies technol=technology telecom=telecommunications trans=transport transp=transport
	cons=consulting conslt=consulting acctg=accounting acct=accounting attys=attorneys atty=attorneys mkt=market
		mkts=markets mtn=mountain mt=mount ft=fort st=saint ste=sainte
	labour=labor organisation=organization organisations=organizations theatre=theater colour=color defence=defense
		jewellery=jewelry tyre=tire fibre=fiber grey=gray
	us=usa u.s.=usa gb=uk
	one=1 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11 twelve=12 thirteen=13 fourteen=14
		fifteen=15 twenty=20 thirty=30 forty=40 fourty=40 fifty=50 sixty=60 seventy=70 eighty=80 ninety=90
	first=1 second=2 third=3 fourth=4 fifth=5 sixth=6 1st=1 2nd=2 3rd=3 4th=4 5th=5 6th=6 7th=7 8th=8 9th=9 10th=10 ii=2
		iii=3 iv=4 vi=6 vii=7 viii=8 ix=9 xi=11 xii=12 xiii=13 xiv=14 xv=15`)

// kindOf sorts a word of a name.
func kindOf(w string) kind {
	switch {
	case stopWords[w]:
		return stop
	case w[0] >= '0' && w[0] <= '9':
		return number
	case placeWords[w]:
		return place
	case fillerWords[w]:
		return filler
	case tradeWords[w]:
		return trade
	}
	return plain
}

// background is how often a word stands in business names at large, before
// any data are seen.
func background(w string, k kind) float64 {
	switch {
	case k == stop:
		return 1. / 3
	case k == filler:
		return 1. / 24
	case k == trade:
		return 1. / 150
	case k == place:
		return 1. / 300
	case k == number:
		return 1. / 200
	case commonNames[w]:
		return 1. / 600
	}
	switch n := len([]rune(w)); {
	case n <= 1:
		return 1. / 60
	case n == 2:
		return 1. / 600
	case n == 3:
		return 1. / 2500
	}
	return 1. / 8000
}
