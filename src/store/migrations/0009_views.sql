-- Views for people who open a library in Datasette, pandas or another SQLite program: src/store/SCHEMA.md describes them.
-- The program itself reads none of them. Texts are cut out by bytes, moments are in seconds.

CREATE VIEW v_documents AS
SELECT
    id,
    title,
    source_name,
    source_path,
    format,
    unit_kind,
    n_units,
    n_bytes,
    (SELECT count(*) FROM chapters WHERE document_id = documents.id AND layer = 'found') AS n_chapters,
    duration_millis / 1000.0 AS duration_secs,
    datetime(added_at, 'unixepoch') AS added,
    engine,
    granularity,
    lower(hex(sha256)) AS sha256,
    language,
    author,
    date,
    coalesce((SELECT state FROM document_work WHERE document_work.document_id = documents.id), 'unread') AS state
FROM documents;

CREATE VIEW v_fields AS SELECT document_id, field_index, name, value FROM document_fields;

CREATE VIEW v_pages AS SELECT document_id, page_index, page_number, start_byte FROM pages;

CREATE VIEW v_document_tags AS SELECT document_id, tag FROM document_tags;

CREATE VIEW v_notes AS
SELECT
    notes.document_id,
    notes.note_index,
    notes.start_byte,
    notes.end_byte,
    notes.color,
    notes.text AS note,
    (
        SELECT group_concat(tag, ', ')
        FROM (
            SELECT tag FROM note_tags
            WHERE note_tags.document_id = notes.document_id AND note_tags.note_index = notes.note_index ORDER BY tag
        )
    ) AS tags,
    datetime(notes.made_at, 'unixepoch') AS made,
    (
        SELECT CAST(substr(CAST(text AS BLOB), notes.start_byte + 1, notes.end_byte - notes.start_byte) AS TEXT)
        FROM document_texts
        WHERE document_texts.document_id = notes.document_id
    ) AS text
FROM notes;

CREATE VIEW v_note_tags AS SELECT document_id, note_index, tag FROM note_tags;

CREATE VIEW v_chapters AS
SELECT
    chapters.id,
    chapters.document_id,
    documents.title AS document,
    chapters.layer,
    chapters.chapter_index,
    chapters.level,
    chapters.title,
    chapters.first_unit,
    chapters.n_units,
    chapters.start_byte,
    chapters.end_byte,
    chapters.start_millis / 1000.0 AS start_secs,
    chapters.end_millis / 1000.0 AS end_secs,
    chapters.score,
    chapters.origin,
    (
        SELECT CAST(substr(CAST(text AS BLOB), chapters.start_byte + 1, chapters.end_byte - chapters.start_byte) AS TEXT)
        FROM document_texts
        WHERE document_texts.document_id = chapters.document_id
    ) AS text
FROM chapters
JOIN documents ON documents.id = chapters.document_id;

CREATE VIEW v_units AS
SELECT
    units.document_id,
    units.unit_index,
    (
        SELECT id
        FROM chapters
        WHERE chapters.document_id = units.document_id AND chapters.layer = 'found'
            AND chapters.first_unit <= units.unit_index
            AND units.unit_index < chapters.first_unit + chapters.n_units
    ) AS chapter_id,
    units.speaker,
    units.start_millis / 1000.0 AS start_secs,
    units.end_millis / 1000.0 AS end_secs,
    units.start_byte,
    units.end_byte,
    (
        SELECT CAST(substr(CAST(text AS BLOB), units.start_byte + 1, units.end_byte - units.start_byte) AS TEXT)
        FROM document_texts
        WHERE document_texts.document_id = units.document_id
    ) AS text
FROM units;

CREATE VIEW v_headings AS
SELECT
    headings.document_id,
    headings.heading_index,
    headings.level,
    headings.before_unit,
    headings.start_byte,
    headings.end_byte,
    (
        SELECT CAST(substr(CAST(text AS BLOB), headings.start_byte + 1, headings.end_byte - headings.start_byte) AS TEXT)
        FROM document_texts
        WHERE document_texts.document_id = headings.document_id
    ) AS text
FROM headings;

-- A score is the bits of a little-endian f32 in 0..=1. SQLite has no function for that: the four bytes are read as a
-- number, and taken apart into exponent and fraction (IEEE 754). What is smaller than 2^-39 is shown as 0.
CREATE VIEW v_gap_scores AS
WITH
places AS (
    SELECT
        gap_scores.document_id,
        gap_scores.engine,
        units.unit_index AS gap,
        hex(substr(gap_scores.scores, units.unit_index * 4 + 1, 4)) AS digits
    FROM gap_scores
    JOIN units ON units.document_id = gap_scores.document_id AND units.unit_index < length(gap_scores.scores) / 4
),
numbers AS (
    SELECT
        document_id,
        engine,
        gap,
        (instr('0123456789ABCDEF', substr(digits, 7, 1)) - 1) * 268435456
        + (instr('0123456789ABCDEF', substr(digits, 8, 1)) - 1) * 16777216
        + (instr('0123456789ABCDEF', substr(digits, 5, 1)) - 1) * 1048576
        + (instr('0123456789ABCDEF', substr(digits, 6, 1)) - 1) * 65536
        + (instr('0123456789ABCDEF', substr(digits, 3, 1)) - 1) * 4096
        + (instr('0123456789ABCDEF', substr(digits, 4, 1)) - 1) * 256
        + (instr('0123456789ABCDEF', substr(digits, 1, 1)) - 1) * 16
        + (instr('0123456789ABCDEF', substr(digits, 2, 1)) - 1) AS bits
    FROM places
)
SELECT
    document_id,
    engine,
    gap,
    CASE
        WHEN (bits >> 23) < 88 THEN 0.0
        ELSE ((bits & 8388607) + 8388608) * 1.0 / (1 << (150 - (bits >> 23)))
    END AS score
FROM numbers;

-- Topics as they are shown: by the name they were given, merged ones under the one they are merged into, without those that
-- were hidden.
CREATE VIEW v_topics AS
SELECT
    id,
    topic_index,
    coalesce(name, label) AS label,
    npmi,
    (
        SELECT group_concat(word, ' ')
        FROM (SELECT word FROM topic_words WHERE topic_words.topic_id = topics.id ORDER BY word_index)
    ) AS words,
    (
        SELECT count(DISTINCT document_id) FROM document_topics JOIN topics AS borne ON borne.id = topic_id
        WHERE borne.shown_as = topics.id
    ) AS n_documents,
    (
        SELECT count(DISTINCT chapter_id) FROM chapter_topics JOIN topics AS borne ON borne.id = topic_id
        WHERE borne.shown_as = topics.id
    ) AS n_chapters
FROM topics
WHERE shown_as = id AND NOT is_hidden;

CREATE VIEW v_topic_words AS
SELECT topic_words.topic_id, coalesce(topics.name, topics.label) AS topic, topic_words.word_index, topic_words.word, topic_words.weight
FROM topic_words
JOIN topics ON topics.id = topic_words.topic_id
WHERE topics.shown_as = topics.id AND NOT topics.is_hidden;

CREATE VIEW v_document_topics AS
SELECT
    document_topics.document_id,
    documents.title AS document,
    shown.id AS topic_id,
    coalesce(shown.name, shown.label) AS topic,
    max(document_topics.strength) AS strength
FROM document_topics
JOIN documents ON documents.id = document_topics.document_id
JOIN topics ON topics.id = document_topics.topic_id
JOIN topics AS shown ON shown.id = topics.shown_as
WHERE NOT shown.is_hidden
GROUP BY document_topics.document_id, shown.id;

CREATE VIEW v_chapter_topics AS
SELECT
    chapter_topics.chapter_id,
    chapters.document_id,
    chapters.title AS chapter,
    shown.id AS topic_id,
    coalesce(shown.name, shown.label) AS topic,
    max(chapter_topics.strength) AS strength
FROM chapter_topics
JOIN chapters ON chapters.id = chapter_topics.chapter_id
JOIN topics ON topics.id = chapter_topics.topic_id
JOIN topics AS shown ON shown.id = topics.shown_as
WHERE NOT shown.is_hidden
GROUP BY chapter_topics.chapter_id, shown.id;
