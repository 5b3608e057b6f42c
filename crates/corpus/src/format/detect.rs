use std::path::Path;

use super::{FORMATS, FormatInfo};

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
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase();
    let has_extension = |info: &FormatInfo| info.extensions.contains(&extension.as_str());
    let readable = || FORMATS.iter().copied().filter(|info| info.reader.is_some());
    let looks = readable().filter_map(|info| Some((info, (info.sniff)(head)?)));
    let best = looks.min_by_key(|(info, _)| !has_extension(info));
    if let Some((info, evidence)) = best {
        return Some(Detection { info, why: evidence.to_owned() });
    }
    let info = readable().find(|info| has_extension(info))?;
    Some(Detection { info, why: format!("the extension is .{extension}") })
}

/// The text up to the first byte that is no UTF-8, without a byte order mark.
fn valid_start(bytes: &[u8]) -> &str {
    let text = std::str::from_utf8(bytes)
        .or_else(|error| std::str::from_utf8(&bytes[..error.valid_up_to()]));
    text.unwrap_or_default().trim_start_matches('\u{FEFF}')
}
