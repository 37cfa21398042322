package sandbox

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Words that the companies are made of. All companies are invented and live
// under .example.
var (
	firstWords = []string{"Kestrel", "Harbor", "Juniper", "Bluestone", "Copper", "Willow", "Summit", "Larkspur",
		"Redwood", "Granite", "Meadow", "Falcon", "Cobalt", "Orchard", "Pioneer", "Silverline", "Northgate", "Cedar",
		"Amber", "Lakeview", "Ironwood", "Marigold", "Cascade", "Foxglove", "Stonebridge", "Heron", "Saffron", "Maple",
		"Quarry", "Beacon", "Thornhill", "Aspen", "Clearwater", "Drumlin", "Ember", "Fernwood", "Glacier", "Hawthorn",
		"Indigo", "Jasper"}
	tradeWords = []string{"Foods", "Dental", "Logistics", "Accounting", "Architects", "Brewing", "Clinic",
		"Construction", "Consulting", "Dairy", "Design", "Electric", "Engineering", "Farms", "Finance", "Freight",
		"Furniture", "Glass", "Insurance", "Interiors", "Labs", "Law", "Machining", "Marine", "Media", "Metals",
		"Motors", "Optics", "Packaging", "Partners", "Pharmacy", "Plumbing", "Printing", "Properties", "Robotics",
		"Roofing", "Schools", "Security", "Textiles", "Travel"}
	legalForms = []string{"Inc.", "LLC", "Ltd", "Corp.", "Co.", "LLP", "", "", "Group", "Holdings"}
	streets    = []string{"Main Street", "Oak Avenue", "Harbor Road", "Mill Lane", "Station Street", "Park Avenue",
		"Elm Drive", "Lake Street", "Church Street", "Industrial Parkway"}
	givenNames = []string{"Avery", "Jordan", "Morgan", "Riley", "Casey", "Quinn", "Rowan", "Sasha", "Taylor", "Noor"}
	surnames   = []string{"Abbott", "Castell", "Delgado", "Ferris", "Hale", "Ito", "Kovacs", "Lindgren",
		"Okafor", "Varga"}
)

type city struct{ name, state, zip, area string }

var cities = []city{
	{"Boston", "MA", "02110", "617"}, {"Denver", "CO", "80202", "303"}, {"Portland", "OR", "97205", "503"},
	{"Austin", "TX", "78701", "512"}, {"Madison", "WI", "53703", "608"}, {"Raleigh", "NC", "27601", "919"},
	{"Tucson", "AZ", "85701", "520"}, {"Albany", "NY", "12207", "518"}, {"Boise", "ID", "83702", "208"},
	{"Omaha", "NE", "68102", "402"}, {"Tampa", "FL", "33602", "813"}, {"Spokane", "WA", "99201", "509"},
	{"Savannah", "GA", "31401", "912"}, {"Duluth", "MN", "55802", "218"}, {"Dayton", "OH", "45402", "937"},
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// chance is true in percent of cases.
func chance(r *rand.Rand, percent int) bool { return r.IntN(100) < percent }

// guid makes a GUID of the generator's own stream, so that a seed repeats it.
func guid(r *rand.Rand) string {
	a, b := r.Uint64(), r.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, 0x8000|b>>48&0x3fff,
		b&0xffffffffffff)
}

// slug is a name as it stands in a domain.
func slug(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(s))
}
