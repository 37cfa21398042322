package workbook

import (
	"bytes"
	"fmt"
	"strings"
)

// The styles of cells, by their place in the list of styles below.
const (
	styleDay = iota + 1
	styleMoment
	styleHead
	styleQuoted
)

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

const (
	mainSpace     = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	relationSpace = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	packageSpace  = `http://schemas.openxmlformats.org/package/2006`
	partType      = `application/vnd.openxmlformats-officedocument.spreadsheetml.`
)

type part struct{ name, text string }

// parts are those of a workbook that do not depend on its rows.
func parts(sheet string) []part {
	var name bytes.Buffer
	escape(&name, []byte(sheetName(sheet)))
	return []part{
		{"[Content_Types].xml", xmlHead + `<Types xmlns="` + packageSpace + `/content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="` + partType + `sheet.main+xml"/>` +
			`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="` + partType + `worksheet+xml"/>` +
			`<Override PartName="/xl/styles.xml" ContentType="` + partType + `styles+xml"/></Types>`},
		{"_rels/.rels", xmlHead + `<Relationships xmlns="` + packageSpace + `/relationships">` +
			`<Relationship Id="rId1" Type="` + relationSpace + `/officeDocument" Target="xl/workbook.xml"/>` +
			`</Relationships>`},
		{"xl/workbook.xml", xmlHead + `<workbook ` + mainSpace + ` xmlns:r="` + relationSpace + `"><sheets>` +
			`<sheet name="` + strings.ReplaceAll(name.String(), `"`, "&quot;") + `" sheetId="1" r:id="rId1"/>` +
			`</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", xmlHead + `<Relationships xmlns="` + packageSpace + `/relationships">` +
			`<Relationship Id="rId1" Type="` + relationSpace + `/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="` + relationSpace + `/styles" Target="styles.xml"/></Relationships>`},
		{"xl/styles.xml", xmlHead + styles},
	}
}

const styles = `<styleSheet ` + mainSpace + `><numFmts count="2">` +
	`<numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/><numFmt numFmtId="165" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/>` +
	`</numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>` +
	`<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
	`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>` +
	`</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
	`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5">` +
	`<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
	`<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>` +
	`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/>` +
	`</cellXfs></styleSheet>`

// sheetHead keeps the head of the sheet in sight.
const sheetHead = xmlHead + `<worksheet ` + mainSpace + `><sheetViews><sheetView tabSelected="1" workbookViewId="0">` +
	`<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>`

func widths(columns []Column) string {
	var b strings.Builder
	b.WriteString("<cols>")
	for i, c := range columns {
		width := max(10, len(c.Name)+2)
		switch c.Kind {
		case Moment:
			width = 20
		case Text:
			width = max(width, 18)
		case Number, Day, YesNo:
		}
		fmt.Fprintf(&b, `<col min="%d" max="%d" width="%d" customWidth="1"/>`, i+1, i+1, width)
	}
	b.WriteString("</cols>")
	return b.String()
}

// sheetName is a name that the format allows: at most 31 characters, and none of some.
func sheetName(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\'`, r) {
			return ' '
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 31 {
		s = string(r[:31])
	}
	return s
}
