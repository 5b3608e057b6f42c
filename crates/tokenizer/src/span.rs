use std::ops::Range;

/// A half-open byte range of an original text, on char boundaries.
///
/// `u32` keeps tokens and segments small: one text holds at most 4 GiB (see [`Span::MAX_TEXT_BYTES`]).
///
/// ```
/// use tawsim_tokenizer::Span;
/// let text = "لداعش";
/// let span = Span::new(2, 10);
/// assert_eq!(span.slice(text), "داعش");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The longest text, in bytes, that a span can index.
    pub const MAX_TEXT_BYTES: usize = u32::MAX as usize;

    /// The span `start..end`.
    ///
    /// # Panics
    /// If `start > end`.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        assert!(start <= end, "a span starts before it ends");
        Self { start, end }
    }

    /// The span of a `usize` range, if it fits in 4 GiB and is not reversed.
    #[must_use]
    pub fn from_range(range: Range<usize>) -> Option<Self> {
        let start = u32::try_from(range.start).ok()?;
        let end = u32::try_from(range.end).ok()?;
        (start <= end).then_some(Self { start, end })
    }

    /// First byte.
    #[must_use]
    pub const fn start(self) -> u32 {
        self.start
    }

    /// One past the last byte.
    #[must_use]
    pub const fn end(self) -> u32 {
        self.end
    }

    /// Length in bytes.
    #[must_use]
    pub const fn byte_len(self) -> u32 {
        self.end - self.start
    }

    /// Whether the span covers no byte.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether the two spans share a byte.
    #[must_use]
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether `other` lies wholly inside this span.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The same span moved right by `bytes`.
    #[must_use]
    pub const fn shifted(self, bytes: u32) -> Self {
        Self { start: self.start + bytes, end: self.end + bytes }
    }

    /// The span as a range of `usize`, for indexing.
    #[must_use]
    pub const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The part of `text` that the span covers.
    ///
    /// # Panics
    /// If the span does not lie in `text` or cuts a char; [`Span::get`] returns `None` instead.
    #[must_use]
    pub fn slice(self, text: &str) -> &str {
        &text[self.range()]
    }

    /// The part of `text` that the span covers, if it lies in it on char boundaries.
    #[must_use]
    pub fn get(self, text: &str) -> Option<&str> {
        text.get(self.range())
    }
}
