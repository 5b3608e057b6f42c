//! UIMA CAS as XMI, with the type system in a file beside it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use tawsim_tokenizer::OffsetUnit;

use super::cas::{Annotation, CARRIES, Cas, TYPES, VIEW, structures};
use super::xml::{Element, Piece, escaped, for_each_piece};
use super::{
    Files, Format, FormatInfo, Import, Input, Layout, ReadError, ReadProblem, WriteContext, Writer,
};
use crate::Document;

const TYPE_SYSTEM: &str = "TypeSystem.xml";

pub(super) const INFO: FormatInfo = FormatInfo {
    format: Format::Xmi,
    name: "xmi",
    title: "UIMA CAS as XMI with its TypeSystem.xml: INCEpTION, WebAnno, DKPro",
    extensions: &["xmi"],
    sniff: |head| {
        (head.contains("<xmi:XMI") && head.contains("http:///uima/cas.ecore"))
            .then_some("the root element is xmi:XMI")
    },
    layout: Layout::FilePerDocument { companions: &[], shared: &[TYPE_SYSTEM] },
    unit: OffsetUnit::Utf16,
    carries: CARRIES,
    reader: Some(read_xmi),
    writer: Some(Writer::Files(Files {
        parts: &[("xmi", write_xmi)],
        shared: &[(TYPE_SYSTEM, write_type_system)],
    })),
};

/// The type system file is not needed for reading: types are named by their XML name spaces.
fn read_xmi(input: &mut Input<'_>, import: &mut Import<'_>) -> Result<(), ReadError> {
    let text = input.read_text(import.options.limits)?;
    let (mut cas, mut depth) = (Cas::default(), 0);
    let mut packages = BTreeMap::new();
    for_each_piece(&text, import.options.limits, &mut |piece, line| {
        match piece {
            Piece::Close => depth -= 1,
            Piece::Text(_) => {}
            Piece::Open(element) => {
                match depth {
                    0 => packages = packages_of(&element)?,
                    1 => add_structure(&mut cas, element, line, &packages),
                    _ => {}
                }
                depth += 1;
            }
        }
        Ok(())
    })?;
    cas.import(import)
}

/// The package that each prefix stands for: `http:///a/b.ecore` is `a.b.`.
fn packages_of(root: &Element) -> Result<BTreeMap<String, String>, ReadProblem> {
    if root.name != "xmi:XMI" {
        return Err(ReadProblem::Shape(format!("the root is <{}>, not <xmi:XMI>", root.name)));
    }
    let package = |(name, uri): &(String, String)| {
        let prefix = name.strip_prefix("xmlns:")?;
        let path = uri.strip_prefix("http:///")?.strip_suffix(".ecore")?;
        let is_top = path == "uima/noNamespace";
        let package = if is_top { String::new() } else { format!("{}.", path.replace('/', ".")) };
        Some((prefix.to_owned(), package))
    };
    Ok(root.attributes.iter().filter_map(package).collect())
}

fn add_structure(cas: &mut Cas, element: Element, line: u64, packages: &BTreeMap<String, String>) {
    let (prefix, local) = element.name.split_once(':').unwrap_or(("", &element.name));
    let package = packages.get(prefix).map_or("", String::as_str);
    if package == "uima.cas." && local == "Sofa" {
        let (id, name) = (element.number("xmi:id").unwrap_or(0), element.attribute("sofaID"));
        if let (Some(name), Some(text)) = (name, element.attribute("sofaString")) {
            cas.sofas.push((id, name.to_owned(), text.to_owned()));
        }
        return;
    }
    if let (Some(begin), Some(end)) = (element.number("begin"), element.number("end")) {
        let (sofa, kind) = (element.number("sofa").unwrap_or(0), format!("{package}{local}"));
        let features = element.attributes;
        cas.annotations.push(Annotation { sofa, kind, begin, end, features, line });
    }
}

fn write_xmi(
    document: &Document,
    context: &WriteContext<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let structures = structures(document, context)?;
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    write!(
        out,
        "<xmi:XMI xmlns:xmi=\"http://www.omg.org/XMI\" xmlns:cas=\"http:///uima/cas.ecore\""
    )?;
    for prefix in PREFIXES {
        write!(out, " xmlns:{}=\"http:///{}.ecore\"", prefix.0, prefix.1.replace('.', "/"))?;
    }
    writeln!(out, " xmi:version=\"2.0\">\n  <cas:NULL xmi:id=\"0\"/>")?;
    for (id, row) in (2..).zip(&structures) {
        let (package, local) = row.kind.rsplit_once('.').expect("our types have packages");
        let prefix = PREFIXES.iter().find(|(_, known)| *known == package).expect("one of ours").0;
        write!(out, "  <{prefix}:{local} xmi:id=\"{id}\" sofa=\"1\"")?;
        write!(out, " begin=\"{}\" end=\"{}\"", row.begin, row.end)?;
        for (name, value) in &row.features {
            write!(out, " {name}=\"{}\"", escaped(value, true)?)?;
        }
        writeln!(out, "/>")?;
    }
    let text = escaped(&document.text, true)?;
    write!(out, "  <cas:Sofa xmi:id=\"1\" sofaNum=\"1\" sofaID=\"{VIEW}\"")?;
    writeln!(out, " mimeType=\"text/plain\" sofaString=\"{text}\"/>")?;
    let ids: Vec<String> =
        (2..).zip(&structures).map(|(id, _): (usize, _)| id.to_string()).collect();
    writeln!(out, "  <cas:View sofa=\"1\" members=\"{}\"/>\n</xmi:XMI>", ids.join(" "))
}

/// Prefixes of the packages of our types.
const PREFIXES: [(&str, &str); 3] = [
    ("metadata", "de.tudarmstadt.ukp.dkpro.core.api.metadata.type"),
    ("ner", "de.tudarmstadt.ukp.dkpro.core.api.ner.type"),
    ("segmentation", "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type"),
];

fn write_type_system(_context: &WriteContext<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<typeSystemDescription xmlns=\"http://uima.apache.org/resourceSpecifier\">")?;
    writeln!(out, "  <types>")?;
    for kind in TYPES {
        writeln!(out, "    <typeDescription>\n      <name>{}</name>", kind.name)?;
        writeln!(out, "      <description/>")?;
        writeln!(out, "      <supertypeName>{}</supertypeName>\n      <features>", kind.supertype)?;
        for (name, range) in kind.features {
            writeln!(out, "        <featureDescription>\n          <name>{name}</name>")?;
            writeln!(out, "          <description/>")?;
            writeln!(out, "          <rangeTypeName>{range}</rangeTypeName>")?;
            writeln!(out, "        </featureDescription>")?;
        }
        writeln!(out, "      </features>\n    </typeDescription>")?;
    }
    writeln!(out, "  </types>\n</typeSystemDescription>")
}
