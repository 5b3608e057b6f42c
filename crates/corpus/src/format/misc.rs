//! The MISC column of CoNLL-U: items `Key=Value`, separated by `|`.

/// The escapes of UDPipe for white space and the signs of the column itself.
const ESCAPES: [(char, char); 6] =
    [(' ', 's'), ('\t', 't'), ('\r', 'r'), ('\n', 'n'), ('|', 'p'), ('\\', '\\')];

/// What of a row's MISC column has a meaning here.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Misc<'a> {
    /// `NE`, still escaped.
    pub tag: Option<&'a str>,
    /// `SpaceAfter`, `SpacesAfter`: what stands behind the token; `None`: one space.
    pub after: Option<String>,
    /// `SpacesBefore`.
    pub before: Option<String>,
    /// `SpacesInToken`: the form with its white space.
    pub form: Option<String>,
    /// All other items.
    pub rest: Option<String>,
}

impl<'a> Misc<'a> {
    pub(super) fn parse(column: &'a str) -> Self {
        let mut misc = Self::default();
        if column == "_" {
            return misc;
        }
        let mut rest = Vec::new();
        for item in column.split('|') {
            match item.split_once('=') {
                Some(("NE" | "NER", tag)) if misc.tag.is_none() => misc.tag = Some(tag),
                Some(("Off", _)) => {}
                Some(("SpaceAfter", "No")) => misc.after = Some(String::new()),
                Some(("SpacesAfter", gap)) => misc.after = Some(unescaped(gap)),
                Some(("SpacesBefore", gap)) => misc.before = Some(unescaped(gap)),
                Some(("SpacesInToken", form)) if !form.is_empty() => {
                    misc.form = Some(unescaped(form));
                }
                _ => rest.push(item),
            }
        }
        misc.rest = (!rest.is_empty()).then(|| rest.join("|"));
        misc
    }
}

/// What `SpaceAfter` or `SpacesAfter` says of the text behind a token; one space between tokens is not said.
pub(super) fn spacing(gap: &str, is_last: bool) -> Option<String> {
    match gap {
        "" => Some("SpaceAfter=No".to_owned()),
        " " if !is_last => None,
        gap => Some(format!("SpacesAfter={}", escaped(gap))),
    }
}

pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match ESCAPES.iter().find(|(plain, _)| *plain == c) {
            Some((_, code)) => out.extend(['\\', *code]),
            None => out.push(c),
        }
    }
    out
}

/// An unknown escape stands for itself.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().filter(|_| c == '\\');
        match next.and_then(|next| ESCAPES.iter().find(|(_, code)| code == next)) {
            Some((plain, _)) => {
                chars.next();
                out.push(*plain);
            }
            None => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_go_both_ways() {
        let text = "a| \\\t\r\n\\n\u{A0}ـ";
        assert_eq!(escaped(text), "a\\p\\s\\\\\\t\\r\\n\\\\n\u{A0}ـ");
        assert_eq!(unescaped(&escaped(text)), text);
        assert_eq!(unescaped("\\x\\"), "\\x\\");
    }

    #[test]
    fn items() {
        let misc = Misc::parse("NE=B-A|Gloss=x=y|Off=0-1|SpacesAfter=\\n|Odd");
        assert_eq!((misc.tag, misc.after.as_deref()), (Some("B-A"), Some("\n")));
        assert_eq!(misc.rest.as_deref(), Some("Gloss=x=y|Odd"));
        assert_eq!(Misc::parse("_"), Misc::default());
        assert_eq!(spacing("", true).as_deref(), Some("SpaceAfter=No"));
        assert_eq!(
            (spacing(" ", false), spacing(" ", true).as_deref()),
            (None, Some("SpacesAfter=\\s"))
        );
    }
}
