-- A push that is neither delivered nor dropped. Moments are in nanoseconds since 1970,
-- except for expiration, which is the header apns-expiration, -1 if there was none.
CREATE TABLE pushes (
    seq            INTEGER PRIMARY KEY, -- the order of acceptance
    environment    TEXT NOT NULL,       -- production or sandbox
    device         BLOB NOT NULL,       -- the ID that lists of devices show in hex
    user           INTEGER NOT NULL,    -- of the device; 0 is the device itself
    topic_hash     BLOB NOT NULL,       -- SHA-1 of the topic as the device knows it
    base           INTEGER NOT NULL,    -- 1 if sent to the device's base token
    deadline       INTEGER NOT NULL,    -- when the push expires
    stamp          INTEGER NOT NULL,    -- timestamp by which the device recognizes the push
    apns_id        TEXT NOT NULL,
    apns_unique_id TEXT NOT NULL,
    team           TEXT NOT NULL,
    token          BLOB NOT NULL,
    topic          TEXT NOT NULL,
    push_type      TEXT NOT NULL,
    priority       INTEGER NOT NULL,
    expiration     INTEGER NOT NULL,
    collapse_id    TEXT NOT NULL,
    payload        BLOB NOT NULL
) STRICT;

-- What other parts keep, under a kind of their own.
CREATE TABLE entries (
    kind  TEXT NOT NULL,
    key   TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT;

-- The highest numbers of pushes, of deleted ones too. There is one row. The probe is
-- written, and removed, to find out whether a full disk has room again.
CREATE TABLE marks (
    seq   INTEGER NOT NULL,
    stamp INTEGER NOT NULL,
    probe BLOB
) STRICT;
INSERT INTO marks VALUES (0, 0, NULL);
