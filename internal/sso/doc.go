// Package sso lets people sign in by an identity provider (OpenID Connect): the way there and back with PKCE, state and
// nonce, who somebody is here by issuer and subject, and the role that their groups give. It knows nothing of cookies,
// pages or sessions: it proves who somebody is.
package sso
