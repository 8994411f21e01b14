package store

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// latest orders by the ids, the latest first, and gives limit at most of those before the one with an id; "": of all.
func latest(find *gorm.DB, before string, limit int) *gorm.DB {
	if before != "" {
		find = find.Where("id < ?", before)
	}
	return find.Order("id DESC").Limit(limit)
}

// earliest orders by the ids, the earliest first, and gives limit at most of those behind the one with an id; "": of all.
func earliest(find *gorm.DB, after string, limit int) *gorm.DB {
	if after != "" {
		find = find.Where("id > ?", after)
	}
	return find.Order("id").Limit(limit)
}

// within bounds a column of times, where the times are not zero: since included, until not.
func within(find *gorm.DB, column string, since, until time.Time) *gorm.DB {
	if !since.IsZero() {
		find = find.Where(column+" >= ?", since.UTC())
	}
	if !until.IsZero() {
		find = find.Where(column+" < ?", until.UTC())
	}
	return find
}

// deleteAny deletes the rows that a condition selects, and makes no write transaction where there are none.
func deleteAny[Row any](ctx context.Context, s *Store, condition string, args ...any) error {
	var found []Row
	err := s.read.WithContext(ctx).Select("workspace").Where(condition, args...).Limit(1).Find(&found).Error
	if err != nil || len(found) == 0 {
		return err
	}
	return s.transaction(ctx, func(tx *gorm.DB) error { return tx.Where(condition, args...).Delete(new(Row)).Error })
}
