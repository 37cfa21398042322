package site

import "seatledger/internal/token"

// areas says which tokens read which lists, by the address of the list. A list that stands here under no area is read
// by people alone.
var areas = map[string][]token.Area{
	"/accounts":                  {token.Mapping},
	"/crm-accounts":              {token.Mapping, token.Billing},
	"/crm-sources":               {token.Mapping},
	"/mapping/list":              {token.Mapping},
	"/mapping/history":           {token.Mapping},
	"/cutovers":                  {token.Mapping},
	"/cutovers/:id/proof":        {token.Mapping, token.Billing},
	"/subscriptions":             {token.Mapping, token.Billing, token.Supplier},
	"/changes":                   {token.Billing, token.Supplier},
	"/contracts":                 {token.Billing},
	"/price-lists":               {token.Billing},
	"/price-lists/:id":           {token.Billing},
	"/billing.csv":               {token.Billing},
	"/billing-runs/:id":          {token.Billing},
	"/invoices":                  {token.Billing},
	"/invoices/:id":              {token.Billing},
	"/invoices/before":           {token.Billing},
	"/invoice-lines":             {token.Billing},
	"/renewals":                  {token.Billing},
	"/mails":                     {token.Billing},
	"/books/exports":             {token.Billing},
	"/providers":                 {token.Supplier},
	"/sync-runs":                 {token.Supplier},
	"/audit":                     {token.Audit},
	"/bulk":                      {token.Audit},
	"/bulk/:id/records":          {token.Audit},
	"/notices":                   {}, // a person's own
	"/supplier-bills":            {token.Supplier},
	"/differences":               {token.Supplier},
	"/sync-runs/:id/accounts":    {token.Supplier},
	"/sync-runs/:id/changes.csv": {token.Supplier},
	"/subscriptions/:id/prices":  {token.Billing},
	"/supplier-bills/:id/lines":  {token.Supplier},
}
