package match

import "strings"

// What the second world is made of.

type seat struct{ town, region, post, land string }

var seats = []seat{
	{"Leeds", "West Yorkshire", "LS1 ", "United Kingdom"}, {"Bristol", "Avon", "BS1 ", "UK"},
	{"Norwich", "Norfolk", "NR2 ", "United Kingdom"},
	{"Exeter", "Devon", "EX4 ", "GB"}, {"Dundee", "", "DD1 ", "Scotland"}, {"Cardiff", "", "CF10 ", "Wales"},
	{"Hull", "", "HU1 ", "United Kingdom"},
	{"Charlotte", "NC", "282", "US"}, {"Raleigh", "NC", "276", "USA"}, {"Nashville", "TN", "372", "United States"},
	{"Memphis", "TN", "381", "US"},
	{"Boise", "ID", "837", "US"}, {"Spokane", "WA", "992", "US"}, {"Hartford", "CT", "061", "US"},
	{"Providence", "RI", "029", "US"}, {"Newark", "NJ", "071", "USA"},
	{"Cleveland", "OH", "441", "US"}, {"Toledo", "OH", "436", "US"}, {"St. Paul", "MN", "551", "US"},
	{"Fort Wayne", "IN", "468", "United States"},
	{"San Diego", "CA", "921", "US"}, {"Long Beach", "CA", "908", "US"}, {"El Paso", "TX", "799", "US"},
	{"Fort Worth", "TX", "761", "US"},
	{"Toronto", "ON", "M5V ", "Canada"}, {"Halifax", "NS", "B3H ", "CA"}, {"Köln", "NRW", "506", "Germany"},
	{"Nürnberg", "Bayern", "904", "DE"},
	{"Leipzig", "Sachsen", "041", "Germany"}, {"Rotterdam", "", "301", "Netherlands"}, {"Utrecht", "", "351", "NL"},
	{"Lyon", "", "690", "France"}, {"Nantes", "", "440", "FR"},
	{"Brisbane", "QLD", "400", "Australia"}, {"Perth", "WA", "600", "Australia"}, {"Cork", "", "T12 ", "Ireland"},
	{"Malmö", "", "211", "Sweden"},
}

var (
	surnames = strings.Fields(`Harlow Pike Ashworth Bramley Carver Dalton Ellwood Fenwick Garland Hathaway Ingram
		Jarvis Kendall Lockhart Mercer Norwood Oakes Prescott Quill Rushton Sadler Thorne
		Underhill Vickers Whitlock Yardley Abbott Burke Chandler Drummond Emerson Foster Gallagher Holloway Irwin Jacobs
			Kavanagh Lambert MacLeod Neville Osborne Palmer Quinn Radcliffe Sinclair
		Tucker Upton Vaughan Wallace Yates Becker Brandt Dietrich Engel Fuchs Graf Haas Jäger Keller Lang Maier Neumann
			Öztürk Pohl Richter Sommer Thiel Ulrich Vogel Winkler Ziegler Dupont
		Fournier Girard Lambert Mercier Renaud Vidal Jansen Visser Bakker Dekker Mulder Bergström Lund Dahl Holm Nyström
			O'Brien O'Neill D'Angelo McCarthy Van-Dyke Nguyen Patel Sharma Okafor Mensah Li Chen Kim`)
	brandish = strings.Fields(`Acumen Aerion Alturas Ambient Arcadia Aspire Bayline Belfry Bluecrest Brightpath Calder
		Canopy Castlegate Cedarbrook Clarion Clearwater Copperfield Corvus Crestline Crossfield Dovetail Driftwood
			Elevate
			Emberline Everhart Fairmont Firefly Flint Foxglove Granite Greyfriars Halcyon Highfield Ironbridge Juniper
				Kestrel
				Kingfisher Lakeside Lantern Larkspur Lighthouse Lodestar Longacre Lumen Magnolia Meridian Mosaic Nimbus
					Northgate
					Oakhurst Obelisk Onyx Paragon Parkside Pinnacle Polaris Quantum Quayside Ravenswood Redbrick
						Ridgeway
						Riverside
						Rockwell Sable Sandstone Sapphire Seabright Sentinel Silverbrook Solstice Southgate Sterling
							Stonebridge
							Summit
							Sycamore Tamarack Tandem Terrain Thistle Trident Unity Valiant Vanguard Verity Vista
								Wavecrest
								Westbridge
								Wildflower Willow Windward Yellowtail Zephyr`)
	callings = []string{"Accountants", "Architects", "Asset Finance", "Bakery", "Builders Merchants", "Care Homes",
		"Chartered Surveyors", "Cleaning", "Community Trust", "Dental Surgery", "Distribution",
		"Electrical Contractors", "Engineering", "Estate Agents", "Event Management", "Facilities",
		"Financial Planning", "Freight", "Fencing", "Garden Centre", "Glass", "Haulage", "Heating & Plumbing", "Hotels",
		"Insurance Brokers", "Interiors", "IT Support", "Joinery", "Kitchens", "Law", "Lettings", "Machine Tools",
		"Medical Practice", "Metalworks", "Mortgages", "Nurseries", "Opticians", "Packaging", "Pharmacy",
		"Physiotherapy", "Primary School", "Print & Design", "Recruitment", "Roofing", "Scaffolding", "Security",
		"Solicitors", "Timber", "Training", "Travel", "Vets", "Wealth Management", "Window Systems", "Wine Merchants"}
	extras = []string{"", "", "", "", "Group", "Services", "Solutions", "& Sons", "International", "Holdings",
		"Partners"}
	houses = []string{"Holdings", "Properties", "Group", "Developments", "Investments", "Finance", "Services",
		"Trading", "Capital", "Logistics", "Retail", "Manufacturing"}
	suffixes = map[string][]string{"gb": {"Ltd", "Limited", "Ltd.", "LLP", "plc", "CIC"},
		"us": {"LLC", "Inc.", "Inc", "Corp", "L.L.C.", "PLLC", "P.C.", "Co."},
		"de": {"GmbH", "GmbH & Co. KG", "AG", "e.K.", "UG (haftungsbeschränkt)"}, "nl": {"B.V.", "BV", "V.O.F."},
		"fr": {"SARL", "SAS", "S.A."}, "ca": {"Inc.", "Ltd."}, "au": {"Pty Ltd", "Pty. Limited"}, "ie": {"Ltd", "DAC"},
		"se": {"AB"}}
	alleys = strings.Fields(`High Station Church Victoria Albert Queen King George Mill Bridge Castle Chapel Abbey
		Orchard Meadow Spring Forest Canal Harbour Market Union Franklin Jefferson Lincoln Madison Monroe Jackson Cherry
			Walnut Chestnut Spruce Laurel Hickory Prospect Highland Summit Pleasant`)
	alleyKind = []string{"Street", "Road", "Avenue", "Lane", "Drive", "Way", "Place", "Court"}
	endingsOf = map[string][]string{"gb": {".co.uk", ".co.uk", ".com", ".uk", ".org.uk"},
		"us": {".com", ".com", ".com", ".net", ".org", ".us"}, "de": {".de", ".de", ".com", ".eu"}, "nl": {".nl"},
		"fr": {".fr", ".com"}, "ca": {".ca", ".com"}, "au": {".com.au"}, "ie": {".ie"}, "se": {".se"}}
)
