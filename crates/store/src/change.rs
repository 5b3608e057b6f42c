//! What an event does to the projections, in a form that can be turned round.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, OptionalExtension, params_from_iter};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{DocumentId, Presence, SpanId};

/// A projection whose rows are made and set by changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// The columns beside `id`, `presence` and `document`.
    pub(crate) fields: &'static [&'static str],
    pub(crate) scope: Scope,
}

/// Which events may touch a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Events of no document.
    Project,
    /// Events of the document that is the row.
    Document,
    /// Events of the document that the row belongs to.
    PartOfDocument,
}

pub(crate) const DOCUMENT: Table = Table {
    name: "document",
    fields: &["name", "text_hash", "metadata", "is_flagged"],
    scope: Scope::Document,
};
pub(crate) const LAYER: Table =
    Table { name: "layer", fields: &["name", "kind"], scope: Scope::Project };
pub(crate) const LABEL: Table = Table {
    name: "label",
    fields: &["name", "position", "title", "color", "shortcut", "guideline"],
    scope: Scope::Project,
};
pub(crate) const SPAN: Table = Table {
    name: "span",
    fields: &[
        "layer",
        "start_byte",
        "end_byte",
        "label",
        "state",
        "source",
        "score",
        "reviewer",
        "link",
        "value",
        "is_flagged",
    ],
    scope: Scope::PartOfDocument,
};
pub(crate) const REVIEW: Table =
    Table { name: "review", fields: &["layer", "state"], scope: Scope::PartOfDocument };
pub(crate) const COMMENT: Table = Table {
    name: "comment",
    fields: &["span", "author", "text", "is_resolved"],
    scope: Scope::PartOfDocument,
};

/// All tables that changes touch, those that others refer to first.
pub(crate) const TABLES: [Table; 6] = [DOCUMENT, LAYER, LABEL, SPAN, REVIEW, COMMENT];

const PRESENCE: &str = "presence";

impl Serialize for Table {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(self.name)
    }
}

impl<'de> Deserialize<'de> for Table {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let name = String::deserialize(input)?;
        let known = TABLES.into_iter().find(|table| table.name == name);
        known.ok_or_else(|| serde::de::Error::custom(format!("unknown table {name:?}")))
    }
}

/// The name of a column that is known to exist in some table: safe to put into SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field(&'static str);

impl Field {
    pub(crate) const PRESENCE: Self = Self(PRESENCE);

    pub(crate) fn named(name: &str) -> Option<Self> {
        let known = TABLES.iter().flat_map(|table| table.fields).chain([&PRESENCE]);
        known.copied().find(|known| *known == name).map(Self)
    }

    pub(crate) const fn name(self) -> &'static str {
        self.0
    }

    fn is_in(self, table: Table) -> bool {
        self == Self::PRESENCE || table.fields.contains(&self.0)
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let name = String::deserialize(input)?;
        Self::named(&name)
            .ok_or_else(|| serde::de::Error::custom(format!("unknown field {name:?}")))
    }
}

/// A value of a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Scalar {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
}

impl From<i64> for Scalar {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Scalar {
    fn from(value: bool) -> Self {
        Self::Int(value.into())
    }
}

impl From<f64> for Scalar {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl From<String> for Scalar {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&str> for Scalar {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl<T: Into<Self>> From<Option<T>> for Scalar {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl ToSql for Scalar {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Value::Null),
            Self::Int(value) => (*value).into(),
            Self::Real(value) => (*value).into(),
            Self::Text(value) => value.as_str().into(),
        })
    }
}

impl FromSql for Scalar {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Null => Ok(Self::Null),
            ValueRef::Integer(value) => Ok(Self::Int(value)),
            ValueRef::Real(value) => Ok(Self::Real(value)),
            ValueRef::Text(_) => Ok(Self::Text(value.as_str()?.to_owned())),
            ValueRef::Blob(_) => Err(FromSqlError::InvalidType),
        }
    }
}

/// Makes a row, or sets one field of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Change {
    /// Makes the row, present; one that was made before becomes present again and keeps its values.
    Create { table: Table, id: i64, values: Vec<(Field, Scalar)> },
    /// Sets a field. `before` is what it was where the change was made.
    Set { table: Table, id: i64, field: Field, before: Scalar, after: Scalar },
}

impl Change {
    /// A new row with these fields; the others keep their defaults.
    pub(crate) fn create(table: Table, id: i64, values: &[(&str, Scalar)]) -> Self {
        let named = |name: &str| Field::named(name).expect("a column of TABLES");
        let values = values.iter().filter(|(_, value)| *value != Scalar::Null);
        let values = values.map(|(name, value)| (named(name), value.clone())).collect();
        Self::Create { table, id, values }
    }

    /// A row that is made with more values.
    pub(crate) fn with(self, more: &[(&str, Scalar)]) -> Self {
        let Self::Create { table, id, mut values } = self else { return self };
        if let Self::Create { values: more, .. } = Self::create(table, id, more) {
            values.extend(more);
        }
        Self::Create { table, id, values }
    }

    /// Says what a field holds already, so that it is the last word among the events of other copies.
    pub(crate) fn reassert(table: Table, id: i64, (field, value): (&str, Scalar)) -> Self {
        let field = Field::named(field).expect("a column of TABLES");
        Self::Set { table, id, field, before: value.clone(), after: value }
    }

    /// Whether it changes nothing where it was made.
    pub(crate) fn is_reassertion(&self) -> bool {
        matches!(self, Self::Set { before, after, .. } if before == after)
    }

    /// Whether an event of this document (or of none) may make this change: the log of one document
    /// never touches another, so that each can be folded alone.
    pub(crate) fn is_allowed_in(&self, document: Option<DocumentId>) -> bool {
        let (table, id) = self.row();
        let fields_known = match self {
            Self::Create { values, .. } => values.iter().all(|(field, _)| field.is_in(table)),
            Self::Set { field, .. } => field.is_in(table),
        };
        fields_known
            && match table.scope {
                Scope::Project => document.is_none(),
                Scope::Document => document == Some(DocumentId(id)),
                Scope::PartOfDocument => document.is_some(),
            }
    }

    /// The span that is made or set.
    pub(crate) fn span(&self) -> Option<SpanId> {
        let (table, id) = self.row();
        (table == SPAN).then_some(SpanId(id))
    }

    pub(crate) const fn row(&self) -> (Table, i64) {
        match self {
            Self::Create { table, id, .. } | Self::Set { table, id, .. } => (*table, *id),
        }
    }

    /// Makes the change. A change of a row that is not there does nothing: folding is total.
    pub(crate) fn apply(
        &self,
        db: &Connection,
        document: Option<DocumentId>,
    ) -> rusqlite::Result<()> {
        match self {
            Self::Create { table, id, values } => create(db, *table, *id, (document, values)),
            Self::Set { table, id, field, after, .. } => {
                set(db, *table, (*id, document), (*field, after))
            }
        }
    }

    /// The change that takes this one back, as far as nobody has changed the field since.
    pub(crate) fn undone(&self, db: &Connection) -> rusqlite::Result<Option<Self>> {
        let (field, before, after) = self.step();
        self.set_if(db, field, (after, before))
    }

    /// The change that makes this one again after it was undone.
    pub(crate) fn redone(&self, db: &Connection) -> rusqlite::Result<Option<Self>> {
        let (field, before, after) = self.step();
        self.set_if(db, field, (before, after))
    }

    /// The field that is set, what it was before and what it is after; of a new row its presence.
    fn step(&self) -> (Field, Scalar, Scalar) {
        match self {
            Self::Create { .. } => (Field::PRESENCE, absent(), present()),
            Self::Set { field, before, after, .. } => (*field, before.clone(), after.clone()),
        }
    }

    /// The change of this row's field from one value to another, if it has the first one now.
    fn set_if(
        &self,
        db: &Connection,
        field: Field,
        (before, after): (Scalar, Scalar),
    ) -> rusqlite::Result<Option<Self>> {
        let (table, id) = self.row();
        let is_there = current(db, table, id, field)?.is_some_and(|now| now == before);
        let is_wanted = is_there && before != after;
        Ok(is_wanted.then_some(Self::Set { table, id, field, before, after }))
    }
}

fn present() -> Scalar {
    Presence::Present.as_str().into()
}

fn absent() -> Scalar {
    Presence::Absent.as_str().into()
}

fn create(
    db: &Connection,
    table: Table,
    id: i64,
    (document, values): (Option<DocumentId>, &[(Field, Scalar)]),
) -> rusqlite::Result<()> {
    let mut columns = "id, presence".to_owned();
    let mut cells = vec![Scalar::Int(id), present()];
    if table.scope == Scope::PartOfDocument {
        columns.push_str(", document");
        cells.push(document.map(|document| document.0).into());
    }
    for (field, value) in values {
        columns.push_str(", ");
        columns.push_str(field.0);
        cells.push(value.clone());
    }
    let places = vec!["?"; cells.len()].join(", ");
    // An id that stands in another document is not this one's to make.
    let is_own = if table.scope == Scope::PartOfDocument {
        " WHERE document IS excluded.document"
    } else {
        ""
    };
    let sql = format!(
        "INSERT INTO {} ({columns}) VALUES ({places})
         ON CONFLICT (id) DO UPDATE SET presence = excluded.presence{is_own}",
        table.name
    );
    let n_rows = db.prepare_cached(&sql)?.execute(params_from_iter(cells))?;
    // As SQLite says of a reference that leads nowhere.
    let foreign = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY);
    let why = || format!("the {} {id:016x} belongs to another document", table.name);
    if n_rows == 0 { Err(rusqlite::Error::SqliteFailure(foreign, Some(why()))) } else { Ok(()) }
}

fn set(
    db: &Connection,
    table: Table,
    (id, document): (i64, Option<DocumentId>),
    (field, value): (Field, &Scalar),
) -> rusqlite::Result<()> {
    let owner = if table.scope == Scope::PartOfDocument { "document" } else { "NULL" };
    let owner_id = document.filter(|_| table.scope == Scope::PartOfDocument);
    let sql = format!("UPDATE {} SET {} = ?1 WHERE id = ?2 AND {owner} IS ?3", table.name, field.0);
    db.prepare_cached(&sql)?.execute((value, id, owner_id))?;
    Ok(())
}

/// The value that a field has now; `None` if there is no such row.
pub(crate) fn current(
    db: &Connection,
    table: Table,
    id: i64,
    field: Field,
) -> rusqlite::Result<Option<Scalar>> {
    let sql = format!("SELECT {} FROM {} WHERE id = ?1", field.0, table.name);
    db.prepare_cached(&sql)?.query_row([id], |row| row.get(0)).optional()
}
