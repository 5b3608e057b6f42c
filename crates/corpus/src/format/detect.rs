use std::io::{self, Read};
use std::path::Path;

use super::{FORMATS, FormatInfo};

/// How much of a file is looked at to tell its format.
const HEAD_BYTES: u64 = 8 << 10;

/// The format of an input, and why it is thought to be that.
#[derive(Clone, Debug)]
pub struct Detection {
    /// The format.
    pub info: &'static FormatInfo,
    /// The evidence, in words.
    pub why: String,
}

/// The format of a file with this name that begins with these bytes (some kilobytes are enough), of those
/// that can be read.
///
/// A format whose look and extension both fit goes before one whose look fits, that before one whose
/// extension fits.
#[must_use]
pub fn detect(path: &Path, head: &[u8]) -> Option<Detection> {
    let head = valid_start(head);
    let readable = || FORMATS.iter().copied().filter(|info| info.reader.is_some());
    let looks = readable().filter_map(|info| Some((info, (info.sniff)(head)?)));
    let best = looks.min_by_key(|(info, _)| !info.has_extension(path));
    if let Some((info, evidence)) = best {
        return Some(Detection { info, why: evidence.to_owned() });
    }
    let info = readable().find(|info| info.has_extension(path))?;
    let extension = path.extension()?.to_str()?.to_lowercase();
    Some(Detection { info, why: format!("the extension is .{extension}") })
}

/// As [`detect`], of an open file, of which a few kilobytes are read.
///
/// # Errors
/// If it cannot be read.
pub fn detect_in(path: &Path, file: impl Read) -> io::Result<Option<Detection>> {
    let mut head = Vec::new();
    file.take(HEAD_BYTES).read_to_end(&mut head)?;
    Ok(detect(path, &head))
}

/// The text up to the first byte that is no UTF-8, without a byte order mark.
fn valid_start(bytes: &[u8]) -> &str {
    let text = std::str::from_utf8(bytes)
        .or_else(|error| std::str::from_utf8(&bytes[..error.valid_up_to()]));
    text.unwrap_or_default().trim_start_matches('\u{FEFF}')
}
