package subscriptions

import (
	"github.com/labstack/echo/v4"

	"seatledger/internal/review"
	"seatledger/internal/subscription/list"
	"seatledger/web/httpx"
)

// ask reads the address of the list. The review's findings are choices that this floor alone
// can name.
func (h Handlers) ask(c echo.Context) (httpx.ListQuery, error) {
	ctx := c.Request().Context()
	spec, err := list.All.Spec(ctx, h.DB.Read(ctx), c.QueryParams())
	if err != nil {
		return httpx.ListQuery{}, err
	}
	withFindings(&spec)
	return httpx.ParseList(c, spec)
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
