-- A library of Caesura, schema 1. Bytes count from 0 into a document's text; ranges are half open.

-- "Caes": tells our files from other SQLite files.
PRAGMA application_id = 1130456435;

-- One row for each file that was added.
CREATE TABLE documents (
    -- Never used twice, so that a number kept by a window cannot come to mean another document.
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    title           TEXT    NOT NULL CHECK (title <> ''),
    -- The name of the file, and where it was, if it came from a file.
    source_name     TEXT    NOT NULL,
    source_path     TEXT,
    -- Of the bytes of the file: the same bytes are one document.
    sha256          BLOB    NOT NULL UNIQUE CHECK (length(sha256) = 32),
    format          TEXT    NOT NULL,
    unit_kind       TEXT    NOT NULL,
    n_units         INTEGER NOT NULL CHECK (n_units >= 0),
    n_bytes         INTEGER NOT NULL CHECK (n_bytes >= 0),
    -- The latest moment of any unit; NULL without times.
    duration_millis INTEGER CHECK (duration_millis >= 0),
    -- Seconds since 1970.
    added_at        INTEGER NOT NULL,
    -- What its chapters of the layer 'found' were cut by, and how finely.
    engine          TEXT    NOT NULL,
    granularity     REAL    NOT NULL CHECK (granularity BETWEEN 0 AND 1)
) STRICT;

-- The text stands once, and apart: a list of documents must not read through it.
CREATE TABLE document_texts (
    document_id INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    text        TEXT    NOT NULL
) STRICT;

-- The smallest pieces a chapter is made of.
CREATE TABLE units (
    document_id  INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    unit_index   INTEGER NOT NULL CHECK (unit_index >= 0),
    start_byte   INTEGER NOT NULL CHECK (start_byte >= 0),
    end_byte     INTEGER NOT NULL CHECK (start_byte <= end_byte),
    speaker      TEXT,
    start_millis INTEGER CHECK (start_millis >= 0),
    end_millis   INTEGER CHECK (start_millis <= end_millis),
    PRIMARY KEY (document_id, unit_index),
    CHECK ((start_millis IS NULL) = (end_millis IS NULL))
) STRICT, WITHOUT ROWID;

-- The headings that the file carries, each before a unit (or before the end).
CREATE TABLE headings (
    document_id   INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    heading_index INTEGER NOT NULL CHECK (heading_index >= 0),
    level         INTEGER NOT NULL CHECK (level BETWEEN 1 AND 6),
    start_byte    INTEGER NOT NULL CHECK (start_byte >= 0),
    end_byte      INTEGER NOT NULL CHECK (start_byte <= end_byte),
    before_unit   INTEGER NOT NULL CHECK (before_unit >= 0),
    PRIMARY KEY (document_id, heading_index)
) STRICT, WITHOUT ROWID;

-- What each engine says of the gaps of a document.
CREATE TABLE gap_scores (
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    engine      TEXT    NOT NULL,
    -- Little-endian f32, one a gap, in reading order.
    scores      BLOB    NOT NULL CHECK (length(scores) % 4 = 0),
    -- JSON: how the scores came to be.
    provenance  TEXT    NOT NULL,
    PRIMARY KEY (document_id, engine)
) STRICT;

-- What an encoder says of the units of a document.
CREATE TABLE vectors (
    document_id INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    dims        INTEGER NOT NULL CHECK (dims > 0),
    -- For each unit a little-endian f32 and dims signed bytes; a number is their product.
    rows        BLOB    NOT NULL CHECK (length(rows) % (dims + 4) = 0)
) STRICT;

-- Runs of units with a title. The chapters of one layer tile their document.
CREATE TABLE chapters (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id   INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    layer         TEXT    NOT NULL CHECK (layer IN ('found', 'as_written')),
    chapter_index INTEGER NOT NULL CHECK (chapter_index >= 0),
    level         INTEGER NOT NULL CHECK (level BETWEEN 1 AND 255),
    title         TEXT    NOT NULL,
    first_unit    INTEGER NOT NULL CHECK (first_unit >= 0),
    n_units       INTEGER NOT NULL CHECK (n_units >= 0),
    start_byte    INTEGER NOT NULL CHECK (start_byte >= 0),
    end_byte      INTEGER NOT NULL CHECK (start_byte <= end_byte),
    start_millis  INTEGER CHECK (start_millis >= 0),
    end_millis    INTEGER CHECK (start_millis <= end_millis),
    -- Of the gap it starts at.
    score         REAL    NOT NULL CHECK (score BETWEEN 0 AND 1),
    origin        TEXT    NOT NULL CHECK (origin IN ('found', 'as_written', 'by_hand')),
    UNIQUE (document_id, layer, chapter_index),
    CHECK ((start_millis IS NULL) = (end_millis IS NULL))
) STRICT;

-- Ordered lists of weighted words that occur together in the library.
CREATE TABLE topics (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    topic_index INTEGER NOT NULL UNIQUE CHECK (topic_index >= 0),
    label       TEXT    NOT NULL,
    -- How much more often its words occur together than by chance, in -1..=1.
    npmi        REAL    NOT NULL
) STRICT;

-- The words of a topic, heaviest first.
CREATE TABLE topic_words (
    topic_id   INTEGER NOT NULL REFERENCES topics (id) ON DELETE CASCADE,
    word_index INTEGER NOT NULL CHECK (word_index >= 0),
    word       TEXT    NOT NULL,
    weight     REAL    NOT NULL,
    PRIMARY KEY (topic_id, word_index)
) STRICT, WITHOUT ROWID;

-- The documents that bear a topic, and how strongly.
CREATE TABLE document_topics (
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    topic_id    INTEGER NOT NULL REFERENCES topics (id) ON DELETE CASCADE,
    strength    REAL    NOT NULL,
    PRIMARY KEY (document_id, topic_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_topics_by_topic ON document_topics (topic_id);

-- The chapters that bear a topic, and how strongly.
CREATE TABLE chapter_topics (
    chapter_id INTEGER NOT NULL REFERENCES chapters (id) ON DELETE CASCADE,
    topic_id   INTEGER NOT NULL REFERENCES topics (id) ON DELETE CASCADE,
    strength   REAL    NOT NULL,
    PRIMARY KEY (chapter_id, topic_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX chapter_topics_by_topic ON chapter_topics (topic_id);

-- What there is one of in a library: 'topics_provenance', in JSON.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The text of each chapter of the layer 'found', cut out by bytes. Search marks a hit by the characters 2 and 3,
-- so a text that holds those shows a space in their place.
CREATE VIEW chapter_texts (id, title, body) AS
SELECT
    chapters.id,
    replace(replace(chapters.title, char(2), ' '), char(3), ' '),
    replace(replace(
        CAST(substr(CAST(document_texts.text AS BLOB), start_byte + 1, end_byte - start_byte) AS TEXT),
        char(2), ' '), char(3), ' ')
FROM chapters
JOIN document_texts ON document_texts.document_id = chapters.document_id
WHERE chapters.layer = 'found';

-- The words of the chapters; the program keeps it in step, in the transaction that changes them.
CREATE VIRTUAL TABLE chapter_words USING fts5 (
    title,
    body,
    content = 'chapter_texts',
    content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 2'
);
