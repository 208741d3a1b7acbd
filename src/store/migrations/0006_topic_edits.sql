-- What is changed of topics by hand. It hangs on a topic's number, and a new run keeps the numbers of topics it finds
-- again; a topic that was changed by hand and not found again is kept, unshown, for a run that finds it.

-- What to call it in the place of the label that was mined.
ALTER TABLE topics ADD COLUMN name TEXT CHECK (name <> '');
ALTER TABLE topics ADD COLUMN is_hidden INTEGER NOT NULL DEFAULT 0 CHECK (is_hidden IN (0, 1));
-- The topic it is shown as part of; that one is merged into none.
ALTER TABLE topics ADD COLUMN merged_into INTEGER REFERENCES topics (id) ON DELETE CASCADE;
-- The topic that was split into this one and others. Parts are shown only while that one is split.
ALTER TABLE topics ADD COLUMN part_of INTEGER REFERENCES topics (id) ON DELETE CASCADE;
ALTER TABLE topics ADD COLUMN is_split INTEGER NOT NULL DEFAULT 0 CHECK (is_split IN (0, 1));
-- Whether the last run found it.
ALTER TABLE topics ADD COLUMN is_found INTEGER NOT NULL DEFAULT 1 CHECK (is_found IN (0, 1));
-- The topic that what bears this one is shown to bear, worked out from the columns above; NULL for none.
ALTER TABLE topics ADD COLUMN shown_as INTEGER;
UPDATE topics SET shown_as = id;
CREATE INDEX topics_by_shown ON topics (shown_as);
CREATE INDEX topics_by_merged ON topics (merged_into);
CREATE INDEX topics_by_part ON topics (part_of);

-- What was done by hand, in order, so that it can be undone and done again.
CREATE TABLE topic_edits (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    kind      TEXT    NOT NULL CHECK (kind IN ('rename', 'hide', 'show', 'merge', 'separate', 'split')),
    -- The topic it was done to, and what it was called then.
    topic_id  INTEGER NOT NULL,
    label     TEXT    NOT NULL,
    -- JSON: the columns above of each topic concerned, as they were before and after.
    before    TEXT    NOT NULL,
    after     TEXT    NOT NULL,
    is_undone INTEGER NOT NULL DEFAULT 0 CHECK (is_undone IN (0, 1))
) STRICT;

-- The tree of topics by how alike they are: each row joins the groups that its two topics are in by then.
CREATE TABLE topic_joins (
    join_index INTEGER PRIMARY KEY CHECK (join_index >= 0),
    one_id     INTEGER NOT NULL REFERENCES topics (id) ON DELETE CASCADE,
    other_id   INTEGER NOT NULL REFERENCES topics (id) ON DELETE CASCADE,
    likeness   REAL    NOT NULL
) STRICT;
CREATE INDEX topic_joins_by_one ON topic_joins (one_id);
CREATE INDEX topic_joins_by_other ON topic_joins (other_id);
