package subscriptions

import (
	"github.com/labstack/echo/v4"

	"seatledger/internal/listing"
	"seatledger/internal/review"
	"seatledger/internal/subscription/list"
	"seatledger/web/bulk"
	"seatledger/web/httpx"
)

// ask reads the address of the list. The review's findings are choices that this floor alone
// can name.
func (h Handlers) ask(c echo.Context) (httpx.ListQuery, error) {
	ticks := bulk.Ticks(c, h.Bulk, list.All.Name)
	return httpx.AskListWith(c, h.DB.Read(c.Request().Context()), list.All, []listing.Extra{ticks}, withFindings)
}

func withFindings(spec *httpx.ListSpec) {
	spec.Filter("check").Choices, spec.Filter("cause").Choices = checkChoices(), checkChoices()
}

// checkChoices are all findings that a review may have.
func checkChoices() []httpx.Choice {
	codes := review.Codes()
	choices := make([]httpx.Choice, len(codes))
	for i, code := range codes {
		choices[i] = httpx.Choice{Value: code, Label: checkNames[code]}
	}
	return choices
}
