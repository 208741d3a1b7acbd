-- How likely each gap is to be of the top level if it is a boundary: little-endian f32, one a gap, in reading order; NULL
-- where the engine does not tell.
ALTER TABLE gap_scores ADD COLUMN tops BLOB CHECK (length(tops) = length(scores));
