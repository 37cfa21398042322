package match

import (
	"fmt"
	"strings"
	"testing"
)

// Names of well-known organisations in two spellings each.
const knownTwice = `International Business Machines Corporation|IBM Corp.
JPMorgan Chase & Co.|J.P. Morgan Chase
The Goldman Sachs Group, Inc.|Goldman Sachs
AT&T Inc.|AT and T
3M Company|3M Co
Johnson & Johnson|Johnson and Johnson Inc
The Procter & Gamble Company|Procter and Gamble
The Coca-Cola Company|Coca Cola Co.
PepsiCo, Inc.|Pepsico
Wal-Mart Stores, Inc.|Walmart Stores
UnitedHealth Group Incorporated|United Health Group
Exxon Mobil Corporation|ExxonMobil
Lockheed Martin Corporation|Lockheed-Martin
Hewlett-Packard Company|Hewlett Packard
Bayerische Motoren Werke AG|BMW AG
Volkswagen Aktiengesellschaft|Volkswagen AG
Siemens Aktiengesellschaft|SIEMENS AG
Münchener Rückversicherungs-Gesellschaft AG|Muenchener Rueckversicherungs Gesellschaft
Deutsche Telekom AG|Deutsche Telekom
Société Générale S.A.|Societe Generale
L'Oréal S.A.|LOreal
Nestlé S.A.|Nestle SA
Crédit Agricole S.A.|Credit Agricole
Telefónica, S.A.|Telefonica
Banco Santander, S.A.|Santander Banco
Novo Nordisk A/S|Novo Nordisk
A.P. Møller - Mærsk A/S|AP Moller Maersk
Telefonaktiebolaget LM Ericsson|Telefon AB L M Ericsson
H & M Hennes & Mauritz AB|H&M Hennes and Mauritz
Koninklijke Philips N.V.|Koninklijke Philips Electronics NV
Toyota Motor Corporation|Toyota Motor Corp
Mitsubishi Heavy Industries, Ltd.|Mitsubishi Heavy Inds
Samsung Electronics Co., Ltd.|Samsung Electronics
Tata Consultancy Services Limited|Tata Consultancy Svcs Ltd
Reliance Industries Limited|Reliance Industries Ltd.
Massachusetts Institute of Technology|MIT
University of California, Los Angeles|Univ. of California Los Angeles
The University of Manchester|Manchester University
University of Oxford|Oxford University
Oxford Brookes University|Brookes University, Oxford
Leeds City Council|City Council of Leeds
Leicester City Council|Leicester City Council (LCC)
St. Mary's Hospital|Saint Marys Hospital
St Michael's Hospital|St. Michaels Hosp.
HSBC Holdings plc|HSBC Holdings PLC
Bank of England|The Bank of England
Royal Bank of Canada|Royal Bank of Canada (RBC)
Ernst & Young LLP|Ernst and Young
PricewaterhouseCoopers LLP|Pricewaterhouse Coopers
Marks and Spencer Group plc|Marks & Spencer
J Sainsbury plc|J. Sainsbury PLC
BAE Systems plc|B.A.E. Systems
Rolls-Royce Holdings plc|Rolls Royce Holdings
British Telecommunications plc|British Telecom
GlaxoSmithKline plc|Glaxo Smith Kline
Public Joint Stock Company Gazprom|Газпром ПАО
Публичное акционерное общество Лукойл|PJSC Lukoil
Caterpillar Inc.|caterpillar.com
Starbucks Corporation|starbucks.com
Berkshire Hathaway Inc.|berkshirehathaway.com`

// Organisations with a lookalike among the others, each on one side only.
const (
	accountsOnly = `Bank of Ireland|Royal Bank of Scotland|Ford Motor Company|Air France|Deutsche Bank AG|Virgin Media|General Electric|Mitsubishi Electric Corporation|University of Cambridge|Imperial Oil|American Airlines|HSBC Bank plc|Tata Steel|Leeds Trinity University|Samsung Life Insurance`
	crmOnly      = `Bank of Scotland|Ford Foundation|Air China|Deutsche Bahn AG|Virgin Atlantic|General Motors|Mitsubishi Chemical|Cambridge Consultants|Imperial Brands|American Express|Tata Motors|Leeds Beckett University|Samsung Fire|St Mark's Hospital|Bank of America`
)

func TestKnownOrganisationsByNameAlone(t *testing.T) {
	t.Parallel()
	w := world{truth: map[string]string{}}
	for i, row := range strings.Split(knownTwice, "\n") {
		a, b, _ := strings.Cut(row, "|")
		w.accounts = append(w.accounts, Record{ID: fmt.Sprintf("a%02d", i), Name: a})
		w.crm = append(w.crm, Record{ID: fmt.Sprintf("c%02d", i), Name: b})
		w.truth[fmt.Sprintf("a%02d", i)] = fmt.Sprintf("c%02d", i)
	}
	for i, name := range strings.Split(accountsOnly, "|") {
		w.accounts = append(w.accounts, Record{ID: fmt.Sprintf("x%02d", i), Name: name})
	}
	for i, name := range strings.Split(crmOnly, "|") {
		w.crm = append(w.crm, Record{ID: fmt.Sprintf("y%02d", i), Name: name})
	}
	f := measure(w, assign(w.accounts, w.crm, Options{}))
	t.Log(f)
	if f.f1() < .90 || f.certainBad > 0 {
		t.Errorf("%s: want F1 >= .90 and no wrong certain pair", f)
	}
}

func TestLookalikesAreNeverCertainByName(t *testing.T) {
	t.Parallel()
	for _, row := range []string{
		"Bank of England|Bank of Ireland", "Royal Bank of Canada|Royal Bank of Scotland",
		"Leeds City Council|Leicester City Council", "HSBC Holdings plc|HSBC Bank plc",
		"University of Oxford|Oxford Brookes University", "Deutsche Bank AG|Deutsche Bahn AG",
		"Ford Motor Company|Ford Foundation", "Acme Holdings|Acme Group", "Oak Capital Fund II|Oak Capital Fund III",
		"Store 1204 LLC|Store 1205 LLC", "St Mary's Hospital|St Mark's Hospital",
		"Kent County Council|Essex County Council", "First National Bank of Omaha|First National Bank of Denver",
		"Siemens Energy AG|Siemens AG",
		"Volvo Cars|Volvo Group", "Mitsubishi Electric|Mitsubishi Electric Europe",
		"Hyatt Regency Chicago|Hyatt Regency Denver", "123456 Ontario Inc.|123457 Ontario Inc.",
		"Smith & Jones Ltd|Smith & Johns Ltd", "Texas Roadhouse|Texas Steakhouse",
	} {
		a, b, _ := strings.Cut(row, "|")
		if p, band := Names(a, b); band == Certain {
			t.Errorf("%s is certain, %.4f", row, p)
		}
	}
}
