//! Plans of edits of the label set and the layers.

use crate::change::{Change, LABEL, LAYER, Scalar};
use crate::id::RowId;
use crate::plan::{Plan, Planned, Planner, need_name};
use crate::{LayerId, LayerKind, NewLabel, Presence, StoreError};

impl Planner<'_> {
    pub(super) fn add_layer(&self, name: &str, kind: LayerKind) -> Planned {
        need_name(name)?;
        let id = LayerId::of(name).0;
        match self.presence(LAYER, id)? {
            Some(Presence::Present) => Err(StoreError::Exists(format!("layer {name:?}"))),
            Some(_) => self.sets(
                LAYER,
                id,
                None,
                &[("presence", Presence::Present.as_str().into()), ("kind", kind.as_str().into())],
            ),
            None => {
                let values = [("name", name.into()), ("kind", kind.as_str().into())];
                Ok(Plan { changes: vec![Change::create(LAYER, id, &values)], ..Plan::default() })
            }
        }
    }

    pub(super) fn add_label(&self, label: &NewLabel) -> Planned {
        if tawsim_corpus::LabelSet::from_names([&label.name]).is_err() {
            return Err(StoreError::BadLabelName(label.name.chars().take(80).collect()));
        }
        let id = RowId::of_label(&label.name).0;
        match self.presence(LABEL, id)? {
            Some(Presence::Present) => Err(StoreError::Exists(format!("label {:?}", label.name))),
            Some(_) => {
                let back = ("presence", Presence::Present.as_str().into());
                let mut plan = self.sets(LABEL, id, None, &[back])?;
                let is_bare = *label == NewLabel::named(&label.name);
                let fields = if is_bare { Vec::new() } else { label_fields(label) };
                plan.changes.extend(self.sets(LABEL, id, None, &fields)?.changes);
                Ok(plan)
            }
            None => self.create_label(id, label),
        }
    }

    fn create_label(&self, id: i64, label: &NewLabel) -> Planned {
        let sql = "SELECT ifnull(max(min(position, 2147483646)) + 1, 0) FROM label";
        let position: i64 = self.db.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        let mut values = vec![("name", label.name.as_str().into()), ("position", position.into())];
        values.extend(label_fields(label));
        Ok(Plan { changes: vec![Change::create(LABEL, id, &values)], ..Plan::default() })
    }

    pub(super) fn retire_label(&self, name: &str) -> Planned {
        self.need_label(name)?;
        let retired = [("presence", Presence::Retired.as_str().into())];
        self.sets(LABEL, RowId::of_label(name).0, None, &retired)
    }
}

fn label_fields(label: &NewLabel) -> Vec<(&'static str, Scalar)> {
    vec![
        ("title", label.title.as_str().into()),
        ("color", label.color.as_str().into()),
        ("shortcut", label.shortcut.as_str().into()),
        ("guideline", label.guideline.as_str().into()),
    ]
}
