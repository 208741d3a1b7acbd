-- The direction of the mean of the vectors of a chapter's units, kept as those are; so that a search by meaning need not
-- read the vectors of every unit. A chapter without a row, or whose units are others than these, has none: it is worked
-- out when it is needed.
CREATE TABLE chapter_vectors (
    chapter_id INTEGER PRIMARY KEY REFERENCES chapters (id) ON DELETE CASCADE,
    first_unit INTEGER NOT NULL CHECK (first_unit >= 0),
    n_units    INTEGER NOT NULL CHECK (n_units >= 0),
    -- A little-endian f32 and signed bytes; a number is their product.
    vector     BLOB    NOT NULL CHECK (length(vector) > 4)
) STRICT;

-- What was searched for and is to be searched for again.
CREATE TABLE saved_searches (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    name   TEXT    NOT NULL CHECK (name <> ''),
    typed  TEXT    NOT NULL,
    -- JSON: where to look and what to rank by.
    wish   TEXT    NOT NULL,
    UNIQUE (name)
) STRICT;
