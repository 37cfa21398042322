package imports

import (
	"time"

	"seatledger/internal/imports"
	"seatledger/views/layout"
)

// Pages answers the import routes of any screen.
type Pages struct {
	Service imports.Service
	Zone    *time.Location
}

// Screen is what an import is part of.
type Screen struct {
	Kind    imports.Kind
	Title   string // "Import CRM accounts"
	Lead    string // what a line is matched by
	Nav     string // entry of the navigation
	Path    string // of the import, as /crm-accounts/import
	Back    string // where the person comes from and goes to
	Crumbs  []layout.Crumb
	Columns []ColumnHelp
	Undo    bool // the person may take an import back
}

// ColumnHelp explains one column.
type ColumnHelp struct {
	Name string
	Help string
}

func (s Screen) preview(id string) string { return s.Path + "/" + id }

func (s Screen) apply(id string) string { return s.preview(id) + "/apply" }

func (s Screen) columns(id string) string { return s.preview(id) + "/columns" }

func (s Screen) undo(id string) string { return s.preview(id) + "/undo" }
