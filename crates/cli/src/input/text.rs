use std::io::Read;

use anyhow::{Result, bail};
use tawsim_corpus::Document;

/// A longer text is read in parts of at most this length, so that a file larger than memory works. Linking
/// looks at all places of a document, so a part is no larger than a long report.
const MAX_PART_BYTES: usize = 1 << 20;

/// A plain text as documents: one, or for a long file one a part.
///
/// A part ends at a line end, else at a space, else at a char boundary. The id of a part behind the first
/// is `name#byte`, where `byte` is where the part begins in the file; the first part of a long file is
/// `name#0`.
pub(super) struct TextParts<'a, R> {
    input: R,
    name: &'a str,
    /// Bytes read and not yet handed out.
    buffer: Vec<u8>,
    part_start: u64,
    has_more: bool,
    is_done: bool,
}

impl<'a, R: Read> TextParts<'a, R> {
    pub(super) fn new(input: R, name: &'a str) -> Self {
        Self { input, name, buffer: Vec::new(), part_start: 0, has_more: true, is_done: false }
    }

    fn fill(&mut self) -> Result<()> {
        let wanted = (MAX_PART_BYTES + 1 - self.buffer.len()) as u64;
        let n_read = self.input.by_ref().take(wanted).read_to_end(&mut self.buffer)?;
        self.has_more = n_read as u64 == wanted;
        Ok(())
    }

    fn next_part(&mut self) -> Result<Option<Document>> {
        self.fill()?;
        let is_first = self.part_start == 0;
        if self.buffer.iter().all(u8::is_ascii_whitespace) && !self.has_more {
            if is_first {
                bail!("byte 0: the text is empty");
            }
            return Ok(None);
        }
        let cut = if self.has_more { part_end(&self.buffer) } else { self.buffer.len() };
        let text = match std::str::from_utf8(&self.buffer[..cut]) {
            Ok(text) => text.to_owned(),
            Err(error) => {
                let byte = self.part_start + error.valid_up_to() as u64;
                bail!("byte {byte}: not UTF-8; {}", advice(&self.buffer, is_first));
            }
        };
        let is_whole = is_first && !self.has_more;
        let id = if is_whole {
            self.name.to_owned()
        } else {
            format!("{}#{}", self.name, self.part_start)
        };
        self.buffer.drain(..cut);
        self.part_start += cut as u64;
        self.is_done = !self.has_more;
        Ok(Some(Document::new(id, text)))
    }
}

impl<R: Read> Iterator for TextParts<'_, R> {
    type Item = Result<Document>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let part = self.next_part();
        self.is_done |= !matches!(part, Ok(Some(_)));
        part.transpose()
    }
}

/// Where to cut a full buffer: behind the last line end, else the last space, else the last whole char.
fn part_end(buffer: &[u8]) -> usize {
    let last = |wanted: &[u8]| buffer.iter().rposition(|byte| wanted.contains(byte));
    if let Some(at) = last(b"\n").or_else(|| last(b" \t")) {
        return at + 1;
    }
    let is_char_start = |byte: &u8| byte & 0xC0 != 0x80;
    buffer.iter().rposition(is_char_start).filter(|&at| at > 0).unwrap_or(buffer.len())
}

fn advice(buffer: &[u8], is_first: bool) -> &'static str {
    match buffer {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] if is_first => {
            "it looks like UTF-16: convert it with `iconv -f UTF-16 -t UTF-8`"
        }
        _ => "save it as UTF-8, or convert it, for example with `iconv -f WINDOWS-1256 -t UTF-8`",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(input: &[u8]) -> Vec<std::result::Result<Document, String>> {
        let parts = TextParts::new(input, "a.txt");
        parts.map(|part| part.map_err(|error| error.to_string())).collect()
    }

    #[test]
    fn a_short_text_is_one_document() {
        let parts = read("قصف على حلب\n".as_bytes());
        assert_eq!(parts, [Ok(Document::new("a.txt", "قصف على حلب\n"))]);
    }

    #[test]
    fn a_long_text_is_cut_without_losing_a_byte() {
        for (line, repeats) in [("حلب\n", 2_000_000), ("حلب ", 2_000_000), ("حلب", 3_000_000)]
        {
            let text = line.repeat(repeats);
            let parts: Vec<Document> = read(text.as_bytes())
                .into_iter()
                .collect::<std::result::Result<_, _>>()
                .expect("UTF-8");
            assert!(parts.len() > 1);
            let joined: String = parts.iter().map(|part| part.text.as_str()).collect();
            assert_eq!(joined, text);
            assert_eq!(parts[1].id, format!("a.txt#{}", parts[0].text.len()));
        }
    }

    #[test]
    fn errors_name_the_byte() {
        let check = |input: &[u8], expected: &str| {
            let error = read(input).remove(0).expect_err("bad input");
            assert!(error.starts_with(expected), "{error}");
        };
        check(b"", "byte 0: the text is empty");
        check(b" \n\n", "byte 0: the text is empty");
        check(b"ab\xFFcd", "byte 2: not UTF-8; save it");
        check(b"\xFF\xFEa\0", "byte 0: not UTF-8; it looks like UTF-16");
    }
}
