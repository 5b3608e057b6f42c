//! What each fuzz target does with its bytes, and the seeds it begins with.
//!
//! Every function may be given anything and must come back: no panic, no endless loop, little memory. Beyond that each
//! states what must hold of what it got.

mod cli;
mod formats;
mod model;
mod store;
mod text;

pub use cli::cli;
pub use formats::{html, json, rows, seeds_of_formats, xml};
pub use model::{model, small_model};
pub use store::{package, project, small_package};
pub use text::{gazetteer, tokenizer};

/// A text with what offsets stumble over, for seeds.
pub const SAMPLE: &str = "🔴 قُتل ١٢ مدنيًّا في قصف لقوات النظام على ريفي إدلب وحلب.\nوقال «المرصد السوري» إنّ عناصر من هيئة تحرير الشـام انسحبوا.";

/// The surfaces that are entities of [`SAMPLE`].
pub const SURFACES: [(&str, &str); 5] = [
    ("NUMBER", "١٢"),
    ("FACTION", "قوات النظام"),
    ("PLACE", "ريفي إدلب"),
    ("PLACE", "حلب"),
    ("FACTION", "هيئة تحرير الشـام"),
];

/// [`SAMPLE`] with its entities.
pub fn sample(labels: &mut tawsim_corpus::LabelSet) -> tawsim_corpus::Document {
    let mut document = tawsim_corpus::Document::new("d1", SAMPLE);
    for (label, surface) in SURFACES {
        let start = SAMPLE.find(surface).expect("the surface is part of the text");
        let span = tawsim_tokenizer::Span::from_range(start..start + surface.len());
        let label = labels.intern(label).expect("a good name");
        document.entities.push(tawsim_corpus::Entity::new(span.expect("short"), label));
    }
    document.sort();
    document
}
