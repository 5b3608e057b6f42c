use super::Model;

/// Name and bytes of the models that are part of the program, the default one first.
static BUNDLED: [(&str, &[u8]); 2] = [
    ("conflict-ar", crate::include_model!("../../models/conflict-ar.tawsim")),
    ("news-ar", crate::include_model!("../../models/news-ar.tawsim")),
];

// `models/` of this crate are symbolic links, so that git keeps one copy of each file.
const _: () = assert!(
    BUNDLED[0].1.len() > 4096 && BUNDLED[1].1.len() > 4096,
    "crates/tagger/models holds names, not models: clone with `git clone -c core.symlinks=true`"
);

impl Model {
    /// The default model that is part of the program, `conflict-ar`.
    #[must_use]
    pub fn bundled() -> Self {
        Self::bundled_as(BUNDLED[0].0).expect("it is the first one")
    }

    /// The model of this name that is part of the program.
    ///
    /// ```
    /// use tawsim_tagger::Model;
    /// let model = Model::bundled_as("news-ar").unwrap();
    /// assert_eq!(model.labels().names(), ["PER", "LOC", "ORG", "MISC"]);
    /// assert!(Model::bundled_as("poems-ar").is_none());
    /// ```
    #[must_use]
    pub fn bundled_as(name: &str) -> Option<Self> {
        let (_, bytes) = BUNDLED.iter().find(|(known, _)| *known == name)?;
        Some(Self::from_static(bytes).expect("a test reads the bundled models"))
    }

    /// The names of the models that are part of the program, the default one first.
    pub fn bundled_names() -> impl Iterator<Item = &'static str> {
        BUNDLED.iter().map(|(name, _)| *name)
    }
}
