package provider

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"seatledger/internal/distributor"
	"seatledger/internal/errs"
)

// HasAccounts tells whether a provider has accounts, so that its connector and internal name stay.
func HasAccounts(db *gorm.DB, id uuid.UUID) (bool, error) {
	var has bool
	err := db.Raw(`SELECT EXISTS (SELECT FROM provider_accounts WHERE provider_id = ?)`, id).Scan(&has).Error
	return has, err
}

// settle fixes what an edit may not change: an API provider stays one and a manual
// one too, and once there are accounts the toggle and the internal name stay, as
// the accounts' ids mean nothing to the other API.
func (in *Input) settle(was Provider, hasAccounts bool) error {
	problems := errs.Fields{}
	manual := was.Connector == distributor.Manual
	if in.Connector != "" && (in.Connector == distributor.Manual) != manual {
		problems.Add("connector", "A provider cannot be turned from manual entry to an API or back. "+
			"Create a new provider instead.")
		return problems.Err()
	}
	if manual {
		in.Connector = distributor.Manual
		return nil
	}
	if !in.CostPeriodGiven {
		in.CostPeriod = string(was.CostPeriod) // a form without the field leaves it as it is
	}
	if !in.EndDateGiven {
		in.EndDateMeans = was.EndDateMeans
	}
	if !hasAccounts {
		return nil
	}
	if in.ComprehensiveAPI != was.ComprehensiveAPI {
		problems.Add("comprehensive_api",
			"This provider has accounts, and their ids belong to the API they came from. "+
				"Leave the toggle as it is and create a new provider for the other API.")
	}
	if in.InternalName = strings.TrimSpace(in.InternalName); in.InternalName == "" {
		in.InternalName = was.InternalName
	}
	if in.InternalName != was.InternalName {
		problems.Add("internal_name", "This provider has accounts, so its internal name stays %s. "+
			"Create a new provider for another one.", was.InternalName)
	}
	return problems.Err()
}

// change is an edit of a provider that has accounts.
type change struct {
	was       Provider
	confirmed bool
}

// changeIdentity asks before host or reseller number change: the accounts came from
// there. When it is meant, the next listing is compared before anything is gone.
func (s *Service) changeIdentity(ctx context.Context, tx *gorm.DB, p *Provider, c change) error {
	var what []string
	if p.Host != c.was.Host {
		what = append(what, "the host from "+c.was.Host+" to "+p.Host)
	}
	if p.ResellerNumber != c.was.ResellerNumber {
		what = append(what, "the reseller number from "+c.was.ResellerNumber+" to "+p.ResellerNumber)
	}
	if len(what) == 0 {
		return nil
	}
	if !c.confirmed {
		return identityQuestion(ctx, tx, p.ID, strings.Join(what, " and "))
	}
	now := s.Clock.Now()
	p.IdentityChangedAt = &now
	return nil
}

func identityQuestion(ctx context.Context, tx *gorm.DB, id uuid.UUID, what string) error {
	f, err := FiguresOf(ctx, tx, id)
	if err != nil {
		return err
	}
	problems := errs.Fields{}
	problems.Add("confirm_identity",
		"You change %s. Its accounts (%d) and subscriptions (%d) came from there. Nothing was saved. "+
			"If the new one belongs to the same reseller, confirm it and save again; else create a new provider.",
		what, f.Accounts(), f.Subscriptions())
	return problems.Err()
}
