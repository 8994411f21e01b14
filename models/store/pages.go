package store

import (
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
