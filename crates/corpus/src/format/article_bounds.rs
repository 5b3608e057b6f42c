//! What a web page asks of a parser, told from its tags before a tree is built: how many elements it has, how deep they
//! nest, how many attributes one has.
//!
//! End tags count as in the tree construction of the HTML standard (section 13.2.6). Where this is simpler than the standard, the page counts as
//! deeper than it is, not as less deep; what may be read in two ways is refused.

use super::ReadProblem;

/// Elements that a page may have. The search for its article takes time that grows faster than their number.
pub(super) const MAX_ELEMENTS: usize = 50_000;

/// Attributes that an element may have. A parser compares each with those before it.
const MAX_ATTRIBUTES: usize = 1_000;

/// Elements that are never open for long: without content, or ended by the next of their kind.
const SHORT: [&str; 23] = [
    "area", "base", "body", "br", "col", "embed", "head", "hr", "html", "img", "input", "link",
    "meta", "option", "p", "param", "source", "tbody", "td", "th", "tr", "track", "wbr",
];

/// Those of [`SHORT`] that end foreign content and so stand in none.
const NEVER_FOREIGN: [&str; 8] = ["body", "br", "embed", "head", "hr", "img", "meta", "p"];

/// Elements whose end tag leaves the elements inside open.
const FORMATTING: [&str; 14] = [
    "a", "b", "big", "code", "em", "font", "form", "i", "nobr", "s", "small", "strike", "strong",
    "tt",
];

/// Elements that end tags do not reach over.
const BARRIERS: [&str; 16] = [
    "annotation-xml",
    "applet",
    "caption",
    "desc",
    "foreignobject",
    "marquee",
    "mi",
    "mn",
    "mo",
    "ms",
    "mtext",
    "object",
    "select",
    "table",
    "template",
    "title",
];

/// Further elements that end tags of plain elements do not reach over.
const SPECIAL: [&str; 52] = [
    "address",
    "article",
    "aside",
    "bgsound",
    "blockquote",
    "button",
    "center",
    "colgroup",
    "dd",
    "details",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "iframe",
    "keygen",
    "li",
    "listing",
    "main",
    "menu",
    "nav",
    "noembed",
    "noframes",
    "noscript",
    "ol",
    "plaintext",
    "pre",
    "script",
    "search",
    "section",
    "style",
    "summary",
    "textarea",
    "tfoot",
    "thead",
    "ul",
    "xmp",
];

/// Elements whose content is text.
const RAW: [&str; 8] =
    ["iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp"];

/// Elements that stand in drawings only: while there are no others, `/>` ends one.
const DRAWN: [&str; 24] = [
    "circle",
    "clippath",
    "defs",
    "ellipse",
    "fegaussianblur",
    "filter",
    "g",
    "image",
    "line",
    "lineargradient",
    "marker",
    "mask",
    "path",
    "pattern",
    "polygon",
    "polyline",
    "radialgradient",
    "rect",
    "stop",
    "style",
    "symbol",
    "text",
    "tspan",
    "use",
];

/// Whether a parser can take the page.
pub(super) fn check(page: &str, max_depth: usize) -> Result<(), ReadProblem> {
    let mut tags = Tags { page, at: 0, open: Vec::new(), n_elements: 0, is_drawing: false };
    while let Some(by) = page[tags.at..].find('<') {
        tags.at += by + 1;
        tags.tag()?;
        if tags.open.len() > max_depth {
            return Err(ReadProblem::TooMuch { what: "nested elements", limit: max_depth });
        }
    }
    Ok(())
}

struct Open<'p> {
    name: String,
    /// The whole tag: of formatting elements that are the same the standard keeps three.
    tag: &'p str,
}

struct Tags<'p> {
    page: &'p str,
    /// Behind what was read.
    at: usize,
    open: Vec<Open<'p>>,
    n_elements: usize,
    /// Whether an `<svg>` is open and all tags since were of [`DRAWN`].
    is_drawing: bool,
}

impl<'p> Tags<'p> {
    /// Takes what begins behind the `<`.
    fn tag(&mut self) -> Result<(), ReadProblem> {
        let rest = &self.page[self.at..];
        let is_letter = |at: usize| rest.as_bytes().get(at).is_some_and(u8::is_ascii_alphabetic);
        if is_letter(0) {
            self.start()?;
        } else if rest.starts_with('/') && is_letter(1) {
            self.at += 1;
            let name = self.name();
            self.attributes()?;
            self.end(&name);
        } else if let Some(comment) = rest.strip_prefix("!--") {
            self.at += 3 + comment_len(comment);
        } else if rest.starts_with("![CDATA[") && self.is_foreign() {
            if !self.is_drawing {
                return Err(ambiguous());
            }
            self.skip_behind("]]>");
        } else if rest.starts_with(['!', '?', '/']) {
            self.skip_behind(">");
        }
        Ok(())
    }

    fn skip_behind(&mut self, end: &str) {
        let found = self.page[self.at..].find(end);
        self.at = found.map_or(self.page.len(), |by| self.at + by + end.len());
    }

    /// The name of the tag, in lower case.
    fn name(&mut self) -> String {
        let rest = &self.page[self.at..];
        let end = rest.find(|c: char| is_space(c) || matches!(c, '/' | '>'));
        let name = &rest[..end.unwrap_or(rest.len())];
        self.at += name.len();
        name.to_ascii_lowercase()
    }

    /// Goes behind the tag; says whether it ends with `/>`.
    fn attributes(&mut self) -> Result<bool, ReadProblem> {
        for _ in 0..=MAX_ATTRIBUTES {
            let rest = &self.page[self.at..];
            let left = rest.trim_start_matches(|c| is_space(c) || c == '/');
            let space = &rest[..rest.len() - left.len()];
            self.at += space.len();
            if left.is_empty() || left.starts_with('>') {
                self.at += usize::from(!left.is_empty());
                return Ok(space.ends_with('/'));
            }
            self.at += attribute_len(left);
        }
        Err(ReadProblem::TooMuch { what: "attributes of an element", limit: MAX_ATTRIBUTES })
    }

    fn is_foreign(&self) -> bool {
        self.open.iter().any(|open| matches!(open.name.as_str(), "svg" | "math"))
    }

    fn start(&mut self) -> Result<(), ReadProblem> {
        let from = self.at;
        let name = self.name();
        let is_closed = self.attributes()?;
        let tag: &'p str = &self.page[from..self.at];
        self.n_elements += 1;
        if self.n_elements > MAX_ELEMENTS {
            return Err(ReadProblem::TooMuch { what: "elements", limit: MAX_ELEMENTS });
        }
        let is_foreign = self.is_foreign();
        let (is_raw, is_drawn) = (RAW.contains(&name.as_str()), DRAWN.contains(&name.as_str()));
        let is_first = name == "svg" && !is_foreign;
        if is_closed && (is_first || (self.is_drawing && (is_raw || is_drawn))) {
            return Ok(());
        }
        if is_raw && !(self.is_drawing && name == "style") {
            return self.raw(&name);
        }
        self.is_drawing = is_first || (self.is_drawing && is_drawn);
        match name.as_str() {
            "a" if !is_foreign => self.end("a"),
            "li" => self.end_item(&["li"]),
            "dd" | "dt" => self.end_item(&["dd", "dt"]),
            _ => {}
        }
        let is_short = SHORT.contains(&name.as_str());
        if !is_short || (is_foreign && !NEVER_FOREIGN.contains(&name.as_str())) {
            self.open.push(Open { name, tag });
        }
        Ok(())
    }

    /// Goes to the end tag of an element whose content is text; in foreign content and lists of choices it may be none.
    fn raw(&mut self, name: &str) -> Result<(), ReadProblem> {
        let rest = &self.page[self.at..];
        let is_end = |at: usize| {
            let tag = &rest.as_bytes()[at + 2..];
            let is_named =
                tag.get(..name.len()).is_some_and(|t| t.eq_ignore_ascii_case(name.as_bytes()));
            is_named && tag.get(name.len()).is_none_or(|b| b" \t\n\x0C\r/>".contains(b))
        };
        let end = rest.match_indices("</").map(|(at, _)| at).find(|at| is_end(*at));
        let content = &rest[..end.unwrap_or(rest.len())];
        let is_unsure = self.is_foreign() || self.open.iter().any(|open| open.name == "select");
        // A script in the comment of a script hides the end tag.
        let hides = name == "script"
            && content.split("<!--").skip(1).any(|comment| {
                let comment = comment.split("-->").next().unwrap_or_default();
                comment.to_ascii_lowercase().contains("<script")
            });
        if hides || (is_unsure && content.contains('<')) {
            return Err(ambiguous());
        }
        self.at += content.len();
        if end.is_some() {
            self.at += 2;
            self.name();
            self.attributes()?;
        }
        Ok(())
    }

    /// Ends the item of a list that is open, as the next one begins.
    fn end_item(&mut self, names: &[&str]) {
        let is_stop = |name: &str| !matches!(name, "address" | "div") && is_special(name);
        let last = self
            .open
            .iter()
            .rposition(|open| names.contains(&open.name.as_str()) || is_stop(&open.name));
        if let Some(at) = last.filter(|at| names.contains(&self.open[*at].name.as_str())) {
            self.close(at);
        }
    }

    fn end(&mut self, name: &str) {
        self.is_drawing &= name != "svg" && DRAWN.contains(&name);
        let last = self.open.iter().rposition(|open| open.name == name);
        let Some(at) = last else { return };
        let above = &self.open[at + 1..];
        let is_over = |is_stop: fn(&str) -> bool| above.iter().any(|open| is_stop(&open.name));
        if FORMATTING.contains(&name) && !is_over(is_barrier) && is_over(is_special) {
            self.open.remove(at);
        } else if !is_over(if is_special(name) { is_barrier } else { is_special }) {
            self.close(at);
        }
    }

    /// Ends an element and those in it. Formatting goes on behind them.
    fn close(&mut self, at: usize) {
        let inside = self.open.split_off(at);
        for open in inside.into_iter().skip(1) {
            let is_same = |other: &&Open<'_>| other.tag == open.tag;
            let goes_on = FORMATTING.contains(&open.name.as_str()) && open.name != "form";
            if goes_on && self.open.iter().filter(is_same).count() < 3 {
                self.open.push(open);
            }
        }
    }
}

fn is_barrier(name: &str) -> bool {
    BARRIERS.contains(&name)
}

fn is_special(name: &str) -> bool {
    is_barrier(name) || SPECIAL.contains(&name)
}

fn ambiguous() -> ReadProblem {
    ReadProblem::Shape("the page has tags that may be read in two ways".to_owned())
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a part of a page that stands there many times.
    fn check_many(part: &str, expected: &str) {
        let page = part.repeat(200);
        let said = check(&page, 100).map_or_else(|problem| problem.to_string(), |()| "good".into());
        assert!(said.starts_with(expected), "{part}: {said}");
    }

    #[test]
    fn parts_that_leave_nothing_open() {
        for part in [
            "<div><p>x<br><img src=x></div>",
            "<ul><li>x<li>y</ul>",
            "<dl><dt>x<dd>y</dl>",
            "<div><span></div>",
            "<p><b><i>x</b></i></p>",
            "<a href=x>x<a href=y>y",
            "<div><b>x</div>",
            "<!--<div>--><!--><!---><!-- > -->",
            "<DIV title='</p><div>'></Div>",
            "<script>'<div>' <!-- x --></script>",
            "<style>a>b</style><textarea><div></textarea><title><b></title>",
            "<svg/><svg><title>x</title><g><path d=''/><use/></g><style><![CDATA[<]]></style></svg>",
            "<svg><a><path></path></a></svg>",
            "<select><option>x<option>y</select>",
            "<table><tr><td>x<tr><td>y</table>",
            "<form><div></div></form>",
            "<![CDATA[x]]><?x?></><!doctype html>",
        ] {
            check_many(part, "good");
        }
    }

    #[test]
    fn parts_that_nest() {
        for part in [
            "<div></x>",
            "<div><!--</div>-->",
            "<div title='</div>'>",
            "<div></div-x>",
            "<div-x></div>",
            "<div><script></div></script>",
            "<div><style></div></style>",
            "<div><table><td></div>",
            "<span><div></span>",
            "<b><div></b>",
            "<form><div></form>",
            "<li><dd>",
            "<path>",
            "<circle/>",
            "<svg><p><g/>",
            "<svg><td>",
            "<svg><a>",
            "<div/>",
            "<div></ div>",
            "<div><svg><foreignObject></div>",
            "<div><select></div>",
        ] {
            check_many(part, "nested elements");
        }
        let tags: String = (0..200).map(|n| format!("<div><b id={n}>x</div>")).collect();
        assert!(check(&tags, 100).is_err());
    }

    #[test]
    fn parts_that_may_be_read_in_two_ways() {
        for part in [
            "<div><script><!--<script></script></div>--></script>",
            "<svg><p><style></div></style>",
            "<select><style><input></style>",
            "<svg><p><![CDATA[x]]>",
        ] {
            check_many(part, "the page has tags");
        }
    }
}
