//! Feature files as `features.py` writes them.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader};

use tawsim_crf::Dataset;

/// Ids of strings in the order of their first occurrence.
#[derive(Default)]
pub(crate) struct Ids(HashMap<Box<str>, u32>);

impl Ids {
    fn id(&mut self, name: &str) -> u32 {
        if let Some(&id) = self.0.get(name) {
            return id;
        }
        let id = u32::try_from(self.0.len()).expect("fewer than 2³² names");
        self.0.insert(name.into(), id);
        id
    }

    pub(crate) fn get(&self, name: &str) -> Option<u32> {
        self.0.get(name).copied()
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        let mut names = vec![""; self.0.len()];
        self.0.iter().for_each(|(name, &id)| names[id as usize] = name);
        names
    }
}

/// A feature file in memory.
pub(crate) struct FeatureFile {
    pub(crate) data: Dataset,
    pub(crate) labels: Ids,
    pub(crate) attributes: Ids,
}

pub(crate) fn read(path: &str) -> io::Result<FeatureFile> {
    let mut labels = Ids::default();
    for_each_line(path, |line| {
        line.split('\t').next().filter(|label| !label.is_empty()).map(|label| labels.id(label));
    })?;
    let mut attributes = Ids::default();
    let mut data = Dataset::new(labels.0.len());
    for_each_line(path, |line| {
        if line.is_empty() {
            return data.end_sequence(1.0);
        }
        let mut fields = line.split('\t');
        let label = fields.next().expect("a split has a first part");
        fields.for_each(|name| data.push_attribute(attributes.id(name)));
        data.end_position(u16::try_from(labels.id(label)).expect("fewer than 2¹⁶ labels"));
    })?;
    data.end_sequence(1.0);
    Ok(FeatureFile { data, labels, attributes })
}

pub(crate) fn for_each_line(path: &str, mut f: impl FnMut(&str)) -> io::Result<()> {
    let mut reader = BufReader::new(std::fs::File::open(path)?);
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 {
        f(line.trim_end_matches('\n'));
        line.clear();
    }
    Ok(())
}

/// A file with the ids of another one; attributes that it does not have are left out.
pub(crate) fn read_known(path: &str, known: &FeatureFile) -> Dataset {
    let mut data = Dataset::new(known.data.n_labels());
    for_each_line(path, |line| {
        if line.is_empty() {
            return data.end_sequence(1.0);
        }
        let attributes = line.split('\t').skip(1).filter_map(|name| known.attributes.get(name));
        attributes.for_each(|id| data.push_attribute(id));
        data.end_unknown_position();
    })
    .expect("features.py wrote the file");
    data.end_sequence(1.0);
    data
}

/// The labels of a feature file, or of a file of labels alone.
pub(crate) fn labels(path: &str) -> Vec<Vec<String>> {
    let mut sequences = vec![Vec::new()];
    for_each_line(path, |line| match line.split('\t').next() {
        Some("") | None => sequences.push(Vec::new()),
        Some(label) => sequences.last_mut().expect("one is open").push(label.to_owned()),
    })
    .expect("the file was just written");
    sequences.retain(|sequence| !sequence.is_empty());
    sequences
}
