package webhook

import (
	"testing"
	"time"

	"seatledger/internal/distributor"
)

// TestTheSignatureIsThatOfTheSpecification takes the vector that implementations of Standard Webhooks share.
func TestTheSignatureIsThatOfTheSpecification(t *testing.T) {
	t.Parallel()
	got := signatures([]distributor.Secret{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, "msg_p5jXN8AQM9LWM0D4loKWxJek",
		time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Error(got)
	}
}
