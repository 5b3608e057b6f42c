use thiserror::Error;

/// An entity label: an index into a [`LabelSet`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label(u16);

impl Label {
    /// Position in its label set.
    #[must_use]
    pub const fn label_idx(self) -> usize {
        self.0 as usize
    }
}

/// The names of the labels of a corpus or a model, in a fixed order, without `B-`/`I-`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelSet {
    names: Vec<String>,
}

/// Why a label cannot be taken into a [`LabelSet`].
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LabelError {
    /// The set is full.
    #[error(
        "more than {} labels; an entity tagger needs a few: check the label field",
        LabelSet::MAX_LABELS
    )]
    TooMany,
    /// The name is empty, too long, or holds white space.
    #[error("{0:?} is no label name: 1 to 64 bytes without white space or control characters")]
    BadName(String),
}

impl LabelSet {
    /// The largest number of labels. It bounds what an untrusted file can make a model allocate.
    pub const MAX_LABELS: usize = 512;

    /// An empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The set of these names, in this order; a name that comes twice counts once.
    ///
    /// # Errors
    /// If a name is no label name or there are too many.
    pub fn from_names<I: IntoIterator<Item = S>, S: AsRef<str>>(
        names: I,
    ) -> Result<Self, LabelError> {
        let mut set = Self::new();
        set.intern_all(names)?;
        Ok(set)
    }

    /// The label of this name; adds it if it is new.
    ///
    /// # Errors
    /// If it is no label name or the set is full.
    pub fn intern(&mut self, name: &str) -> Result<Label, LabelError> {
        if let Some(label) = self.get(name) {
            return Ok(label);
        }
        if !is_label_name(name) {
            return Err(LabelError::BadName(name.chars().take(80).collect()));
        }
        if self.names.len() == Self::MAX_LABELS {
            return Err(LabelError::TooMany);
        }
        self.names.push(name.to_owned());
        Ok(Label((self.names.len() - 1) as u16))
    }

    /// The labels of these names, in their order; adds those that are new.
    ///
    /// Entities of a document with other labels are taken over by the position of their label:
    ///
    /// ```
    /// use tawsim_corpus::LabelSet;
    ///
    /// let theirs = LabelSet::from_names(["ORG", "PLACE"])?;
    /// let mut ours = LabelSet::from_names(["PLACE"])?;
    /// let map = ours.intern_all(theirs.names())?;
    /// assert_eq!(ours.names(), ["PLACE", "ORG"]);
    /// let org = theirs.get("ORG").expect("it has the label");
    /// assert_eq!(ours.name(map[org.label_idx()]), "ORG");
    /// # Ok::<(), tawsim_corpus::LabelError>(())
    /// ```
    ///
    /// # Errors
    /// As [`LabelSet::intern`]; the names before are in the set then.
    pub fn intern_all<I: IntoIterator<Item = S>, S: AsRef<str>>(
        &mut self,
        names: I,
    ) -> Result<Vec<Label>, LabelError> {
        names.into_iter().map(|name| self.intern(name.as_ref())).collect()
    }

    /// The label of this name, if the set has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Label> {
        self.names.iter().position(|known| known == name).map(|idx| Label(idx as u16))
    }

    /// The label at this position.
    #[must_use]
    pub fn at(&self, label_idx: usize) -> Option<Label> {
        (label_idx < self.names.len()).then_some(Label(label_idx as u16))
    }

    /// The name of a label.
    ///
    /// # Panics
    /// If the label belongs to a larger set.
    #[must_use]
    pub fn name(&self, label: Label) -> &str {
        &self.names[label.label_idx()]
    }

    /// All names in order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// All labels in order.
    pub fn iter(&self) -> impl Iterator<Item = Label> + use<> {
        (0..self.names.len() as u16).map(Label)
    }

    /// How many labels there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is no label.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

fn is_label_name(name: &str) -> bool {
    let plain = |c: char| !c.is_whitespace() && !c.is_control();
    (1..=64).contains(&name.len()) && name.chars().all(plain)
}
