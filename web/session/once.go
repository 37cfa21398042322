package session

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"

	"github.com/labstack/echo/v4"
)

const oncePrefix = "once."

// KeepSecret keeps a secret for one page of this session. In the database it stands sealed under the session's own
// token, of which the database has only the hash.
func KeepSecret(c echo.Context, name, secret string) error {
	m, ctx := managerOf(c), c.Request().Context()
	seal, err := onceSeal(m.scs.Token(ctx))
	if err != nil {
		return err
	}
	sealed := seal.Seal(nil, nil, []byte(secret), []byte(name)) //nolint:gosec // it makes its nonce itself
	m.scs.Put(ctx, oncePrefix+name, base64.StdEncoding.EncodeToString(sealed))
	return nil
}

// TakeSecret gives it, and no second time; empty when there is none.
func TakeSecret(c echo.Context, name string) string {
	m, ctx := managerOf(c), c.Request().Context()
	if m == nil || !m.scs.Exists(ctx, oncePrefix+name) {
		return ""
	}
	sealed, err := base64.StdEncoding.DecodeString(m.scs.PopString(ctx, oncePrefix+name))
	if err != nil {
		return ""
	}
	seal, err := onceSeal(m.scs.Token(ctx))
	if err != nil {
		return ""
	}
	secret, err := seal.Open(nil, nil, sealed, []byte(name))
	if err != nil {
		return ""
	}
	return string(secret)
}

func onceSeal(token string) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, []byte(token), nil, "seatledger shown once", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
