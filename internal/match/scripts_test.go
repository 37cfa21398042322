package match

import "testing"

func TestScriptsThatAreWrittenAsTheySound(t *testing.T) {
	t.Parallel()
	if len(kana) != 'ゖ'-firstHiragana+1 || len(hangulFirst) != 19 || len(hangulMiddle) != 21 || len(hangulLast) != 28 {
		t.Fatalf("tables of %d, %d, %d, %d", len(kana), len(hangulFirst), len(hangulMiddle), len(hangulLast))
	}
	for raw, want := range map[string]string{
		"トヨタ": "toyota", "ソニー": "soni", "キヤノン": "kiyanon", "シャープ": "shapu", "ニッサン": "nisan", "ホンダ": "honda",
		"すかいらーく": "sukairaku", "ティアック": "tiaku", "ジョイフル": "joifuru", "ﾄﾖﾀ": "toyota", "パナソニック": "panasoniku",
		"삼성": "samseong", "현대": "hyeondae", "기아": "gia", "롯데": "rotde", "टाटा": "tata", "स्टील": "stil",
		"रिलायंस": "rilayans", "महिंद्रा": "mahindra",
	} {
		if got := fold(raw); got != want {
			t.Errorf("%s reads %s, not %s", raw, got, want)
		}
	}
	for _, p := range [][2]string{{"トヨタ 株式会社", "Toyota K.K."}, {"株式会社ニトリ", "Nitori Co., Ltd."},
		{"टाटा स्टील लिमिटेड", "Tata Steel Limited"}, {"주식회사 카카오", "Kakao Corp."}} {
		if prob, band := Names(p[0], p[1]); band == Unclear {
			t.Errorf("%s | %s: %.3f", p[0], p[1], prob)
		}
	}
}

func TestLegalFormsOfManyCountries(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{"合同会社クエラリ", "Kuerari Godo Kaisha"}, {"クエラリ合資会社", "クエラリ"}, {"一般社団法人クエラリ", "クエラリ"},
		{"クエラリ（有）", "クエラリ有限会社"}, {"(주)퀠라리", "주식회사 퀠라리"}, {"퀠라리 유한책임회사", "퀠라리"},
		{"奎拉里有限责任公司", "奎拉里"}, {"奎拉里股份公司", "奎拉里"}, {"奎拉里集团有限公司", "奎拉里集团"},
		{"Quellari Private Limited", "Quellari Pvt. Ltd."}, {"Quellari (P) Ltd", "Quellari"},
		{"Quellari LLP", "Quellari Limited Liability Partnership"},
		{"Quellari Sanayi ve Ticaret A.Ş.", "Quellari San. ve Tic. A.S."}, {"Quellari Ltd. Şti.", "Quellari Limited Şirketi"},
		{"Quellari FZ-LLC", "Quellari"}, {"Quellari W.L.L.", "Quellari WLL"}, {"Quellari S.A.O.G.", "Quellari"},
		{"شركة كويلاري ذ.م.م", "كويلاري"}, {"كويلاري ش.م.ع", "كويلاري"},
		{"Quellari A/S", "Quellari"}, {"Quellari ASA", "Quellari"}, {"Quellari Oyj", "Quellari Abp"},
		{"Quellari ehf.", "Quellari"}, {"Quellari Handelsbolag", "Quellari HB"}, {"Quellari Kommanditbolag", "Quellari"},
		{"UAB Quellari", "Quellari"}, {"SIA Quellari", "Quellari SIA"}, {"OÜ Quellari", "Quellari OÜ"},
		{"AS Quellari", "Quellari aktsiaselts"}, {"MB Quellari", "Quellari mažoji bendrija"}, {"VšĮ Quellari", "Quellari"},
	} {
		as, _ := parseNames(pair[0])
		bs, _ := parseNames(pair[1])
		if len(as) == 0 || len(bs) == 0 || as[0].compact != bs[0].compact {
			t.Errorf("%s is %+v, %s is %+v", pair[0], as, pair[1], bs)
		}
	}
}

// TestHabitsOfPeople are the ways in which people write one name; docs/matching.md says what each is worth.
func TestHabitsOfPeople(t *testing.T) {
	t.Parallel()
	for _, p := range [][2]string{
		{"Café Quellari", "Cafe Quellari"}, {"Müller Quellari", "Mueller Quellari"}, {"Quellari & Sons", "Quellari and Sons"},
		{"Quellari + Sons", "Quellari & Sons"}, {"The Quellari Company", "Quellari Co"}, {"Quellari, The", "Quellari"},
		{"St. Quellari Clinic", "Saint Quellari Clinic"}, {"Ste Quellari", "Sainte Quellari"},
		{"1st Quellari Bank", "First Quellari Bank"}, {"Quellari Fund III", "Quellari Fund 3"},
		{"Quellari Fund Three", "Quellari Fund III"}, {"Mt Quellari", "Mount Quellari"}, {"Ft. Quellari", "Fort Quellari"},
		{"O'Quellari Foods", "OQuellari Foods"}, {"Quellari Bros.", "Quellari Brothers"}, {"Quellari Mfg", "Quellari Manufacturing"},
		{"Quellari-Zandvoort", "Quellari Zandvoort"}, {"Quellari Intl.", "Quellari International"},
		{"A.B.C. Quellari", "ABC Quellari"}, {"Quellari Centre", "Quellari Center"},
	} {
		if c := NewPair(Record{ID: "a", Name: p[0]}, Record{ID: "b", Name: p[1]}); nameAligned(c) == Differ ||
			c.Probability < .9 {
			t.Errorf("%s | %s: %.3f, %s", p[0], p[1], c.Probability, nameAligned(c))
		}
	}
	for _, more := range []string{"Group", "Holdings", "Services", "International"} {
		c := NewPair(Record{ID: "a", Name: "Quellari Textile " + more}, Record{ID: "b", Name: "Quellari Textile"})
		if c.Band != Likely || nameAligned(c) != Partly {
			t.Errorf("%s more: %s, %s", more, c.Band, nameAligned(c))
		}
	}
	a := Record{ID: "a", Name: "Quellari Textile (Reno)"}
	for city, want := range map[string]string{"Reno": wordMore, "Salem": placeMore} {
		c := NewPair(a, Record{ID: "b", Name: "Quellari Textile", City: city})
		if c.Band == Certain || city == "Reno" && c.Doubt == placeMore {
			t.Errorf("a town in brackets beside %s: %s, %q, want %q", city, c.Band, c.Doubt, want)
		}
	}
}
