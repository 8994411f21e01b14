package main

import (
	"context"
	"slices"

	"github.com/mittari/mittari/models"
	"github.com/mittari/mittari/models/store"
)

// storeInvitations stores how many the made-up bank asked.
func storeInvitations(ctx context.Context, db *store.Store, workspace string, asked []models.SubmittedInvitation, rules models.Rules) error {
	check := models.InvitationRules{Zone: rules.Zone, Now: rules.Now, Policy: models.DefaultInvitationPolicy(), NewID: rules.NewID, Persons: rules.Persons}
	for chunk := range slices.Chunk(asked, 2000) {
		batch := make([]models.AcceptedInvitation, len(chunk))
		for i, invitation := range chunk {
			var err error
			if batch[i], err = invitation.Check(check); err != nil {
				return err
			}
		}
		if _, err := db.CommitInvitations(ctx, workspace, batch, false); err != nil {
			return err
		}
	}
	return nil
}
