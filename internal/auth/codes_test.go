package auth

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"seatledger/internal/errs"
)

// Who knows a password guesses codes from as many places as they like: the account takes thirty wrong ones in an hour.
func TestAnAccountTakesThirtyWrongCodesInAnHourFromAllPlacesTogether(t *testing.T) {
	t.Parallel()
	s, clk := withSealer(t)
	ada := mustAdmin(t, s)
	phone, codes := withApp(t, s, clk, ada)
	said := func(i int, code string) string {
		t.Helper()
		place := fmt.Sprintf("198.51.%d.1", i%256)
		_, err := s.Complete(t.Context(), Second{Step: s.halfway(t, ada, place), Code: code, Address: place})
		if err != nil && errs.KindOf(err) != errs.Invalid {
			t.Fatalf("try %d: %v", i, err)
		}
		return errs.FieldsOf(err)["code"]
	}
	wrong := "000000"
	if phone.code() == wrong {
		wrong = "000001"
	}
	for i := range codesOfApp {
		if says := said(i, wrong); !strings.Contains(says, "This code is wrong") {
			t.Fatalf("try %d: %q", i, says)
		}
		if i == 20 { // the owner comes in meanwhile, and resets nothing
			if says := said(900, phone.code()); says != "" {
				t.Fatalf("the owner: %s", says)
			}
			clk.Advance(codePeriod)
		}
	}
	for i := range 3 {
		if says := said(100+i, phone.code()); !strings.Contains(says, "Too many wrong codes") {
			t.Fatalf("beyond thirty: %q", says)
		}
	}
	for what, sql := range map[string]string{
		"the owner":   `SELECT count(*) FROM account_news WHERE text LIKE '%30 wrong codes%'`,
		"the bell":    `SELECT count(*) FROM notices WHERE kind = 'codes_guessed'`,
		"the trail":   `SELECT count(*) FROM audit_events WHERE action = 'second_factor.throttled'`,
		"and refused": `SELECT count(*) - 29 FROM audit_events WHERE action = 'second_factor.refused'`,
	} {
		if n := count(t, s, sql); n != 1 {
			t.Errorf("%s: %d, want one", what, n)
		}
	}
	// What asks again in a session is under the same limit, and a recovery code still opens.
	_, err := s.Prove(t.Context(), ada, Reproof{Password: goodPassword, Code: phone.code(), Address: "203.0.113.7"})
	if !strings.Contains(errs.FieldsOf(err)["code"], "Too many wrong codes") {
		t.Errorf("proof: %v", err)
	}
	if says := said(300, codes[0]); says != "" {
		t.Errorf("a recovery code: %s", says)
	}
	for i := range codesRecovery {
		said(400+i, "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF")
	}
	if says := said(500, codes[1]); !strings.Contains(says, "Too many wrong recovery codes") {
		t.Errorf("beyond ten: %q", says)
	}
	clk.Advance(codeWindow + time.Minute)
	if says := said(600, phone.code()); says != "" {
		t.Errorf("an hour later: %s", says)
	}
	if err := s.Sweep(t.Context()); err != nil || count(t, s, `SELECT count(*) FROM code_failures`) != 0 {
		t.Errorf("they are kept: %v", err)
	}
}

// Of many wrong codes at once no more are looked at than of one after another.
func TestManyWrongCodesAtOnceAreNoMoreThanThirty(t *testing.T) {
	t.Parallel()
	s, clk := withSealer(t)
	ada := mustAdmin(t, s)
	withApp(t, s, clk, ada)
	got := make(chan error)
	for range 2 * codesOfApp {
		go func() {
			_, err := s.takeCode(t.Context(), ada, "000000", "")
			got <- err
		}()
	}
	taken := 0
	var all []error
	for range 2 * codesOfApp {
		err := <-got
		if err == nil {
			taken++
		} else if errs.KindOf(err) != errs.Invalid {
			all = append(all, err)
		}
	}
	if taken != codesOfApp || len(all) > 0 {
		t.Errorf("%d were taken, %v", taken, errors.Join(all...))
	}
}
