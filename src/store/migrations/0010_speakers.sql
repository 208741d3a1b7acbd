-- Who speaks is listed without reading every unit of the library.
CREATE INDEX units_by_speaker ON units (speaker) WHERE speaker IS NOT NULL;
