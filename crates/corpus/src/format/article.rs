//! Articles out of web pages: the text without what stands around it, found by a port of Mozilla's Readability.

use dom_smoothie::{Article, Config, Readability, ReadabilityError, TextMode};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1256};

use super::{Import, Input, ReadError, ReadProblem};
use crate::{Document, Metadata};

mod tree;
mod units;

/// Reads a page as one document: title and text of its article. The page itself is kept in the metadata (`html`),
/// beside the title and the author (`title`, `byline`).
///
/// A page that is no UTF-8 is decoded as it says of itself, without a word as Windows-1256, which is what browsers
/// take Arabic pages for; the report says so, and what is kept is the decoded page.
///
/// # Errors
/// If the page is too long. One that is not of its encoding, nested too deep or has no article is refused.
pub(super) fn read_article(
    input: &mut Input<'_>,
    import: &mut Import<'_>,
) -> Result<(), ReadError> {
    let page = input.read_bytes(import.options.limits)?;
    let read = decoded(page, import).and_then(|page| Ok((article(&page)?, page)));
    match read {
        Ok((article, page)) => import.document(document(article, page)),
        Err(problem) => import.refuse(1, 0, &problem),
    }
    Ok(())
}

/// The page as text.
fn decoded(page: Vec<u8>, import: &mut Import<'_>) -> Result<String, ReadProblem> {
    let page = match String::from_utf8(page) {
        Ok(page) => return Ok(page),
        Err(error) => error.into_bytes(),
    };
    let bom = Encoding::for_bom(&page).map(|(encoding, _)| (encoding, "by its byte order mark"));
    let said = || stated_encoding(&page).map(|encoding| (encoding, "as it says"));
    let (encoding, why) =
        bom.or_else(said).unwrap_or((WINDOWS_1256, "because it is no UTF-8 and says nothing"));
    if encoding == UTF_8 {
        return Err(ReadProblem::NotUtf8);
    }
    let (text, _, is_malformed) = encoding.decode(&page);
    if is_malformed {
        let words = format!("the page is not {}, though it is to be read so", encoding.name());
        return Err(ReadProblem::Shape(words));
    }
    import.note(format!("{}: read as {}, {why}", import.input_name(), encoding.name()));
    Ok(text.into_owned())
}

/// What a `<meta charset=…>` or `<meta … content="…; charset=…">` at the start of the page names.
fn stated_encoding(page: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&page[..page.len().min(1024)]).to_ascii_lowercase();
    head.split("charset").skip(1).find_map(|rest| {
        let name = rest.trim_start().strip_prefix('=')?.trim_start_matches([' ', '"', '\'']);
        let end = name.find(|c: char| !c.is_ascii_graphic() || "\"';>/".contains(c))?;
        Encoding::for_label(&name.as_bytes()[..end])
    })
}

fn article(page: &str) -> Result<Article, ReadProblem> {
    let tree = tree::parse(page)?;
    let config = Config {
        max_elements_to_parse: tree::MAX_ELEMENTS,
        text_mode: TextMode::Formatted,
        ..Config::default()
    };
    let found =
        Readability::with_document(tree, None, Some(config)).and_then(|mut page| page.parse());
    found.map_err(|error| match error {
        ReadabilityError::TooManyElements(..) => {
            ReadProblem::TooMuch { what: "elements", limit: tree::MAX_ELEMENTS }
        }
        _ => ReadProblem::Shape("no article was found in the page".to_owned()),
    })
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
    use crate::{ImportReport, LabelSet, ReadOptions};

    fn read(page: &str) -> (Vec<Document>, String) {
        let (documents, report) = read_bytes(page.as_bytes());
        let refused = report.refused.values().map(|tally| tally.first[0].to_string()).collect();
        (documents, refused)
    }

    fn read_bytes(page: &[u8]) -> (Vec<Document>, ImportReport) {
        let (options, mut labels, mut documents) =
            (ReadOptions::default(), LabelSet::new(), Vec::new());
        let mut sink = |document, _: &LabelSet| documents.push(document);
        let mut import = Import::new(&options, &mut labels, &mut sink);
        import.begin_input("page.html");
        let mut main = page;
        let mut input = Input { main: &mut main, companions: Vec::new() };
        read_article(&mut input, &mut import).expect("short");
        let report = import.report;
        assert!(report.is_balanced());
        (documents, report)
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
        let deep = "nested elements: more than 512";
        check(&"<div>".repeat(100_000), deep);
        check(&"<p>x".repeat(60_000), "elements: more than 50000");
        check(&"<div></x>".repeat(49_000), deep);
        check(&format!("<svg>{}", "<g></x>".repeat(100_000)), deep);
        let attributes: String = (0..200_000).map(|n| format!(" a{n}")).collect();
        check(&format!("<p{attributes}>"), "attributes of an element: more than 1000");
    }

    #[test]
    fn pages_of_other_encodings() {
        let line =
            "قال المرصد السوري إن قوات النظام قصفت ريف حلب، وأدى القصف إلى مقتل 12 مدنيا أمس.";
        let check = |meta: &str, encoding: &'static Encoding, expected: &str| {
            let body = format!("<p>{line}</p>").repeat(6);
            let page = format!(
                "<!doctype html><html><head>{meta}<title>قصف</title></head><body><article>{body}"
            );
            let (documents, report) = read_bytes(&encoding.encode(&page).0);
            let found = documents.first().map_or_else(
                || report.refused.values().map(|tally| tally.first[0].to_string()).collect(),
                |document| {
                    assert!(document.text.contains(line), "{}", document.text);
                    assert_eq!(document.metadata.other["html"], page.as_str());
                    report.notes.concat()
                },
            );
            let is_right = found.contains(expected) && found.is_empty() == expected.is_empty();
            assert!(is_right, "{found}");
        };
        let content = "<meta http-equiv=Content-Type content='text/html; charset=windows-1256'>";
        check(content, WINDOWS_1256, "read as windows-1256, as it says");
        check("<meta charset=\"ISO-8859-6\">", encoding_rs::ISO_8859_6, "ISO-8859-6, as it says");
        check("", WINDOWS_1256, "because it is no UTF-8 and says nothing");
        check("<meta charset=utf-8>", WINDOWS_1256, "not UTF-8; save the file as UTF-8");
        // A page that was saved as UTF-8 still says what it was before.
        check(content, UTF_8, "");
    }
}
