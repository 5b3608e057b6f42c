//! The borders that ARCHITECTURE.md draws, held against the manifests.

use std::collections::{BTreeMap, BTreeSet};

use tawsim_tests::repository;

/// Which crate may use which; nothing else.
const EDGES: [(&str, &[&str]); 8] = [
    ("tokenizer", &["crf"]),
    ("crf", &[]),
    ("corpus", &["tokenizer"]),
    ("tagger", &["tokenizer", "crf", "corpus"]),
    ("store", &["tokenizer", "corpus"]),
    ("cli", &["tokenizer", "crf", "corpus", "tagger", "store"]),
    ("studio", &["tokenizer", "corpus", "tagger", "store"]),
    ("tawsim", &["tokenizer", "corpus", "tagger"]),
];

/// Crates that only one of ours may know: outside crate, ours.
const PRIVATE_TO: [(&str, &[&str]); 8] = [
    ("egui", &["studio"]),
    ("eframe", &["studio"]),
    ("parley", &["studio"]),
    ("rusqlite", &["store"]),
    ("bincode", &["tagger"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    ("tokenizers", &["tokenizer"]),
];

fn dependencies(crate_folder: &str) -> BTreeSet<String> {
    let path = repository().join("crates").join(crate_folder).join("Cargo.toml");
    let manifest = std::fs::read_to_string(&path).expect("each crate has a manifest");
    let manifest: toml::Table = manifest.parse().expect("the manifest is TOML");
    let table = manifest.get("dependencies").and_then(|value| value.as_table());
    table.map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

#[test]
fn crates_use_only_what_the_design_allows() {
    let allowed: BTreeMap<&str, &[&str]> = EDGES.into_iter().collect();
    let folders: BTreeSet<String> = repository()
        .join("crates")
        .read_dir()
        .expect("crates/ is a folder")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .collect();
    let expected: BTreeSet<String> = EDGES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(folders, expected);
    for folder in &folders {
        for dependency in dependencies(folder) {
            let ours = dependency.strip_prefix("tawsim-");
            let ours = if dependency == "tawsim" { Some("tawsim") } else { ours };
            let is_allowed = ours.is_none_or(|name| allowed[folder.as_str()].contains(&name));
            assert!(is_allowed, "crates/{folder} must not use {dependency}");
        }
    }
}

#[test]
fn outside_crates_stay_where_they_belong() {
    for (outside, owners) in PRIVATE_TO {
        for (folder, _) in EDGES {
            let uses = dependencies(folder).contains(outside);
            assert!(!uses || owners.contains(&folder), "crates/{folder} must not use {outside}");
        }
    }
}
