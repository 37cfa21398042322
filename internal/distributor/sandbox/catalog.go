package sandbox

import (
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// Product is one orderable plan of the catalogue. SKU is what both faces share:
// skuNo on the comprehensive face, snx_sku_no on the legacy one.
type Product struct {
	ProductID     string          `json:"product_id"`
	SKU           int             `json:"sku_no"`
	Vendor        string          `json:"vendor"`
	Name          string          `json:"name"`
	PartNumber    string          `json:"mfg_part_no"`
	Frequency     string          `json:"billing_frequency"` // month, annual, one_time
	Term          string          `json:"term"`              // P1M, P1Y, P3Y or empty
	Kind          string          `json:"kind"`              // licence, one_time, usage, trial
	UnitPrice     decimal.Decimal `json:"unit_price"`        // the reseller's cost per unit and billing cycle
	CustomerPrice decimal.Decimal `json:"customer_price"`    // suggested price per unit and billing cycle
	Discontinued  bool            `json:"discontinued"`
}

// Kinds of products.
const (
	kindLicence = "licence"
	kindOneTime = "one_time"
	kindUsage   = "usage"
	kindTrial   = "trial"
)

// termMonths is how long a term lasts; 0 where there is none.
func termMonths(term string) int {
	switch term {
	case "P1M":
		return 1
	case "P1Y":
		return 12
	case "P3Y":
		return 36
	}
	return 0
}

// family is a product title with the plans it is sold in; list is the price of
// one seat for one month on an annual commitment.
type family struct {
	vendor, title, part, list string
	plans                     []plan
}

type plan struct {
	term, letter, frequency, words, kind string
	factor                               string // of the family's list price, per billing cycle
}

var (
	monthly     = plan{"P1M", "M", "month", "Monthly", kindLicence, "1.2"}
	yearMonthly = plan{"P1Y", "M", "month", "Annual commitment, billed monthly", kindLicence, "1.05"}
	yearly      = plan{"P1Y", "Y", "annual", "Annual 1Y", kindLicence, "12"}
	triennial   = plan{"P3Y", "Y", "annual", "Triennial 3Y, billed annually", kindLicence, "11.4"}
	trial       = plan{"P1M", "T", "month", "Trial 25 seats", kindTrial, "0"}
	once        = plan{"", "", "one_time", "Perpetual", kindOneTime, "1"}
	prepaid     = plan{"", "", "one_time", "3Y prepaid", kindOneTime, "1"}
	metered     = plan{"", "", "month", "Consumption", kindUsage, "0"}

	seatPlans = []plan{monthly, yearMonthly, yearly, triennial}
)

// families are the titles of the made-up catalogue. The Microsoft ids have the
// real shape; not all of them belong to the title beside them.
var families = []family{
	{"Microsoft", "Microsoft 365 Business Basic", "CFQ7TTC0LH18:0001", "6.00", seatPlans},
	{"Microsoft", "Microsoft 365 Business Standard", "CFQ7TTC0LDPB:0001", "12.50", seatPlans},
	{"Microsoft", "Microsoft 365 Business Premium", "CFQ7TTC0LCHC:0002", "22.00", append([]plan{trial}, seatPlans...)},
	{"Microsoft", "Microsoft 365 E3", "CFQ7TTC0LFLX:0001", "36.00", seatPlans},
	{"Microsoft", "Microsoft 365 E5", "CFQ7TTC0LFLZ:0002", "57.00", seatPlans},
	{"Microsoft", "Office 365 E1", "CFQ7TTC0LF8Q:0001", "10.00", seatPlans},
	{"Microsoft", "Office 365 E3", "CFQ7TTC0LF8R:0001", "23.00", seatPlans},
	{"Microsoft", "Exchange Online (Plan 1)", "CFQ7TTC0LH16:0001", "4.00", seatPlans},
	{"Microsoft", "Exchange Online (Plan 2)", "CFQ7TTC0LH1P:0001", "8.00", seatPlans},
	{"Microsoft", "Microsoft Entra ID P1", "CFQ7TTC0LFLS:0002", "6.00", seatPlans},
	{"Microsoft", "Microsoft Entra ID P2", "CFQ7TTC0LFK5:0001", "9.00", seatPlans},
	{"Microsoft", "Microsoft Defender for Business", "CFQ7TTC0LGZT:000D", "3.00", seatPlans},
	{"Microsoft", "Microsoft 365 Copilot", "CFQ7TTC0MM8R:0002", "30.00", []plan{yearMonthly, yearly, trial}},
	{"Microsoft", "Power BI Pro", "CFQ7TTC0LHSF:0001", "10.00", seatPlans},
	{"Microsoft", "Visio Plan 2", "CFQ7TTC0HD32:0002", "15.00", seatPlans},
	{"Microsoft", "Project Plan 3", "CFQ7TTC0HDB0:0002", "30.00", seatPlans},
	{"Microsoft", "Windows Server Standard 16 core", "DZH318Z0BQ4W:000Q", "1069.00", []plan{once}},
	{"Microsoft", "Azure plan", "DZH318Z0BPS6:0001", "0.00", []plan{metered}},
	{"Cisco", "Cisco Duo Advantage", "DUO-ADV-USER", "6.00", []plan{monthly, yearly}},
	{"Cisco", "Webex Suite", "A-FLEX-NU-SUITE", "22.50", []plan{yearMonthly, yearly}},
	{"Meraki", "Meraki MR Enterprise licence", "LIC-ENT-3YR", "324.75", []plan{prepaid}},
	{"Meraki", "Meraki MX68 Advanced Security", "LIC-MX68-SEC-1YR", "86.40", []plan{yearly}},
	{"Google", "Google Workspace Business Starter", "GOOG-WS-BST", "7.20", []plan{monthly, yearMonthly}},
	{"Google", "Google Workspace Business Standard", "GOOG-WS-BSD", "14.40", []plan{monthly, yearMonthly}},
	{"Acronis", "Acronis Cyber Protect Cloud", "ACR-CPC-STD", "5.85", []plan{monthly}},
}

// catalog builds the products of all families, always in the same order.
func catalog() []Product {
	var all []Product
	for _, f := range families {
		for _, p := range f.plans {
			all = append(all, f.product(p, len(all)))
		}
	}
	return all
}

func (f family) product(p plan, n int) Product {
	price := decimal.RequireFromString(f.list).Mul(decimal.RequireFromString(p.factor)).Round(2)
	return Product{
		ProductID:     strconv.Itoa(510000 + n),
		SKU:           6100000 + n*13,
		Vendor:        f.vendor,
		Name:          f.name(p),
		PartNumber:    f.partNumber(p),
		Frequency:     p.frequency,
		Term:          p.term,
		Kind:          p.kind,
		UnitPrice:     price.Mul(decimal.RequireFromString("0.82")).Round(2),
		CustomerPrice: price,
		Discontinued:  f.title == "Office 365 E1" && p.term == "P3Y",
	}
}

// name carries the term in its text: for many rows it stands nowhere else.
func (f family) name(p plan) string {
	if f.vendor == "Microsoft" && p.kind == kindLicence {
		return f.title + " (NCE Commercial) - " + p.words
	}
	return f.title + " - " + p.words
}

// partNumber is ProductId:SkuId:Term:PlanLetter for Microsoft seats.
// Guess: for Stellr this form is inferred from its sister API.
func (f family) partNumber(p plan) string {
	if f.vendor != "Microsoft" {
		return strings.TrimSuffix(f.part+"-"+p.term, "-")
	}
	if p.term == "" {
		return f.part
	}
	return f.part + ":" + p.term + ":" + p.letter
}
