//! File formats: a table of what each is called, carries, and how it is read and written.
//!
//! # How to add a format
//!
//! 1. Write `format/<name>.rs` with `pub(super) const INFO: FormatInfo`, a reader
//!    `fn(&mut Input, &mut Import) -> Result<(), ReadError>` and a writer (a [`Stream`] for one file of many
//!    documents, [`Files`] for a file a document). Leave out (`None`) what the format is not for.
//! 2. Add `mod <name>;` below and `&<name>::INFO` to [`FORMATS`]. The command line, `--help`, detection and
//!    the table tests take it from there. [`Format`] has the variant already.
//! 3. State in `carries` what the format can carry, and nothing more: [`fit`](fit::fit) cuts each document
//!    to it and counts the losses before the writer sees it, so a writer drops nothing and counts nothing.
//!    What a new format loses that has no [`Feature`] yet is a row there and in `fit`.
//! 4. A reader builds a [`Document`] around its text, gives each entity to [`Import::entity`] (offsets in
//!    the file's unit; it aligns, counts and refuses) and each finished document to [`Import::document`], or
//!    says [`Import::refuse`]. An error ends the whole input; only what cannot be read on is one.
//! 5. Add the format's rows to the tables of `tests/suite/formats_*.rs`.

mod align;
#[cfg(feature = "html")]
mod article;
mod bdocjs;
mod brat;
mod brat_read;
mod cas;
mod conll;
mod conll_read;
mod conllu;
mod conllu_line;
mod conllu_read;
mod conllu_words;
mod detect;
mod doccano;
mod error;
mod feature;
mod files;
mod fit;
mod gate;
mod gate_xml;
mod geojson;
mod html;
mod import;
mod inline_xml;
mod interlinear;
mod json_cas;
mod json_fields;
mod jsonl;
mod jsonl_rows;
mod label_studio;
mod label_studio_read;
mod lines;
mod links;
mod mentions;
mod misc;
mod prodigy;
mod report;
mod text;
mod tidy;
mod tokens;
mod webanno_tsv;
mod webanno_tsv_read;
mod write;
mod xmi;
mod xml;

pub use align::{Aligned, align};
pub use conll::{conll_tag, write_conll};
pub use conll_read::{TagPlan, read_conll};
pub use detect::{Detection, detect, detect_in};
pub use error::{ReadError, ReadProblem};
pub use feature::{Feature, Features};
pub use fit::Losses;
pub use geojson::{GEOJSON_SEPARATOR, write_geojson, write_geojson_footer, write_geojson_header};
pub use html::{is_display_control, write_html_document, write_html_footer, write_html_header};
pub use import::{GivenEntity, Import, Input, Limits, ReadOptions};
pub use interlinear::{read_interlinear, write_interlinear};
pub use jsonl::{JsonlReader, read_jsonl, write_jsonl, write_jsonl_with_details};
pub use links::{GoldLink, LinkError, read_links};
pub use mentions::{write_mentions, write_mentions_header};
pub use report::{ImportReport, Place, Tallies, Tally};
pub use tokens::{Units, units};
pub use write::{
    Files, FilesWriter, PutFile, Stream, StreamWriter, WriteContext, WriteDocument, WriteFrame,
    WriteOptions, Writer, write_files, write_stream,
};

use std::path::Path;

use tawsim_tokenizer::OffsetUnit;

/// A file format for annotated documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Plain UTF-8 text, one document a file, without entities.
    Text,
    /// JSON Lines, one document a line (ours).
    Jsonl,
    /// A line of text, then its entities one a line: made for review and version control (ours).
    Interlinear,
    /// A token and its tag a line.
    Conll2002,
    /// CoNLL-2003: token, part of speech, chunk, tag.
    Conll2003,
    /// CoNLL-U: ten columns, multi-word tokens, entities in MISC.
    Conllu,
    /// brat standoff: a `.txt` and an `.ann` a document.
    Brat,
    /// doccano's JSON Lines.
    Doccano,
    /// Label Studio's JSON.
    LabelStudio,
    /// WebAnno TSV 3.3.
    WebannoTsv,
    /// UIMA CAS as XMI with its type system.
    Xmi,
    /// UIMA CAS as JSON.
    JsonCas,
    /// Prodigy's JSON Lines, for spaCy. With this script `python docbin.py out.jsonl train.spacy` makes
    /// spaCy's binary form of them, with our tokens:
    ///
    /// ```python
    /// import json, sys, spacy
    /// from spacy.tokens import Doc, DocBin
    /// nlp, docs = spacy.blank("ar"), DocBin(store_user_data=True)
    /// for line in open(sys.argv[1], encoding="utf-8"):
    ///     row = json.loads(line)
    ///     words, spaces = zip(*((t["text"], t["ws"]) for t in row["tokens"])) if row["tokens"] else ((), ())
    ///     doc = Doc(nlp.vocab, words=list(words), spaces=list(spaces))
    ///     doc.set_ents([doc.char_span(s["start"], s["end"], s["label"]) for s in row["spans"]])
    ///     docs.add(doc)
    /// docs.to_disk(sys.argv[2])
    /// ```
    Prodigy,
    /// GATE's XML.
    GateXml,
    /// GATE's JSON.
    Bdocjs,
    /// Text with entities as elements.
    InlineXml,
    /// A table of mentions, separated by commas.
    Csv,
    /// A table of mentions, separated by tabs.
    Tsv,
    /// Linked places as points.
    Geojson,
    /// A page: articles in, highlights out.
    Html,
}

/// How documents lie in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One file holds all documents.
    ManyInOne,
    /// One file a document.
    FilePerDocument {
        /// Extensions of further files with the same stem (`ann` beside `txt`).
        companions: &'static [&'static str],
        /// Names of files that all documents of a folder share (`TypeSystem.xml`).
        shared: &'static [&'static str],
    },
}

impl Layout {
    /// One file a document and nothing beside it.
    pub const SINGLE: Self = Self::FilePerDocument { companions: &[], shared: &[] };
}

/// Reads one input and gives its documents to the import.
pub type Reader = fn(&mut Input<'_>, &mut Import<'_>) -> Result<(), ReadError>;

/// A row of [`FORMATS`].
pub struct FormatInfo {
    /// Which format it is.
    pub format: Format,
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, in a line.
    pub title: &'static str,
    /// Extensions of its files, without the dot.
    pub extensions: &'static [&'static str],
    /// Whether the first kilobytes of a file look like it: the evidence, in words.
    pub sniff: fn(&str) -> Option<&'static str>,
    /// How documents lie in files.
    pub layout: Layout,
    /// What its offsets count, if the file does not say.
    pub unit: OffsetUnit,
    /// What it carries.
    pub carries: Features,
    /// How it is read.
    pub reader: Option<Reader>,
    /// How it is written.
    pub writer: Option<Writer>,
}

/// The formats there are. Of two whose look fits a file the first is taken.
pub static FORMATS: &[&FormatInfo] = &[
    &jsonl::INFO,
    &doccano::INFO,
    &label_studio::INFO,
    &prodigy::INFO,
    &brat::INFO,
    &interlinear::INFO,
    &conllu::INFO,
    &conll::CONLL2002,
    &conll::CONLL2003,
    &webanno_tsv::INFO,
    &xmi::INFO,
    &json_cas::INFO,
    &gate_xml::INFO,
    &bdocjs::INFO,
    &inline_xml::INFO,
    &mentions::INFO,
    &mentions::TSV,
    &geojson::INFO,
    &html::INFO,
    &text::INFO,
];

/// The formats whose offsets may count anything, as the user says.
const OF_ANY_UNIT: [Format; 3] = [Format::Jsonl, Format::Conllu, Format::Doccano];

impl Format {
    /// Whether its writer minds [`WriteOptions::unit`]; the others count what their readers expect.
    #[must_use]
    pub fn has_any_unit(self) -> bool {
        OF_ANY_UNIT.contains(&self)
    }

    /// The format that a path's extension names, of those that can be read one document after the other
    /// without further files.
    #[must_use]
    pub fn from_path(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "txt" => Some(Self::Text),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "tagged" => Some(Self::Interlinear),
            _ => None,
        }
    }

    /// Its row in [`FORMATS`]; `None` if it is neither read nor written yet.
    #[must_use]
    pub fn info(self) -> Option<&'static FormatInfo> {
        FORMATS.iter().copied().find(|info| info.format == self)
    }

    /// The row with this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<&'static FormatInfo> {
        FORMATS.iter().copied().find(|info| info.name == name)
    }
}

impl std::fmt::Debug for FormatInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// For formats that nothing in a file gives away.
fn no_look(_head: &str) -> Option<&'static str> {
    None
}
