use tawsim_tokenizer::{Span, Tokenized};

use super::{Gazetteer, GazetteerView, Hit, NameStatus};
use crate::features::{FormTable, TokenizedText, Unit, UnitReader, UnreadForm};

/// A name of the gazetteer in a text, not linked to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mention {
    /// From the first stem to the last: clitics stay outside.
    pub span: Span,
    /// Index into [`Gazetteer::kinds`].
    pub kind_idx: u16,
    /// How sure the name is on its own.
    pub status: NameStatus,
}

/// Buffers of [`Gazetteer::find`], and the keys of the word forms met. They never change a result.
#[derive(Debug, Default)]
pub struct MentionScratch {
    reader: UnitReader,
    forms: FormTable,
    units: Vec<Unit>,
    keys: Vec<u64>,
    roots: Vec<u32>,
    hits: Vec<Hit>,
    mentions: Vec<Mention>,
    /// [`Gazetteer::fingerprint`] of the gazetteer that the forms were looked up in.
    gazetteer: u64,
}

/// The most word forms whose keys are kept.
const MAX_FORMS: usize = 1 << 18;

impl Gazetteer {
    /// The names in a text, in order of their starts: of each kind the longest that begins at a stem.
    /// Names may overlap. `tokenized` is the text's own.
    ///
    /// Allocates nothing once the scratch has met the words of the text.
    ///
    /// ```
    /// use tawsim_tagger::{GazetteerBuilder, MentionScratch, NameStatus};
    /// use tawsim_tokenizer::{Tokenized, Tokenizer};
    /// let mut builder = GazetteerBuilder::new();
    /// builder.add("place", "خان شيخون", NameStatus::Plain);
    /// let (gazetteer, text) = (builder.build(), "قصف على خان شيخون وبخان_شيخون");
    /// let mut tokenized = Tokenized::default();
    /// Tokenizer::new().tokenize(text, &mut tokenized);
    /// let mut scratch = MentionScratch::default();
    /// let found = gazetteer.find(text, &tokenized, &mut scratch);
    /// let surfaces: Vec<&str> = found.iter().map(|mention| mention.span.slice(text)).collect();
    /// assert_eq!(surfaces, ["خان شيخون"]);
    /// ```
    pub fn find<'s>(
        &self,
        text: &str,
        tokenized: &Tokenized,
        scratch: &'s mut MentionScratch,
    ) -> &'s [Mention] {
        scratch.mentions.clear();
        let is_ours = scratch.gazetteer == self.fingerprint;
        if !is_ours || scratch.forms.len() == 0 || scratch.forms.len() > MAX_FORMS {
            scratch.forms.clear(&[]);
            scratch.gazetteer = self.fingerprint;
        }
        for sentence in tokenized.sentences() {
            let tokens = sentence.first_token_idx as usize..sentence.end_token_idx as usize;
            scratch.read_units(TokenizedText { text, tokenized }, tokens);
            scratch.look_up(self.view());
            scratch.push_mentions();
        }
        &scratch.mentions
    }
}

impl MentionScratch {
    fn read_units(&mut self, source: TokenizedText<'_>, tokens: std::ops::Range<usize>) {
        self.units.clear();
        let forms = &mut self.forms;
        self.reader.read(source, tokens, &mut self.units, |identity, text: UnreadForm<'_>| {
            let known = forms.get(identity);
            known.unwrap_or_else(|| forms.insert(identity, text, &[], &Default::default()))
        });
    }

    fn look_up(&mut self, gazetteer: GazetteerView<'_>) {
        self.forms.find_roots(gazetteer);
        self.keys.clear();
        self.keys.extend(self.units.iter().map(|unit| self.forms.key(unit.form)));
        self.roots.clear();
        self.roots.extend(self.units.iter().map(|unit| self.forms.root(unit.form, gazetteer)));
        gazetteer.matches(&self.keys, &self.roots, &mut self.hits);
    }

    fn push_mentions(&mut self) {
        let units = &self.units;
        self.mentions.extend(self.hits.iter().map(|hit| Mention {
            span: units[hit.start as usize].span.cover(units[hit.end as usize - 1].span),
            kind_idx: hit.kind,
            status: NameStatus::from_number(hit.status),
        }));
    }
}
