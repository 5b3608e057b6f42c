//! The file of a segmenter.
//!
//! Little-endian: `TAWSEG01`, `u32` bytes of the table, `u32` bytes of weights, `f32` scale of the
//! weights, `u32` CRC-32 of what follows; the table (buckets of eight `u32` entries, see
//! `lexicon.rs`), then the weights (`i8`, a power of two of them).

use super::{Lexicon, Model, Segmenter};
use std::borrow::Cow;

const MAGIC: &[u8; 8] = b"TAWSEG01";
const HEADER_BYTES: usize = 24;

/// Why bytes are no segmenter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SegmenterError {
    /// The file begins differently.
    #[error(
        "not a segmenter file: it does not begin with TAWSEG01; train one with `tawsim segmenter train`"
    )]
    Magic,
    /// The header promises another length.
    #[error("the segmenter file has {found} bytes, its header promises {expected}: copy it again")]
    Length {
        /// Bytes there are.
        found: usize,
        /// Bytes the header promises.
        expected: usize,
    },
    /// The checksum does not fit.
    #[error("the segmenter file is damaged (checksum): copy it again")]
    Checksum,
    /// Table or weights have a size that cannot be.
    #[error("the segmenter file has a table or weights of impossible size")]
    Shape,
}

impl Segmenter {
    /// Reads a segmenter. Borrowed bytes stay where they are.
    ///
    /// # Errors
    /// If the bytes are no segmenter or damaged.
    pub fn from_bytes(bytes: Cow<'static, [u8]>) -> Result<Self, SegmenterError> {
        let header: &[u8; HEADER_BYTES] = bytes.first_chunk().ok_or(SegmenterError::Magic)?;
        if !header.starts_with(MAGIC) {
            return Err(SegmenterError::Magic);
        }
        let words = header.as_chunks::<4>().0;
        let [table_bytes, weight_bytes, scale, checksum] =
            [words[2], words[3], words[4], words[5]].map(u32::from_le_bytes);
        let (table_bytes, weight_bytes) = (table_bytes as usize, weight_bytes as usize);
        let expected = HEADER_BYTES.saturating_add(table_bytes).saturating_add(weight_bytes);
        if bytes.len() != expected {
            return Err(SegmenterError::Length { found: bytes.len(), expected });
        }
        if crc32fast::hash(&bytes[HEADER_BYTES..]) != checksum {
            return Err(SegmenterError::Checksum);
        }
        let (_, body) = split(bytes, HEADER_BYTES);
        let (table, weights) = split(body, table_bytes);
        let lexicon = Lexicon::from_bytes(table).ok_or(SegmenterError::Shape)?;
        let model =
            Model::from_bytes(weights, f32::from_bits(scale)).ok_or(SegmenterError::Shape)?;
        Ok(Self::new(lexicon, model))
    }

    /// The file of this segmenter.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let (table, weights) = (self.lexicon.as_bytes(), self.model.as_bytes());
        let body = [table, weights].concat();
        let numbers = [
            table.len() as u32,
            weights.len() as u32,
            self.model.scale().to_bits(),
            crc32fast::hash(&body),
        ];
        let mut bytes = MAGIC.to_vec();
        bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        bytes.extend(body);
        bytes
    }

    /// Bytes of the table and the weights together: what stays in memory.
    #[must_use]
    pub fn byte_len(&self) -> usize {
        self.lexicon.as_bytes().len() + self.model.as_bytes().len()
    }
}

/// Splits bytes into two parts, borrowed if they are.
fn split(bytes: Cow<'static, [u8]>, at: usize) -> (Cow<'static, [u8]>, Cow<'static, [u8]>) {
    match bytes {
        Cow::Borrowed(bytes) => {
            let (first, second) = bytes.split_at(at);
            (Cow::Borrowed(first), Cow::Borrowed(second))
        }
        Cow::Owned(mut bytes) => {
            let second = bytes.split_off(at);
            (Cow::Owned(bytes), Cow::Owned(second))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(change: impl FnOnce(&mut Vec<u8>), expected: SegmenterError) {
        let mut bytes = Segmenter::bundled().to_bytes();
        change(&mut bytes);
        assert_eq!(Segmenter::from_bytes(Cow::Owned(bytes)), Err(expected));
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let segmenter = Segmenter::bundled();
        let read = Segmenter::from_bytes(Cow::Owned(segmenter.to_bytes()));
        assert_eq!(read.as_ref(), Ok(&*segmenter));
    }

    #[test]
    fn damaged_files_are_errors() {
        let found = Segmenter::bundled().to_bytes().len();
        check(|bytes| bytes[0] = b'X', SegmenterError::Magic);
        check(|bytes| bytes.truncate(9), SegmenterError::Magic);
        check(|bytes| bytes.push(0), SegmenterError::Length { found: found + 1, expected: found });
        check(|bytes| bytes[500] ^= 1, SegmenterError::Checksum);
    }
}
