//! Web and mail addresses, user names.

use crate::TokenKind;

const SCHEMES: &[&str] = &["http://", "https://", "ftp://", "www."];

/// Ends of bare addresses such as `aljazeera.net`; others could be two words with a missing space.
const DOMAINS: &[&str] = &[
    "com", "net", "org", "info", "edu", "gov", "int", "mil", "tv", "me", "io", "sy", "iq", "ye",
    "lb", "ly", "ps", "sd", "sa", "ae", "qa", "eg", "jo", "tr", "ir", "ru", "uk", "fr", "de", "eu",
];

/// Signs that close a sentence rather than an address.
const TRAILING: &[char] = &['.', ',', ':', ';', '!', '?', ')', ']', '}', '\'', '"', '،', '؛', '؟'];

/// The longest name of a mail address and the longest domain (RFC 5321, RFC 1035). They bound what is
/// read at each start, so that a long run of letters and points costs no more than its length.
const MAX_NAME_BYTES: usize = 64;
const MAX_DOMAIN_BYTES: usize = 253;

/// The address that begins at `at`, where an ASCII letter stands.
pub(crate) fn address(text: &str, at: usize) -> Option<(usize, TokenKind)> {
    let rest = &text[at..];
    let plain = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    match rest.as_bytes().get(plain)? {
        b':' | b'.' if has_scheme(rest) => Some((at + url_byte_len(rest), TokenKind::Url)),
        b'@' | b'.' | b'-' | b'_' | b'+' | b'%' => {
            let mail = email_byte_len(rest).map(|len| (at + len, TokenKind::Email));
            mail.or_else(|| bare_byte_len(rest).map(|len| (at + len, TokenKind::Url)))
        }
        _ => None,
    }
}

fn has_scheme(rest: &str) -> bool {
    let starts = |scheme: &&str| {
        rest.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
            && rest[scheme.len()..].starts_with(|c: char| c.is_ascii_alphanumeric())
    };
    SCHEMES.iter().any(starts)
}

/// Up to the next space or Arabic char, without closing punctuation.
fn url_byte_len(rest: &str) -> usize {
    let end = rest.bytes().take_while(|byte| byte.is_ascii_graphic() && !b"<>\"".contains(byte));
    rest[..end.count()].trim_end_matches(TRAILING).len()
}

fn domain_byte_len(rest: &str) -> Option<usize> {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || b".-".contains(byte);
    let run = rest.bytes().take(MAX_DOMAIN_BYTES + 1).take_while(part).count();
    let len = rest[..run].trim_end_matches(['.', '-']).len();
    // What is cut off is still a domain if signs follow it: `site.com-----…`.
    (run <= MAX_DOMAIN_BYTES || len + 1 < run).then_some(len)
}

fn email_byte_len(rest: &str) -> Option<usize> {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || b"._%+-".contains(byte);
    let name = rest.bytes().take(MAX_NAME_BYTES).take_while(part).count();
    let domain = rest[name..].strip_prefix('@')?;
    let len = domain_byte_len(domain)?;
    domain[..len].contains('.').then_some(name + 1 + len)
}

/// `aljazeera.net`, `bbc.co.uk/arabic`.
fn bare_byte_len(rest: &str) -> Option<usize> {
    let len = domain_byte_len(rest)?;
    let last = rest[..len].rsplit_once('.')?.1;
    if !DOMAINS.iter().any(|domain| last.eq_ignore_ascii_case(domain)) {
        return None;
    }
    Some(if rest[len..].starts_with('/') { url_byte_len(rest) } else { len })
}

/// The end of `@name` at `at`.
pub(crate) fn mention_end(text: &str, at: usize) -> Option<usize> {
    let name = text[at..].strip_prefix('@')?;
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let len = name.bytes().take_while(part).count();
    (len > 0).then_some(at + 1 + len)
}
