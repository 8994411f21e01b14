-- +goose Up
-- The id of the key that sent what is counted in lots: lots are of one key's answers. NULL where that is not known.
ALTER TABLE responses ADD COLUMN posted_by text;
ALTER TABLE held ADD COLUMN posted_by text;

-- +goose Down
ALTER TABLE held DROP COLUMN posted_by;
ALTER TABLE responses DROP COLUMN posted_by;
