//! Articles out of web pages: the text without what stands around it, found by a port of Mozilla's Readability.

use dom_smoothie::{Article, Config, Readability, ReadabilityError, TextMode};

use super::{Import, Input, Limits, ReadError, ReadProblem};
use crate::{Document, Metadata};

/// Elements that a page may have. The search takes time that grows faster than their number.
const MAX_ELEMENTS: usize = 50_000;

/// Elements that are never open for long: without content, or ended by the next of their kind.
const SHORT: [&str; 27] = [
    "area", "base", "body", "br", "col", "dd", "dt", "embed", "head", "hr", "html", "img", "input",
    "li", "link", "meta", "option", "p", "param", "path", "source", "tbody", "td", "th", "tr",
    "track", "wbr",
];

/// Reads a page as one document: title and text of its article. The page itself is kept in the metadata (`html`),
/// beside the title and the author (`title`, `byline`).
///
/// # Errors
/// If the page is no UTF-8, too long or nested too deep, or has no article.
pub(super) fn read_article(
    input: &mut Input<'_>,
    import: &mut Import<'_>,
) -> Result<(), ReadError> {
    let limits = import.options.limits;
    let page = input.read_text(limits)?;
    match article(&page, limits) {
        Ok(article) => import.document(document(article, page)),
        Err(problem) => import.refuse(1, 0, &problem),
    }
    Ok(())
}

fn article(page: &str, limits: Limits) -> Result<Article, ReadProblem> {
    if depth(page) > limits.max_depth {
        let what = "nested elements";
        return Err(ReadProblem::TooMuch { what, limit: limits.max_depth });
    }
    let config = Config {
        max_elements_to_parse: MAX_ELEMENTS,
        text_mode: TextMode::Formatted,
        ..Config::default()
    };
    let found = Readability::new(page, None, Some(config)).and_then(|mut page| page.parse());
    found.map_err(|error| match error {
        ReadabilityError::TooManyElements(..) => {
            ReadProblem::TooMuch { what: "elements", limit: MAX_ELEMENTS }
        }
        _ => ReadProblem::Shape("no article was found in the page".to_owned()),
    })
}

/// How many elements are open at once at most: an estimate from the tags, before anything is built.
fn depth(page: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let is_end = rest.starts_with('/');
        let name = rest.trim_start_matches('/');
        let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
        let name = name[..end].to_ascii_lowercase();
        if name.is_empty() || SHORT.contains(&name.as_str()) {
            continue;
        }
        open = if is_end { open.saturating_sub(1) } else { open + 1 };
        deepest = deepest.max(open);
    }
    deepest
}

fn document(article: Article, page: String) -> Document {
    let Article { title, byline, text_content, site_name, lang, published_time, url, .. } = article;
    let body = text_content.trim();
    let headline = headline(&title, site_name.as_deref());
    let has_headline = headline.is_empty() || body.starts_with(headline);
    let text = if has_headline { body.to_owned() } else { format!("{headline}\n\n{body}") };
    let title = Some(title).filter(|title| !title.is_empty());
    let named = [("title", title), ("byline", byline), ("html", Some(page))];
    let other =
        named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into())));
    let metadata = Metadata {
        source: url,
        date: published_time,
        outlet: site_name,
        language: lang,
        other: other.collect(),
    };
    Document { metadata, ..Document::new("", text) }
}

/// The title without the site's name, which many pages put behind it.
fn headline<'a>(title: &'a str, site: Option<&str>) -> &'a str {
    let title = title.trim();
    let site = site.map(str::trim).filter(|site| !site.is_empty());
    let front = site.and_then(|site| title.strip_suffix(site));
    let front = front.map(|front| front.trim_end_matches([' ', '-', '|', '–', '—', '·', ':']));
    front.filter(|front| !front.is_empty()).unwrap_or(title)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LabelSet, ReadOptions};

    fn read(page: &str) -> (Vec<Document>, String) {
        let (options, mut labels, mut documents) =
            (ReadOptions::default(), LabelSet::new(), Vec::new());
        let mut sink = |document, _: &LabelSet| documents.push(document);
        let mut import = Import::new(&options, &mut labels, &mut sink);
        import.begin_input("page.html");
        let mut main = page.as_bytes();
        let mut input = Input { main: &mut main, companions: Vec::new() };
        read_article(&mut input, &mut import).expect("UTF-8");
        let report = import.report;
        assert!(report.is_balanced());
        let refused = report.refused.values().map(|tally| tally.first[0].to_string()).collect();
        (documents, refused)
    }

    #[test]
    fn an_article_without_what_is_around_it() {
        let line = "قال المرصد السوري إن قوات النظام قصفت ريفي إدلب وحلب، وأدّى القصف إلى مقتل ١٢ مدنيًّا في الشـام.";
        let page = format!(
            "<!doctype html><html lang=ar><head><title>قصف على إدلب - الموقع</title>
            <meta property='og:site_name' content='الموقع'>
            <meta property='article:published_time' content='2018-09-17T10:00:00Z'></head><body>
            <nav><ul><li><a href=/>الرئيسية</a><li><a href=/x>رياضة</a></ul></nav>
            <article><h1>قصف على إدلب</h1>{}</article>
            <footer>جميع الحقوق محفوظة</footer><script>var x = 1;</script></body></html>",
            format!("<p>{line}</p>").repeat(6)
        );
        let (documents, _) = read(&page);
        let document = &documents[0];
        let expected = format!("قصف على إدلب\n\n{}", [line; 6].join("\n\n"));
        assert_eq!(document.text, expected);
        assert_eq!(document.id, "page.html");
        let metadata = &document.metadata;
        assert_eq!(metadata.outlet.as_deref(), Some("الموقع"));
        assert_eq!(metadata.date.as_deref(), Some("2018-09-17T10:00:00Z"));
        assert_eq!(metadata.language.as_deref(), Some("ar"));
        assert_eq!(metadata.other["html"], page.as_str());
        assert_eq!(metadata.other["title"], "قصف على إدلب - الموقع");
    }

    #[test]
    fn pages_that_are_refused() {
        let check = |page: &str, expected: &str| {
            let (documents, refused) = read(page);
            assert!(documents.is_empty() && refused.contains(expected), "{refused}");
        };
        check("", "no article was found");
        check(&"<div>".repeat(100_000), "nested elements: more than 100");
        check(&"<p>x".repeat(60_000), "elements: more than 50000");
    }
}
