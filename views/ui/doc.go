// Package ui holds the parts that every screen is built of: fields, tables,
// badges, menus and the like. Each part is a plain struct that is itself a
// templ component, so a template writes @ui.Badge{Text: "signed", Tone: ui.Good}.
// Parts take text that is already formatted: they know no record, no database,
// no money and no clock, and import nothing of ours but the static files.
package ui
