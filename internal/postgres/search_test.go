package postgres

import "testing"

func TestASearchIsLookedForAsItWasTyped(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{"Contoso": "%contoso%", "50%": `%50\%%`, "a_b": `%a\_b%`,
		`c:\d`: `%c:\\d%`} {
		if got := Contains(typed); got != want {
			t.Errorf("Contains(%q) = %q, want %q", typed, got, want)
		}
	}
}
