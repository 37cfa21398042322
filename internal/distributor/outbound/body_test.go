package outbound

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"seatledger/internal/distributor"
)

func TestASecondLargeAnswerWaitsForRoomAndSaysWhenThereWasNone(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(strings.Repeat("a", 3<<20)))
	})
	c := client(t, Options{Allow: loopback(t), Timeout: 2 * time.Second, MaxBody: 4 << 20})
	first, err := get(t, c, url)
	if err != nil || len(first.Body) != 3<<20 {
		t.Fatalf("%d bytes, %v", len(first.Body), err)
	}
	_, err = get(t, c, url)
	wantKind(t, err, distributor.NoRoom, "found no room")
	first.Release()
	first.Release() // twice is once
	if again, err := get(t, c, url); err != nil || len(again.Body) != 3<<20 {
		t.Errorf("%d bytes, %v", len(again.Body), err)
	}
}

func TestALargeAnswerThatBreaksOffIsNoneAndGivesItsRoomBack(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(strings.Repeat("a", 2<<20)))
		panic(http.ErrAbortHandler)
	})
	c := client(t, Options{Allow: loopback(t), MaxBody: 4 << 20})
	for range 3 {
		_, err := get(t, c, url)
		wantKind(t, err, distributor.Dropped, "broke off")
	}
}
