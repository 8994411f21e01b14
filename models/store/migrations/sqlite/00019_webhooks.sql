-- +goose Up
-- Addresses that are told of events.
CREATE TABLE webhooks (
    workspace      text NOT NULL,
    id             text NOT NULL,
    url            text NOT NULL,
    description    text NOT NULL,
    events         text NOT NULL,
    rule           text, -- of response.low_score
    paused         boolean NOT NULL,
    paused_because text NOT NULL, -- '' where somebody has paused it
    secrets        text NOT NULL, -- that sign, sealed where there is a pepper
    created_at     timestamp NOT NULL,
    updated_at     timestamp NOT NULL,
    PRIMARY KEY (workspace, id)
);

-- Messages to webhooks, written in the transaction of what they tell of.
CREATE TABLE deliveries (
    workspace   text NOT NULL,
    id          text NOT NULL, -- what the receiver knows the message by
    webhook     text NOT NULL,
    event       text NOT NULL,
    subject     text, -- the response that it tells of
    body        text NOT NULL, -- JSON, byte by byte
    state       text NOT NULL, -- pending, delivered or dead
    attempts    integer NOT NULL,
    created_at  timestamp NOT NULL,
    begun_at    timestamp NOT NULL, -- when it became pending, at first or again
    due_at      timestamp NOT NULL, -- of a pending one; who takes it moves this on, so that nobody else does
    ended_at    timestamp, -- of the others
    last_status integer, -- that the receiver answered
    last_error  text,
    PRIMARY KEY (workspace, id)
);
CREATE INDEX deliveries_due ON deliveries (workspace, webhook, due_at) WHERE state = 'pending';
CREATE INDEX deliveries_listed ON deliveries (workspace, webhook, state, id);
CREATE INDEX deliveries_subject ON deliveries (workspace, subject);

-- +goose Down
DROP TABLE deliveries;
DROP TABLE webhooks;
