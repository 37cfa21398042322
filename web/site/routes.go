package site

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"seatledger/internal/app"
	"seatledger/internal/auth"
	"seatledger/internal/contract"
	"seatledger/internal/mapping"
	"seatledger/internal/retire"
	"seatledger/web/at"
	"seatledger/web/help"
	"seatledger/web/httpx"
	"seatledger/web/search"
	"seatledger/web/session"
	"seatledger/web/sso"
)

// route is one line of the table: who may do what, where.
type route struct {
	method string
	path   string
	handle echo.HandlerFunc
	roles  []auth.Role // any of them, and always an admin; none: everybody signed in
	open   bool        // without a session
	stream bool        // answers as long as it lasts
	takes  Class       // what is sent to it; empty: an ordinary form
	file   bool        // the same address with .csv or .xlsx gives the same rows as a file
	early  bool        // also for who must set up a second factor first
	proof  bool        // asks its person to prove once more who they are, unless they did so just now
	// proofIf tells which requests ask it; nil: all.
	proofIf func(c echo.Context) (bool, error)
}

func (r route) paths() []string {
	if r.file {
		return []string{r.path, r.path + ".csv", r.path + ".xlsx"}
	}
	return []string{r.path}
}

func get(path string, h echo.HandlerFunc, roles ...auth.Role) route {
	return route{method: http.MethodGet, path: path, handle: h, roles: roles}
}

func post(path string, h echo.HandlerFunc, roles ...auth.Role) route {
	return route{method: http.MethodPost, path: path, handle: h, roles: roles}
}

func list(path string, h echo.HandlerFunc, roles ...auth.Role) route {
	return route{method: http.MethodGet, path: path, handle: h, roles: roles, file: true}
}

func open(r route) route { r.open = true; return r }

func stream(r route) route { r.stream = true; return r }

func early(r route) route { r.early = true; return r }

// proven is a route that is dear: it asks its person to prove who they are (web/session, Proven).
func proven(r route) route { r.proof = true; return r }

// provenIf is one that is dear for some of what is sent to it.
func provenIf(r route, asks func(c echo.Context) (bool, error)) route {
	r.proof, r.proofIf = true, asks
	return r
}

// doors are the pages of the table by their paths, so that nobody is led to one that is closed to them.
type doors map[string][]auth.Role

// note keeps the pages of a table and gives it back.
func (d doors) note(table []route) []route {
	for _, r := range table {
		if r.method == http.MethodGet {
			d[r.path] = r.roles
		}
	}
	return table
}

// Open tells whether a role may open the page at a path; false where there is none.
func (d doors) Open(r auth.Role, path string) bool {
	roles, known := d[path]
	return known && (len(roles) == 0 || auth.Allowed(r, roles...))
}

// routes is the table of contents of the site.
func routes(a *app.App, m *session.Manager, o Options) []route {
	const (
		admin    = auth.Admin
		operator = auth.Operator
		billing  = auth.Billing
	)
	ways := doors{}
	h := handlersOf(a, m, o, ways)

	return ways.note([]route{
		open(get(session.SetupPath, h.sessions.SetupForm)),
		open(post(session.SetupPath, h.sessions.Setup)),
		open(get(session.LoginPath, h.sessions.LoginForm)),
		open(post(session.LoginPath, h.sessions.Login)),
		open(get(session.CodePath, h.sessions.CodeForm)),
		open(post(session.CodePath, h.sessions.Code)),
		open(post(session.AskFactorPath, h.sessions.AskFactor)),
		open(post(session.PasskeyPath, h.sessions.Passkey)),
		open(post(session.AskAnybodyPath, h.sessions.AskAnybody)),
		open(get(session.ForgottenPath, h.sessions.ForgottenForm)),
		open(post(session.ForgottenPath, h.sessions.Forgotten)),
		open(get(session.LinkPath, h.sessions.LinkForm)),
		open(post(session.LinkPath, h.sessions.Link)),
		open(get(session.ProviderPath, h.sso.Begin)),
		open(get(sso.BackPath, h.sso.Return)),
		open(post(session.LogoutPath, h.sessions.Logout)),
		early(get(session.ProvePath, h.sessions.ProveForm)),
		early(post(session.ProvePath, h.sessions.Prove)),
		early(post(session.AskProofPath, h.sessions.AskProof)),
		open(post(httpx.ThemePath, httpx.SetTheme)),
		get(httpx.ColumnsPath, httpx.ChooseColumns),
		get(httpx.ViewsPath, h.views.All),
		get(httpx.ViewsPath+"/new", h.views.New),
		post(httpx.ViewsPath, h.views.Save),
		get(httpx.ViewsPath+"/:id", h.views.Show),
		post(httpx.ViewsPath+"/:id", h.views.Change),
		post(httpx.ViewsPath+"/:id/point", h.views.Point),
		post(httpx.ViewsPath+"/:id/pin", h.views.Pin),
		post(httpx.ViewsPath+"/:id/delete", h.views.Delete),

		get("/", h.dashboard.Show),
		get(at.NextStep, h.dashboard.Next),
		get("/money", h.dashboard.Money),
		get(at.Help, help.Show),
		get(at.Help+"/:page", help.Show),
		get(at.Search, h.search.Show),
		get(search.HitsPath, h.search.Hits),

		list(session.NoticesPath, h.notices.List),
		post(session.NoticesPath+"/read", h.notices.ReadAll),
		post(session.NoticesPath+"/:id/read", h.notices.Read),

		list("/providers", h.providers.List),
		get("/providers/new", h.providers.New, admin),
		proven(post("/providers", h.providers.Create, admin)),
		get("/providers/:id", h.providers.Show),
		get("/providers/:id/edit", h.providers.Edit, admin),
		proven(post("/providers/:id", h.providers.Update, admin)),
		post("/providers/:id/verify", h.providers.Verify, operator),
		post("/providers/:id/sync-accounts", h.providers.SyncAccounts, operator),
		post("/providers/:id/sync-subscriptions", h.providers.SyncSubscriptions, operator),
		get("/providers/:id/deactivate", h.providers.ConfirmDeactivate, admin),
		post("/providers/:id/deactivate", h.providers.Deactivate, admin),
		post("/providers/:id/activate", h.providers.Activate, admin),
		post("/providers/:id/capture", h.providers.Capture, admin),
		get("/providers/:id/captures/:capture", h.providers.ShowCapture, admin),
		get("/providers/:id/captures/:capture/file", h.providers.CaptureFile, admin),
		get("/providers/:id/dialect", h.dialects.Edit, admin),
		post("/providers/:id/dialect", h.dialects.Propose, admin),
		get("/providers/:id/dialect/:number", h.dialects.Show, admin),
		post("/providers/:id/dialect/:number/try", h.dialects.Try, admin),
		post("/providers/:id/dialect/:number/use", h.dialects.Take, admin),
		get("/providers/:id/wire", h.dialects.Wire),

		get("/providers/:id/accounts/new", h.manual.NewAccount, operator),
		post("/providers/:id/accounts", h.manual.CreateAccount, operator),
		get("/providers/:id/subscriptions/new", h.manual.NewSubscription, operator),
		post("/providers/:id/subscriptions", h.manual.CreateSubscription, operator),
		get("/providers/:id/import", h.manual.ImportForm, operator),
		takes(UploadClass, post("/providers/:id/import", h.manual.Upload, operator)),
		get("/providers/:id/import/:import", h.manual.Preview, operator),
		post("/providers/:id/import/:import/columns", h.manual.Columns, operator),
		post("/providers/:id/import/:import/apply", h.manual.Apply, operator),

		list("/crm-accounts", h.crm.List),
		get("/crm-accounts/new", h.crm.New, operator, billing),
		post("/crm-accounts", h.crm.Create, operator, billing),
		get("/crm-accounts/import", h.crm.ImportForm, operator, billing),
		takes(UploadClass, post("/crm-accounts/import", h.crm.Upload, operator, billing)),
		get("/crm-accounts/import/:import", h.crm.Preview, operator, billing),
		post("/crm-accounts/import/:import/columns", h.crm.Columns, operator, billing),
		post("/crm-accounts/import/:import/apply", h.crm.Apply, operator, billing),
		get("/crm-accounts/import/:import/undo", h.crm.ConfirmUndo, operator, billing),
		post("/crm-accounts/import/:import/undo", h.crm.Undo, operator, billing),
		get("/crm-accounts/:id", h.crm.Record),
		get("/crm-accounts/:id/statement", h.crm.Statement),
		get("/crm-accounts/:id/statement.pdf", h.crm.Statement),
		get("/crm-accounts/:id/edit", h.crm.Edit, operator, billing),
		post("/crm-accounts/:id", h.crm.Update, operator, billing),
		get("/crm-accounts/:id/mail", h.crm.Mail, operator, billing),
		post("/crm-accounts/:id/mail", h.crm.SaveMail, operator, billing),
		post("/crm-accounts/:id/notes", h.crm.AddNote, operator, billing),
		post("/crm-accounts/:id/use-source", h.crm.UseOffer, operator, billing),

		list("/crm-sources", h.sources.List),
		get("/crm-sources/new", h.sources.New, admin),
		proven(post("/crm-sources", h.sources.Create, admin)),
		get("/crm-sources/:id", h.sources.Show),
		get("/crm-sources/:id/edit", h.sources.Edit, admin),
		proven(post("/crm-sources/:id", h.sources.Update, admin)),
		post("/crm-sources/:id/verify", h.sources.Verify, operator),
		post("/crm-sources/:id/read", h.sources.Read, operator),
		post("/crm-sources/:id/deactivate", h.sources.Deactivate, admin),
		post("/crm-sources/:id/activate", h.sources.Activate, admin),
		get("/crm-sources/:id/runs/:run", h.sources.Run),
		stream(get("/crm-sources/:id/runs/:run/events", h.sources.Events)),
		post("/crm-sources/:id/runs/:run/cancel", h.sources.Cancel, operator),

		list("/accounts", h.accounts.List),
		post("/accounts/exclude", h.bulk.Begin(mapping.ExcludeDeed), operator),
		get("/accounts/:id", h.accounts.Record),
		get("/accounts/:id/map", h.accounts.ConfirmMap, operator),
		post("/accounts/:id/map", h.accounts.Map, operator),
		get("/accounts/:id/unmap", h.accounts.ConfirmUnmap, operator),
		post("/accounts/:id/unmap", h.accounts.Unmap, operator),
		get("/accounts/:id/exclude", h.accounts.ConfirmExclude, operator),
		post("/accounts/:id/exclude", h.accounts.Exclude, operator),
		post("/accounts/:id/include", h.accounts.Include, operator),
		post("/accounts/:id/create-crm-account", h.accounts.CreateCRMAccount, operator),
		get("/accounts/:id/undo", h.accounts.ConfirmUndo, operator),
		post("/accounts/:id/undo", h.accounts.Undo, operator),
		get("/accounts/:id/take-over", h.accounts.ConfirmTakeOver, operator),
		post("/accounts/:id/take-over", h.accounts.TakeOver, operator),
		post("/accounts/:id/sync", h.accounts.SyncAccount, operator),
		post("/accounts/:id/unreadable", h.accounts.MarkUnreadable, operator),

		get("/mapping", h.mapping.Queue),
		list("/mapping/list", h.mapping.List),
		list("/mapping/history", h.mapping.History),
		get("/mapping/bulk", h.mapping.Bulk, operator),
		post("/mapping/bulk", h.mapping.AcceptMany, operator),
		get("/mapping/batches/:id", h.mapping.Batch),
		post("/mapping/undo", h.mapping.Undo, operator),
		post("/mapping/:id/accept", h.mapping.Accept, operator),
		post("/mapping/:id/none", h.mapping.None, operator),
		post("/mapping/:id/create", h.mapping.Create, operator),
		post("/mapping/:id/exclude", h.mapping.Exclude, operator),
		post("/mapping/:id/snooze", h.mapping.Snooze, operator),
		get("/mapping/:id/swap", h.mapping.ConfirmSwap, operator),
		post("/mapping/:id/swap", h.mapping.Swap, operator),

		list("/contracts", h.contracts.List),
		get("/contracts/new", h.contracts.New, billing),
		get("/contracts/make", h.bulk.MakeForm, billing),
		post("/contracts/make", h.bulk.Make, billing),
		post("/contracts/change", h.bulk.Begin(contract.EditDeed), billing),
		get("/contracts/import", h.contracts.ImportForm, billing),
		takes(UploadClass, post("/contracts/import", h.contracts.Upload, billing)),
		get("/contracts/import/:import", h.contracts.Preview, billing),
		post("/contracts/import/:import/columns", h.contracts.Columns, billing),
		post("/contracts/import/:import/apply", h.contracts.Apply, billing),
		get("/contracts/import/:import/undo", h.contracts.ConfirmUndo, billing),
		post("/contracts/import/:import/undo", h.contracts.Undo, billing),
		post("/contracts", h.contracts.Create, billing),
		get("/contracts/:id", h.contracts.Record),
		get("/contracts/:id/edit", h.contracts.Edit, billing),
		post("/contracts/:id", h.contracts.Update, billing),
		get("/contracts/:id/deactivate", h.contracts.ConfirmDeactivate, billing),
		post("/contracts/:id/deactivate", h.contracts.Deactivate, billing),
		post("/contracts/:id/activate", h.contracts.Activate, billing),
		get("/contracts/:id/lines/new", h.contracts.NewLine, billing),
		post("/contracts/:id/lines", h.contracts.AddLine, billing),
		get("/contracts/:id/lines/:line/end", h.contracts.LineEnd, billing),
		post("/contracts/:id/lines/:line/end", h.contracts.EndLine, billing),
		get("/contracts/:id/lines/:line/set-aside", h.contracts.ConfirmSetLineAside, billing),
		post("/contracts/:id/lines/:line/set-aside", h.contracts.SetLineAside, billing),

		post("/contracts/:id/fill-prices", h.contracts.FillPrices, billing),
		get("/contracts/:id/sync", h.contractsync.Show),
		post("/contracts/:id/sync", h.contractsync.Run, operator, billing),

		list("/price-lists", h.prices.List),
		get("/price-lists/new", h.prices.New, billing),
		post("/price-lists", h.prices.Create, billing),
		get("/price-lists/:id", h.prices.Record), // also answers {id}.csv: one parameter, one handler
		get("/price-lists/:id/edit", h.prices.Edit, billing),
		post("/price-lists/:id", h.prices.Update, billing),
		post("/price-lists/:id/deactivate", h.prices.Deactivate, billing),
		post("/price-lists/:id/activate", h.prices.Activate, billing),
		get("/price-lists/:id/items/new", h.prices.NewItem, billing),
		post("/price-lists/:id/items", h.prices.AddItem, billing),
		get("/price-lists/:id/items/:item", h.prices.Item, billing),
		post("/price-lists/:id/items/:item", h.prices.UpdateItem, billing),
		get("/price-lists/:id/items/:item/delete", h.prices.ConfirmDelete, billing),
		post("/price-lists/:id/items/:item/delete", h.prices.DeleteItem, billing),
		get("/price-lists/:id/import", h.prices.ImportForm, billing),
		takes(UploadClass, post("/price-lists/:id/import", h.prices.Upload, billing)),
		get("/price-lists/:id/import/:import", h.prices.Preview, billing),
		post("/price-lists/:id/import/:import/columns", h.prices.Columns, billing),
		post("/price-lists/:id/import/:import/apply", h.prices.Apply, billing),
		get("/price-lists/:id/import/:import/undo", h.prices.ConfirmUndo, billing),
		post("/price-lists/:id/import/:import/undo", h.prices.Undo, billing),
		get("/price-lists/:id/reckon", h.prices.ReckonForm, billing),
		post("/price-lists/:id/reckon", h.prices.Reckon, billing),

		list("/subscriptions", h.subscriptions.List),
		get("/subscriptions/causes", h.subscriptions.Causes),
		post("/subscriptions/sign-off", h.bulk.SignOff, billing),
		get("/subscriptions/:id", h.subscriptions.Record),
		post("/subscriptions/:id/contract", h.subscriptions.SetContract, billing),
		get("/subscriptions/:id/bill-from-start", h.subscriptions.ConfirmFromStart, billing),
		post("/subscriptions/:id/bill-from-start", h.subscriptions.BillFromStart, billing),
		post("/subscriptions/:id/price", h.subscriptions.SetPrice, billing),
		post("/subscriptions/:id/price/keep", h.subscriptions.KeepPrice, billing),
		post("/subscriptions/:id/no-twin", h.subscriptions.NoTwin, operator, billing),
		post("/subscriptions/:id/dates", h.subscriptions.SayDates, billing),
		post("/subscriptions/:id/renewed", h.retire.Renewed, billing),
		post("/subscriptions/:id/confirm-gone", h.subscriptions.ConfirmGone, billing),
		list("/subscriptions/:id/prices", h.subscriptions.Prices),
		get("/subscriptions/:id/prices/:change/correct", h.subscriptions.PriceForm, billing),
		post("/subscriptions/:id/prices/:change/correct", h.subscriptions.CorrectPrice, billing),
		get("/subscriptions/:id/changes/:change/correct", h.subscriptions.ChangeForm, operator, billing),
		// setting aside: billing alone
		proven(post("/subscriptions/:id/changes/:change/correct", h.subscriptions.CorrectChange, operator, billing)),
		get("/subscriptions/:id/quantity", h.manual.QuantityForm, operator),
		post("/subscriptions/:id/quantity", h.manual.SetQuantity, operator),
		get("/subscriptions/:id/end", h.manual.EndForm, operator, billing),
		post("/subscriptions/:id/end", h.manual.SetEnd, operator, billing),
		post("/subscriptions/deactivate", h.bulk.Begin(retire.DeactivateDeed), billing),
		get("/subscriptions/:id/deactivate", h.retire.ConfirmDeactivate, billing),
		post("/subscriptions/:id/deactivate", h.retire.Deactivate, billing),
		get("/subscriptions/:id/activate", h.retire.ConfirmActivate, billing),
		post("/subscriptions/:id/activate", h.retire.Activate, billing),
		get("/subscriptions/:id/reassign", h.reassign.Ask, operator, billing),
		post("/subscriptions/:id/reassign", h.reassign.Do, operator, billing),
		get("/subscriptions/:id/reassign/undo", h.reassign.AskBack, operator, billing),
		post("/subscriptions/:id/reassign/undo", h.reassign.Undo, operator, billing),
		post("/subscriptions/activate", h.bulk.Begin(retire.ActivateDeed), billing),

		list("/bulk", h.bulk.List),
		post("/bulk", h.bulk.Start, operator, billing), // the deed says whose it is
		get("/bulk/:id", h.bulk.Show),
		list("/bulk/:id/records", h.bulk.Records),
		stream(get("/bulk/:id/events", h.bulk.Events)),
		post("/bulk/:id/again", h.bulk.Again, operator, billing),
		provenIf(post("/bulk/:id/apply", h.bulk.Apply, operator, billing), h.bulk.Retires),
		post("/bulk/:id/undo", h.bulk.Undo, operator, billing),
		post("/bulk/:id/cancel", h.bulk.Cancel, operator, billing),
		post("/ticks/:list", h.bulk.Ticks),

		list("/changes", h.changes.List),
		get("/changes/billed-elsewhere", h.invoices.OpenRows, billing),
		post("/changes/billed-elsewhere", h.invoices.BilledElsewhere, billing),

		get("/billing", h.billing.Due),
		get("/billing.csv", h.billing.DueFile),
		get("/billing/schedule", h.billing.Schedule),
		post("/billing/schedule", h.billing.SetSchedule, billing),
		get("/billing/contracts/:id/by-itself", h.billing.ByItselfForm, billing),
		post("/billing/contracts/:id/by-itself", h.billing.SetByItself, billing),
		get("/billing/contracts/:id/leave-out", h.billing.LeaveOutForm, billing),
		post("/billing/contracts/:id/leave-out", h.billing.LeaveOut, billing),
		post("/billing/contracts/:id/take-in", h.billing.TakeIn, billing),
		get("/billing-runs", h.billing.List),
		post("/billing-runs", h.billing.Begin, billing),
		get("/billing-runs/:id", h.billing.Show), // also answers {id}.csv: one parameter, one handler
		stream(get("/billing-runs/:id/events", h.billing.Events)),
		post("/billing-runs/:id/bill", h.billing.Bill, billing),
		post("/billing-runs/:id/send", h.billing.Send, billing),
		post("/billing-runs/:id/cancel", h.billing.Cancel, billing),
		post("/billing-runs/:id/undo", h.billing.Undo, billing),

		list("/invoices", h.invoices.List),
		list("/invoices/before", h.invoices.Opening),
		post("/invoices/before/seen", h.invoices.SeeOpening, billing),
		post("/contracts/:id/differences", h.invoices.TakeOpening, billing),
		post("/invoices/paid", h.bulk.Paid, billing),
		get("/invoices/payments", h.invoices.PaymentsForm, billing),
		takes(UploadClass, post("/invoices/payments", h.invoices.PaymentsUpload, billing)),
		get("/invoices/payments/:import", h.invoices.PaymentsPreview, billing),
		post("/invoices/payments/:import/columns", h.invoices.PaymentsColumns, billing),
		post("/invoices/payments/:import/apply", h.invoices.PaymentsApply, billing),
		get("/invoices/payments/:import/undo", h.invoices.PaymentsConfirmUndo, billing),
		post("/invoices/payments/:import/undo", h.invoices.PaymentsUndo, billing),
		list("/invoice-lines", h.invoices.Lines),
		get("/contracts/:id/invoices/new", h.invoices.New),
		post("/contracts/:id/invoices", h.invoices.Create, billing),
		get("/invoices/:id", h.invoices.Record), // also answers {id}.pdf and {id}.csv: one parameter, one handler
		get("/invoices/:id/logo", h.invoices.Logo),
		post("/invoices/:id/bill", h.invoices.Bill, billing),
		post("/invoices/:id/together", h.invoices.Together, billing),
		post("/invoices/:id/redraw", h.invoices.Redraw, billing),
		post("/invoices/:id/pay", h.invoices.Pay, billing),
		get("/invoices/:id/send", h.invoices.AskSend, billing),
		post("/invoices/:id/send", h.invoices.Send, billing),
		get("/invoices/:id/dispute", h.invoices.AskDispute, billing),
		post("/invoices/:id/dispute", h.invoices.Dispute, billing),
		post("/invoices/:id/settle", h.invoices.Settle, billing),

		list("/supplier-bills", h.bills.List),
		get("/supplier-bills/new", h.bills.New, billing),
		takes(LongClass, post("/supplier-bills", h.bills.Upload, billing)),
		get("/supplier-bills/new/:import", h.bills.Preview, billing),
		post("/supplier-bills/new/:import/columns", h.bills.Columns, billing),
		post("/supplier-bills/new/:import/apply", h.bills.Apply, billing),
		get("/supplier-bills/new/:import/undo", h.bills.ConfirmUndo, billing),
		post("/supplier-bills/new/:import/undo", h.bills.Undo, billing),
		post("/supplier-bills/read", h.bills.Read, billing),
		get("/supplier-bills/hand", h.bills.Hand, billing),
		post("/supplier-bills/hand", h.bills.Enter, billing),
		get("/supplier-bills/:id", h.bills.Record),
		list("/supplier-bills/:id/lines", h.bills.Lines),
		get("/supplier-bills/:id/take-back", h.bills.AskTakeBack, billing),
		post("/supplier-bills/:id/take-back", h.bills.TakeBack, billing),

		list("/mails", h.mails.List),
		get("/mails/:id", h.mails.Show),
		post("/mails/:id/retry", h.mails.Retry, billing),
		post("/mails/:id/withdraw", h.mails.Withdraw, billing),
		post("/mails/:id/arrived", h.mails.Arrived, billing),

		get("/invoices/:id/void", h.invoices.ConfirmVoid, billing),
		proven(post("/invoices/:id/void", h.invoices.Void, billing)),
		get("/invoices/:id/credit", h.invoices.ConfirmCredit, billing),
		proven(post("/invoices/:id/credit", h.invoices.Credit, billing)),

		get("/books", h.books.Overview),
		list("/books/exports", h.books.List),
		get("/books/exports/:id", h.books.Record),
		get("/books/exports/:id/files/:place", h.books.File),
		post("/books/exports/:id/take-back", h.books.TakeBack, billing),
		get("/books/:system", h.books.System),
		post("/books/:system", h.books.SaveSystem, billing),
		post("/books/:system/codes", h.books.SaveCodes, billing),
		get("/books/:system/export", h.books.Preview),
		post("/invoices/export", h.books.Export, billing),
		list("/renewals", h.renewals.List),
		get("/renewals.ics", h.renewals.Calendar),
		get("/renewals/:id/:day", h.renewals.Show),
		post("/renewals/:id/:day", h.renewals.Decide, billing),

		list("/differences", h.differences.List),
		get(at.SupplierMonths, h.months.List),
		get(at.SupplierMonths+"/:provider/:month", h.months.Show),
		get(at.SupplierMonths+"/:provider/:month/print", h.months.Print),
		get(at.SupplierMonths+"/:provider/:month/report.csv", h.months.Report),
		get(at.SupplierMonths+"/:provider/:month/report.xlsx", h.months.Report),
		post(at.SupplierMonths+"/:provider/:month/sign", h.months.Sign, billing),
		post(at.SupplierMonths+"/:provider/:month/reopen", h.months.Reopen, billing),
		get("/differences/:id", h.differences.Show),
		post("/differences/:id", h.differences.Assign, billing),
		post("/differences/:id/dismiss", h.differences.Dismiss, billing),
		post("/differences/:id/dispute", h.differences.Dispute, billing),
		post("/differences/:id/accept", h.differences.Accept, billing),
		post("/differences/:id/bill", h.differences.Bill, billing),
		post("/differences/:id/match", h.differences.Match, billing),
		post("/differences/:id/forget", h.differences.Forget, billing),
		post("/differences/:id/undo", h.differences.Undo, billing),

		list("/cutovers", h.cutovers.List),
		get("/cutovers/new", h.cutovers.New, operator),
		post("/cutovers", h.cutovers.Create, operator),
		get("/cutovers/:id", h.cutovers.Show),
		post("/cutovers/:id/access", h.cutovers.Access, operator),
		get("/cutovers/:id/carry", h.cutovers.CarryOver),
		post("/cutovers/:id/carry", h.cutovers.AcceptCarry, operator),
		get("/cutovers/:id/customers/:customer", h.cutovers.Customer),
		post("/cutovers/:id/switch-day", h.cutovers.SwitchDay, operator),
		post("/cutovers/:id/pairs", h.cutovers.Decide, operator),
		post("/cutovers/:id/pairs/:pair/undo", h.cutovers.Undecide, operator),
		post("/cutovers/:id/confirm", h.cutovers.Confirm, operator),
		post("/cutovers/:id/reassign", h.cutovers.Reassign, operator),
		proven(post("/cutovers/:id/retire", h.cutovers.Retire, operator)),
		post("/cutovers/:id/undo", h.cutovers.Undo, operator),
		get("/cutovers/:id/report", h.cutovers.Report, operator),
		get("/cutovers/:id/dry-run", h.cutovers.ConfirmDryRun, operator),
		post("/cutovers/:id/dry-run", h.cutovers.DryRun, operator),
		list("/cutovers/:id/proof", h.cutovers.Proof),
		post("/cutovers/:id/acknowledge", h.cutovers.Acknowledge, operator),
		get("/cutovers/:id/finish", h.cutovers.ConfirmFinish, operator),
		post("/cutovers/:id/finish", h.cutovers.Finish, operator),
		get("/cutovers/:id/abandon", h.cutovers.ConfirmAbandon, operator),
		post("/cutovers/:id/abandon", h.cutovers.Abandon, operator),

		list("/sync-runs", h.syncruns.List),
		get("/sync-runs/:id", h.syncruns.Show),
		get("/sync-runs/:id/changes.csv", h.syncruns.ChangesCSV),
		list("/sync-runs/:id/accounts", h.syncruns.Accounts),
		stream(get("/sync-runs/:id/events", h.syncruns.Events)),
		post("/sync-runs/:id/cancel", h.syncruns.Cancel, operator),
		post("/sync-runs/:id/retry", h.syncruns.Retry, operator),
		post("/sync-runs/:id/apply", h.syncruns.Apply, operator),
		post("/sync-runs/:id/discard", h.syncruns.Discard, operator),

		get("/settings", h.settings.Overview),
		early(get("/settings/profile", h.settings.Profile)),
		early(proven(post("/settings/profile/app/begin", h.settings.BeginApp))),
		early(get("/settings/profile/app", h.settings.App)),
		early(proven(post("/settings/profile/app", h.settings.ConfirmApp))),
		early(proven(post("/settings/profile/app/remove", h.settings.RemoveApp))),
		early(post("/settings/profile/passkeys/ask", h.settings.AskPasskey)),
		early(proven(post("/settings/profile/passkeys", h.settings.AddPasskey))),
		early(proven(post("/settings/profile/passkeys/:id/remove", h.settings.RemovePasskey))),
		early(get("/settings/profile/recovery", h.settings.Recovery)),
		early(proven(post("/settings/profile/recovery", h.settings.RenewRecovery))),
		post(httpx.DensityPath, h.settings.SetDensity),
		early(post("/settings/profile/password", h.settings.ChangePassword)),
		early(proven(post("/settings/profile/end-session", h.settings.EndSession))),
		early(proven(post("/settings/profile/end-others", h.settings.EndOthers))),
		get("/settings/sign-in", h.settings.SignIn, admin),
		proven(post("/settings/sign-in", h.settings.SaveSignIn, admin)),
		get("/settings/general", h.settings.General, admin),
		post("/settings/general", h.settings.SaveGeneral, admin),
		get("/settings/company", h.settings.Company, admin),
		takes(LogoClass, post("/settings/company", h.settings.SaveCompany, admin)),
		get("/settings/company/logo", h.settings.CompanyLogo, admin),
		get("/settings/tax", h.settings.Tax, admin),
		post("/settings/tax", h.settings.SaveTax, admin),
		post("/settings/tax/rates", h.settings.AddRate, admin),
		post("/settings/tax/products", h.settings.AddTaxedProduct, admin),
		post("/settings/tax/:id/remove", h.settings.RemoveTax, admin),
		get("/settings/mail", h.settings.Mail, admin),
		proven(post("/settings/mail", h.settings.SaveMail, admin)),
		post("/settings/mail/rules", h.settings.SaveMailRules, admin),
		post("/settings/mail/test", h.settings.TestMail, admin),
		get("/settings/mail/templates/:key", h.settings.Template, admin),
		post("/settings/mail/templates/:key", h.settings.SaveTemplate, admin),
		get("/four-eyes", h.eyes.List),
		get("/four-eyes/:id", h.eyes.Show),
		post("/four-eyes/:id/grant", h.eyes.Grant, billing),
		post("/four-eyes/:id/refuse", h.eyes.Refuse, billing),
		post("/four-eyes/:id/withdraw", h.eyes.Withdraw, billing),
		get("/settings/profile/identity", h.sso.Link),
		proven(post("/settings/profile/identity", h.sso.BeginLink)),
		proven(post("/settings/profile/identity/end", h.sso.EndLink)),
		get("/settings/users/:id/identity", h.sso.User, admin),
		proven(post("/settings/users/:id/identity", h.sso.LinkUser, admin)),
		proven(post("/settings/users/:id/identity/end", h.sso.EndUserLink, admin)),
		get("/settings/secrets", h.settings.Secrets, admin),
		post("/settings/secrets", h.settings.SayExpiry, admin),
		get("/settings/sso", h.sso.Settings, admin),
		proven(post("/settings/sso", h.sso.Save, admin)),
		get("/settings/four-eyes", h.settings.FourEyes, admin),
		proven(post("/settings/four-eyes", h.settings.SaveFourEyes, admin)),
		get("/settings/tokens", h.settings.Tokens, admin),
		proven(post("/settings/tokens", h.settings.MakeToken, admin)),
		proven(post("/settings/tokens/:id/revoke", h.settings.RevokeToken, admin)),
		get("/settings/users", h.settings.Users, admin),
		get("/settings/users/new", h.settings.NewUser, admin),
		proven(post("/settings/users", h.settings.CreateUser, admin)),
		get("/settings/users/invite", h.settings.InviteForm, admin),
		proven(post("/settings/users/invite", h.settings.Invite, admin)),
		proven(post("/settings/users/:id/invite", h.settings.InviteAgain, admin)),
		get("/settings/users/:id", h.settings.User, admin),
		proven(post("/settings/users/:id", h.settings.SaveUser, admin)),
		proven(post("/settings/users/:id/disable", h.settings.DisableUser, admin)),
		proven(post("/settings/users/:id/enable", h.settings.EnableUser, admin)),
		proven(post("/settings/users/:id/end-sessions", h.settings.EndUserSessions, admin)),
		proven(post("/settings/users/:id/end-session", h.settings.EndUserSession, admin)),
		proven(post("/settings/users/:id/clear-factors", h.settings.ClearFactors, admin)),
		get("/settings/users/:id/password", h.settings.ResetForm, admin),
		proven(post("/settings/users/:id/password", h.settings.Reset, admin)),

		list("/audit", h.audit.List),
		get("/audit/:seq", h.audit.Entry),
	})
}
