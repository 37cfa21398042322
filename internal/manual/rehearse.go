package manual

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"seatledger/internal/errs"
	"seatledger/internal/postgres"
)

// Rehearses: a preview enters the lines and takes them back, so what the rules of
// subscriptions and of the ledger refuse is refused before anybody presses Apply.
func (importKind) Rehearses() {}

// rehearse tells which lines cannot be written, and why. Nothing of it stays.
func (k importKind) rehearse(ctx context.Context, tx *gorm.DB, todo []subscriptionLine) (map[int]string, error) {
	refused := map[int]string{}
	if len(todo) == 0 {
		return refused, nil
	}
	// Mostly all of them can be; only else each is tried by itself.
	err := k.attempt(ctx, tx, todo, false)
	if err == nil {
		return refused, nil
	}
	if _, err := reason(err); err != nil {
		return nil, err
	}
	if err := tx.Exec("SAVEPOINT lines").Error; err != nil {
		return nil, err
	}
	for _, l := range todo {
		why, err := reason(k.attempt(ctx, tx, []subscriptionLine{l}, true))
		if err != nil {
			return nil, err
		}
		if why != "" {
			refused[l.number] = why
		}
	}
	return refused, tx.Exec("ROLLBACK TO SAVEPOINT lines").Error
}

// attempt enters lines, with all that is else checked when a transaction ends. It takes
// back what failed, and what went well unless it is to stay for the lines behind it.
func (k importKind) attempt(ctx context.Context, tx *gorm.DB, lines []subscriptionLine, stay bool) error {
	if err := tx.Exec("SAVEPOINT attempt").Error; err != nil {
		return err
	}
	_, failed := k.enterLines(ctx, tx, lines)
	if failed == nil {
		failed = tx.Exec("SET CONSTRAINTS ALL IMMEDIATE").Error
	}
	end := "ROLLBACK TO SAVEPOINT attempt"
	if failed == nil && stay {
		end = "RELEASE SAVEPOINT attempt"
	}
	for _, sql := range []string{end, "SET CONSTRAINTS ALL DEFERRED"} {
		if err := tx.WithContext(ctx).Exec(sql).Error; err != nil {
			return errors.Join(failed, err)
		}
	}
	return postgres.Translate(failed)
}

// reason is the sentence of a refusal; any other failure is no line's fault.
func reason(err error) (string, error) {
	if err == nil {
		return "", nil
	}
	if errs.KindOf(err) == errs.Internal {
		return "", err
	}
	return firstMessage(err), nil
}
