-- +goose Up
-- When a key ends by itself, if ever, and in which minute it last let somebody in, if it did.
ALTER TABLE keys ADD COLUMN expires_at timestamptz;
ALTER TABLE keys ADD COLUMN last_used_at timestamptz;

-- +goose Down
ALTER TABLE keys DROP COLUMN last_used_at;
ALTER TABLE keys DROP COLUMN expires_at;
