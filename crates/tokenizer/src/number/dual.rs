//! Nouns in the dual, which count two without a number word.

use super::{NumberMention, NumberValue};
use crate::letters::Letters;
use crate::{Segment, SegmentRole, Segmenter, Span, TokenKind, Tokenized};
use std::sync::LazyLock;

/// Masculine nouns whose plural is a broken one, so that `ين` can only be the dual: `عنصرين`, but
/// not `مسلحين`. Alef is folded.
const NOUNS: &str = "عنصر شخص يوم شهر عام اسبوع قرن منزل بيت صاروخ قتيل جريح شهيد طفل رجل شاب ضابط قائد \
    وزير رئيس زعيم شقيق طرف بلد جانب فصيل لواء تنظيم محور مركز حاجز موقع مقر لغم انفجار هجوم لقاء مبنى \
    كيلومتر متر برميل جيش رتل شارع خط مكان سجين مسجد جسر نهر طريق معبر باب ولد ملف قرار بند عقد نفق \
    زورق قارب مخيم فيلق حزب حي سبب شرط هدف فرع كلم طن لتر عسكري جندي نائب عضو اسير رهينة نوع قسم جزء \
    مرة ضعف فريق اتجاه مسار خيار احتمال مشروع مصدر معتقل مدفع رشاش منفذ";

/// Nouns that stand in the construct dual before two names: `قريتي الزرزور وأم الخلاخيل`.
const CONSTRUCT_NOUNS: &str = "قرية بلدة مدينة منطقة محافظة ناحية جبهة مزرعة قاعدة كتيبة فرقة معركة \
    حادثة عملية دولة جماعة حركة هيئة ريف حي محور مخيم طريق مشفى جبل شارع فصيل لواء مطار معبر حاجز";

static NOUN_TABLE: LazyLock<Vec<Letters>> = LazyLock::new(|| table(NOUNS));
static CONSTRUCT_TABLE: LazyLock<Vec<Letters>> = LazyLock::new(|| table(CONSTRUCT_NOUNS));

fn table(words: &str) -> Vec<Letters> {
    let letters = |word| Letters::from_text(word).expect("nouns are short");
    let mut rows: Vec<Letters> = words.split_whitespace().map(letters).collect();
    rows.sort_unstable();
    rows
}

const TEH_MARBUTA: Letters = Letters::literal("ة");
const TEH: Letters = Letters::literal("ت");
const WAW: Letters = Letters::literal("و");

/// Endings of the dual, and of the dual before a genitive.
const ENDINGS: [Letters; 2] = [Letters::literal("ين"), Letters::literal("ان")];
const CONSTRUCT_ENDINGS: [Letters; 2] = [Letters::literal("ي"), Letters::literal("ا")];

/// A noun with ة was met about fifty times in the bundled lexicon.
const KNOWN: u8 = 10;

/// The conjunction between the two names stands at most so many tokens behind the noun.
const MAX_NAME_TOKENS: usize = 4;

/// Finds nouns in the dual: each says two of what it names. They are no numbers for
/// [`super::find_numbers`]; who counts them asks for them.
///
/// A noun with ة counts if the lexicon knows it, a masculine one if it stands in a list (the dual
/// and the sound plural are spelled alike), one in construct state (`قريتي`) only before two names.
///
/// ```
/// use tawsim_tokenizer::{Tokenized, Tokenizer, find_duals};
/// let text = "تدمير سيارتين ومقتل عنصرين في قريتي الزرزور وأم الخلاخيل";
/// let (tokenizer, mut tokenized) = (Tokenizer::new(), Tokenized::default());
/// tokenizer.tokenize(text, &mut tokenized);
/// let mut duals = Vec::new();
/// find_duals(text, &tokenized, tokenizer.segmenter(), &mut duals);
/// let found: Vec<&str> = duals.iter().map(|dual| dual.span.slice(text)).collect();
/// assert_eq!(found, ["سيارتين", "عنصرين", "قريتي"]);
/// assert!(duals.iter().all(|dual| dual.value.min == 2.0 && dual.value.exact));
/// ```
pub fn find_duals(
    text: &str,
    tokenized: &Tokenized,
    segmenter: &Segmenter,
    out: &mut Vec<NumberMention>,
) {
    out.clear();
    let finder = Finder { text, tokenized, segmenter };
    for sentence in tokenized.sentences() {
        let end = sentence.end_token_idx as usize;
        // An adjective agrees with its noun: `سيارتين مفخختين` are two, not four.
        let mut is_behind_dual = false;
        for token_idx in sentence.first_token_idx as usize..end {
            let found = finder.dual(token_idx, end);
            let is_adjective = is_behind_dual && finder.begins_with_stem(token_idx);
            out.extend(found.filter(|_| !is_adjective).map(mention));
            is_behind_dual = found.is_some();
        }
    }
}

fn mention(span: Span) -> NumberMention {
    let value = NumberValue { unit: Some(span), ..NumberValue::one(2.0) };
    NumberMention { span, context: span, value }
}

#[derive(Clone, Copy)]
struct Finder<'t> {
    text: &'t str,
    tokenized: &'t Tokenized,
    segmenter: &'t Segmenter,
}

impl Finder<'_> {
    /// The noun of the token without its proclitics, if it is a dual.
    fn dual(self, token_idx: usize, end: usize) -> Option<Span> {
        if self.tokenized.tokens()[token_idx].kind != TokenKind::Word {
            return None;
        }
        let segments = self.tokenized.segments_of(token_idx);
        let first = segments.iter().position(|segment| segment.role == SegmentRole::Stem)?;
        // `قريتي` may have been cut as if it were "my village".
        let span = segments[first].span.cover(segments[segments.len() - 1].span);
        let stem = Span::new(segments[first].without_article().start(), span.end());
        let letters = Letters::from_text(stem.slice(self.text))?;
        let is_dual = (segments.len() == first + 1 && self.is_dual(letters))
            || (is_construct(letters) && self.names_follow(token_idx + 1, end));
        is_dual.then_some(span)
    }

    fn begins_with_stem(self, token_idx: usize) -> bool {
        let first = self.tokenized.segments_of(token_idx).first();
        first.is_some_and(|segment| segment.role == SegmentRole::Stem)
    }

    fn is_dual(self, letters: Letters) -> bool {
        let Some(noun) = without_any(letters, ENDINGS) else { return false };
        NOUN_TABLE.binary_search(&noun).is_ok() || self.is_known_feminine(noun)
    }

    /// `سيارت` of `سيارتين`: three letters at least before the ة, and better known with it.
    fn is_known_feminine(self, noun: Letters) -> bool {
        without_any(noun, [TEH]).is_some_and(|stem| {
            stem.len() >= 2 && self.segmenter.level(stem.join(TEH_MARBUTA)) >= KNOWN
        })
    }

    /// Whether a conjunction stands a few words behind, with nothing but words between.
    fn names_follow(self, first: usize, end: usize) -> bool {
        let tokens = first..end.min(first + MAX_NAME_TOKENS + 1);
        let joined = tokens
            .take_while(|&idx| self.tokenized.tokens()[idx].kind == TokenKind::Word)
            .position(|idx| self.begins_with_waw(self.tokenized.segments_of(idx)));
        joined.is_some_and(|n_words_before| n_words_before > 0)
    }

    fn begins_with_waw(self, segments: &[Segment]) -> bool {
        segments.first().is_some_and(|first| {
            first.role == SegmentRole::Proclitic
                && Letters::from_text(first.span.slice(self.text)) == Some(WAW)
        })
    }
}

fn is_construct(letters: Letters) -> bool {
    let Some(noun) = without_any(letters, CONSTRUCT_ENDINGS) else { return false };
    let with_marbuta = without_any(noun, [TEH]).map(|stem| stem.join(TEH_MARBUTA));
    let is_noun = |noun: Letters| CONSTRUCT_TABLE.binary_search(&noun).is_ok();
    is_noun(noun) || with_marbuta.is_some_and(is_noun)
}

/// The letters before whichever ending they have.
fn without_any<const N: usize>(letters: Letters, endings: [Letters; N]) -> Option<Letters> {
    let has = |ending: &Letters| {
        let n = letters.len().checked_sub(ending.len());
        n.filter(|&n| n > 0 && letters.skip(n) == *ending)
    };
    endings.iter().find_map(has).map(|n| letters.first(n))
}
