//! CoNLL columns as annotated documents: a token and its tag a line, as ANERcorp is distributed, whatever the
//! file's extension.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tawsim_corpus::{
    Document, Entity, Format, GivenTokens, Import, ImportReport, Input, LabelSet, ReadOptions,
    detect_in, read_conll,
};
use tawsim_tokenizer::Span;

/// Where a file does not say where its documents begin, one ends after so many sentences: what is far apart is not
/// to be taken for one document.
const DOCUMENT_SENTENCES: usize = 50;
/// Labels that are the same under another name.
const ALIASES: [(&str, &str); 1] = [("PERS", "PER")];

/// A file of columns, and its path below the folder that was given.
type Named = (PathBuf, String);

/// The files of columns among the paths, with those in folders that have the extension of columns, and the paths
/// that stand for other documents.
pub(super) fn apart(paths: &[PathBuf]) -> Result<(Vec<Named>, Vec<PathBuf>)> {
    let (mut columns, mut others) = (Vec::new(), Vec::new());
    for path in paths {
        if path.is_dir() {
            let files = super::files_below(path)?;
            let has_others = files.iter().any(|file| Format::from_path(file).is_some());
            let below = |file: &Path| file.strip_prefix(path).unwrap_or(file).to_path_buf();
            let found = files.iter().filter(|file| has_extension(file));
            let n_before = columns.len();
            columns.extend(found.map(|file| (file.clone(), below(file).to_string_lossy().into())));
            if !has_others && columns.len() > n_before {
                continue;
            }
        } else if path.is_file() && is_columns(path) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            columns.push((path.clone(), name));
            continue;
        }
        others.push(path.clone());
    }
    Ok((columns, others))
}

/// Whether the name is that of a file of columns and of no other format.
fn has_extension(path: &Path) -> bool {
    Format::Conll2002.info().is_some_and(|info| info.has_extension(path))
}

/// Whether the file is CoNLL columns by its looks or its extension.
fn is_columns(path: &Path) -> bool {
    let detected = File::open(path).and_then(|file| detect_in(path, file));
    detected.ok().flatten().is_some_and(|found| found.info.format == Format::Conll2002)
}

/// The documents of a file of columns, and what was left out of it.
pub(super) fn read(
    path: &Path,
    name: &str,
    labels: &mut LabelSet,
) -> Result<(Vec<Document>, ImportReport)> {
    let place = || path.display().to_string();
    let bytes = std::fs::read(path).with_context(place)?;
    let says_documents = bytes.windows(10).any(|window| window == b"-DOCSTART-");
    let (options, mut theirs) = (ReadOptions::default(), LabelSet::new());
    let mut documents = Vec::new();
    let mut take = |document: Document, _: &LabelSet| documents.push(document);
    let mut import = Import::new(&options, &mut theirs, &mut take);
    import.begin_input(name);
    let main = &mut BufReader::new(bytes.as_slice());
    read_conll(&mut Input { main, companions: Vec::new() }, &mut import).with_context(place)?;
    let report = import.report;
    let our_name = |theirs: &String| {
        let alias = ALIASES.iter().find(|(known, _)| known == theirs);
        alias.map_or_else(|| theirs.clone(), |(_, name)| (*name).to_owned())
    };
    let map = labels.intern_all(theirs.names().iter().map(our_name))?;
    for entity in documents.iter_mut().flat_map(|document| &mut document.entities) {
        entity.label = map[entity.label.label_idx()];
    }
    if !says_documents {
        documents = documents.iter().flat_map(parts).collect();
    }
    Ok((documents, report))
}

/// The document in pieces of some sentences each.
fn parts(document: &Document) -> Vec<Document> {
    let sentences = &document.tokens.sentences;
    let pieces = sentences.chunks(DOCUMENT_SENTENCES).enumerate();
    let part = |(idx, piece): (usize, &[tawsim_corpus::GivenSentence])| {
        let rows = piece[0].rows.start..piece[piece.len() - 1].rows.end;
        let rows = &document.tokens.rows[rows];
        let range = rows[0].span.range().start..rows[rows.len() - 1].span.range().end;
        let within = |span: Span| {
            let shifted = (span.start() as usize).checked_sub(range.start)?;
            Span::from_range(shifted..shifted + span.byte_len() as usize)
        };
        let mut part =
            Document::new(format!("{}:{}", document.id, idx + 1), &document.text[range.clone()]);
        // Sorted by where they begin.
        let first = document.entities.partition_point(|e| e.span.range().start < range.start);
        let begin_here =
            document.entities[first..].iter().take_while(|e| e.span.range().start < range.end);
        let inside = begin_here.filter(|e| e.span.range().end <= range.end);
        part.entities.extend(
            inside.filter_map(|entity| Some(Entity { span: within(entity.span)?, ..*entity })),
        );
        let moved = rows.iter().filter_map(|row| {
            Some(tawsim_corpus::GivenToken { span: within(row.span)?, ..row.clone() })
        });
        part.tokens = GivenTokens { rows: moved.collect(), sentences: Vec::new() };
        part
    };
    pieces.map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_have_the_entities_that_lie_in_them() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("rows.txt");
        let sentence = |idx: usize| format!("في O\nبلدة{idx} B-LOC\nو{idx} B-LOC\n\n");
        std::fs::write(&path, (0..120).map(sentence).collect::<String>()).expect("a file");
        let documents = read(&path, "rows.txt", &mut LabelSet::new()).expect("columns").0;
        assert_eq!(documents.len(), 120_usize.div_ceil(DOCUMENT_SENTENCES));
        let surfaces = documents.iter().flat_map(|document| {
            document.entities.iter().map(|entity| document.surface(entity).to_owned())
        });
        let expected = (0..120).flat_map(|idx| [format!("بلدة{idx}"), format!("و{idx}")]);
        assert!(surfaces.eq(expected));
    }
}
