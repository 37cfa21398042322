package webtest

import (
	"seatledger/internal/audit"
	"seatledger/internal/auth"
)

// Password opens every account that SignIn makes.
const Password = "a sentence for tests"

// SignIn is a browser in which somebody with the role has signed in, through the
// sign-in page. The first time the user is made too.
func (s *Site) SignIn(role auth.Role) *Client {
	s.t.Helper()
	email, made := s.signed[role]
	if !made {
		email = string(role) + "@reseller.example"
		s.user(auth.NewUser{Name: "Robin " + role.Label(), Email: email, Role: role, Password: Password})
		s.signed[role] = email
	}
	c := s.Client()
	c.Get("/login").Form("form").Set("email", email, "password", Password).Submit().want(303)
	return c
}

func (s *Site) user(n auth.NewUser) {
	s.t.Helper()
	ctx := s.t.Context()
	any, err := auth.AnyUser(ctx, s.DB.Read(ctx))
	s.must(err)
	if any || n.Role == auth.Admin {
		s.makeUser(n, any)
		return
	}
	// The first user is an administrator, always.
	s.SignIn(auth.Admin)
	s.makeUser(n, true)
}

func (s *Site) makeUser(n auth.NewUser, any bool) {
	s.t.Helper()
	var err error
	if any {
		_, err = s.App.Auth.Create(s.t.Context(), audit.System, n)
	} else {
		_, err = s.App.Auth.FirstAdmin(s.t.Context(), n)
	}
	s.must(err)
}
