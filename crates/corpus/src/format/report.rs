//! What reading took in and what it left out: counts in = counts out + reasons.

use std::collections::BTreeMap;

/// How many places a [`Tally`] remembers.
const MAX_PLACES: usize = 5;

/// A place in an input, for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The input's name.
    pub input: String,
    /// Line from 1; 0 if the format has no lines.
    pub line: u64,
    /// What it is about.
    pub what: String,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.input)?;
        if self.line > 0 {
            write!(f, ", line {}", self.line)?;
        }
        if !self.what.is_empty() {
            write!(f, ": {}", self.what)?;
        }
        Ok(())
    }
}

/// How often something happened, and where first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How often.
    pub count: u64,
    /// The first places.
    pub first: Vec<Place>,
}

/// Tallies by reason, in the order of the reasons' words.
pub type Tallies = BTreeMap<&'static str, Tally>;

/// What reading one or more inputs gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Documents in the input.
    pub documents_in: u64,
    /// Documents handed on.
    pub documents_out: u64,
    /// Entities in the input, of all layers.
    pub entities_in: u64,
    /// Entities in the documents handed on.
    pub entities_out: u64,
    /// Documents not handed on, by reason.
    pub refused: Tallies,
    /// Entities not handed on, by reason.
    pub left_out: Tallies,
    /// What was handed on but not as it stood there (moved spans, mended tags), by reason.
    pub changed: Tallies,
    /// What else is worth knowing: the scheme or the unit that was found, and why.
    pub notes: Vec<String>,
}

impl ImportReport {
    /// Whether counts in = counts out + reasons. A reader for which this is false is wrong.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        let sum = |tallies: &Tallies| tallies.values().map(|tally| tally.count).sum::<u64>();
        self.documents_in == self.documents_out + sum(&self.refused)
            && self.entities_in == self.entities_out + sum(&self.left_out)
    }

    /// Whether something was left out or changed.
    #[must_use]
    pub fn is_lossy(&self) -> bool {
        !(self.refused.is_empty() && self.left_out.is_empty() && self.changed.is_empty())
    }

    pub(super) fn tally(tallies: &mut Tallies, reason: &'static str, count: u64, place: Place) {
        let tally = tallies.entry(reason).or_default();
        tally.count += count;
        if tally.first.len() < MAX_PLACES {
            tally.first.push(place);
        }
    }
}

impl std::fmt::Display for ImportReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { documents_in, documents_out, entities_in, entities_out, .. } = self;
        let plain = documents_in == documents_out && entities_in == entities_out;
        write!(f, "{documents_out} documents, {entities_out} entities")?;
        if !plain {
            write!(f, " of {documents_in} documents, {entities_in} entities in the input")?;
        }
        for note in &self.notes {
            write!(f, "\n{note}")?;
        }
        let groups = [
            ("documents refused", &self.refused),
            ("entities left out", &self.left_out),
            ("changed", &self.changed),
        ];
        for (name, tallies) in groups {
            for (reason, tally) in tallies {
                write!(f, "\n{name}: {}: {reason}", tally.count)?;
                for place in &tally.first {
                    write!(f, "\n  {place}")?;
                }
            }
        }
        Ok(())
    }
}
