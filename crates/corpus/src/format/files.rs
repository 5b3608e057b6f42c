//! Files of a format: which are meant, which belong together, what their documents are called.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::{Format, FormatInfo, Layout, Limits};

/// What the files of formats end with that have no extension of their own: it says nothing of the format.
const SHARED_EXTENSIONS: [(Format, &[&str]); 4] = [
    (Format::Conll2003, &["conll", "bio", "iob"]),
    (Format::Doccano, &["jsonl", "json"]),
    (Format::LabelStudio, &["json"]),
    (Format::Prodigy, &["jsonl"]),
];

impl FormatInfo {
    /// Whether a file has an extension of this format, in large or small letters.
    #[must_use]
    pub fn has_extension(&self, path: &Path) -> bool {
        is_any_of(self.extensions, path)
    }

    /// Whether a file of a folder is meant by somebody who says that what is there is of this format: it has an
    /// extension of the format, or, if the format has none of its own, one that files of this format have.
    ///
    /// ```
    /// use std::path::Path;
    /// use tawsim_corpus::Format;
    /// let info = Format::LabelStudio.info().expect("it is read");
    /// assert!(info.takes(Path::new("tasks.json")) && !info.has_extension(Path::new("tasks.json")));
    /// ```
    #[must_use]
    pub fn takes(&self, path: &Path) -> bool {
        let shared = SHARED_EXTENSIONS.iter().find(|(format, _)| *format == self.format);
        self.has_extension(path) || shared.is_some_and(|(_, shared)| is_any_of(shared, path))
    }

    /// The name of the document in a file of this name: a file that is one document names it without its extension.
    #[must_use]
    pub fn document_name<'n>(&self, file_name: &'n str) -> &'n str {
        let stem = file_name.rsplit_once('.').map(|(stem, _)| stem).filter(|stem| !stem.is_empty());
        let is_named = self.layout != Layout::ManyInOne && self.has_extension(Path::new(file_name));
        stem.filter(|_| is_named).unwrap_or(file_name)
    }

    /// As [`FormatInfo::document_name`], for projects: plain texts keep the extension, as tagging names them.
    #[must_use]
    pub fn document_name_in_project<'n>(&self, file_name: &'n str) -> &'n str {
        if self.format == Format::Text { file_name } else { self.document_name(file_name) }
    }
}

fn is_any_of(extensions: &[&str], path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    extensions.iter().any(|known| known.eq_ignore_ascii_case(extension))
}

impl Layout {
    /// The files that belong to the one at `path`, whether they are there or not, each with the name by which
    /// [`Input::companion`](super::Input::companion) knows it.
    pub fn companions(self, path: &Path) -> impl Iterator<Item = (&'static str, PathBuf)> {
        let (companions, shared) = match self {
            Self::ManyInOne => (&[][..], &[][..]),
            Self::FilePerDocument { companions, shared } => (companions, shared),
        };
        let beside =
            companions.iter().map(|extension| (*extension, path.with_extension(extension)));
        beside.chain(shared.iter().map(|name| (*name, path.with_file_name(name))))
    }

    /// Reads the files that belong to the one at `path`; `open` says `None` of those that are not there.
    ///
    /// # Errors
    /// If one cannot be opened or read, or is longer than a document may be: the message names it.
    pub fn read_companions<R: Read>(
        self,
        path: &Path,
        limits: Limits,
        open: impl Fn(&Path) -> io::Result<Option<R>>,
    ) -> io::Result<Vec<(&'static str, Vec<u8>)>> {
        let mut files = Vec::new();
        for (name, path) in self.companions(path) {
            let read = || open(&path)?.map(|file| read_whole(file, limits)).transpose();
            let bytes = read().map_err(|error| {
                io::Error::new(error.kind(), format!("{}: {error}", path.display()))
            })?;
            files.extend(bytes.map(|bytes| (name, bytes)));
        }
        Ok(files)
    }
}

fn read_whole(file: impl Read, limits: Limits) -> io::Result<Vec<u8>> {
    let (mut bytes, limit) = (Vec::new(), limits.max_document_bytes);
    file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        let why = format!("longer than {limit} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FORMATS;

    /// The format, a file, whether its extension is of the format, whether the format takes it, and its document.
    const FILES: [(&str, &str, bool, bool, &str); 11] = [
        ("brat", "a/b.ann", true, true, "a/b"),
        ("brat", "a/b.txt", false, false, "a/b.txt"),
        ("xmi", "a.b.XMI", true, true, "a.b"),
        ("xmi", ".xmi", false, false, ".xmi"),
        ("text", "a.TXT", true, true, "a"),
        ("jsonl", "a.jsonl", true, true, "a.jsonl"),
        ("jsonl", "jsonl", false, false, "jsonl"),
        ("label-studio", "a.json", false, true, "a.json"),
        ("doccano", "a.jsonl", false, true, "a.jsonl"),
        ("prodigy", "a.json", false, false, "a.json"),
        ("conll2003", "a.conll", false, true, "a.conll"),
    ];

    #[test]
    fn files_and_names() {
        for (format, file, has_extension, takes, name) in FILES {
            let info = Format::by_name(format).expect(format);
            let path = Path::new(file);
            let is_so = (info.has_extension(path), info.takes(path), info.document_name(file));
            assert_eq!(is_so, (has_extension, takes, name), "{format} {file}");
        }
    }

    #[test]
    fn every_readable_format_takes_some_files() {
        for info in FORMATS.iter().filter(|info| info.reader.is_some()) {
            let shared = SHARED_EXTENSIONS.iter().any(|(format, _)| *format == info.format);
            assert_eq!(info.extensions.is_empty(), shared, "{info:?}");
        }
    }

    #[test]
    fn companions_are_read_so_far() {
        let read = |format: Format, max_document_bytes| {
            let limits = Limits { max_document_bytes, ..Limits::default() };
            let open = |path: &Path| {
                let is_there = path != Path::new("a/TypeSystem.xml");
                Ok(is_there.then_some(&b"1234"[..]))
            };
            let layout = format.info().expect("a format").layout;
            layout.read_companions(Path::new("a/b.x"), limits, open).map_err(|e| e.to_string())
        };
        assert_eq!(read(Format::Brat, 4), Ok(vec![("txt", b"1234".to_vec())]));
        assert_eq!(read(Format::Brat, 3), Err("a/b.txt: longer than 3 bytes".to_owned()));
        assert_eq!(read(Format::Xmi, 4), Ok(Vec::new()));
        assert_eq!(read(Format::Jsonl, 4), Ok(Vec::new()));
    }
}
