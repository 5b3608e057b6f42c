//! CRFsuite's data format.
//!
//! A line is a position: its label, then its attributes, separated by tabs. An attribute may have a
//! value behind a colon (`length:0.5`); a colon or backslash in a name is written `\:` and `\\`. An
//! empty line ends a sequence. A line `@weight:NUMBER` gives the weight of the sequence it stands in.

use std::io::{BufRead, Read};

use tawsim_crf::{Dataset, Weights};

use super::data_error::{DataError, Fault};
use super::names::Names;

/// What is done with names not met before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NewNames {
    /// They get ids: training.
    Add,
    /// Attributes are left out, labels only kept for comparison: tagging.
    Ignore,
}

/// Feature files as numbers, with the names that the numbers stand for.
pub(crate) struct FeatureData {
    pub(crate) labels: Names,
    pub(crate) attributes: Names,
    new_names: NewNames,
    /// Attribute ids and values of all positions.
    activations: Vec<(u32, f32)>,
    /// End of each position in `activations`, and its label.
    positions: Vec<(u32, u32)>,
    /// End of each sequence in `positions`, and its weight.
    sequences: Vec<(u32, f32)>,
}

impl FeatureData {
    pub(crate) fn new(labels: Names, attributes: Names, new_names: NewNames) -> Self {
        let (activations, positions, sequences) = (Vec::new(), Vec::new(), Vec::new());
        Self { labels, attributes, new_names, activations, positions, sequences }
    }

    /// Adds the sequences of a file.
    pub(crate) fn read(&mut self, input: &mut dyn BufRead) -> Result<(), DataError> {
        let mut reader = LineReader::default();
        let mut weight = 1.0;
        while let Some(line) = reader.next(input)? {
            if line.is_empty() {
                self.end_sequence(std::mem::replace(&mut weight, 1.0));
            } else if let Some(number) = line.strip_prefix("@weight:") {
                weight = parse_weight(number).ok_or_else(|| reader.fault(Fault::Weight))?;
            } else if let Err((field_idx, fault)) = self.push_position(line) {
                return Err(reader.field_fault(field_idx, fault));
            }
        }
        self.end_sequence(weight);
        Ok(())
    }

    fn push_position(&mut self, line: &str) -> Result<(), (usize, Fault)> {
        let mut fields = line.split('\t').enumerate();
        let (_, label) = fields.next().expect("a split has a first part");
        if label.is_empty() {
            return Err((0, Fault::NoLabel));
        }
        for (field_idx, field) in fields {
            // A line may end in a tab.
            if !field.is_empty() {
                self.push_attribute(field).map_err(|fault| (field_idx, fault))?;
            }
        }
        let label = self.label_id(label);
        self.positions.push((len_u32(self.activations.len()), label));
        Ok(())
    }

    /// The id of a label; [`UNKNOWN_LABEL`] if it is new and new names are ignored.
    fn label_id(&mut self, label: &str) -> u32 {
        match self.new_names {
            NewNames::Add => self.labels.intern(label),
            NewNames::Ignore => self.labels.get(label).unwrap_or(UNKNOWN_LABEL),
        }
    }

    fn push_attribute(&mut self, field: &str) -> Result<(), Fault> {
        let (name, value) = split_value(field);
        let value = match value {
            None => 1.0,
            Some(text) => parse_value(text).ok_or(Fault::Value)?,
        };
        if name.is_empty() {
            return Err(Fault::NoName);
        }
        let unescaped;
        let name = if name.contains('\\') {
            unescaped = unescape(name).ok_or(Fault::Escape)?;
            &unescaped
        } else {
            name
        };
        let id = match self.new_names {
            NewNames::Add => Some(self.attributes.intern(name)),
            NewNames::Ignore => self.attributes.get(name),
        };
        self.activations.extend(id.map(|id| (id, value)));
        Ok(())
    }

    fn end_sequence(&mut self, weight: f32) {
        let end = len_u32(self.positions.len());
        if self.sequences.last().map_or(0, |&(end, _)| end) < end {
            self.sequences.push((end, weight));
        }
    }

    /// The sequences with their labels; a label that was ignored is unknown there.
    ///
    /// # Panics
    /// If there is no label, or more than 65,534.
    pub(crate) fn dataset(self) -> (Dataset, Names, Names) {
        let mut data = Dataset::new(self.labels.len());
        let (mut activation, mut position) = (0, 0);
        for (end, weight) in self.sequences {
            for &(end, label) in &self.positions[position..end as usize] {
                for &(attribute, value) in &self.activations[activation..end as usize] {
                    data.push_attribute_value(attribute, value);
                }
                activation = end as usize;
                match u16::try_from(label) {
                    Ok(label) if (label as usize) < data.n_labels() => data.end_position(label),
                    _ => data.end_unknown_position(),
                }
            }
            position = end as usize;
            data.end_sequence(weight);
        }
        (data, self.labels, self.attributes)
    }
}

/// Stands for a label that the model does not have.
const UNKNOWN_LABEL: u32 = u32::MAX;

fn len_u32(len: usize) -> u32 {
    u32::try_from(len).expect("memory ends before 2³² attributes do")
}

/// Splits an attribute at its first colon that is not escaped.
fn split_value(field: &str) -> (&str, Option<&str>) {
    let mut is_escaped = false;
    for (at, byte) in field.bytes().enumerate() {
        if byte == b':' && !is_escaped {
            return (&field[..at], Some(&field[at + 1..]));
        }
        is_escaped = byte == b'\\' && !is_escaped;
    }
    (field, None)
}

/// `\:` and `\\` as the characters they stand for; `None` if a backslash stands alone.
fn unescape(name: &str) -> Option<String> {
    let mut unescaped = String::with_capacity(name.len());
    let mut chars = name.chars();
    while let Some(char) = chars.next() {
        let escaped =
            if char == '\\' { chars.next().filter(|next| ":\\".contains(*next))? } else { char };
        unescaped.push(escaped);
    }
    Some(unescaped)
}

fn parse_finite(text: &str) -> Option<f32> {
    text.parse().ok().filter(|value: &f32| value.is_finite())
}

fn parse_value(text: &str) -> Option<f32> {
    parse_finite(text).filter(|value| value.abs() <= Weights::MAX_AMOUNT)
}

fn parse_weight(text: &str) -> Option<f32> {
    parse_finite(text).filter(|&weight| weight >= 0.0)
}

/// A longer line is refused.
pub(crate) const MAX_LINE_BYTES: u64 = 64 << 20;

/// Lines without their ends (`\n` or `\r\n`), counted.
#[derive(Default)]
struct LineReader {
    bytes: Vec<u8>,
    line_number: usize,
}

impl LineReader {
    fn next(&mut self, input: &mut dyn BufRead) -> Result<Option<&str>, DataError> {
        self.bytes.clear();
        self.line_number += 1;
        let mut input = input.take(MAX_LINE_BYTES + 1);
        let n_bytes = input.read_until(b'\n', &mut self.bytes).map_err(DataError::Io)?;
        match n_bytes as u64 {
            0 => return Ok(None),
            n if n > MAX_LINE_BYTES => return Err(self.fault(Fault::TooLong)),
            _ => {}
        }
        let line = self.bytes.strip_suffix(b"\n").unwrap_or(&self.bytes);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let is_first = self.line_number == 1;
        let line = if is_first { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
        let utf8 = std::str::from_utf8(line).map(Some);
        utf8.map_err(|_| DataError::Line {
            line_number: self.line_number,
            field_idx: None,
            fault: Fault::Utf8,
        })
    }

    fn fault(&self, fault: Fault) -> DataError {
        DataError::Line { line_number: self.line_number, field_idx: None, fault }
    }

    fn field_fault(&self, field_idx: usize, fault: Fault) -> DataError {
        DataError::Line { line_number: self.line_number, field_idx: Some(field_idx), fault }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<FeatureData, DataError> {
        let mut data = FeatureData::new(Names::default(), Names::default(), NewNames::Add);
        data.read(&mut text.as_bytes()).map(|()| data)
    }

    /// Writes what was read: labels, attributes with values, weights.
    fn show(data: FeatureData) -> String {
        if data.labels.len() == 0 {
            return String::new();
        }
        let (data, labels, attributes) = data.dataset();
        let (labels, attributes) = (labels.list(), attributes.list());
        let mut shown = String::new();
        for sequence in data.sequences() {
            for t in 0..sequence.n_positions() {
                let label = sequence.label(t).expect("training data have labels");
                shown += labels[label as usize];
                for (at, &id) in sequence.attributes(t).iter().enumerate() {
                    let value = sequence.values(t).get(at).copied().unwrap_or(1.0);
                    shown += &format!(" {}={value}", attributes[id as usize]);
                }
                shown += "; ";
            }
            shown += &format!("×{}|", sequence.weight());
        }
        shown
    }

    fn check(text: &str, expected: &str) {
        match read(text) {
            Ok(data) => assert_eq!(show(data), expected, "{text:?}"),
            Err(error) => assert_eq!(error.to_string(), expected, "{text:?}"),
        }
    }

    #[test]
    fn reads_the_format_and_names_every_fault() {
        check("", "");
        check("\n\n\n", "");
        check("A\tx\ty\n", "A x=1 y=1; ×1|");
        check("A\tx\ty", "A x=1 y=1; ×1|");
        check("A\nB\n\nA\n", "A; B; ×1|A; ×1|");
        check("A\tx\n\n\nB\tx\n\n", "A x=1; ×1|B x=1; ×1|");
        check("A\tx:2\ty:-0.5e1\n", "A x=2 y=-5; ×1|");
        check("A\tw\\:x:2\tc\\\\\n", "A w:x=2 c\\=1; ×1|");
        check("A\tw\\\\:2\n", "A w\\=2; ×1|");
        check("\u{feff}A\tx\r\n\r\nB\ty\r\n", "A x=1; ×1|B y=1; ×1|");
        check("@weight:2.5\nA\tx\n\nB\tx\n", "A x=1; ×2.5|B x=1; ×1|");
        check("A\tx\t\n", "A x=1; ×1|");
        check("A\tx\n\tx\n", "line 2, field 1: no label; write one before the first tab");
        check(
            "A\tx\ty:z\n",
            "line 1, field 3: the value behind the colon is no number within ±1e15; write \\: for a colon in a name",
        );
        check(
            "A\tx:\n",
            "line 1, field 2: the value behind the colon is no number within ±1e15; write \\: for a colon in a name",
        );
        check(
            "A\tx:nan\n",
            "line 1, field 2: the value behind the colon is no number within ±1e15; write \\: for a colon in a name",
        );
        check(
            "A\t:1\n",
            "line 1, field 2: an attribute without a name; write \\: for a colon in a name",
        );
        check(
            "A\tx\\y\n",
            "line 1, field 2: a backslash stands for itself as \\\\ and before a colon only",
        );
        check("@weight:-1\nA\n", "line 1: the weight is no number from 0 up");
    }

    #[test]
    fn a_line_without_an_end_is_refused() {
        let mut data = FeatureData::new(Names::default(), Names::default(), NewNames::Add);
        let endless = std::io::BufReader::new(std::io::repeat(0));
        let error = data.read(&mut b"A\tx\n".chain(endless)).expect_err("it has no end");
        assert_eq!(error.to_string(), "line 2: longer than 67108864 bytes");
    }

    #[test]
    fn names_a_line_that_is_not_utf8() {
        let mut data = FeatureData::new(Names::default(), Names::default(), NewNames::Add);
        let error = data.read(&mut &b"A\tx\nA\t\xff\n"[..]).expect_err("0xff is never UTF-8");
        assert_eq!(error.to_string(), "line 2: not UTF-8; convert the file");
    }

    #[test]
    fn ignores_names_that_a_model_does_not_have() {
        let labels = Names::from_list(&["A".to_owned()]);
        let attributes = Names::from_list(&["x".to_owned()]);
        let mut data = FeatureData::new(labels, attributes, NewNames::Ignore);
        data.read(&mut "A\tx\ty\nB\ty\n".as_bytes()).expect("the text is well formed");
        let (data, ..) = data.dataset();
        assert_eq!((data.n_labels(), data.sequence(0).attributes(0)), (1, &[0][..]));
        assert_eq!(data.sequence(0).label(0), Some(0));
    }
}
