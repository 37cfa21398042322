package sandbox

import "fmt"

// The two faces, as OnlyFace names them. Both show the same subscriptions, except
// where the admin face says that one of them differs.
const (
	faceStellr = "stellr"
	faceLegacy = "legacy"
)

// on tells whether a face lists the subscription.
func (sub *Subscription) on(face string) bool {
	return !sub.Gone && (sub.OnlyFace == "" || sub.OnlyFace == face)
}

// legacySeats is the quantity that the legacy face tells.
func (sub *Subscription) legacySeats() int {
	if sub.LegacyQuantity != nil {
		return *sub.LegacyQuantity
	}
	return sub.Quantity
}

// checkFace refuses a word that is no face; empty stands for both.
func checkFace(name string) error {
	if name == "" || name == faceStellr || name == faceLegacy {
		return nil
	}
	return fmt.Errorf("only_face is %q, want %s, %s or nothing", name, faceStellr, faceLegacy)
}
