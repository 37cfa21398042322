// Package difference holds the distributor's bills against the ledger and our invoices: it finds what each line of a
// bill is about, has the lines compared by the engine of internal/reconcile, and keeps on what they do not agree,
// with what people decide about it. It reads bills, ledger and invoices and changes none of them itself: what a
// decision writes there, their own rooms write. It takes no files in and knows no screen.
package difference
