//! The number of labels as a type, so that inner loops over labels have a constant length.

/// A row length: known when compiling ([`Fixed`]) or only when running ([`Dynamic`]).
pub(crate) trait Width: Copy + Send + Sync {
    fn get(self) -> usize;
}

/// A row length the compiler sees: loops unroll and rows stay in registers.
#[derive(Clone, Copy)]
pub(crate) struct Fixed<const N: usize>;

impl<const N: usize> Width for Fixed<N> {
    #[inline(always)]
    fn get(self) -> usize {
        N
    }
}

/// Any other row length.
#[derive(Clone, Copy)]
pub(crate) struct Dynamic(pub(crate) usize);

impl Width for Dynamic {
    #[inline(always)]
    fn get(self) -> usize {
        self.0
    }
}

/// Evaluates `$body` with `$width` bound to the [`Width`] of `$n`: fixed for the listed lengths.
macro_rules! with_width {
    ($n:expr, [$($fixed:literal)*], $width:ident => $body:expr) => {
        match $n {
            $($fixed => { let $width = $crate::width::Fixed::<$fixed>; $body })*
            other => { let $width = $crate::width::Dynamic(other); $body }
        }
    };
}

/// [`with_width`] for numbers of labels: IOB2 and BIOES schemes of up to eight types.
macro_rules! with_label_width {
    ($n:expr, $width:ident => $body:expr) => {
        $crate::width::with_width!(
            $n,
            [2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 21 25 29 33],
            $width => $body
        )
    };
}

pub(crate) use {with_label_width, with_width};
