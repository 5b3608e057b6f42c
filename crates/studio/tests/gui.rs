//! The window, driven like a person would, without a screen.

mod gui {
    mod keyboard;
    mod mouse;
    mod panels;
    mod replay;
    mod saving;
    mod support;
}
