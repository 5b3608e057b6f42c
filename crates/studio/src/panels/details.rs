//! What is known of the annotation in focus: value, days, what it refers to.

use egui::Ui;

use super::Gui;
use crate::{
    App,
    base::record,
    keys::Deed,
    kinds::kind_name,
    language::phrases,
    link::{Facts, NIL},
    sheets::SheetKind,
    text::ButtonLook,
};

/// Draws it; nothing where nothing is known.
pub(crate) fn details(ui: &mut Ui, gui: &mut Gui<'_>, app: &App, facts: Option<&Facts>) {
    let Some(focused) = app.document().and_then(|document| document.focused()) else { return };
    let language = gui.language;
    let mut lines = Vec::new();
    if let Some(value) = &focused.value {
        lines.push(phrases::VALUE.with(language, &[value]));
    } else if let Some(value) = facts.and_then(|facts| facts.value.as_ref()) {
        lines.push(phrases::VALUE_READ.with(language, &[value]));
    }
    if let Some(date) = facts.and_then(|facts| facts.date) {
        let day = |day: u32| format!("{}-{:02}-{:02}", day / 10000, day / 100 % 100, day % 100);
        let mut said = day(date.from);
        if date.to != date.from {
            said = format!("{said} – {}", day(date.to));
        }
        if let Some((hour, minute)) = date.time {
            said = format!("{said} {hour:02}:{minute:02}");
        }
        lines.push(phrases::DAYS.with(language, &[&said]));
    }
    let candidates = facts.map_or(&[][..], |facts| &facts.candidates);
    match &focused.link {
        Some(link) if link.entry == NIL => lines.push(phrases::LINK_NIL.say(language).to_owned()),
        Some(link) => {
            let known = candidates.iter().find(|candidate| candidate.record.id == link.entry);
            let record = known.map(|known| &known.record).or_else(|| record(&[], &link.entry));
            lines.push(match record {
                Some(record) => phrases::LINKED.with(language, &[&record.name, &link.entry]),
                None => phrases::LINKED_TO.with(language, &[&link.entry]),
            });
        }
        None => {
            if let Some(best) = candidates.first() {
                let record = &best.record;
                let area = Some(record.admin1.as_str()).filter(|area| !area.is_empty());
                let what = area.unwrap_or(kind_name(&record.kind, language));
                lines.push(phrases::MAY_MEAN.with(language, &[&record.name, &what]));
            }
        }
    }
    let is_linked = facts.is_some_and(|facts| facts.nil_score.is_some());
    let has_value = focused.label == "NUMBER";
    if lines.is_empty() && !is_linked && !has_value {
        return;
    }
    gui.column(ui, |gui, ui| {
        for line in lines {
            gui.label(ui, &line);
        }
        if (is_linked || has_value) && gui.button(ui, phrases::LINK, ButtonLook::Normal) {
            gui.asked.push(Deed::Show(SheetKind::Linking));
        }
    });
}
