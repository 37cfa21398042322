package postgres

import "gorm.io/gorm"

// Each hands over the rows of a query one by one, so that a file of any length
// takes the memory of one row. The first error of do ends it.
func Each[T any](query *gorm.DB, do func(T) error) error {
	rows, err := query.Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	fresh := query.Session(&gorm.Session{NewDB: true})
	for rows.Next() {
		var row T
		if err := fresh.ScanRows(rows, &row); err != nil {
			return err
		}
		if err := do(row); err != nil {
			return err
		}
	}
	return rows.Err()
}
