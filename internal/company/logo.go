package company

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	_ "image/jpeg" // a logo may be one
	"image/png"
	"time"

	"gorm.io/gorm"

	"seatledger/internal/errs"
)

// Bounds of a logo.
const (
	MaxLogoBytes = 512 << 10
	maxLogoSide  = 4000
	maxLogoArea  = 2_000_000
)

// Logo is a stored picture: PNG, eight bits a colour, on white.
type Logo struct {
	SHA256 string
	Image  []byte
	Width  int
	Height int
}

// readLogo makes a PNG of one kind out of a PNG or JPEG: what cannot be printed
// everywhere (transparency, deep colours, interlacing) is gone afterwards.
func readLogo(data []byte) (Logo, error) {
	if len(data) == 0 {
		return Logo{}, nil
	}
	if len(data) > MaxLogoBytes {
		return Logo{}, errs.Newf(errs.Invalid, "The picture is larger than %d KB. Nothing was saved; save it smaller.",
			MaxLogoBytes>>10)
	}
	said, kind, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || kind != "png" && kind != "jpeg" {
		return Logo{}, errs.New(errs.Invalid, "This is no PNG or JPEG picture. Nothing was saved.")
	}
	if said.Width > maxLogoSide || said.Height > maxLogoSide || said.Width*said.Height > maxLogoArea {
		return Logo{}, errs.Newf(errs.Invalid,
			"The picture has %d x %d points; a logo may have %d in all. Nothing was saved; scale it down.", said.Width,
			said.Height, maxLogoArea)
	}
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return Logo{}, errs.New(errs.Invalid, "The picture is damaged and cannot be read. Nothing was saved.")
	}
	flat := image.NewRGBA(image.Rect(0, 0, said.Width, said.Height))
	draw.Draw(flat, flat.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(flat, flat.Bounds(), picture, picture.Bounds().Min, draw.Over)
	var out bytes.Buffer
	if err := png.Encode(&out, flat); err != nil {
		return Logo{}, fmt.Errorf("encode logo: %w", err)
	}
	sum := sha256.Sum256(out.Bytes())
	return Logo{SHA256: hex.EncodeToString(sum[:]), Image: out.Bytes(), Width: said.Width, Height: said.Height}, nil
}

func (l Logo) store(tx *gorm.DB, now time.Time) error {
	err := tx.Exec(`INSERT INTO company_logos (sha256, image, width, height, added_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING`,
		l.SHA256, l.Image, l.Width, l.Height, now).Error
	if err != nil {
		return fmt.Errorf("store logo: %w", err)
	}
	return nil
}

// LogoOf reads a stored picture by its checksum; errs.NotFound when there is none.
func LogoOf(ctx context.Context, db *gorm.DB, sum string) (Logo, error) {
	var found []Logo
	if err := db.WithContext(ctx).Raw(`SELECT sha256, image, width, height FROM company_logos WHERE sha256 = ?`,
		sum).Scan(&found).Error; err != nil {
		return Logo{}, fmt.Errorf("logo %s: %w", sum, err)
	}
	if len(found) == 0 {
		return Logo{}, errs.New(errs.NotFound, "There is no such picture.")
	}
	return found[0], nil
}
