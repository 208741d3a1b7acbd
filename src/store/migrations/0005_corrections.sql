-- What a person says of the chapter that starts at a unit: whether one starts there, its title, its level, and that it
-- stays as it is, whatever it is cut anew by. The chapters of the layer 'found' are kept in step with it.
CREATE TABLE corrections (
    document_id  INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    unit_index   INTEGER NOT NULL CHECK (unit_index >= 0),
    -- 'set': a chapter starts here, by hand. 'certain': one was found here, and a person agrees. 'never': none starts here.
    verdict      TEXT    CHECK (verdict IN ('set', 'certain', 'never')),
    title        TEXT    CHECK (title <> ''),
    level        INTEGER CHECK (level BETWEEN 1 AND 255),
    locked_units INTEGER CHECK (locked_units > 0),
    locked_title TEXT,
    locked_level INTEGER CHECK (locked_level BETWEEN 1 AND 255),
    PRIMARY KEY (document_id, unit_index),
    CHECK ((locked_units IS NULL) = (locked_title IS NULL) AND (locked_units IS NULL) = (locked_level IS NULL))
) STRICT, WITHOUT ROWID;

-- Each wish of a person with the values before and after, in JSON, in the order they were done: to be taken back and
-- taken again without limit.
CREATE TABLE correction_steps (
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    step_index  INTEGER NOT NULL CHECK (step_index >= 0),
    kind        TEXT    NOT NULL,
    edits       TEXT    NOT NULL,
    -- Seconds since 1970.
    made_at     INTEGER NOT NULL,
    PRIMARY KEY (document_id, step_index)
) STRICT, WITHOUT ROWID;

-- How many of the steps are done, those after them being taken back; and a number that grows with each change, so that
-- who cuts a document anew sees that it was corrected meanwhile.
CREATE TABLE correction_states (
    document_id INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    n_done      INTEGER NOT NULL CHECK (n_done >= 0),
    revision    INTEGER NOT NULL CHECK (revision >= 0)
) STRICT;

-- Titles of chapters that a correction made go, by the unit they started at: they come back with their chapters.
CREATE TABLE former_titles (
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    unit_index  INTEGER NOT NULL CHECK (unit_index >= 0),
    title       TEXT    NOT NULL,
    PRIMARY KEY (document_id, unit_index)
) STRICT, WITHOUT ROWID;

-- Highlights, with what was noted there. Bytes count from 0 into the document's text, whose lines end with a line feed
-- alone whatever the file had.
CREATE TABLE notes (
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    note_index  INTEGER NOT NULL CHECK (note_index >= 0),
    start_byte  INTEGER NOT NULL CHECK (start_byte >= 0),
    end_byte    INTEGER NOT NULL CHECK (start_byte < end_byte),
    color       TEXT    NOT NULL,
    text        TEXT    NOT NULL,
    -- Seconds since 1970.
    made_at     INTEGER NOT NULL,
    PRIMARY KEY (document_id, note_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE note_tags (
    document_id INTEGER NOT NULL,
    note_index  INTEGER NOT NULL,
    tag         TEXT    NOT NULL CHECK (tag <> ''),
    PRIMARY KEY (document_id, note_index, tag),
    FOREIGN KEY (document_id, note_index) REFERENCES notes (document_id, note_index) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX note_tags_by_tag ON note_tags (tag);

-- Where a document was read last.
CREATE TABLE reading_places (
    document_id INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    unit_index  INTEGER NOT NULL CHECK (unit_index >= 0)
) STRICT;
