-- Units are shown with the page they begin on: the last that has begun there, as `Pages::at` has it.
DROP VIEW v_units;

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
    ) AS text,
    (
        SELECT page_number
        FROM pages
        WHERE pages.document_id = units.document_id AND pages.start_byte <= units.start_byte
        ORDER BY page_index DESC
        LIMIT 1
    ) AS page
FROM units;
