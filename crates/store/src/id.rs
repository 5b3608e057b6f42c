//! Ids that mean the same in every copy of a project.

use std::fmt;
use std::str::FromStr;

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// A text that is no id.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0:?} is no id: 16 hexadecimal digits, below 8000000000000000")]
pub struct ParseIdError(String);

macro_rules! id {
    ($(#[$meta:meta])* $vis:vis $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis struct $name(pub(crate) i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:016x}", self.0)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                parse(text).map(Self).ok_or_else(|| ParseIdError(text.chars().take(40).collect()))
            }
        }

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(self.0.into())
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                value.as_i64().map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                let text = String::deserialize(input)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id! {
    /// A document. Made from its name and text, so the same file imported twice, even by two
    /// people, is one document.
    pub DocumentId
}
id! {
    /// A layer. Made from its name.
    pub LayerId
}
id! {
    /// An annotated span. It stays while edges, label, link and comments change.
    pub SpanId
}
id! {
    /// A comment.
    pub CommentId
}
id! {
    /// A row of the label table or the review table; made from what names it.
    pub(crate) RowId
}

fn parse(text: &str) -> Option<i64> {
    let is_hex = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
    i64::from_str_radix(text, 16).ok().filter(|_| is_hex)
}

/// The first 63 bits of a SHA-256 over the parts, each with its length in front.
pub(crate) fn derive(parts: &[&[u8]]) -> i64 {
    let digest = digest(parts);
    let first: [u8; 8] = digest[..8].try_into().expect("a digest has 32 bytes");
    i64::from_be_bytes(first) & i64::MAX
}

/// SHA-256 over the parts, each with its length in front, so that no two lists collide by joining.
pub(crate) fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

impl DocumentId {
    pub(crate) fn of(name: &str, text_hash: &str) -> Self {
        Self(derive(&[b"document", name.as_bytes(), text_hash.as_bytes()]))
    }
}

impl LayerId {
    pub(crate) fn of(name: &str) -> Self {
        Self(derive(&[b"layer", name.as_bytes()]))
    }
}

impl RowId {
    pub(crate) fn of_label(name: &str) -> Self {
        Self(derive(&[b"label", name.as_bytes()]))
    }

    pub(crate) fn of_review(document: DocumentId, layer: LayerId) -> Self {
        Self(derive(&[b"review", &document.0.to_be_bytes(), &layer.0.to_be_bytes()]))
    }
}

/// An event: the number of the writing session, then the count of events in that session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(pub(crate) [u8; 16]);

impl EventId {
    pub(crate) fn new(session: u64, count: u64) -> Self {
        Self((u128::from(session) << 64 | u128::from(count)).to_be_bytes())
    }

    /// A row id that nobody else makes: the `nth` row that this event creates.
    pub(crate) fn nth_row(&self, nth: usize) -> i64 {
        derive(&[b"row", &self.0, &(nth as u64).to_be_bytes()])
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl ToSql for EventId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_slice().into())
    }
}

impl FromSql for EventId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        <[u8; 16]>::column_result(value).map(Self)
    }
}

impl Serialize for EventId {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EventId {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = String::deserialize(input)?;
        let bytes = unhex(&text).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| serde::de::Error::custom("an event id has 32 hex digits"))
    }
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let nibble = |b: u8| char::from(b).to_digit(16).map(|value| value as u8);
    let pair = |two: &[u8]| Some(nibble(two[0])? << 4 | nibble(two[1])?);
    if text.len() % 2 == 1 {
        return None;
    }
    text.as_bytes().chunks_exact(2).map(pair).collect()
}

/// SHA-256 of a text as hexadecimal digits.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back() {
        for value in [0, 1, 0x0123_4567_89ab_cdef, i64::MAX] {
            let id = DocumentId(value);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        for bad in ["", "1", "8000000000000000", "00000000000000zz", "+000000000000001"] {
            assert!(bad.parse::<DocumentId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn parts_do_not_join() {
        assert_ne!(derive(&[b"ab", b"c"]), derive(&[b"a", b"bc"]));
        assert!(derive(&[b"x"]) >= 0);
    }

    #[test]
    fn hex_reads_back() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(unhex(&hex(&bytes)), Some(bytes));
        assert_eq!(unhex("0"), None);
        assert_eq!(unhex("0g"), None);
        assert_eq!(
            sha256_hex(b""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
