//! What the user has chosen, and the file it is kept in.
//!
//! The file is JSON that people can read and change. It says which version of the format it is; a field that cannot be
//! read is left at its usual value and told of, and a file of a newer version is read as far as it is understood and never
//! written over.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use caesura::export::ChapterFormat;
use caesura::import::{Columns, ImportSettings};
use caesura::pipeline::{Engine, SplitSettings};
use caesura::words::Language;

use crate::command::ThemeChoice;
use crate::library::Column;
use crate::system::Files;
use crate::watch::Watched;

/// The version of the format.
pub(crate) const VERSION: u64 = 1;

/// How many libraries are offered to be opened again.
const MAX_RECENT: usize = 8;

/// The least, usual and greatest zoom, and a step of it.
pub(crate) const ZOOMS: (f32, f32, f32, f32) = (0.5, 1.0, 3.0, 0.1);

/// What the user has chosen.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Settings {
    pub(crate) theme: ThemeChoice,
    /// How much larger than usual everything is drawn.
    pub(crate) zoom: f32,
    /// The engine that cuts what is added.
    pub(crate) engine: Engine,
    /// The language of what is added; `None` to recognise it.
    pub(crate) language: Option<Language>,
    /// Which column of a table that is added is what, as typed; see [`Settings::import`].
    pub(crate) tables: Columns,
    /// How many threads work; `None` for one a core.
    pub(crate) n_threads: Option<u16>,
    /// Whether the model stays in memory between jobs.
    pub(crate) keeps_model: bool,
    /// Where the user's own library is, if not at its usual place.
    pub(crate) own_library: Option<PathBuf>,
    /// The format that an export starts from.
    pub(crate) export_format: ChapterFormat,
    /// The folder that exports go to; `None` to ask.
    pub(crate) export_folder: Option<PathBuf>,
    /// How often the library is backed up by itself.
    pub(crate) backup_every: Every,
    /// How many backups of a library are kept.
    pub(crate) backups_kept: u8,
    /// The folders that are watched for files.
    pub(crate) watched: Vec<Watched>,
    /// The libraries that were open, the last one first.
    pub(crate) recent: Vec<PathBuf>,
    /// The document that was read last.
    pub(crate) document: Option<i64>,
    /// The columns of the library that are shown, and how it is sorted.
    pub(crate) columns: Vec<Column>,
    pub(crate) sorted_by: Column,
    pub(crate) is_descending: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::System,
            zoom: 1.0,
            engine: SplitSettings::usual().engine,
            language: None,
            tables: Columns::default(),
            n_threads: None,
            keeps_model: true,
            own_library: None,
            export_format: ChapterFormat::Markdown,
            export_folder: None,
            backup_every: Every::Week,
            backups_kept: 5,
            watched: Vec::new(),
            recent: Vec::new(),
            document: None,
            columns: Column::USUAL.to_vec(),
            sorted_by: Column::Title,
            is_descending: false,
        }
    }
}

/// How often something is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Every {
    Never,
    Day,
    #[default]
    Week,
}

impl Every {
    pub(crate) const ALL: [Self; 3] = [Self::Never, Self::Day, Self::Week];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Never => "Never",
            Self::Day => "Every day",
            Self::Week => "Every week",
        }
    }

    /// Returns the seconds between two times, if there is a second one.
    pub(crate) fn secs(self) -> Option<i64> {
        match self {
            Self::Never => None,
            Self::Day => Some(24 * 3600),
            Self::Week => Some(7 * 24 * 3600),
        }
    }
}

/// The settings as they were found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Kept {
    pub(crate) settings: Settings,
    /// What could not be read, a sentence each.
    pub(crate) problems: Vec<String>,
    /// Whether the file must not be written over: a newer version wrote it, or it could not be looked at.
    pub(crate) is_locked: bool,
    /// Whether there was a file.
    pub(crate) is_there: bool,
}

/// Reads the settings kept at `path`.
///
/// A file that is no JSON at all is put aside under the name `….damaged`, so that what stands in it is not lost.
pub(crate) fn load(files: &dyn Files, path: &Path) -> Kept {
    let text = match files.read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Kept::default(),
        Err(error) => {
            let problems = vec![format!("{} could not be read: {error}", path.display())];
            return Kept { problems, is_locked: true, ..Kept::default() };
        }
    };
    let Ok(Value::Object(map)) = serde_json::from_str(&text) else {
        let aside = path.with_extension("json.damaged");
        let put = files.rename(path, &aside);
        let where_to = if put.is_ok() { format!("; it is kept as {}", aside.display()) } else { String::new() };
        let problems = vec![format!("{} is not JSON{where_to}", path.display())];
        return Kept { problems, is_locked: put.is_err(), ..Kept::default() };
    };
    let mut kept = Kept { is_there: true, ..from_map(map) };
    if kept.is_locked {
        kept.problems.push(format!(
            "{} is of a newer version of Caesura; what is chosen here is forgotten when the window closes",
            path.display()
        ));
    }
    kept
}

/// Writes the settings, so that a crash leaves the old file or the new one.
pub(crate) fn save(files: &dyn Files, path: &Path, settings: &Settings) -> std::io::Result<()> {
    let mut text = serde_json::to_string_pretty(&to_map(settings)).map_err(std::io::Error::other)?;
    text.push('\n');
    files.replace(path, &text)
}

/// Leads to one of the columns.
type ColumnOf = fn(&mut Columns) -> &mut Option<String>;

/// What a column of a table may be, by the names of its fields: as the flags of `caesura add` have them.
const TABLE_COLUMNS: [(&str, ColumnOf); 5] = [
    ("text_column", |columns| &mut columns.text),
    ("title_column", |columns| &mut columns.title),
    ("id_column", |columns| &mut columns.id),
    ("date_column", |columns| &mut columns.date),
    ("author_column", |columns| &mut columns.author),
];

/// The folder, or what stands in a field that holds one: what is not of UTF-8 cannot be kept.
fn text_of(path: &Path) -> Option<&str> {
    path.to_str()
}

fn to_map(settings: &Settings) -> Map<String, Value> {
    let mut map = Map::new();
    let mut put = |name: &str, value: Value| {
        map.insert(name.to_owned(), value);
    };
    let path = |path: &Option<PathBuf>| path.as_deref().and_then(text_of).map_or(Value::Null, Value::from);
    put("version", VERSION.into());
    put("theme", settings.theme.name().into());
    put("zoom", rounded(settings.zoom));
    put("engine", settings.engine.name().into());
    put("language", settings.language.map_or(Value::Null, |language| language.code().into()));
    let mut tables = settings.tables.clone();
    for (name, column) in TABLE_COLUMNS {
        put(name, value(column(&mut tables)));
    }
    put("threads", value(&settings.n_threads));
    put("keep_model_in_memory", settings.keeps_model.into());
    put("own_library", path(&settings.own_library));
    put("export_format", settings.export_format.name().into());
    put("export_folder", path(&settings.export_folder));
    put("backup_every", settings.backup_every.name().into());
    put("backups_kept", settings.backups_kept.into());
    put("watched_folders", value(&settings.watched));
    put("recent_libraries", settings.recent.iter().filter_map(|path| text_of(path)).collect());
    put("document", value(&settings.document));
    put("columns", settings.columns.iter().map(|column| column.name()).collect());
    put("sorted_by", settings.sorted_by.name().into());
    put("descending", settings.is_descending.into());
    map
}

fn value(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

/// Returns a zoom with as many digits as it has steps.
fn rounded(zoom: f32) -> Value {
    (f64::from((zoom * 100.0).round()) / 100.0).into()
}

fn from_map(mut map: Map<String, Value>) -> Kept {
    let mut reader = Reader { map: &mut map, problems: Vec::new() };
    let mut settings = Settings::default();
    let version: Option<u64> = reader.take("version");
    if let Some(theme) = reader.take::<String>("theme") {
        reader.known("theme", &theme, ThemeChoice::from_name(&theme), &mut settings.theme);
    }
    if let Some(zoom) = reader.take::<f32>("zoom") {
        settings.zoom = zoom.clamp(ZOOMS.0, ZOOMS.2);
    }
    if let Some(engine) = reader.take::<String>("engine") {
        reader.known("engine", &engine, Engine::from_name(&engine), &mut settings.engine);
    }
    if let Some(code) = reader.take::<String>("language") {
        reader.known("language", &code, Language::from_code(&code).map(Some), &mut settings.language);
    }
    for (name, column) in TABLE_COLUMNS {
        *column(&mut settings.tables) = reader.take(name);
    }
    settings.n_threads = reader.take("threads").filter(|n| 0 < *n);
    settings.keeps_model = reader.take("keep_model_in_memory").unwrap_or(settings.keeps_model);
    settings.own_library = reader.take("own_library");
    if let Some(name) = reader.take::<String>("export_format") {
        let format = ChapterFormat::ALL.into_iter().find(|format| format.name() == name);
        reader.known("export_format", &name, format, &mut settings.export_format);
    }
    settings.export_folder = reader.take("export_folder");
    if let Some(name) = reader.take::<String>("backup_every") {
        let every = Every::ALL.into_iter().find(|every| every.name() == name);
        reader.known("backup_every", &name, every, &mut settings.backup_every);
    }
    settings.backups_kept = reader.take("backups_kept").unwrap_or(settings.backups_kept).max(1);
    settings.watched = reader.take("watched_folders").unwrap_or_default();
    settings.recent = reader.take("recent_libraries").unwrap_or_default();
    settings.recent.truncate(MAX_RECENT);
    settings.document = reader.take("document");
    if let Some(names) = reader.take::<Vec<String>>("columns") {
        let mut columns: Vec<Column> = names.iter().filter_map(|name| Column::from_name(name)).collect();
        columns.push(Column::Title);
        columns.sort_unstable();
        columns.dedup();
        settings.columns = columns;
    }
    if let Some(name) = reader.take::<String>("sorted_by") {
        reader.known("sorted_by", &name, Column::from_name(&name), &mut settings.sorted_by);
    }
    settings.is_descending = reader.take("descending").unwrap_or_default();
    let problems = reader.problems;
    let is_locked = version.is_some_and(|version| VERSION < version);
    // What a newer version says otherwise is no fault.
    Kept { settings, problems: if is_locked { Vec::new() } else { problems }, is_locked, is_there: true }
}

/// Takes fields out of a file, and notes what makes no sense.
struct Reader<'a> {
    map: &'a mut Map<String, Value>,
    problems: Vec<String>,
}

impl Reader<'_> {
    fn take<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let value = self.map.remove(name).filter(|value| !value.is_null())?;
        match serde_json::from_value(value) {
            Ok(value) => Some(value),
            Err(error) => {
                self.problems.push(format!("{name}: {error}"));
                None
            }
        }
    }

    fn known<T>(&mut self, name: &str, found: &str, known: Option<T>, place: &mut T) {
        match known {
            Some(known) => *place = known,
            None => self.problems.push(format!("{name}: there is no {found:?}")),
        }
    }
}

impl Settings {
    /// Takes that a library is open: it comes first among those that were.
    pub(crate) fn remember_library(&mut self, path: &Path) {
        self.recent.retain(|recent| recent != path);
        self.recent.insert(0, path.to_owned());
        self.recent.truncate(MAX_RECENT);
    }

    /// Returns how documents are cut that are added.
    pub(crate) fn split(&self) -> SplitSettings {
        SplitSettings { engine: self.engine, language: self.language, ..SplitSettings::usual() }
    }

    /// Returns how files are read that are added. A name of spaces is none.
    pub(crate) fn import(&self) -> ImportSettings {
        let mut columns = self.tables.clone();
        for (_, column) in TABLE_COLUMNS {
            let name = column(&mut columns);
            *name = name.as_deref().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        }
        ImportSettings { columns, ..ImportSettings::default() }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::system::tests::MemoryFiles;

    fn path() -> PathBuf {
        PathBuf::from("config/settings.json")
    }

    fn unusual() -> Settings {
        let mut settings = Settings {
            theme: ThemeChoice::Dark,
            zoom: 1.3,
            engine: Engine::Lexical,
            language: Some(Language::ALL[1]),
            tables: Columns { text: Some("body".to_owned()), date: Some("sent on".to_owned()), ..Columns::default() },
            n_threads: Some(3),
            keeps_model: false,
            own_library: Some("own.caesura".into()),
            export_format: ChapterFormat::PodcastJson,
            export_folder: Some("out".into()),
            backup_every: Every::Day,
            backups_kept: 9,
            watched: vec![Watched {
                folder: "talks".into(),
                library: "own.caesura".into(),
                left_out: vec!["a".into()],
            }],
            recent: Vec::new(),
            document: Some(7),
            columns: vec![Column::Title, Column::Tags],
            sorted_by: Column::Added,
            is_descending: true,
        };
        settings.remember_library(Path::new("a.caesura"));
        settings
    }

    #[test]
    fn what_is_written_is_read() {
        let files = MemoryFiles::default();
        for settings in [Settings::default(), unusual()] {
            save(&files, &path(), &settings).unwrap();
            let kept = load(&files, &path());
            assert_eq!(kept, Kept { settings, problems: Vec::new(), is_locked: false, is_there: true });
        }
    }

    #[test]
    fn a_column_is_named_without_the_spaces_around_it() {
        let tables = Columns { text: Some(" sent on ".to_owned()), id: Some("  ".to_owned()), ..Columns::default() };
        let columns = Settings { tables, ..Settings::default() }.import().columns;
        assert_eq!(columns, Columns { text: Some("sent on".to_owned()), ..Columns::default() });
    }

    #[test]
    fn no_file_is_no_fault() {
        assert_eq!(load(&MemoryFiles::default(), &path()), Kept::default());
    }

    #[test]
    fn what_makes_no_sense_is_told_and_the_rest_is_taken() {
        let files = MemoryFiles::default();
        files.put(&path(), r#"{"version": 1, "theme": "sepia", "zoom": 99, "threads": "many", "engine": "lexical"}"#);
        let kept = load(&files, &path());
        assert_eq!(kept.settings, Settings { zoom: 3.0, engine: Engine::Lexical, ..Settings::default() });
        assert_eq!(kept.problems.len(), 2, "{:?}", kept.problems);
        assert!(!kept.is_locked);
    }

    #[test]
    fn a_file_that_is_no_json_is_put_aside() {
        let files = MemoryFiles::default();
        files.put(&path(), "theme = dark");
        let kept = load(&files, &path());
        assert_eq!((kept.settings, kept.problems.len(), kept.is_locked), (Settings::default(), 1, false));
        assert_eq!(files.get(&path().with_extension("json.damaged")).as_deref(), Some("theme = dark"));
        assert_eq!(files.get(&path()), None);
    }

    #[test]
    fn a_file_of_a_newer_version_is_read_and_not_to_be_written_over() {
        let files = MemoryFiles::default();
        files.put(&path(), r#"{"version": 2, "theme": "dark", "engine": "telepathy"}"#);
        let kept = load(&files, &path());
        assert!(kept.is_locked);
        assert_eq!(kept.settings.theme, ThemeChoice::Dark);
        assert_eq!(kept.problems.len(), 1);
    }

    #[test]
    fn the_libraries_opened_last_come_first_and_once() {
        let mut settings = Settings::default();
        for name in ["a", "b", "a", "c"] {
            settings.remember_library(Path::new(name));
        }
        assert_eq!(settings.recent, ["c", "a", "b"].map(PathBuf::from));
        (0..20).for_each(|n| settings.remember_library(Path::new(&n.to_string())));
        assert_eq!(settings.recent.len(), MAX_RECENT);
    }
}
