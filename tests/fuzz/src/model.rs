//! Model files whose checksums are right and whose content is not.

use std::ops::ControlFlow;

use tawsim_corpus::{Document, LabelSet};
use tawsim_tagger::{
    Clusters, GazetteerBuilder, LinkHints, Linker, Model, Tagger, TaggerScratch, TrainSettings,
    train,
};
use tawsim_tokenizer::{Tokenized, Tokenizer};

/// A model: checksums and length are made right first, so that what lies behind them is reached.
pub fn model(data: &[u8]) {
    let _ = Model::read(&mut &*data).map(drop);
    let mut bytes = data.to_vec();
    mend(&mut bytes);
    let Ok(model) = Model::read(&mut &*bytes) else { return };
    let _ = model.gazetteer();
    let _ = model.clusters();
    let _ = model.named("حلب");
    let tagger = Tagger::new(model);
    let mut scratch = TaggerScratch::new();
    let found = tagger.tag(crate::SAMPLE, &mut scratch).to_vec();
    let mut document = Document::new("d", crate::SAMPLE);
    for entity in found {
        assert!(entity.span.get(crate::SAMPLE).is_some());
        document.entities.push(tawsim_corpus::Entity::new(entity.span, entity.label));
    }
    let mut tokenized = Tokenized::default();
    Tokenizer::new().tokenize(crate::SAMPLE, &mut tokenized);
    let linker = Linker::new(tagger.model());
    let _ = linker.link(&document, &tokenized, tagger.labels(), LinkHints::default());
}

const HEADER: usize = 32;
const ROW: usize = 24;

/// Makes length and checksums right, as `ARCHITECTURE.md` has them.
fn mend(bytes: &mut [u8]) {
    if bytes.len() < HEADER {
        return;
    }
    let length = bytes.len() as u64;
    bytes[16..24].copy_from_slice(&length.to_le_bytes());
    let number = |bytes: &[u8], at: usize| {
        u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes")) as usize
    };
    let n_rows = u32::from_le_bytes(bytes[12..16].try_into().expect("four bytes")) as usize;
    let table_end = HEADER + n_rows.min(32) * ROW;
    if table_end > bytes.len() {
        return;
    }
    for row in (HEADER..table_end).step_by(ROW) {
        let (start, len) = (number(bytes, row + 8), number(bytes, row + 16));
        let section = start.checked_add(len).and_then(|end| bytes.get(start..end));
        if let Some(crc) = section.map(crc32fast::hash) {
            bytes[row + 4..row + 8].copy_from_slice(&crc.to_le_bytes());
        }
    }
    let crc = crc32fast::hash(&bytes[HEADER..table_end]);
    bytes[24..28].copy_from_slice(&crc.to_le_bytes());
    let crc = crc32fast::hash(&bytes[..28]);
    bytes[28..32].copy_from_slice(&crc.to_le_bytes());
}

const NAMES: &str = "\
id\tkind\tname\tnames\tcountry\tadmin1\tlat\tlon\tside\tparent\n\
place:1\tcity\tحلب\tالشهباء\tSY\tحلب\t36.2\t37.1\t\t\n\
place:2\tcity\tإدلب\t\tSY\tإدلب\t35.9\t36.6\t\t\n\
faction:1\tarmy\tهيئة تحرير الشام\tالهيئة\tSY\t\t\t\trebels\t\n";

/// A small model with everything in it: names, clusters, a second pass.
pub fn small_model() -> Vec<u8> {
    let mut labels = LabelSet::new();
    let one = crate::sample(&mut labels);
    let documents: Vec<Document> =
        (0..6).map(|idx| Document { id: idx.to_string(), ..one.clone() }).collect();
    let mut settings = TrainSettings::new("small");
    let mut builder = GazetteerBuilder::new();
    builder.add_tsv(NAMES).expect("a table of ours");
    settings.gazetteer = builder.build();
    settings.clusters = Clusters::default();
    settings.second_pass = true;
    settings.n_folds = 2;
    settings.crf.lbfgs.max_iterations = 3;
    settings.min_count = 2;
    settings.prune_below = 0.1;
    let trained = train(&documents, &labels, &settings, &mut |_| ControlFlow::Continue(()));
    trained.expect("there are entities").bytes
}
