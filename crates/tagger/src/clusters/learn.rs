use std::ops::ControlFlow;

use super::exchange::{Exchange, Side};
use super::tsv;
use super::vocabulary::Vocabulary;

/// How to learn word clusters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterSettings {
    /// Numbers of clusters, coarse to fine; one to four.
    pub sizes: Vec<u16>,
    /// The most frequent forms get clusters, at most so many.
    pub max_forms: usize,
    /// Rarer forms get none.
    pub min_count: u64,
    /// Times that every form is offered a better cluster.
    pub n_passes: usize,
}

impl Default for ClusterSettings {
    fn default() -> Self {
        Self { sizes: vec![100, 500], max_forms: 60_000, min_count: 5, n_passes: 15 }
    }
}

/// One pass over all forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClusterProgress {
    /// Number of clusters being learnt.
    pub size: u16,
    /// Passes done, from 1.
    pub pass: usize,
    /// Forms that changed their cluster.
    pub n_moved: usize,
}

/// Learns clusters of words with like neighbours from raw texts, by the exchange algorithm; returns a
/// table for [`Clusters::from_tsv`](super::Clusters::from_tsv), the most frequent form first.
///
/// The same texts and settings give the same table for any number of threads. `progress` may end the
/// learning of a size early.
///
/// # Panics
/// If there are not one to four sizes, each from 1 to 65,534.
pub fn learn_clusters(
    texts: &[&str],
    settings: &ClusterSettings,
    progress: &mut dyn FnMut(ClusterProgress) -> ControlFlow<()>,
) -> String {
    assert!((1..=super::MAX_LEVELS).contains(&settings.sizes.len()), "one to four sizes");
    assert!(
        settings.sizes.iter().all(|size| (1..super::NONE).contains(size)),
        "sizes below 65,535"
    );
    let vocabulary = Vocabulary::read(texts, settings.max_forms, settings.min_count);
    let mut levels = Vec::new();
    for &size in &settings.sizes {
        let mut exchange = Exchange::new(sides(&vocabulary), vocabulary.counts.clone(), size);
        for pass in 1..=settings.n_passes {
            let n_moved = exchange.pass();
            let state = ClusterProgress { size, pass, n_moved };
            if progress(state).is_break() || n_moved == 0 {
                break;
            }
        }
        levels.push(exchange.into_classes());
    }
    tsv(vocabulary.forms.iter().map(String::as_str), &levels)
}

/// The neighbours before and behind each form.
fn sides(vocabulary: &Vocabulary) -> [Side; 2] {
    let n_forms = vocabulary.forms.len();
    let other = vocabulary.other();
    let bigrams = || vocabulary.sequence.windows(2).map(|pair| (pair[0], pair[1]));
    let before = bigrams().filter(|(_, word)| *word != other).map(|(v, word)| (word, v)).collect();
    let behind = bigrams().filter(|(word, _)| *word != other).collect();
    [Side::new(before, n_forms, n_forms + 1), Side::new(behind, n_forms, n_forms + 1)]
}
