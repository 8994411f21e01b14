-- +goose Up
-- For how many days a workspace keeps responses, 0 for ever; those without a row keep them for as long as the server is set to.
CREATE TABLE retentions (
    workspace text NOT NULL PRIMARY KEY,
    days      integer NOT NULL
);

-- +goose Down
DROP TABLE retentions;
