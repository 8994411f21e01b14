-- +goose Up
CREATE TABLE company_models (
    workspace  text        NOT NULL,
    metric     text        NOT NULL,
    level      text        NOT NULL,
    weights    text        NOT NULL, -- by the key of a group of the level
    updated_at timestamp   NOT NULL,
    PRIMARY KEY (workspace, metric)
);

-- +goose Down
DROP TABLE company_models;
