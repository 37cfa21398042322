package sheet

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	_ "seatledger/internal/testkit/samehistories"
)

// ours and theirs tell what a part holds: by our scanner, and by the reader of XML that Go has.
func ours(part string) ([]string, error) {
	x := newScanner(strings.NewReader(part))
	var out []string
	for {
		err := x.next()
		if errors.Is(err, io.EOF) {
			return joined(out), nil
		}
		if err != nil {
			return nil, err
		}
		switch x.what {
		case tagOpens:
			out = append(out, "<"+string(x.name)+" "+x.attr("r")+" "+x.attr("t"))
		case tagCloses:
			out = append(out, ">"+string(x.name))
		case letters:
			out = append(out, "="+string(x.text()))
		}
	}
}

func theirs(part string) ([]string, error) {
	d := xml.NewDecoder(strings.NewReader(part))
	var out []string
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return joined(out), nil
		}
		if err != nil {
			return nil, err
		}
		switch v := token.(type) {
		case xml.StartElement:
			at := map[string]string{}
			for _, a := range v.Attr {
				if at[a.Name.Local] == "" {
					at[a.Name.Local] = a.Value
				}
			}
			out = append(out, "<"+v.Name.Local+" "+at["r"]+" "+at["t"])
		case xml.EndElement:
			out = append(out, ">"+v.Name.Local)
		case xml.CharData:
			out = append(out, "="+string(v))
		}
	}
}

// joined makes one text of those that stand beside each other, with line ends as XML has them.
func joined(tokens []string) []string {
	var out []string
	for _, s := range tokens {
		if n := len(out); s[0] == '=' && n > 0 && out[n-1][0] == '=' {
			out[n-1] += s[1:]
			continue
		}
		out = append(out, s)
	}
	for i := range out {
		out[i] = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(out[i])
	}
	return out
}

func TestTheScannerReadsWhatGosOwnReaderReads(t *testing.T) {
	t.Parallel()
	leaf := rapid.OneOf(
		rapid.SampledFrom([]string{
			`<c/>`, `&amp;`, `&#65;`, `&#x1F600;`, `&lt;b&gt;`, "<!-- a > b -->", `<?pi a?>`, `<![CDATA[a<b]]>`, " ",
			"\n", `<a t="x>y" r='"'/>`, `<a  t = "&quot;" />`, `ä`, `]`, `<v></v>`,
		}),
		rapid.StringMatching(`[a-z0-9 ]{0,12}`),
	)
	piece := rapid.Custom(func(t *rapid.T) string {
		around := rapid.SampledFrom([][2]string{{"", ""}, {`<c r="A1" t='s'>`, `</c>`}, {`<x:row r="1" >`, `</x:row>`},
			{`<t xml:space="preserve">`, `</t >`}}).Draw(t, "around")
		return around[0] + strings.Join(rapid.SliceOfN(leaf, 0, 4).Draw(t, "inner"), "") + around[1]
	})
	rapid.Check(t, func(t *rapid.T) {
		part := `<?xml version="1.0" encoding="UTF-8"?><s xmlns:x="x">` +
			strings.Join(rapid.SliceOfN(piece, 0, 30).Draw(t, "pieces"), "") + "</s>"
		want, err := theirs(part)
		if err != nil {
			t.Fatalf("%s: %v", part, err)
		}
		got, err := ours(part)
		if err != nil {
			t.Fatalf("%s: %v", part, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("%s: %s", part, d)
		}
	})
}

func TestWhatIsNoXMLIsRefusedAndNothingStandsForMoreThanItIs(t *testing.T) {
	t.Parallel()
	for _, part := range []string{
		"", "text", "<a>", "</a>", "<a></a></a>", "<a", "<a b='", "<>", "<a>&nbsp;</a>", "<a>&#0;</a>", "<a>& b</a>",
		"<a>\xff</a>", "<a><!-- </a>", "<a><![CDATA[ </a>",
		`<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>`, strings.Repeat("<a>", 200) + strings.Repeat("</a>", 200),
		"\xfe\xff\x00<\x00a", "<a>&#xD800;</a>",
	} {
		if got, err := ours(part); err == nil {
			t.Errorf("%.60q was read: %q", part, got)
		}
	}
}

func FuzzScanner(f *testing.F) {
	f.Add([]byte(`<s><c r="A1" t="s"><v>1&amp;</v></c></s>`))
	f.Fuzz(func(_ *testing.T, part []byte) {
		x := newScanner(bytes.NewReader(part))
		for x.next() == nil {
			_, _ = x.attr("r"), x.text()
		}
	})
}
