package checkup

import "fmt"

// Reseller judges the reseller's scope by the customers seen. With the wrong
// reseller the distributor answers an empty list, not an error; and no customer
// may be taken for gone because of it.
func Reseller(number string, customers int, requestID string) Outcome {
	if number == "" {
		number = "(none entered)"
	}
	if customers > 0 {
		return Outcome{Message: fmt.Sprintf("Customers are visible under reseller number %s.", number)}
	}
	return Outcome{Warning: true, RequestID: requestID,
		Message: fmt.Sprintf("The connection works, but no customer is visible under reseller number %s.", number),
		Advice: "Check the reseller number, and that the credentials belong to that reseller and to production; " +
			"a new reseller may really have none."}
}
