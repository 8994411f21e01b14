package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"

	"github.com/mittari/mittari/models"
)

// errFound ends a search.
var errFound = errors.New("found")

// PersonByHash gives the name of the person whose name has the SHA-256, or NotFound.
// It reads the names of all persons until it meets that one: PostgreSQL hashes
// them itself, those of SQLite are hashed here, one after the other.
func (s *Store) PersonByHash(ctx context.Context, workspace string, hash [32]byte) (string, error) {
	find := s.personByHash
	if s.dialect == onPostgres {
		find = s.personByHashOnPostgres
	}
	for _, table := range []string{"invitations", "observations", "responses"} { // those with the least rows first
		var name string
		err := s.oneOfFew(ctx, func() (err error) { name, err = find(ctx, workspace, table, hash); return err })
		if err != nil || name != "" {
			return name, err
		}
	}
	return "", models.Errorf(models.NotFound, "nothing is stored of a person with this hash")
}

func (s *Store) personByHashOnPostgres(ctx context.Context, workspace, table string, hash [32]byte) (string, error) {
	var names []string
	err := s.read.WithContext(ctx).Raw("SELECT person FROM "+table+` WHERE workspace = ? AND person <> ''
		AND sha256(convert_to(person, 'UTF8')) = ? LIMIT 1`, workspace, hash[:]).Scan(&names).Error
	if err != nil || len(names) == 0 {
		return "", err
	}
	return names[0], nil
}

func (s *Store) personByHash(ctx context.Context, workspace, table string, hash [32]byte) (string, error) {
	rows, err := s.read.WithContext(ctx).Raw("SELECT person FROM "+table+" WHERE workspace = ? AND person <> ''", workspace).Rows()
	if err != nil {
		return "", err
	}
	var name sql.RawBytes
	found := ""
	err = eachRow(rows, func() error {
		err := rows.Scan(&name)
		if err == nil && sha256.Sum256(name) == hash {
			found, err = string(name), errFound
		}
		return err
	})
	if errors.Is(err, errFound) {
		err = nil
	}
	return found, err
}

// FindInvitationsOf gives the invitations of a person that are remembered, the latest
// stored first, limit at most, of those before the one with an id; "": of all.
func (s *Store) FindInvitationsOf(ctx context.Context, workspace, person, before string, limit int) ([]models.Invitation, error) {
	find := s.read.WithContext(ctx).Where("workspace = ? AND person = ?", workspace, person)
	var rows []invitationRow
	if err := latest(find, before, limit).Find(&rows).Error; err != nil {
		return nil, err
	}
	invitations := make([]models.Invitation, len(rows))
	for i, r := range rows {
		invitations[i] = r.invitation()
	}
	return invitations, nil
}

// FindObservationsOf gives the figures of a person, of all KPIs and also those that
// were replaced, the latest recorded first, as FindInvitationsOf does.
func (s *Store) FindObservationsOf(ctx context.Context, workspace, person, before string, limit int) ([]models.Observation, error) {
	find := s.read.WithContext(ctx).Where("workspace = ? AND person = ? AND person <> ''", workspace, person) // the last for the index
	return observationsIn(latest(find, before, limit))
}
