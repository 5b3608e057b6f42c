//! The borders that ARCHITECTURE.md draws, held against the manifests.

use std::collections::{BTreeMap, BTreeSet};

use tawsim_tests::repository;

/// Which crate may use which; nothing else.
const EDGES: [(&str, &[&str]); 8] = [
    ("tokenizer", &[]),
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

/// The manifest of a package in this folder of the repository.
fn manifest(folder: &str) -> toml::Table {
    let path = repository().join(folder).join("Cargo.toml");
    let manifest = std::fs::read_to_string(&path).expect("each package has a manifest");
    manifest.parse().expect("the manifest is TOML")
}

fn dependencies(crate_folder: &str) -> BTreeSet<String> {
    let manifest = manifest(&format!("crates/{crate_folder}"));
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

/// What crates.io, and people who look for a crate, want to know.
const SAID: [&str; 9] = [
    "description",
    "license",
    "readme",
    "keywords",
    "categories",
    "documentation",
    "rust-version",
    "version",
    "authors",
];

#[test]
fn crates_say_what_a_package_must_say() {
    for (folder, _) in EDGES {
        let manifest = manifest(&format!("crates/{folder}"));
        let package = manifest["package"].as_table().expect("a table");
        for key in SAID {
            assert!(package.contains_key(key), "crates/{folder} has no {key}");
        }
        for file in ["README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
            let path = repository().join("crates").join(folder).join(file);
            assert!(path.is_file(), "crates/{folder} has no {file}");
        }
    }
    for folder in ["tests", "benches", "benches/counts"] {
        let is_kept =
            manifest(folder)["package"].get("publish") == Some(&toml::Value::Boolean(false));
        assert!(is_kept, "{folder} must not be published");
    }
}

#[test]
fn our_crates_are_asked_for_in_their_own_version() {
    let manifest = manifest("");
    let workspace = manifest["workspace"].as_table().expect("a table");
    let version = workspace["package"].get("version").expect("one version for all");
    let dependencies = workspace["dependencies"].as_table().expect("a table");
    for (name, asked) in dependencies.iter().filter(|(_, asked)| asked.get("path").is_some()) {
        assert_eq!(asked.get("version"), Some(version), "{name}");
    }
}
