//! The state of a training run as bytes.

use crate::TrainError;

/// Everything that a training run needs to go on as if it had never been stopped: after a resume
/// the weights are the same to the last bit.
///
/// The bytes are little-endian and belong to one data set, one set of features and one algorithm;
/// [`Trainer::resume`](crate::Trainer::resume) refuses others. Where to keep them is the caller's
/// business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    bytes: Vec<u8>,
}

/// Begins every checkpoint; the last two letters are the version of the layout.
const MAGIC: &[u8; 8] = b"crfchk01";

impl Checkpoint {
    pub(crate) fn new(fingerprint: u64, write: impl FnOnce(&mut Encoder)) -> Self {
        let mut encoder = Encoder(MAGIC.to_vec());
        encoder.number(fingerprint);
        write(&mut encoder);
        let sum = checksum(&encoder.0);
        encoder.number(sum);
        Self { bytes: encoder.0 }
    }

    /// A checkpoint from bytes that [`Checkpoint::as_bytes`] gave.
    ///
    /// # Errors
    /// [`TrainError::DamagedCheckpoint`] if they are not the bytes of a checkpoint.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, TrainError> {
        let (content, sum) = bytes.split_last_chunk().ok_or(TrainError::DamagedCheckpoint)?;
        let is_whole = content.starts_with(MAGIC)
            && content.len() >= MAGIC.len() + 8
            && checksum(content) == u64::from_le_bytes(*sum);
        if is_whole { Ok(Self { bytes }) } else { Err(TrainError::DamagedCheckpoint) }
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The content, if it was written for the run with this fingerprint.
    pub(crate) fn decoder(&self, fingerprint: u64) -> Result<Decoder<'_>, TrainError> {
        let content = &self.bytes[MAGIC.len()..self.bytes.len() - 8];
        let mut decoder = Decoder(content);
        if decoder.number() == Some(fingerprint) {
            Ok(decoder)
        } else {
            Err(TrainError::ForeignCheckpoint)
        }
    }
}

/// Appends numbers to bytes.
pub(crate) struct Encoder(Vec<u8>);

impl Encoder {
    pub(crate) fn number(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    pub(crate) fn float(&mut self, float: f64) {
        self.number(float.to_bits());
    }

    pub(crate) fn floats(&mut self, floats: &[f64]) {
        self.number(floats.len() as u64);
        self.0.reserve(floats.len() * 8);
        floats.iter().for_each(|&float| self.float(float));
    }

    pub(crate) fn indexes(&mut self, indexes: &[usize]) {
        self.number(indexes.len() as u64);
        indexes.iter().for_each(|&index| self.number(index as u64));
    }
}

/// Takes numbers from the front of bytes; `None` where they end too early.
pub(crate) struct Decoder<'a>(&'a [u8]);

impl Decoder<'_> {
    pub(crate) fn number(&mut self) -> Option<u64> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*number))
    }

    pub(crate) fn index(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    pub(crate) fn float(&mut self) -> Option<f64> {
        self.number().map(f64::from_bits)
    }

    /// Overwrites `floats`; their number must be the one that was written.
    pub(crate) fn floats(&mut self, floats: &mut [f64]) -> Option<()> {
        if self.index()? != floats.len() {
            return None;
        }
        for float in floats {
            *float = self.float()?;
        }
        Some(())
    }

    /// Indexes below `bound`.
    pub(crate) fn indexes(&mut self, bound: usize) -> Option<Vec<usize>> {
        let n_indexes = self.index().filter(|&n_indexes| n_indexes <= bound)?;
        (0..n_indexes).map(|_| self.index().filter(|&index| index < bound)).collect()
    }
}

/// FNV-1a over words of 64 bits, the last one padded with zeros.
pub(crate) fn checksum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let words = words.iter().chain([&last]);
    words.fold(0xcbf2_9ce4_8422_2325, |sum, word| mix(sum, u64::from_le_bytes(*word)))
}

/// One step of FNV-1a.
pub(crate) fn mix(sum: u64, word: u64) -> u64 {
    (sum ^ word).wrapping_mul(0x0000_0100_0000_01b3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_was_written() {
        let checkpoint = Checkpoint::new(7, |to| {
            to.number(3);
            to.floats(&[0.5, f64::NEG_INFINITY]);
            to.indexes(&[2, 0]);
        });
        let copy = Checkpoint::from_bytes(checkpoint.as_bytes().to_vec()).expect("it is whole");
        let mut from = copy.decoder(7).expect("the fingerprint is 7");
        let mut floats = [0.0; 2];
        assert_eq!(from.number(), Some(3));
        assert_eq!(from.floats(&mut floats), Some(()));
        assert_eq!(floats, [0.5, f64::NEG_INFINITY]);
        assert_eq!(from.indexes(3), Some(vec![2, 0]));
        assert_eq!(from.number(), None);
        assert!(copy.decoder(8).is_err());
    }

    #[test]
    fn refuses_any_damage() {
        let checkpoint = Checkpoint::new(7, |to| to.floats(&[1.0, 2.0]));
        let bytes = checkpoint.as_bytes();
        for end in 0..bytes.len() {
            assert!(Checkpoint::from_bytes(bytes[..end].to_vec()).is_err(), "cut at {end}");
        }
        for at in 0..bytes.len() {
            let mut damaged = bytes.to_vec();
            damaged[at] ^= 0x10;
            assert!(Checkpoint::from_bytes(damaged).is_err(), "byte {at}");
        }
    }
}
