//! Names of labels and attributes, and their ids.

use std::collections::HashMap;

/// Names with ids from 0 in the order in which they were met.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    ids: HashMap<Box<str>, u32>,
}

impl Names {
    /// # Panics
    /// If a name is there twice.
    pub(crate) fn from_list(names: &[String]) -> Self {
        let ids: HashMap<Box<str>, u32> =
            names.iter().map(|name| name.as_str().into()).zip(0..).collect();
        assert_eq!(ids.len(), names.len(), "names are unique");
        Self { ids }
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(super) fn get(&self, name: &str) -> Option<u32> {
        self.ids.get(name).copied()
    }

    /// The id of a name, a new one if it has none.
    pub(super) fn intern(&mut self, name: &str) -> u32 {
        if let Some(id) = self.get(name) {
            return id;
        }
        let id = u32::try_from(self.ids.len()).expect("memory ends before 2³² names do");
        self.ids.insert(name.into(), id);
        id
    }

    /// The names in the order of their ids.
    pub(crate) fn list(&self) -> Vec<&str> {
        let mut list = vec![""; self.ids.len()];
        self.ids.iter().for_each(|(name, &id)| list[id as usize] = name);
        list
    }
}
