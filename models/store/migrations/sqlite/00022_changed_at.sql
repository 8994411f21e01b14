-- +goose Up
-- When the sender last changed a response that came from a source: what is not older may replace it. NULL of others.
ALTER TABLE responses ADD COLUMN changed_at timestamp;

-- +goose Down
ALTER TABLE responses DROP COLUMN changed_at;
