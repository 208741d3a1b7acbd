//! Tables: a row is a document. Which column is its text, its title, its day, the user says or the table does.
//!
//! The formats of tables give records here, one by one; what they have in common is the choice of columns.

use std::collections::HashSet;
use std::rc::Rc;

use crate::document::{Date, Document, Field, Format};

use super::refusal::{Refusal, Unread};
use super::{Columns, layout, plain_text};

/// A row: each value with the name of its column, in the order of the table.
pub(super) type Record = Vec<(Rc<str>, String)>;

/// How many rows are looked at to choose the columns, and no more of them than say this much, in bytes.
const N_SAMPLED: usize = 300;
const SAMPLED_BYTES: usize = 16 << 20;

/// Cells further right than this are not read, as in a workbook.
pub(super) const MAX_COLUMNS: usize = 16_384;

/// More columns than this are not kept as fields.
const MAX_FIELDS: usize = 200;

const TEXT_NAMES: [&str; 22] = [
    "text",
    "full_text",
    "fulltext",
    "body",
    "content",
    "contents",
    "transcript",
    "message",
    "comment",
    "comments",
    "review",
    "answer",
    "response",
    "description",
    "abstract",
    "article",
    "document",
    "post",
    "tweet",
    "note",
    "notes",
    "verbatim",
];
const TITLE_NAMES: [&str; 6] = ["title", "headline", "subject", "heading", "name", "caption"];
const ID_NAMES: [&str; 8] = ["id", "_id", "doc_id", "docid", "document_id", "uid", "uuid", "key"];
const DATE_NAMES: [&str; 11] = [
    "date",
    "created",
    "created_at",
    "published",
    "published_at",
    "publication_date",
    "timestamp",
    "datetime",
    "time",
    "day",
    "year",
];
const AUTHOR_NAMES: [&str; 10] =
    ["author", "authors", "creator", "writer", "from", "sender", "speaker", "user", "username", "respondent"];

/// Which column is what.
#[derive(Debug, Default, PartialEq)]
struct Roles {
    text: Option<Rc<str>>,
    title: Option<Rc<str>>,
    id: Option<Rc<str>>,
    date: Option<Rc<str>>,
    author: Option<Rc<str>>,
}

/// A document that a row made.
pub(super) struct Row {
    pub(super) document: Document,
    /// What the table calls it: its value in the column of names, or the number of its row.
    pub(super) name: String,
}

/// Makes a document of each record that has a text. `title` is what the name of the file says.
pub(super) fn documents<E: From<Refusal>>(
    records: impl Iterator<Item = Record>,
    columns: &Columns,
    title: &str,
    format: Format,
    visit: &mut dyn FnMut(Row) -> Result<(), E>,
) -> Result<(), E> {
    let mut records = records.fuse();
    let mut sample: Vec<Record> = Vec::new();
    let mut n_bytes = 0;
    while sample.len() < N_SAMPLED && n_bytes < SAMPLED_BYTES {
        let Some(record) = records.next() else { break };
        // A cell takes room even where it is empty.
        n_bytes += record.iter().map(|(_, value)| 16 + value.len()).sum::<usize>();
        sample.push(record);
    }
    let roles = Roles::of(&sample, columns)?;
    for (index, record) in sample.into_iter().chain(records).enumerate() {
        if let Some(row) = roles.row(record, index + 1, title, format) {
            visit(row)?;
        }
    }
    Ok(())
}

impl Roles {
    fn of(sample: &[Record], columns: &Columns) -> Unread<Self> {
        let mut names: Vec<Rc<str>> = Vec::new();
        let mut seen: HashSet<&str> = HashSet::new();
        for (name, _) in sample.iter().flatten() {
            if seen.insert(name) {
                names.push(Rc::clone(name));
            }
        }
        // What is asked for may stand anywhere; what is chosen is chosen among the first.
        let looked_at = &names[..names.len().min(MAX_FIELDS)];
        let asked = |column: &Option<String>| -> Unread<Option<Rc<str>>> {
            let Some(column) = column else { return Ok(None) };
            let found = names.iter().find(|name| ***name == **column);
            let found = found.or_else(|| names.iter().find(|name| folded(name) == folded(column))).cloned();
            let missing = || Refusal::NoColumn {
                column: column.clone(),
                columns: looked_at.iter().map(ToString::to_string).collect(),
            };
            found.ok_or_else(missing).map(Some)
        };
        let by_name = |wanted: &[&str]| {
            wanted.iter().find_map(|wanted| looked_at.iter().find(|name| folded(name) == *wanted).cloned())
        };
        let text = match asked(&columns.text)? {
            None => by_name(&TEXT_NAMES).filter(|name| has_words(sample, name)).or_else(|| longest(sample, looked_at)),
            asked => asked,
        };
        let but_text = |role: Option<Rc<str>>| role.filter(|name| Some(name) != text.as_ref());
        Ok(Self {
            title: asked(&columns.title)?.or_else(|| but_text(by_name(&TITLE_NAMES))),
            id: asked(&columns.id)?.or_else(|| but_text(by_name(&ID_NAMES))),
            date: asked(&columns.date)?.or_else(|| but_text(by_name(&DATE_NAMES))),
            author: asked(&columns.author)?.or_else(|| but_text(by_name(&AUTHOR_NAMES))),
            text,
        })
    }

    /// Returns the document of a record, if it has a text. What becomes no text, title, day or author is a field.
    fn row(&self, record: Record, number: usize, title: &str, format: Format) -> Option<Row> {
        let of = |role: &Option<Rc<str>>| {
            let value = record.iter().find(|(name, _)| Some(name) == role.as_ref()).map(|(_, value)| line(value));
            value.filter(|value| !value.is_empty())
        };
        let (own_title, id, author, day) = (of(&self.title), of(&self.id), of(&self.author), of(&self.date));
        let text = record.iter().find(|(name, _)| Some(name) == self.text.as_ref()).map(|(_, value)| value.as_str())?;
        let text = layout::clean(text.into());
        if text.trim().is_empty() {
            return None;
        }
        let name = id.clone().unwrap_or_else(|| number.to_string());
        let title = own_title.clone().unwrap_or_else(|| match &id {
            Some(id) => format!("{title}: {id}"),
            None => format!("{title}, row {number}"),
        });
        let mut document = plain_text::document(text.into_owned().into(), title.clone());
        document.format = format;
        document.title = title;
        document.fields.author = author;
        document.fields.date = day.as_deref().and_then(day_of);
        for (name, value) in record {
            let is_taken = Some(&name) == self.text.as_ref()
                || Some(&name) == self.title.as_ref()
                || Some(&name) == self.author.as_ref()
                || Some(&name) == self.date.as_ref() && document.fields.date.is_some();
            let (name, value) = (line(&name), line(&value));
            if !is_taken && !name.is_empty() && !value.is_empty() && document.fields.others.len() < MAX_FIELDS {
                document.fields.others.push(Field { name, value });
            }
        }
        Some(Row { document, name })
    }
}

/// Returns the name of a column as the lists of names have it.
fn folded(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}

fn line(text: &str) -> String {
    layout::one_line(&layout::clean(text.into()))
}

/// Returns whether a column holds words, and no mere numbers.
fn has_words(sample: &[Record], name: &Rc<str>) -> bool {
    let values = || sample.iter().flatten().filter(|(other, value)| other == name && !value.trim().is_empty());
    let n_worded = values().filter(|(_, value)| value.chars().any(char::is_alphabetic)).count();
    0 < n_worded && values().count() <= 2 * n_worded
}

/// Returns the column of the longest text on the mean; a row without it counts as empty.
fn longest(sample: &[Record], names: &[Rc<str>]) -> Option<Rc<str>> {
    let n_bytes = |name: &Rc<str>| -> usize {
        sample.iter().flatten().filter(|(other, _)| other == name).map(|(_, value)| value.len().min(100_000)).sum()
    };
    let worded = names.iter().filter(|name| has_words(sample, name)).rev();
    worded.max_by_key(|name| n_bytes(name)).cloned()
}

/// Reads a day as tables write it: in ISO, `4.3.2021`, `3/14/2021`, or a bare year. Nothing where it is not sure.
pub(super) fn day_of(text: &str) -> Option<Date> {
    if let Some(date) = Date::from_iso(text) {
        return Some(date);
    }
    let day = text.split([' ', 'T', ',']).next()?;
    let sign = ['.', '/', '-'].into_iter().find(|&sign| day.contains(sign))?;
    let parts: Vec<u16> = day.split(sign).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let &[one, two, year] = &parts[..] else { return None };
    let date = |day: u16, month: u16| Date::new(year, Some(u8::try_from(month).ok()?), Some(u8::try_from(day).ok()?));
    match sign {
        _ if year < 1000 => None,
        '.' | '-' => date(one, two),
        // With a stroke the month may stand first or second; only a day beyond 12 tells.
        _ if 12 < one => date(one, two),
        _ if 12 < two || one == two => date(two, one),
        _ => None,
    }
}

/// Reads comma-separated values, or such as are parted by tabs, semicolons or strokes.
pub(super) fn separated(text: &str, is_tabbed: bool) -> impl Iterator<Item = Record> {
    let delimiter = if is_tabbed { b'\t' } else { delimiter_of(text) };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(text.as_bytes());
    let mut rows = std::iter::from_fn(move || {
        let mut row = csv::StringRecord::new();
        // The text is Unicode throughout, so no record fails but for the end.
        let is_row = matches!(reader.read_record(&mut row), Ok(true));
        is_row.then(|| row.iter().take(MAX_COLUMNS).map(str::to_owned).collect::<Vec<String>>())
    });
    let first = rows.next();
    let has_head = first.as_ref().is_some_and(|first| is_head(first));
    let names = Names::of(first.as_deref().filter(|_| has_head));
    let body = first.filter(|_| !has_head).into_iter().chain(rows);
    named(names, body)
}

/// Gives the values of rows the names of their columns.
fn named(mut names: Names, rows: impl Iterator<Item = Vec<String>>) -> impl Iterator<Item = Record> {
    rows.map(move |row| row.into_iter().enumerate().map(|(index, value)| (names.at(index), value)).collect())
}

/// Returns whether a row names columns: each cell is short and holds a letter, and no two are alike.
pub(super) fn is_head(row: &[String]) -> bool {
    const MAX_NAME_CHARS: usize = 60;
    let is_name = |cell: &String| {
        let cell = cell.trim();
        cell.is_empty()
            || cell.chars().count() <= MAX_NAME_CHARS && cell.chars().any(char::is_alphabetic) && !cell.contains('\n')
    };
    let mut names: Vec<&str> = row.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect();
    let n_names = names.len();
    names.sort_unstable();
    names.dedup();
    0 < n_names && n_names == names.len() && row.iter().all(is_name) && (1 < row.len() || is_known(&row[0]))
}

fn is_known(name: &str) -> bool {
    let name = folded(name);
    [&TEXT_NAMES[..], &TITLE_NAMES[..]].iter().any(|names| names.contains(&&name[..]))
}

/// The names of columns; one without is called by its number.
pub(super) struct Names(Vec<Rc<str>>);

impl Names {
    pub(super) fn of(head: Option<&[String]>) -> Self {
        let mut names = Self(Vec::new());
        for (index, cell) in head.unwrap_or_default().iter().enumerate() {
            let name = line(cell);
            names.0.push(if name.is_empty() { numbered(index) } else { name.into() });
        }
        names
    }

    pub(super) fn at(&mut self, index: usize) -> Rc<str> {
        while self.0.len() <= index {
            self.0.push(numbered(self.0.len()));
        }
        Rc::clone(&self.0[index])
    }
}

fn numbered(index: usize) -> Rc<str> {
    format!("column {}", index + 1).into()
}

/// Returns the sign that parts most lines into as many values as the others.
fn delimiter_of(text: &str) -> u8 {
    let head = &text[..text.floor_char_boundary(64 * 1024)];
    let agreement = |&delimiter: &u8| {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(head.as_bytes());
        let n_values: Vec<usize> = reader.records().flatten().take(50).map(|row| row.len()).collect();
        let first = n_values.first().copied().unwrap_or_default();
        let n_alike = n_values.iter().filter(|&&n| n == first && 1 < n).count();
        (n_alike * 100 / n_values.len().max(1), first)
    };
    // Of equals the comma.
    [b'|', b'\t', b';', b','].into_iter().max_by_key(agreement).unwrap_or(b',')
}

/// Reads JSON, a line a record. A line that is no object is passed over.
pub(super) fn json_lines(text: &str) -> impl Iterator<Item = Record> {
    text.lines().filter_map(|line| record_of(line.trim()))
}

/// Returns whether most of the first lines are objects.
pub(super) fn are_json_lines(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(20).collect();
    let n_objects = lines.iter().filter(|line| line.starts_with('{') && record_of(line).is_some()).count();
    0 < n_objects && lines.len() < 2 * n_objects
}

fn record_of(line: &str) -> Option<Record> {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).ok()?;
    Some(object.into_iter().filter_map(|(name, value)| Some((name.into(), value_of(value)?))).collect())
}

/// Returns what a value of JSON says in a line of text; nothing for an empty one.
fn value_of(value: serde_json::Value) -> Option<String> {
    use serde_json::Value;
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        Value::Array(values) if values.iter().all(Value::is_string) => {
            let texts: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
            Some(texts.join("\n"))
        }
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(records: impl Iterator<Item = Record>, columns: &Columns) -> Vec<Row> {
        let mut rows = Vec::new();
        documents::<Refusal>(records, columns, "log", Format::Csv, &mut |row| {
            rows.push(row);
            Ok(())
        })
        .unwrap();
        rows
    }

    /// Each row as its name, title, text, day and other fields.
    #[track_caller]
    fn check(records: impl Iterator<Item = Record>, expected: &[&str]) {
        let shown: Vec<String> = rows(records, &Columns::default())
            .iter()
            .map(|Row { document, name }| {
                let fields = &document.fields;
                let others: Vec<String> =
                    fields.others.iter().map(|field| format!("{}={}", field.name, field.value)).collect();
                let date = fields.date.map(|date| date.to_string()).unwrap_or_default();
                let author = fields.author.as_deref().unwrap_or_default();
                format!("{name}|{}|{}|{date}|{author}|{}", document.title, document.text, others.join(","))
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn columns_are_known_by_their_names() {
        let csv = "ID,Title,Date,Author,Text,Place\n7,Lamp,2021-03-04,Ann,\"It was lit, at dusk.\nIt burned.\",north\n8,,4.3.2021,,Out.,\n9,x,,,,south\n";
        check(
            separated(csv, false),
            &[
                "7|Lamp|It was lit, at dusk.\nIt burned.|2021-03-04|Ann|ID=7,Place=north",
                "8|log: 8|Out.|2021-03-04||ID=8",
            ],
        );
    }

    #[test]
    fn without_names_the_longest_column_is_the_text() {
        check(
            separated("1;north;The lamp was lit at dusk.\n2;south;It burned.\n", false),
            &[
                "1|log, row 1|The lamp was lit at dusk.|||column 1=1,column 2=north",
                "2|log, row 2|It burned.|||column 1=2,column 2=south",
            ],
        );
        check(
            separated("place\twhat was seen\nnorth\tThe lamp was lit.\n", true),
            &["1|log, row 1|The lamp was lit.|||place=north"],
        );
    }

    #[test]
    fn columns_may_be_asked_for() {
        let csv = "a,b,c\nx y,long text of words,z\n";
        let columns = Columns { text: Some("A".to_owned()), title: Some("c".to_owned()), ..Columns::default() };
        let rows = rows(separated(csv, false), &columns);
        assert_eq!((&rows[0].document.text[..], &rows[0].document.title[..]), ("x y", "z"));
        let columns = Columns { text: Some("d".to_owned()), ..Columns::default() };
        let refused = documents::<Refusal>(separated(csv, false), &columns, "log", Format::Csv, &mut |_| Ok(()));
        assert_eq!(
            refused,
            Err(Refusal::NoColumn { column: "d".to_owned(), columns: vec!["a".into(), "b".into(), "c".into()] })
        );
    }

    #[test]
    fn any_column_may_be_asked_for_however_far_right() {
        let names: Vec<String> = (1..=999).map(|n| format!("c{n}")).collect();
        let csv = format!("{}\n{}Lit.\n", names.join(","), "x,".repeat(998));
        let columns = Columns { text: Some("C999".to_owned()), ..Columns::default() };
        assert_eq!(rows(separated(&csv, false), &columns)[0].document.text, "Lit.");
    }

    #[test]
    fn lines_of_json_are_records() {
        let json = "{\"id\": \"a\", \"text\": \"Lit.\", \"n\": 3, \"tags\": [\"x\", \"y\"], \"none\": null}\nbroken\n{\"text\": \"Out.\"}";
        assert!(are_json_lines(json));
        check(json_lines(json), &["a|log: a|Lit.|||id=a,n=3,tags=x y", "2|log, row 2|Out.|||"]);
        assert!(!are_json_lines("[1, 2]\n[3]"));
        assert!(!are_json_lines("Lit.\nOut."));
    }

    #[test]
    fn a_line_of_commas_is_a_row_of_bounded_length() {
        let text = format!("text,b\nLit.,1{}\n", ",".repeat(3_000_000));
        let rows: Vec<Record> = separated(&text, false).collect();
        assert_eq!(rows.iter().map(Vec::len).collect::<Vec<_>>(), [MAX_COLUMNS]);
    }

    #[test]
    fn a_day_is_read_only_where_it_is_sure() {
        for (text, expected) in [
            ("14/3/2021", Some("2021-03-14")),
            ("3/14/2021", Some("2021-03-14")),
            ("3/4/2021", None),
            ("4.3.2021 10:00", Some("2021-03-04")),
            ("1887", Some("1887")),
        ] {
            assert_eq!(day_of(text).map(|date| date.to_string()).as_deref(), expected, "{text}");
        }
    }
}
