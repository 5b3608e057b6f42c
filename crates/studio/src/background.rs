//! A question that takes longer than a frame, asked once and answered on a thread of its own.

use std::{
    sync::mpsc::{Receiver, channel},
    thread,
};

/// The answer, once it is there.
pub(crate) struct Answer<T> {
    receiver: Receiver<T>,
    value: Option<T>,
}

impl<T: Send + 'static> Answer<T> {
    /// Asks; the window is drawn again when the answer is there.
    pub(crate) fn to(ctx: &egui::Context, question: impl FnOnce() -> T + Send + 'static) -> Self {
        let (done, receiver) = channel();
        let ctx = ctx.clone();
        thread::spawn(move || {
            // If nobody waits for it any more, the panel was closed.
            drop(done.send(question()));
            ctx.request_repaint();
        });
        Self { receiver, value: None }
    }

    /// The answer itself; once.
    pub(crate) fn take(&mut self) -> Option<T> {
        self.get();
        self.value.take()
    }

    pub(crate) fn get(&mut self) -> Option<&T> {
        if self.value.is_none() {
            self.value = self.receiver.try_recv().ok();
        }
        self.value.as_ref()
    }
}
