//! The model file of `tawsim crf`: the names and the weights.
//!
//! All numbers are little-endian. `crfmodel`, version (u32), then three lists: labels and attributes
//! (count u32, then for each name its byte length u32 and its bytes), the rows (for each attribute the
//! number of its weights u32, then label u32 and weight f32 for each); the transition weights
//! (labels², previous × current), the start and the end weights as f32; a checksum (u64) of all before.

use anyhow::{Context, Result, bail, ensure};
use tawsim_crf::Weights;

/// A model with its names.
#[derive(Debug, PartialEq)]
pub(crate) struct NamedModel {
    pub(crate) labels: Vec<String>,
    pub(crate) attributes: Vec<String>,
    pub(crate) weights: Weights,
}

const MAGIC: &[u8; 8] = b"crfmodel";
const VERSION: u32 = 1;

impl NamedModel {
    /// Whether the file that this makes can be read again.
    pub(crate) fn is_within_bounds(&self) -> bool {
        let weights = &self.weights;
        let rows = (0..self.attributes.len() as u32).flat_map(|id| weights.features(id));
        let edges = [weights.transition_weights(), weights.start_weights(), weights.end_weights()];
        let mut all = rows.map(|(_, weight)| weight).chain(edges.concat());
        all.all(|weight| weight.abs() <= Weights::MAX_AMOUNT)
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        push_u32(&mut bytes, VERSION as usize);
        push_names(&mut bytes, &self.labels);
        push_names(&mut bytes, &self.attributes);
        for attribute in 0..self.attributes.len() as u32 {
            let row = self.weights.features(attribute);
            push_u32(&mut bytes, row.len());
            for (label, weight) in row {
                push_u32(&mut bytes, label.into());
                bytes.extend_from_slice(&weight.to_le_bytes());
            }
        }
        let weights = &self.weights;
        let edges = [weights.transition_weights(), weights.start_weights(), weights.end_weights()];
        edges.concat().iter().for_each(|weight| bytes.extend_from_slice(&weight.to_le_bytes()));
        let sum = checksum(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let Some(content) = bytes.strip_prefix(MAGIC) else {
            bail!("this is no model of `tawsim crf learn`");
        };
        let (_, sum) = bytes.split_last_chunk().context("the file ends too early")?;
        let (content, _) = content.split_last_chunk::<8>().context("the file ends too early")?;
        let mut reader = Reader(content);
        let version = reader.u32()?;
        ensure!(
            version == VERSION,
            "version {version} of the format; this program reads {VERSION}"
        );
        let whole = &bytes[..bytes.len() - sum.len()];
        ensure!(checksum(whole) == u64::from_le_bytes(*sum), "the file is damaged; copy it again");
        reader.model()
    }
}

fn push_u32(bytes: &mut Vec<u8>, number: usize) {
    let number = u32::try_from(number).expect("memory ends before 2³² names do");
    bytes.extend_from_slice(&number.to_le_bytes());
}

fn push_names(bytes: &mut Vec<u8>, names: &[String]) {
    push_u32(bytes, names.len());
    for name in names {
        push_u32(bytes, name.len());
        bytes.extend_from_slice(name.as_bytes());
    }
}

/// FNV-1a, 64 bits.
fn checksum(bytes: &[u8]) -> u64 {
    let step = |sum: u64, &byte: &u8| (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

/// Takes values from the front of bytes. Nothing is reserved by a count that the file claims.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn model(&mut self) -> Result<NamedModel> {
        let labels = self.names()?;
        let attributes = self.names()?;
        let n_labels = labels.len();
        ensure!((1..0xffff).contains(&n_labels), "{n_labels} labels");
        let rows: Vec<_> = attributes.iter().map(|_| self.row(n_labels)).collect::<Result<_>>()?;
        let transitions = self.weights(n_labels * n_labels)?;
        let (start, end) = (self.weights(n_labels)?, self.weights(n_labels)?);
        ensure!(self.0.is_empty(), "{} bytes too many", self.0.len());
        let weights = Weights::new(n_labels, rows, &transitions, &start, &end);
        Ok(NamedModel { labels, attributes, weights })
    }

    fn bytes(&mut self, n_bytes: usize) -> Result<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(n_bytes).context("the file ends too early")?;
        self.0 = rest;
        Ok(bytes)
    }

    fn u32(&mut self) -> Result<u32> {
        let bytes = self.bytes(4)?.try_into().expect("4 bytes were taken");
        Ok(u32::from_le_bytes(bytes))
    }

    fn weight(&mut self) -> Result<f32> {
        let weight = f32::from_bits(self.u32()?);
        ensure!(
            weight.abs() <= Weights::MAX_AMOUNT,
            "a weight is too large; train the model again"
        );
        Ok(weight)
    }

    fn weights(&mut self, n_weights: usize) -> Result<Vec<f32>> {
        (0..n_weights).map(|_| self.weight()).collect()
    }

    fn names(&mut self) -> Result<Vec<String>> {
        let n_names = self.u32()?;
        let mut names = Vec::new();
        for _ in 0..n_names {
            let n_bytes = self.u32()? as usize;
            names.push(String::from_utf8(self.bytes(n_bytes)?.to_vec())?);
        }
        let mut unique: Vec<&String> = names.iter().collect();
        unique.sort_unstable();
        unique.dedup();
        ensure!(unique.len() == names.len(), "a name is there twice");
        Ok(names)
    }

    fn row(&mut self, n_labels: usize) -> Result<Vec<(u16, f32)>> {
        let n_weights = self.u32()?;
        let mut row: Vec<(u16, f32)> = Vec::new();
        for _ in 0..n_weights {
            let label = u16::try_from(self.u32()?)?;
            let is_next = row.last().is_none_or(|&(last, _)| last < label);
            ensure!(is_next && (label as usize) < n_labels, "label {label} is out of place");
            row.push((label, self.weight()?));
        }
        Ok(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> NamedModel {
        let rows: [&[(u16, f32)]; 3] = [&[(0, 1.5), (1, -2.0)], &[], &[(1, 0.25)]];
        NamedModel {
            labels: vec!["O".to_owned(), "B-مكان".to_owned()],
            attributes: ["w=دمشق", "bias", "x"].map(str::to_owned).to_vec(),
            weights: Weights::new(2, rows, &[0.1, 0.2, 0.3, 0.4], &[1.0, 2.0], &[3.0, 4.0]),
        }
    }

    #[test]
    fn reads_what_it_wrote() {
        let model = model();
        assert_eq!(NamedModel::from_bytes(&model.to_bytes()).expect("it was just written"), model);
    }

    #[test]
    fn refuses_weights_that_cannot_be_summed() {
        let mut model = model();
        model.weights = Weights::new(2, [&[][..]; 3], &[0.0; 4], &[0.0, -3e38], &[0.0; 2]);
        assert!(!model.is_within_bounds());
        let error = NamedModel::from_bytes(&model.to_bytes()).expect_err("too large");
        assert!(error.to_string().contains("a weight is too large"), "{error}");
    }

    #[test]
    fn refuses_every_damage_without_a_panic() {
        let bytes = model().to_bytes();
        for end in 0..bytes.len() {
            assert!(NamedModel::from_bytes(&bytes[..end]).is_err(), "cut at {end}");
        }
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x41;
            assert!(NamedModel::from_bytes(&damaged).is_err(), "byte {at}");
            // With a right checksum the content itself must be checked.
            let sum = checksum(&damaged[..bytes.len() - 8]);
            damaged[bytes.len() - 8..].copy_from_slice(&sum.to_le_bytes());
            drop(NamedModel::from_bytes(&damaged));
        }
    }
}
