package match

import (
	"sort"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// freeMail are domains that anybody can have an address at.
var freeMail = set(`gmail.com googlemail.com outlook.com hotmail.com live.com msn.com hotmail.co.uk hotmail.fr
	hotmail.de hotmail.it outlook.de outlook.fr live.co.uk
	yahoo.com yahoo.co.uk yahoo.fr yahoo.de yahoo.es yahoo.it yahoo.ca yahoo.co.in yahoo.com.br ymail.com rocketmail.com
		aol.com aim.com icloud.com me.com mac.com
	gmx.de gmx.net gmx.at gmx.ch gmx.com web.de t-online.de freenet.de arcor.de mail.ru yandex.ru yandex.com ya.ru bk.ru
		list.ru inbox.ru rambler.ru ukr.net
	orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr libero.it virgilio.it tiscali.it alice.it tin.it proton.me
		protonmail.com pm.me tutanota.com zoho.com
	fastmail.com hey.com mail.com email.com comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net
		charter.net earthlink.net rr.com optonline.net juno.com
	btinternet.com sky.com virginmedia.com ntlworld.com talktalk.net blueyonder.co.uk bigpond.com bigpond.net.au
		optusnet.com.au telstra.com shaw.ca rogers.com sympatico.ca telus.net
	qq.com 163.com 126.com sina.com naver.com daum.net hanmail.net rediffmail.com uol.com.br bol.com.br terra.com.br
		wp.pl
		o2.pl onet.pl interia.pl seznam.cz centrum.cz
	bluewin.ch hispeed.ch telenet.be skynet.be ziggo.nl kpnmail.nl home.nl planet.nl hetnet.nl xs4all.nl telia.com
		ig.com.br walla.co.il example.com example.org example.net localhost`)

// sharedHosts are roofs under which strangers live: the part in front of the
// roof is the customer's own, the roof is nobody's.
var sharedHosts = set(`onmicrosoft.com onmicrosoft.us onmicrosoft.de microsoftonline.com sharepoint.com wordpress.com
	blogspot.com wixsite.com weebly.com squarespace.com myshopify.com shopify.com
	godaddysites.com business.site sites.google.com github.io netlify.app herokuapp.com azurewebsites.net web.app
		firebaseapp.com webflow.io jimdofree.com jimdo.com site123.me
	facebook.com linkedin.com instagram.com twitter.com x.com linktr.ee yelp.com google.com`)

// site is one web or mail domain of a company.
type site struct {
	domain string // registrable: acme.co.uk; empty for a name under a shared roof
	label  string // acme
}

// parseSite reads a domain, an address or a mail address. ok is false for free
// mail, for a shared roof with nothing in front, and for what is no domain.
func parseSite(raw string) (site, bool) {
	host := hostOf(raw)
	if !strings.Contains(host, ".") || strings.ContainsAny(host, " _@,") || freeMail[host] {
		return site{}, false
	}
	if own, ok := underSharedRoof(host); ok {
		return site{label: own}, own != ""
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil || freeMail[domain] {
		return site{}, false
	}
	label, _, _ := strings.Cut(domain, ".")
	if len(label) < 2 || onlyDigits(host) == onlyAlnum(host) {
		return site{}, false
	}
	return site{domain: domain, label: cleanLabel(label)}, true
}

func hostOf(raw string) string {
	s := strings.ToLower(strings.TrimSpace(raw))
	if _, after, ok := strings.Cut(s, "://"); ok {
		s = after
	}
	if i := strings.IndexAny(s, "/?#"); i >= 0 {
		s = s[:i]
	}
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = s[i+1:]
	}
	s, _, _ = strings.Cut(s, ":")
	return strings.TrimPrefix(strings.Trim(s, "."), "www.")
}

func underSharedRoof(host string) (string, bool) {
	if sharedHosts[host] {
		return "", true
	}
	for rest := host; ; {
		before, after, ok := strings.Cut(rest, ".")
		if !ok {
			return "", false
		}
		if sharedHosts[after] {
			return cleanLabel(strings.TrimSuffix(before, "-my")), true
		}
		rest = after
	}
}

// cleanLabel keeps a label's letters and digits; the word marks are lost on the other side too.
func cleanLabel(label string) string { return onlyAlnum(fold(label)) }

// labelOf gives the label of a name that is a domain, else "".
func labelOf(folded string) string {
	if strings.ContainsAny(folded, " ,&") {
		return ""
	}
	s, ok := parseSite(folded)
	if !ok {
		return ""
	}
	if s.domain != "" {
		if _, icann := publicsuffix.PublicSuffix(s.domain); !icann && !strings.HasSuffix(s.domain, ".example") {
			return ""
		}
	}
	return s.label
}

// sitesOf gathers the distinct sites of a record, the own ones before the labels under shared roofs.
func sitesOf(r Record) []site {
	seen := map[site]bool{}
	var all []site
	add := func(raw string) {
		if s, ok := parseSite(raw); ok && !seen[s] {
			seen[s] = true
			all = append(all, s)
		}
	}
	add(r.Website)
	for _, d := range r.EmailDomains {
		add(d)
	}
	if !strings.ContainsAny(strings.TrimSpace(r.Name), " ,&") {
		add(r.Name)
	}
	add(r.TenantID)
	sort.Slice(all, func(i, j int) bool {
		return all[i].domain > all[j].domain || all[i].domain == all[j].domain && all[i].label < all[j].label
	})
	return all
}
