use super::{TIE, WORD_START};
use serde::{Deserialize, Serialize};
use tokenizers::{Decoder, Result};

/// How WordPiece marks a piece that does not begin its segment.
const CONTINUATION: &str = "##";

/// Joins pieces again: a space before each `▁`, `ل⁀` + `النظام` as `للنظام`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub struct ArabicDecoder {}

impl Decoder for ArabicDecoder {
    fn decode_chain(&self, tokens: Vec<String>) -> Result<Vec<String>> {
        let joined: String = tokens.iter().map(|token| surface(token)).collect();
        let assimilated = joined.replace(&format!("{TIE}ا"), "").replace(TIE, "");
        Ok(vec![assimilated.replace(WORD_START, " ").trim_start().to_owned()])
    }
}

/// A piece without the mark of WordPiece: `##` alone never comes out of a text, where each `#` is a
/// token.
fn surface(piece: &str) -> &str {
    piece.strip_prefix(CONTINUATION).filter(|rest| !rest.is_empty()).unwrap_or(piece)
}
