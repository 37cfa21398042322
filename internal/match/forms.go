package match

import "strings"

// form is the family of a legal form. Families matter, spellings do not:
// "Gazprom OAO" and "Gazprom JSC" are one form, "Deutsche Bank AG" and
// "Deutsche Bank GmbH" are two companies.
type form uint8

const (
	formNone    form = iota
	formAny          // company, co, corp, inc: says little, conflicts with nothing but associations
	formLimited      // LLC, Ltd, GmbH, S.r.l., ...
	formStock        // plc, AG, S.A., OAO, ...
	formPartner      // LP, LLP, KG, ...
	formSole         // one-person firms
	formCoop
	formNonProfit
	formState
)

// The forms as they read after folding: dots gone, single letters joined
// ("S. de R.L. de C.V." is "s de rl de cv"). Facts after opensanctions/rigour
// org_types.yml (MIT) and the ISO 20275 list, chosen for use in business names.
var formTable = []struct {
	family form
	forms  string
}{
	{formAny, `شركة|inc|incorporated|incorporation|incorp|corp|corporation|co|company|comp|cia|compania|
		companhia|compagnie|cie|firma`},
	{formLimited, `llc|lc|ltd co|limited liability company|limited liability co|limited company|llc
		company|ltd|limited|ltd co|co ltd|co limited|company limited|company ltd|corp ltd|private limited|private
			limited
			company|pvt ltd|pvt limited|pvt|p ltd|pty ltd|pty limited|pty|proprietary limited|proprietary ltd|pte
				ltd|pte|pte
				limited|pllc|ulc|pc|p c|apc|unlimited company|dac|designated activity
					company|clg|cyf|cyfyngedig|teoranta|teo
	|gmbh|ggmbh|g mbh|gesmbh|ges mbh|gesellschaft mbh|gesellschaft mit beschrankter haftung|gesellschaft mit
		beschraenkter
		haftung|mbh|ug|ug haftungsbeschrankt|unternehmergesellschaft|unternehmergesellschaft
			haftungsbeschrankt|haftungsbeschrankt
	|sarl|sarlu|societe a responsabilite limitee|eurl|sas|sasu|societe par actions simplifiee|srl|srls|societa a
		responsabilita limitata|societa responsabilita limitata|societatea cu raspundere limitata|societate cu
			raspundere
			limitata|srlu|srl unipersonale|sl|slu|slne|sociedad limitada|sociedad de responsabilidad limitada|
		sociedad
				limitada
				unipersonal|s de rl de cv|s de rl|srl de cv|sapi de cv|ltda|limitada|cia ltda|lda|unipessoal
					lda|eireli|me|epp|eirl
	|bv|b v|bvba|besloten vennootschap|besloten vennootschap met beperkte aansprakelijkheid|srl bv|bv
		srl|sprl|ebvba|aps|anpartsselskab|ivs|oy|osakeyhtio|oy ab|ab oy|ehf|einkahlutafelag|ou|osauhing|sia|
		sabiedriba
			ar
			ierobezotu atbildibu|uab|uzdaroji akcine bendrove|mb
	|sp z oo|sp zoo|spzoo|spolka z oo|spolka z ograniczona odpowiedzialnoscia|sro|s ro|spol sro|spol s ro|spol s r
		o|spolecnost s rucenim omezenym|spolocnost s rucenim obmedzenym|kft|korlatolt felelossegu tarsasag|doo|d
			oo|jdoo|dooel|drustvo s ogranicenom odgovornoscu|drustvo sa ogranicenom odgovornoscu|druzba z omejeno
				odgovornostjo|eood|ood|druzhestvo s ogranichena otgovornost|shpk|epe|ike|monoprosopi ike|etairia
					periorismenis
					efthynis
	|ooo|oooo|tov|too|tzov|obshchestvo s ogranichennoi otvetstvennostyu|obshchestvo s ogranichennoy
		otvetstvennostyu|obschestvo s ogranichennoi otvetstvennostyu|tovaristvo z obmezhenoyu
			vidpovidalnistyu|tovarystvo
			z
			obmezhenoyu vidpovidalnistyu|tovarishchestvo s ogranichennoi otvetstvennostyu|mchj|mmc|spps|shps
	|ltd sti|limited sirketi|limited sirket|ltd sirketi|sti|sirketi|tic ltd sti|san ve tic ltd sti|sanayi ve ticaret
		limited sirketi|san tic ltd sti|wll|w l l|fze|fzco|fz llc|fzllc|free zone company|dmcc|dmcc llc|
		sal offshore|sdn
			bhd|sdn|sendirian berhad|cong ty tnhh|cty tnhh|cong ty trach nhiem huu han|tnhh|gk|godo kaisha|yk|yugen
				kaisha|yuhan hoesa|yuhan chaegim hoesa|youxian gongsi|בעמ|opc|opc private limited|opc pvt ltd|
		producer company
		limited|ltd liability co|mazoji bendrija|mb|fz llc|fz co|llc fz|qfc llc|ذمم|محدودة|المحدودة|
		المسؤولية المحدودة`},
	{formStock, `plc|public limited company|public ltd co|public company
		limited|pcl|ag|aktiengesellschaft|akg|se|societas europaea|kgaa|ag and co kgaa|se and co kgaa|sa|sociedad
			anonima|societe anonyme|sociedade anonima|societate pe actiuni|sau|sa de cv|sab de cv|
		sociedad anonima de
				capital
				variable|sab|sapi|s en c|saic|sacif|saica|spa|societa per azioni|nv|naamloze vennootschap|nv sa|sa
					nv|ab|aktiebolag|aktiebolaget|publ|abp|oyj|julkinen
						osakeyhtio|as|asa|aksjeselskap|allmennaksjeselskap|aktieselskab|hf|hlutafelag|
		aktsiaselts|akciju
							sabiedriba|akcine bendrove
	|spolka akcyjna|akciova spolecnost|akciova spolocnost|zrt|nyrt|rt|zartkoruen mukodo
		reszvenytarsasag|dd|ad|ead|akcionarsko drustvo|dionicko drustvo|delniska druzba|sha|ae|
		anonymi etaireia|anonimi
			eteria
	|oao|zao|pao|ao|nao|pat|prat|at|vat|zat|ojsc|cjsc|pjsc|jsc|open joint stock company|closed joint stock
		company|public
		joint stock company|joint stock company|joint stock co|otkrytoe aktsionernoe obshchestvo|
		zakrytoe aktsionernoe
			obshchestvo|publichnoe aktsionernoe obshchestvo|aktsionernoe obshchestvo|asc|qsc|psc|pjs
	|anonim sirketi|anonim sirket|anonim ortakligi|a s|tas|san ve tic as|sanayi ve ticaret
		as|saog|saoc|ksc|kscc|bsc|sal|pt|perseroan terbatas|tbk|persero|bhd|berhad|cong ty cp|cong ty co
			phan|gufen gongsi|kscp|qpsc|psjc|sanayi ve ticaret anonim sirketi|san tic as|ohf|شمع|شمم|شمك|شمب|
		شمل|شمق|شمس|kk|kabushiki
			kaisha|kabushiki gaisha|jusik hoesa|eirl sa`},
	{formPartner, `lp|llp|lllp|limited partnership|limited liability partnership|limited liability limited
		partnership|general partnership|gp|gbr|gesellschaft burgerlichen rechts|ohg|offene
			handelsgesellschaft|kg|kommanditgesellschaft|gmbh and co kg|gmbh co kg|gmbh u co kg|gmbh und co kg|
		gmbh and
				co|gmbh
				and co ohg|gmbh and co kgaa|ag and co kg|ug and co kg|ug haftungsbeschrankt and co kg|
		se and co kg|bv
					and
					co
					kg|ltd
					and co kg|and co kg|und co kg|co kg|snc|societe en nom collectif|sas di|scs|sca|societe
						civile|sci|scp|scop|vof|cv|maatschap|hb|kb|ks|ans|da|is|ky|ay|spj|sp j|sp k|
		spolka jawna|spolka
							komandytowa|sp
							z
							oo sp k|sp z oo spk|spk|vos|kd|ee|oe|bt|kkt|ik|tu|ud|handelsbolag|kommanditbolag|
		handelsbolaget|kommanditselskap|kommanditselskab|interessentskab|partnerselskab|ansvarlig
		selskap|kommandiittiyhtio|avoin yhtio|sameignarfelag|slf|usaldusuhing|taisuhing|pilnsabiedriba|
		komanditsabiedriba|ukine
		bendrija|tikroji ukine bendrija|komanditine ukine bendrija|goshi kaisha|gomei kaisha|hapja hoesa|hapmyeong
		hoesa|kollektif sirketi|komandit sirketi`},
	{formSole, `ek|e k|ekfm|ekfr|eingetragener kaufmann|ei|entreprise individuelle|ip|fop|sole trader|sole
		proprietor|enskild firma|eenmanszaak|individualnyi predprinimatel|ditta individuale`},
	{formCoop, `eg|e g|eingetragene genossenschaft|coop|co op|cooperative|scrl|cvba|scarl|soc coop|societa
		cooperativa|s coop|soc coop arl|ek for|ekonomisk forening|osk|osuuskunta`},
	{formNonProfit, `vsi|viesoji istaiga|mtu|sihtasutus|biedriba|nodibinajums|shadan hojin|zaidan hojin|
		iryo hojin|gakko
		hojin|npo hojin|stiftelsen|stiftelse|ev|e v|eingetragener verein|asbl|vzw|aisbl|ngo|npo|ano|nko|onlus|
		aps ets|ong|autonomous non profit
		organization|nonprofit|non profit|cic|community interest company|scio|incorporated association|avtonomnaya
			nekommercheskaya organizatsiya`},
	{formState, `gup|fgup|mup|kgu|gp ukraine|soe|federal state unitary enterprise|state unitary enterprise|na|
		national
		association`},
}

// frontForms may stand in front of a name; the others only behind it.
const frontForms = `شركة|mb|vsi|mtu|oy|sia|uab|ab|as|ou|ooo|oao|zao|pao|ao|nao|ano|tov|too|tzov|pat|prat|at|
		llc|jsc|ojsc|cjsc|pjsc|pt|cv|ud|kk|yk|gk|sarl|sas|sa|srl|eurl|spa|ip|fop|ad|ead|ood|eood|dd|doo|fgup|
		gup|mup|zat|vat|shps|ss
|limited liability company|open joint stock company|closed joint stock company|public joint stock company|
		joint stock
	company|kabushiki kaisha|kabushiki gaisha|yugen kaisha|godo kaisha|goshi kaisha|gomei kaisha|shadan hojin|
		zaidan hojin|iryo hojin|gakko hojin|npo hojin|yuhan hoesa|yuhan chaegim hoesa|jusik hoesa
|cong ty tnhh|cong ty co phan|cong ty cp|cty tnhh|cong ty trach nhiem huu han|obshchestvo s ogranichennoi
	otvetstvennostyu|obshchestvo s ogranichennoy otvetstvennostyu|otkrytoe aktsionernoe obshchestvo|zakrytoe
		aktsionernoe
		obshchestvo|publichnoe aktsionernoe obshchestvo|aktsionernoe obshchestvo|avtonomnaya nekommercheskaya
			organizatsiya|individualnyi predprinimatel|tovarystvo z obmezhenoyu vidpovidalnistyu|tovaristvo z
				obmezhenoyu
				vidpovidalnistyu
|societatea cu raspundere limitata|societate cu raspundere limitata|societe anonyme|societe a responsabilite
	limitee|sociedad anonima|sociedad limitada|perseroan
		terbatas|aktiebolaget|aktiebolag|aktsiaselts|osauhing|firma|compania|compagnie|cia|vof|asbl|vzw`

var (
	formsBehind = readForms()
	formsFront  = pickForms(formsBehind, frontForms)
)

const longestForm = 7 // words

func readForms() map[string]form {
	m := map[string]form{}
	for _, row := range formTable {
		for _, f := range strings.Split(row.forms, "|") {
			if f = strings.Join(strings.Fields(f), " "); f != "" {
				m[f] = row.family
			}
		}
	}
	return m
}

func pickForms(all map[string]form, list string) map[string]form {
	m := map[string]form{}
	for _, f := range strings.Split(list, "|") {
		f = strings.Join(strings.Fields(f), " ")
		m[f] = all[f]
	}
	return m
}

// stripForms takes legal forms off both ends, also stacked ones, and tells the
// strongest. It never takes the last word that says something: of "The
// Limited LLC" remains "the limited".
func stripForms(words []string) ([]string, legalForm) {
	var found legalForm
	for {
		n, f := formBehind(words)
		if n == 0 || !saysSomething(words[:len(words)-n]) {
			break
		}
		found = strongest(found, legalFormOf(f, strings.Join(words[len(words)-n:], " ")))
		words = words[:len(words)-n]
	}
	for {
		n, f := formInFront(words, found.family)
		if n == 0 || !saysSomething(words[n:]) {
			break
		}
		found = strongest(found, legalFormOf(f, strings.Join(words[:n], " ")))
		words = words[n:]
	}
	return words, found
}

func formBehind(words []string) (int, form) {
	for n := min(longestForm, len(words)); n > 0; n-- {
		if f, ok := formsBehind[strings.Join(words[len(words)-n:], " ")]; ok {
			return n, f
		}
	}
	return 0, formNone
}

func formInFront(words []string, behind form) (int, form) {
	for n := min(longestForm, len(words)); n > 0; n-- {
		if f, ok := formsFront[strings.Join(words[:n], " ")]; ok {
			return n, f
		}
	}
	// Romania writes SC in front, but only together with a form behind.
	if len(words) > 1 && words[0] == "sc" && (behind == formLimited || behind == formStock) {
		return 1, behind
	}
	return 0, formNone
}

// strongest keeps the form that says more; "Co." beside "Ltd." says nothing.
func strongest(a, b legalForm) legalForm {
	if a.family <= formAny && b.family > a.family {
		return b
	}
	return a
}

// saysSomething is true when a word is left that is no stop word.
func saysSomething(words []string) bool {
	for _, w := range words {
		if !stopWords[w] && w != "and" {
			return true
		}
	}
	return false
}
