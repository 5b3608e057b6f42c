//! Where the tags, comments and texts of a web page end, after the tokenization of the HTML standard (section 13.2.5).

use super::super::ReadProblem;

/// Attributes that an element may have. A parser compares each with those before it.
pub(super) const MAX_ATTRIBUTES: usize = 1_000;

/// A tag, a comment or a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) byte_len: usize,
    /// Whether it is a tag.
    pub(super) is_tag: bool,
}

impl Unit {
    /// The first unit of what is left of a page; `is_foreign` says whether it is in a drawing or formula.
    ///
    /// # Errors
    /// If it is a tag with too many attributes.
    pub(super) fn first(page: &str, is_foreign: bool) -> Result<Self, ReadProblem> {
        let text = |byte_len| Self { byte_len, is_tag: false };
        let Some(rest) = page.strip_prefix('<') else {
            return Ok(text(page.find('<').unwrap_or(page.len())));
        };
        let is_tag = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic());
        if is_tag(rest.strip_prefix('/').unwrap_or(rest)) {
            return Ok(Self { byte_len: tag_len(page)?, is_tag: true });
        }
        Ok(text(match rest {
            _ if rest.starts_with("!--") => 4 + comment_len(&rest[3..]),
            _ if rest.starts_with("![CDATA[") && is_foreign => len_behind(page, "]]>"),
            _ if rest.starts_with(['!', '?', '/']) => len_behind(page, ">"),
            _ => 1,
        }))
    }
}

fn len_behind(text: &str, end: &str) -> usize {
    text.find(end).map_or(text.len(), |at| at + end.len())
}

/// Bytes of a tag.
fn tag_len(tag: &str) -> Result<usize, ReadProblem> {
    let is_end = |c: char| is_space(c) || matches!(c, '/' | '>');
    let name_end = tag[2..].find(is_end).map_or(tag.len(), |by| 2 + by);
    let mut rest = &tag[name_end..];
    for _ in 0..=MAX_ATTRIBUTES {
        rest = rest.trim_start_matches(|c| is_space(c) || c == '/');
        if rest.is_empty() || rest.starts_with('>') {
            return Ok(tag.len() - rest.len() + usize::from(!rest.is_empty()));
        }
        rest = &rest[attribute_len(rest)..];
    }
    Err(ReadProblem::TooMuch { what: "attributes of an element", limit: MAX_ATTRIBUTES })
}
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\x0C' | '\r')
}

/// Bytes of a comment and its end.
fn comment_len(comment: &str) -> usize {
    if let Some(short) = [">", "->"].iter().find(|end| comment.starts_with(**end)) {
        return short.len();
    }
    let is_end = |at: &usize| ["--", "--!"].iter().any(|end| comment[..*at].ends_with(end));
    let end = comment.match_indices('>').map(|(at, _)| at).find(is_end);
    end.map_or(comment.len(), |at| at + 1)
}

/// Bytes of an attribute and the space behind its name.
fn attribute_len(text: &str) -> usize {
    let first = text.chars().next().map_or(0, char::len_utf8);
    let is_end = |c: char| is_space(c) || matches!(c, '/' | '>' | '=');
    let end = text[first..].find(is_end).map_or(text.len(), |by| first + by);
    let Some(value) = text[end..].trim_start_matches(is_space).strip_prefix('=') else {
        return end;
    };
    let value = value.trim_start_matches(is_space);
    let behind = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => value[1..].split_once(quote).map_or("", |(_, rest)| rest),
        _ => value.find(|c| is_space(c) || c == '>').map_or("", |by| &value[by..]),
    };
    text.len() - behind.len()
}

/// Bytes of the text of an element before its end tag.
pub(super) fn raw_text_len(text: &str, name: &str) -> usize {
    let is_end = |at: &usize| is_tag(&text[*at..], "</", name);
    text.match_indices("</").map(|(at, _)| at).find(is_end).unwrap_or(text.len())
}

/// Bytes of a script before its end tag: that of a script in a comment of the script is none.
pub(super) fn script_len(text: &str) -> usize {
    let (mut is_comment, mut is_inner) = (false, false);
    for (at, _) in text.match_indices(['<', '>']) {
        let here = &text[at..];
        if here.starts_with('>') {
            let ends = text[..at].ends_with("--");
            (is_comment, is_inner) = (is_comment && !ends, is_inner && !ends);
        } else if is_tag(here, "</", "script") {
            if !std::mem::take(&mut is_inner) {
                return at;
            }
        } else if is_tag(here, "<", "script") {
            is_inner = is_comment;
        }
        is_comment |= here.starts_with("<!--");
    }
    text.len()
}

/// Whether a tag begins here of which this is what stands before its name.
fn is_tag(text: &str, before: &str, name: &str) -> bool {
    let Some(tag) = text.strip_prefix(before).map(str::as_bytes) else { return false };
    tag.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
        && tag.get(name.len()).is_some_and(|byte| b" \t\n\x0C\r/>".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_units_end() {
        // The unit, and what stands behind it.
        for (unit, behind) in [
            ("حلب ", "<p>"),
            ("<p a='>' b=\">\" c=x>", ">"),
            ("</p >", "x"),
            ("<br/>", "<"),
            ("<", "3"),
            ("<", "<a>"),
            ("<!-->", "-->"),
            ("<!--a--!>", "-->"),
            ("<!doctype html>", "x"),
            ("<![CDATA[>", "]]>"),
            ("</3>", "x"),
            ("<p a='>", ""),
        ] {
            let found = Unit::first(&format!("{unit}{behind}"), false).map(|unit| unit.byte_len);
            assert_eq!(found.ok(), Some(unit.len()), "{unit}");
        }
        let cdata = Unit::first("<![CDATA[>]]>x", true).map(|unit| unit.byte_len);
        assert_eq!(cdata.ok(), Some(13));
    }

    #[test]
    fn where_scripts_end() {
        for script in [
            "i<3",
            "'<script>'",
            "<!--",
            "<!--<script></script>",
            "<!--<script>-->",
            "<!-->'<script>'",
            "<!--<script></script x -->",
            "</scripts>",
        ] {
            assert_eq!(
                script_len(&format!("{script}</SCRIPT ></script>")),
                script.len(),
                "{script}"
            );
        }
        assert_eq!(raw_text_len("<b></styles></style>", "style"), 12);
    }
}
