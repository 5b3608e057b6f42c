//! The tree of a web page, built by the parser of the HTML standard within bounds: how many elements it has, how deep
//! they nest, how many attributes one has.

use std::borrow::Cow;
use std::cell::Cell;

use dom_query::{Document, NodeId};
use html5ever::interface::{Attribute, ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{LocalName, QualName, TokenizerResult};

use super::super::ReadProblem;
use super::units::{MAX_ATTRIBUTES, Unit, raw_text_len, script_len};

/// Elements that a page may have. The search for its article takes time that grows faster than their number.
pub(super) const MAX_ELEMENTS: usize = 50_000;

/// Attributes of all elements together. Formatting that a paragraph leaves open begins anew in the next one, with all
/// of its attributes.
const MAX_ALL_ATTRIBUTES: usize = 500_000;

/// How deep elements may nest, and how many may be templates; browsers stop at this depth too.
const MAX_DEPTH: usize = 512;

/// Builds the tree of a page.
///
/// # Errors
/// If the page goes beyond a bound.
pub(super) fn parse(page: &str) -> Result<Document, ReadProblem> {
    let options = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let builder = TreeBuilder::new(BoundedTree::default(), options);
    let watch = Watch { builder, content: Cell::default(), n_tags: Cell::new(0) };
    let tokenizer = Tokenizer::new(watch, TokenizerOpts::default());
    let (queue, mut rest, mut n_tags) = (BufferQueue::default(), page, 0);
    while !rest.is_empty() {
        let unit = tokenizer.sink.unit(rest)?;
        let (now, behind) = rest.split_at(unit.byte_len);
        queue.push_back(StrTendril::from_slice(now));
        while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
        tokenizer.sink.builder.sink.check()?;
        n_tags += usize::from(unit.is_tag && !behind.is_empty());
        debug_assert!(behind.is_empty() || n_tags == tokenizer.sink.n_tags.get(), "{now}");
        rest = behind;
    }
    tokenizer.end();
    let tree = tokenizer.sink.builder.sink;
    tree.check()?;
    Ok(tree.document)
}

/// What comes next in a page.
#[derive(Default)]
enum Content {
    #[default]
    Tags,
    /// Text up to the end tag of this name.
    Text(RawKind, LocalName),
    /// Text to the end of the page.
    Plain,
}

/// Hands what the tokenizer finds on, and keeps what the tree says of what comes next.
struct Watch {
    builder: TreeBuilder<NodeId, BoundedTree>,
    content: Cell<Content>,
    n_tags: Cell<usize>,
}

impl Watch {
    /// What can be taken at once without leaving a tag half read: a parser compares each attribute with those before
    /// it, so they are counted before.
    fn unit(&self, rest: &str) -> Result<Unit, ReadProblem> {
        let byte_len = match self.content.take() {
            Content::Tags => {
                let builder = &self.builder;
                let is_foreign = builder.adjusted_current_node_present_but_not_in_html_namespace();
                return Unit::first(rest, is_foreign);
            }
            Content::Text(RawKind::ScriptData, _) => script_len(rest),
            Content::Text(_, name) => raw_text_len(rest, &name),
            Content::Plain => rest.len(),
        };
        if byte_len == 0 { Unit::first(rest, false) } else { Ok(Unit { byte_len, is_tag: false }) }
    }
}

impl TokenSink for Watch {
    type Handle = NodeId;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<NodeId> {
        let name = match &token {
            Token::TagToken(tag) => Some(tag.name.clone()),
            _ => None,
        };
        self.n_tags.update(|n| n + usize::from(name.is_some()));
        let result = self.builder.process_token(token, line);
        match (&result, name) {
            (TokenSinkResult::RawData(kind), Some(name)) => {
                self.content.set(Content::Text(*kind, name));
            }
            (TokenSinkResult::Plaintext, _) => self.content.set(Content::Plain),
            _ => {}
        }
        result
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// A tree that says when it has grown too large.
#[derive(Default)]
struct BoundedTree {
    document: Document,
    n_elements: Cell<usize>,
    n_comments: Cell<usize>,
    n_attributes: Cell<usize>,
    /// Attributes that later tags give `<html>` and `<body>`.
    n_added: Cell<usize>,
    /// What stands in a template counts its depth anew.
    n_templates: Cell<usize>,
    is_too_deep: Cell<bool>,
}

impl BoundedTree {
    fn check(&self) -> Result<(), ReadProblem> {
        let depth = self.n_templates.get() + if self.is_too_deep.get() { MAX_DEPTH + 1 } else { 0 };
        for (n, what, limit) in [
            (self.n_elements.get(), "elements", MAX_ELEMENTS),
            (self.n_comments.get(), "comments", MAX_ELEMENTS),
            (self.n_attributes.get(), "attributes of all elements", MAX_ALL_ATTRIBUTES),
            (self.n_added.get(), "attributes of an element", MAX_ATTRIBUTES),
            (depth, "nested elements", MAX_DEPTH),
        ] {
            if n > limit {
                return Err(ReadProblem::TooMuch { what, limit });
            }
        }
        Ok(())
    }

    fn look_at_depth(&self, node: &NodeId, child: &NodeOrText<NodeId>) {
        if matches!(child, NodeOrText::AppendText(_)) {
            return;
        }
        let parent_of = |id: &NodeId| self.document.tree.parent_of(id).map(|parent| parent.id);
        let ancestors = std::iter::successors(Some(*node), parent_of);
        // The document and the child itself.
        if ancestors.take(MAX_DEPTH + 1).count() > MAX_DEPTH {
            self.is_too_deep.set(true);
        }
    }
}

impl TreeSink for BoundedTree {
    type Handle = NodeId;
    type Output = Self;
    type ElemName<'a> = <Document as TreeSink>::ElemName<'a>;

    fn finish(self) -> Self {
        self
    }

    // Every odd tag is an error to the standard; nobody asks for them.
    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        self.document.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Self::ElemName<'a> {
        self.document.elem_name(target)
    }

    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<Attribute>,
        flags: ElementFlags,
    ) -> NodeId {
        self.n_elements.update(|n| n + 1);
        self.n_templates.update(|n| n + usize::from(flags.template));
        self.n_attributes.update(|n| n + attributes.len());
        self.document.create_element(name, attributes, flags)
    }

    fn create_comment(&self, text: StrTendril) -> NodeId {
        self.n_comments.update(|n| n + 1);
        self.document.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> NodeId {
        self.n_comments.update(|n| n + 1);
        self.document.create_pi(target, data)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        self.look_at_depth(parent, &child);
        self.document.append(parent, child);
    }

    fn append_based_on_parent_node(
        &self,
        element: &NodeId,
        previous: &NodeId,
        child: NodeOrText<NodeId>,
    ) {
        self.look_at_depth(element, &child);
        self.document.append_based_on_parent_node(element, previous, child);
    }

    fn append_doctype_to_document(&self, name: StrTendril, public: StrTendril, system: StrTendril) {
        self.document.append_doctype_to_document(name, public, system);
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        self.document.get_template_contents(target)
    }

    fn same_node(&self, one: &NodeId, other: &NodeId) -> bool {
        one == other
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.document.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        self.look_at_depth(sibling, &child);
        self.document.append_before_sibling(sibling, child);
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attributes: Vec<Attribute>) {
        self.n_added.update(|n| n + attributes.len());
        if !attributes.is_empty() {
            self.document.add_attrs_if_missing(target, attributes);
        }
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.document.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &NodeId, parent: &NodeId) {
        self.document.reparent_children(node, parent);
    }

    fn is_mathml_annotation_xml_integration_point(&self, node: &NodeId) -> bool {
        self.document.is_mathml_annotation_xml_integration_point(node)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is said of a part of a page that stands there many times.
    fn check_many(part: &str, expected: &str) {
        let said =
            parse(&part.repeat(700)).map_or_else(|problem| problem.to_string(), |_| "good".into());
        assert!(said.starts_with(expected), "{part}: {said}");
    }

    #[test]
    fn parts_that_leave_nothing_open() {
        for part in [
            "<div><p>x<br><img src=x></div>",
            "<ul><li>x<li>y</ul>",
            "<a href=x>x<a href=y>y",
            "<div><b>x</div>",
            "<h1>x</h2>",
            "<svg><p><g/>",
            "<table><tr><td><span>x<tr><td><p><font color=red>y</p></table>",
            "<!--<div>--><!--><!---><!-- > -->",
            "<DIV title='</p><div>'></Div>",
            "<script>'<div>' <!-- x --></script>",
            "<script><!--\nwrite('<script src=x><\\/script>');\n//--></script>",
            "<style>a>b</style><textarea><div></textarea><title><b></title>",
            "<svg/><svg><title>x</title><g><path d=''/><use/></g><style><![CDATA[<]]></style></svg>",
            "<svg><switch><foreignObject x='0'/><g><path/></g></switch></svg><script>i<3</script>",
            "<svg><title>x</title><desc>x</desc><metadata><![CDATA[<]]></metadata><animate/></svg>",
            "<math><msup><mi/><mn>2</mn></msup><mspace/></math>",
            "<select><option>x<option>y<script>i<3</script></select>",
            "<![CDATA[x]]><?x?></><!doctype html> < 3 <",
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
            "<div><script></div></script>",
            "<div><script><!--<script></script></div>--></script>",
            "<b id=1><div></b>",
            "<circle/>",
            "<svg><desc><div></desc></svg>",
            "<svg><foreignObject><p><div>",
            "<template>",
            "<table><td>",
        ] {
            check_many(part, "nested elements");
        }
    }

    #[test]
    fn other_bounds() {
        let attributes = |n: usize| (0..n).map(|n| format!(" a{n}='>'")).collect::<String>();
        let tag = |n| format!("<p{}>", attributes(n));
        assert!(parse(&tag(1_000)).is_ok());
        let said =
            |page: &str| parse(page).map_or_else(|problem| problem.to_string(), |_| String::new());
        assert!(said(&tag(1_001)).starts_with("attributes"));
        assert!(said(&format!("<script><a</script>{}", tag(1_001))).starts_with("attributes"));
        assert!(said(&"<br>".repeat(MAX_ELEMENTS)).starts_with("elements"));
        assert!(said(&"<!>".repeat(MAX_ELEMENTS + 1)).starts_with("comments"));
        let bodies: String = (0..=1_000).map(|n| format!("<body a{n}>")).collect();
        assert!(said(&format!("<p>{bodies}")).starts_with("attributes of an element"));
        let formats = ["b", "i", "u"].map(|name| format!("<{name}{}>", attributes(900))).concat();
        let page = format!("<p>{formats}{}", "<p>x".repeat(200));
        assert!(said(&page).starts_with("attributes of all elements"));
        // Formatting that is never ended begins anew in each paragraph.
        let formats: String = (0..400).map(|n| format!("<b id={n}><p>")).collect();
        assert!(parse(&formats).is_err());
    }

    proptest! {
        #[test]
        fn the_tree_is_that_of_the_library(parts in prop::collection::vec(part(), 0..40)) {
            let page = parts.concat();
            let tree = parse(&page).map_err(|problem| TestCaseError::fail(problem.to_string()))?;
            prop_assert_eq!(tree.html(), Document::from(page.as_str()).html());
        }
    }

    fn part() -> impl Strategy<Value = String> {
        let names = ["div", "p", "b", "svg", "math", "mi", "desc", "style", "script", "title", "a"];
        let more = ["select", "table", "td", "template", "textarea", "plaintext", "noscript", "h1"];
        let name = prop::sample::select([names.as_slice(), &more].concat());
        let odd = ["<!--", "-->", "<![CDATA[", "]]>", "<", ">", "\"", "'", "x", "&am", "p;", "\n"];
        let tag = (name, prop::sample::select(vec!["<", "</"]), "( a=['\"]?[<>]?['\"]?| /|/)?>?");
        prop_oneof![
            3 => tag.prop_map(|(name, start, end)| format!("{start}{name}{end}")),
            1 => prop::sample::select(odd.to_vec()).prop_map(str::to_owned),
        ]
    }
}
