//! What keys do: which finding is chosen, what lies over the table.

use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::catalogue::Severity;
use crate::render::live::Pane;
use crate::report::{Finding, Report};

/// Lines by which a page is turned.
const TURN: usize = 10;

/// What the user has chosen.
#[derive(Debug)]
pub(super) struct State {
    /// The rule of the chosen finding, which stays chosen when it rises or falls.
    pub selected: Option<String>,
    /// Whether the user has chosen it; else the first one is.
    is_chosen: bool,
    pub pane: Pane,
    pub least: Severity,
    /// The filter does not go below this.
    floor: Severity,
}

/// What a key asks for beyond another choice.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Action {
    None,
    /// To end with this status.
    Quit(u8),
    Copy(String),
    Say(String),
    Redraw,
    Suspend,
}

impl State {
    pub fn new(floor: Option<Severity>) -> Self {
        let floor = floor.unwrap_or(Severity::Info);
        Self { selected: None, is_chosen: false, pane: Pane::None, least: floor, floor }
    }

    /// Chooses the first finding as long as the user has not chosen one, and where that has gone.
    pub fn choose(&mut self, report: &Report) {
        let is_there = self.index(report).is_some();
        if !is_there || !(self.is_chosen || self.pane != Pane::None) {
            self.is_chosen &= is_there;
            self.selected = self.shown(report).next().map(|finding| finding.rule.clone());
        }
        if self.selected.is_none() && matches!(self.pane, Pane::Finding(_)) {
            self.pane = Pane::None;
        }
    }

    /// A page is so long that it can be scrolled so far.
    pub fn bound(&mut self, furthest: usize) {
        if let Pane::Finding(scroll) = &mut self.pane {
            *scroll = (*scroll).min(furthest);
        }
    }

    pub fn handle(&mut self, event: &Event, report: &Report) -> Action {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => self.press(key, report),
            _ => Action::None,
        }
    }

    fn press(&mut self, key: &KeyEvent, report: &Report) -> Action {
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return match key.code {
                KeyCode::Char('c') => Action::Quit(130),
                KeyCode::Char('l') => Action::Redraw,
                KeyCode::Char('z') => Action::Suspend,
                _ => Action::None,
            };
        }
        match key.code {
            KeyCode::Char('q') => return Action::Quit(0),
            KeyCode::Char('?') => {
                self.pane = if self.pane == Pane::Help { Pane::None } else { Pane::Help };
            }
            KeyCode::Esc => self.pane = Pane::None,
            KeyCode::Enter | KeyCode::Char('e') => {
                self.pane = if matches!(self.pane, Pane::Finding(_)) { Pane::None } else { Pane::Finding(0) };
                self.choose(report);
            }
            KeyCode::Up | KeyCode::Char('k') => self.go(report, |at, _| at.saturating_sub(1)),
            KeyCode::Down | KeyCode::Char('j') => self.go(report, |at, last| (at + 1).min(last)),
            KeyCode::Home | KeyCode::Char('g') => self.go(report, |_, _| 0),
            KeyCode::End | KeyCode::Char('G') => self.go(report, |_, last| last),
            KeyCode::PageDown | KeyCode::Char(' ') => self.turn(report, TURN, true),
            KeyCode::PageUp => self.turn(report, TURN, false),
            KeyCode::Char('f') => {
                self.least = match self.least {
                    Severity::Info => Severity::Warning,
                    Severity::Warning => Severity::Error,
                    Severity::Error => Severity::Critical,
                    Severity::Critical => self.floor,
                };
            }
            KeyCode::Char('c') => return self.copy(report, None),
            KeyCode::Char(digit @ '1'..='9') => {
                return self.copy(report, digit.to_digit(10).map(|number| number as usize));
            }
            _ => {}
        }
        Action::None
    }

    /// The command of the chosen finding's fix of that number, or the first that has one.
    fn copy(&self, report: &Report, number: Option<usize>) -> Action {
        let Some(finding) = self.index(report).and_then(|at| self.shown(report).nth(at)) else {
            return Action::Say("no finding selected: nothing to copy".to_owned());
        };
        let fixes = &finding.fixes;
        let text = match number {
            None => finding.first_command().map(str::to_owned),
            Some(number) => {
                fixes.get(number - 1).and_then(|fix| fix.run.clone().or_else(|| fix.config.clone()))
            }
        };
        text.map_or_else(
            || Action::Say("this fix has no command to copy; press Enter to read it".to_owned()),
            Action::Copy,
        )
    }

    fn go(&mut self, report: &Report, to: impl FnOnce(usize, usize) -> usize) {
        let last = self.shown(report).count().saturating_sub(1);
        let at = to(self.index(report).unwrap_or(0), last);
        self.selected = self.shown(report).nth(at).map(|finding| finding.rule.clone());
        self.is_chosen = true;
        if let Pane::Finding(scroll) = &mut self.pane {
            *scroll = 0;
        }
    }

    /// Turns the page, or goes through the table where there is none.
    fn turn(&mut self, report: &Report, lines: usize, is_down: bool) {
        match &mut self.pane {
            Pane::Finding(scroll) if is_down => *scroll += lines,
            Pane::Finding(scroll) => *scroll = scroll.saturating_sub(lines),
            _ if is_down => self.go(report, |at, last| (at + lines).min(last)),
            _ => self.go(report, |at, _| at.saturating_sub(lines)),
        }
    }

    fn shown<'r>(&self, report: &'r Report) -> impl Iterator<Item = &'r Finding> + use<'r> {
        let least = self.least;
        report.findings.iter().filter(move |finding| finding.severity >= least)
    }

    fn index(&self, report: &Report) -> Option<usize> {
        let selected = self.selected.as_deref()?;
        self.shown(report).position(|finding| finding.rule == selected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{self, Layers};
    use crate::engine::Engine;
    use crate::scan::{Options, scan_bytes};

    fn report() -> Report {
        let engine = Engine::new(catalogue::load(&Layers::default()).expect("the rules"));
        let log = include_bytes!("../../../fixtures/logs/mixed/file.log");
        scan_bytes(&engine, "x", log, &Options::default())
    }

    fn press(state: &mut State, report: &Report, code: KeyCode) -> Action {
        let action = state.handle(&Event::Key(code.into()), report);
        state.choose(report);
        action
    }

    #[test]
    fn a_chosen_finding_stays_chosen_when_others_rise() {
        let mut report = report();
        let mut state = State::new(None);
        state.choose(&report);
        assert_eq!(state.selected.as_ref(), Some(&report.findings[0].rule));
        report.findings.rotate_left(1);
        state.choose(&report);
        assert_eq!(
            state.selected.as_ref(),
            Some(&report.findings[0].rule),
            "the first, as nobody has chosen"
        );
        press(&mut state, &report, KeyCode::Down);
        let chosen = report.findings[1].rule.clone();
        report.findings.rotate_right(3);
        state.choose(&report);
        assert_eq!(state.selected.as_ref(), Some(&chosen));
        press(&mut state, &report, KeyCode::End);
        assert_eq!(state.selected.as_ref(), report.findings.last().map(|finding| &finding.rule));
        press(&mut state, &report, KeyCode::Enter);
        assert_eq!(state.pane, Pane::Finding(0));
        report.findings.clear();
        state.choose(&report);
        assert_eq!((state.selected.as_ref(), state.pane), (None, Pane::None));
        assert!(matches!(press(&mut state, &report, KeyCode::Char('c')), Action::Say(_)));
    }

    #[test]
    fn keys_copy_filter_and_quit() {
        let report = report();
        let mut state = State::new(None);
        state.choose(&report);
        let fixes = &report.findings[0].fixes;
        let first = fixes.iter().find_map(|fix| fix.run.clone()).expect("a command");
        assert_eq!(press(&mut state, &report, KeyCode::Char('c')), Action::Copy(first));
        assert!(matches!(press(&mut state, &report, KeyCode::Char('9')), Action::Say(_)));
        for least in [Severity::Warning, Severity::Error, Severity::Critical, Severity::Info] {
            press(&mut state, &report, KeyCode::Char('f'));
            assert_eq!(state.least, least);
        }
        assert_eq!(press(&mut state, &report, KeyCode::Char('q')), Action::Quit(0));
        let ctrl_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(state.handle(&Event::Key(ctrl_c), &report), Action::Quit(130));
        let mut state = State::new(Some(Severity::Error));
        press(&mut state, &report, KeyCode::Char('f'));
        press(&mut state, &report, KeyCode::Char('f'));
        assert_eq!(state.least, Severity::Error, "not below what was asked for");
    }
}
