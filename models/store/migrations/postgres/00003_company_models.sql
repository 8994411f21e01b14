-- +goose Up
CREATE TABLE company_models (
    workspace  text        NOT NULL,
    metric     text        NOT NULL,
    level      text        NOT NULL,
    weights    jsonb       NOT NULL, -- by the key of a group of the level
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (workspace, metric)
);

-- +goose Down
DROP TABLE company_models;
