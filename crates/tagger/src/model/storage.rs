use std::io::Read;

use super::ModelError;
use super::container::MAGIC;

/// The bytes of a model, aligned for its arrays.
#[derive(Debug)]
pub(crate) enum Storage {
    Static(&'static [u8]),
    Owned { words: Vec<u64>, byte_len: usize },
}

/// How much is asked for at a time: a short file costs little, whatever it says of its length.
const CHUNK_WORDS: usize = 1 << 17;

impl Storage {
    /// Uses the bytes in place if they are aligned, else a copy.
    pub(crate) fn from_static(bytes: &'static [u8]) -> Self {
        if bytemuck::try_cast_slice::<u8, u64>(&bytes[..bytes.len() / 8 * 8]).is_ok() {
            return Self::Static(bytes);
        }
        let mut words = vec![0_u64; bytes.len().div_ceil(8)];
        bytemuck::cast_slice_mut(&mut words)[..bytes.len()].copy_from_slice(bytes);
        Self::Owned { words, byte_len: bytes.len() }
    }

    /// Reads to the end, at most `limit` bytes; stops early where the input is no model.
    pub(crate) fn read(input: &mut dyn Read, limit: usize) -> Result<Self, ModelError> {
        let mut words: Vec<u64> = Vec::new();
        let mut byte_len = 0;
        loop {
            if words.len() * 8 == byte_len {
                words.reserve_exact(words.len().max(CHUNK_WORDS));
                words.resize(words.capacity(), 0);
            }
            match input.read(&mut bytemuck::cast_slice_mut(&mut words)[byte_len..]) {
                Ok(0) => break,
                Ok(n_read) => byte_len += n_read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
            let head: &[u8] = &bytemuck::cast_slice(&words)[..byte_len.min(MAGIC.len())];
            if !MAGIC.starts_with(head) {
                return Err(ModelError::NotAModel);
            }
            if byte_len > limit {
                return Err(ModelError::TooLarge { limit });
            }
        }
        words.truncate(byte_len.div_ceil(8));
        Ok(Self::Owned { words, byte_len })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Static(bytes) => bytes,
            Self::Owned { words, byte_len } => &bytemuck::cast_slice(words)[..*byte_len],
        }
    }
}
