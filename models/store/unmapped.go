package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/mittari/mittari/models"
)

// unmappedRow is a row of unmapped.
type unmappedRow struct {
	Workspace, ID   string
	Source          string
	Digest          string
	ReceivedAt      time.Time
	Size            int
	Payload, Faults []byte
}

func (unmappedRow) TableName() string { return "unmapped" }

func (r unmappedRow) unmapped() models.Unmapped {
	return models.Unmapped{ID: r.ID, ReceivedAt: r.ReceivedAt.UTC(), Payload: r.Payload, Faults: r.Faults}
}

// KeepUnmapped keeps a payload of a source that no response could be made of; the id and the time are the store's to set. The same payload is kept
// once, as its digest tells, with the latest faults. It is Busy when as much is kept of the source as may be: nothing is dropped for it. Of
// a source that was deleted meanwhile nothing is kept: NotFound.
func (s *Store) KeepUnmapped(ctx context.Context, workspace, source, digest string, size int, u models.Unmapped) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		if err := s.waitForOthers(tx, workspace); err != nil {
			return err
		}
		again := tx.Model(&unmappedRow{}).Where("workspace = ? AND source = ? AND digest = ?", workspace, source, digest).Update("faults", u.Faults)
		if again.Error != nil || again.RowsAffected > 0 {
			return again.Error
		}
		if err := firstError(sourceIsThere(tx, workspace, source), roomForUnmapped(tx, workspace, source, size)); err != nil {
			return err
		}
		row := unmappedRow{workspace, NewID(), source, digest, s.now(), size, u.Payload, u.Faults}
		return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error
	})
}

func sourceIsThere(tx *gorm.DB, workspace, source string) error {
	err := tx.Select("id").Where("workspace = ? AND id = ?", workspace, source).Take(&sourceRow{}).Error
	return notFound(err, "there is no such source any more")
}

func roomForUnmapped(tx *gorm.DB, workspace, source string, size int) error {
	var kept struct{ N, Bytes int64 }
	err := tx.Model(&unmappedRow{}).Select("COUNT(*) AS n, COALESCE(SUM(size), 0) AS bytes").Where("workspace = ? AND source = ?", workspace, source).Take(&kept).Error
	if err == nil && (kept.N >= models.MostUnmapped || kept.Bytes+int64(size) > models.MostUnmappedBytes) {
		busy := models.Errorf(models.Busy, "%d payloads that could not be mapped are kept of this source, and there is room for no more: mend the mapping and retry them, or delete them", kept.N)
		busy.RetryAfter = 10 * time.Minute
		return busy
	}
	return err
}

// FindUnmapped gives what is kept of a source, the latest first, limit at most, of those before the one with an id; "": of all.
func (s *Store) FindUnmapped(ctx context.Context, workspace, source, before string, limit int) ([]models.Unmapped, error) {
	var rows []unmappedRow
	err := latest(s.read.WithContext(ctx).Where("workspace = ? AND source = ?", workspace, source), before, limit).Find(&rows).Error
	return unmappedOf(rows), err
}

// FindUnmappedAfter gives what is kept of a source, the first that came first, limit at most, of those behind the one with an id; "": of all.
func (s *Store) FindUnmappedAfter(ctx context.Context, workspace, source, after string, limit int) ([]models.Unmapped, error) {
	var rows []unmappedRow
	err := earliest(s.read.WithContext(ctx).Where("workspace = ? AND source = ?", workspace, source), after, limit).Find(&rows).Error
	return unmappedOf(rows), err
}

func unmappedOf(rows []unmappedRow) []models.Unmapped {
	found := make([]models.Unmapped, len(rows))
	for i, r := range rows {
		found[i] = r.unmapped()
	}
	return found
}

// UnmappedByID gives one payload of a source, or NotFound.
func (s *Store) UnmappedByID(ctx context.Context, workspace, source, id string) (models.Unmapped, error) {
	var row unmappedRow
	err := s.read.WithContext(ctx).Where("workspace = ? AND source = ? AND id = ?", workspace, source, storedID(id)).Take(&row).Error
	return row.unmapped(), notFound(err, "there is no unmapped payload %s of this source, or not any more", id)
}

// FindUnmappedCounts gives how many payloads are kept, by the ids of the workspace's sources.
func (s *Store) FindUnmappedCounts(ctx context.Context, workspace string) (map[string]int64, error) {
	var rows []struct {
		Source string
		N      int64
	}
	err := s.read.WithContext(ctx).Model(&unmappedRow{}).Select("source, COUNT(*) AS n").Where("workspace = ?", workspace).Group("source").Find(&rows).Error
	counts := make(map[string]int64, len(rows))
	for _, r := range rows {
		counts[r.Source] = r.N
	}
	return counts, err
}

// CountUnmapped gives how many payloads are kept in all workspaces.
func (s *Store) CountUnmapped(ctx context.Context) (n int64, err error) {
	return n, s.read.WithContext(ctx).Model(&unmappedRow{}).Count(&n).Error
}

// SettleUnmapped ends the keeping of a payload, of which a response could be made, or notes why it still can't be; one that is gone is none of its matter.
func (s *Store) SettleUnmapped(ctx context.Context, workspace, id string, faults []byte) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		kept := tx.Where("workspace = ? AND id = ?", workspace, id)
		if faults == nil {
			return kept.Delete(&unmappedRow{}).Error
		}
		return kept.Model(&unmappedRow{}).Update("faults", faults).Error
	})
}

// DeleteUnmapped deletes a payload of a source, or with id "" all of them, and tells how many; NotFound when there is none of the id.
func (s *Store) DeleteUnmapped(ctx context.Context, workspace string, of models.Source, id string) (n int64, err error) {
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		kept := tx.Where("workspace = ? AND source = ?", workspace, of.ID)
		if id != "" {
			kept = kept.Where("id = ?", storedID(id))
		}
		deleted := kept.Delete(&unmappedRow{})
		if n = deleted.RowsAffected; deleted.Error == nil && n == 0 && id != "" {
			return models.Errorf(models.NotFound, "there is no unmapped payload %s of this source, or not any more", id)
		}
		return firstError(deleted.Error, s.auditChange(tx, workspace, n > 0, models.AuditEntry{Act: models.UnmappedDeleted, Object: of.Key, Counts: map[string]int64{"unmapped": n}}))
	})
	return n, err
}

// unmappedPage is how many payloads are looked through at a time.
const unmappedPage = 50

// EachUnmapped calls do with every payload that is kept in the workspace, some at a time, the first that came first.
func (s *Store) EachUnmapped(ctx context.Context, workspace string, do func(source string, u models.Unmapped) error) error {
	for after := ""; ; {
		var rows []unmappedRow
		if err := earliest(s.read.WithContext(ctx).Where("workspace = ?", workspace), after, unmappedPage).Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			after = r.ID
			if err := do(r.Source, r.unmapped()); err != nil {
				return err
			}
		}
		if len(rows) < unmappedPage {
			return nil
		}
	}
}

// EraseUnmapped deletes payloads because of the person that they are about, whom the audit log calls by alias, and tells how many there still were.
func (s *Store) EraseUnmapped(ctx context.Context, workspace string, ids []string, alias string) (n int64, err error) {
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		deleted := tx.Where("workspace = ? AND id IN ?", workspace, ids).Delete(&unmappedRow{})
		n = deleted.RowsAffected
		return firstError(deleted.Error, s.audit(tx, workspace, models.AuditEntry{Act: models.PersonErased, Object: alias, Counts: models.Erasure{Unmapped: n}.Counts()}))
	})
	return n, err
}

// DeleteOldUnmapped deletes the workspace's payloads that came before a time.
func (s *Store) DeleteOldUnmapped(ctx context.Context, workspace string, before time.Time) error {
	return deleteAny[unmappedRow](ctx, s, "workspace = ? AND received_at < ?", workspace, before)
}
