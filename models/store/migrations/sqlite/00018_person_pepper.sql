-- +goose Up
-- Which pepper persons are stored by: a mark that tells it from others. One row at most, of workspace ''.
CREATE TABLE person_pepper (
    workspace text NOT NULL PRIMARY KEY,
    mark      blob NOT NULL,
    since     timestamp NOT NULL
);

-- +goose Down
DROP TABLE person_pepper;
