//! A watch on a terminal: the live view and its keys.
//!
//! Whatever ends it (a key, a signal, a panic), the terminal is given back as it was.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event;

use crate::cli::output;
use crate::render::live::{LiveView, draw};
use crate::source::Cancellation;
use crate::watch::Change;

use super::Watch as Args;
use super::keys::{Action, State};
use super::session::{Session, Signal};

/// The rate falls and the silence grows also where nothing comes.
const TICK: Duration = Duration::from_secs(1);
/// How long a changed finding is marked.
const FRESH: Duration = Duration::from_secs(10);
/// How long a message stands in the place of the keys.
const MESSAGE: Duration = Duration::from_secs(5);

/// Shows the live view until the user quits, the log ends or a signal comes. `false` where there are no keys to be read.
///
/// # Errors
/// When the terminal cannot be taken over or written to.
pub(super) fn run(
    session: &mut Session<'_>,
    sender: SyncSender<Signal>,
    signals: &Receiver<Signal>,
    args: &Args,
    zone: &TimeZone,
    stop: &Cancellation,
) -> io::Result<bool> {
    let mut screen = Screen {
        terminal: ratatui::try_init()?,
        state: State::new(args.min_severity),
        fresh: Vec::new(),
        message: None,
        zone,
        color: output::is_colored(args.color),
    };
    let suspended = suspension();
    thread::spawn(move || {
        while let Ok(event) = event::read() {
            if sender.send(Signal::Terminal(event)).is_err() {
                break;
            }
        }
    });
    let shown = screen.show(session, signals, stop, &suspended);
    ratatui::restore();
    shown.map(|()| true)
}

/// A flag that a request to stop for a while sets.
fn suspension() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    {
        let _ = signal_hook::flag::register(signal_hook::consts::SIGTSTP, Arc::clone(&flag));
    }
    flag
}

struct Screen<'z> {
    terminal: DefaultTerminal,
    state: State,
    /// Rules of findings that changed, and when.
    fresh: Vec<(String, Instant)>,
    message: Option<(String, Instant)>,
    zone: &'z TimeZone,
    color: bool,
}

impl Screen<'_> {
    fn show(
        &mut self,
        session: &mut Session<'_>,
        signals: &Receiver<Signal>,
        stop: &Cancellation,
        suspended: &AtomicBool,
    ) -> io::Result<()> {
        let mut drawn: Option<Instant> = None;
        while !stop.is_cancelled() {
            let event = session.wait(signals);
            let changes = session.refresh();
            let mut is_stale = event.is_some() || changes.is_some();
            self.note(changes.unwrap_or_default(), std::mem::take(&mut session.messages));
            match event.map_or(Action::None, |event| self.state.handle(&event, session.watch.report())) {
                Action::None => {}
                Action::Quit(status) => {
                    if status != 0 {
                        stop.cancel_with(status);
                    }
                    return Ok(());
                }
                Action::Copy(text) => self.copy(&text)?,
                Action::Say(text) => self.message = Some((text, Instant::now())),
                Action::Redraw => self.terminal.clear()?,
                Action::Suspend => suspended.store(true, Ordering::Relaxed),
            }
            if suspended.swap(false, Ordering::Relaxed) {
                self.suspend()?;
                is_stale = true;
            }
            if is_stale || drawn.is_none_or(|drawn| drawn.elapsed() >= TICK) {
                self.draw(session)?;
                drawn = Some(Instant::now());
            }
            if session.has_ended() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Marks what has changed, and shows the last message.
    fn note(&mut self, changes: Vec<Change>, messages: Vec<String>) {
        let now = Instant::now();
        self.fresh.retain(|(_, since)| now.duration_since(*since) < FRESH);
        for change in changes.into_iter().filter(|change| change.kind.is_news()) {
            self.fresh.retain(|(rule, _)| *rule != change.finding.rule);
            self.fresh.push((change.finding.rule, now));
        }
        if let Some(message) = messages.into_iter().next_back() {
            self.message = Some((message, now));
        }
    }

    fn draw(&mut self, session: &Session<'_>) -> io::Result<()> {
        let now = Instant::now();
        self.message.take_if(|(_, since)| now.duration_since(*since) >= MESSAGE);
        let report = session.watch.report();
        self.state.choose(report);
        let fresh: Vec<String> = self.fresh.iter().map(|(rule, _)| rule.clone()).collect();
        let view = LiveView {
            report,
            name: session.watch.name(),
            stage: session.watch.stage(),
            rate: session.watch.rate().per_second(report.totals.records, now),
            silent: session.last_arrival.map(|last| now.duration_since(last)),
            fresh: &fresh,
            selected: self.state.selected.as_deref(),
            least: self.state.least,
            pane: self.state.pane,
            message: self.message.as_ref().map(|(text, _)| text.as_str()),
            zone: self.zone,
            unicode: output::is_utf8_locale(),
            color: self.color,
        };
        let mut furthest = 0;
        self.terminal.draw(|frame| furthest = draw(&view, frame))?;
        self.state.bound(furthest);
        Ok(())
    }

    /// Asks the terminal to take a text into its clipboard (OSC 52), which also works over ssh, where the terminal allows it.
    fn copy(&mut self, text: &str) -> io::Result<()> {
        use base64::Engine as _;
        let encoded = base64::engine::general_purpose::STANDARD.encode(text);
        let mut out = io::stdout();
        write!(out, "\x1b]52;c;{encoded}\x07")?;
        out.flush()?;
        let line = text.lines().next().unwrap_or_default();
        self.message = Some((format!("copied, if your terminal allows it (OSC 52): {line}"), Instant::now()));
        Ok(())
    }

    /// Gives the terminal back and stops, until the shell wakes the program.
    fn suspend(&mut self) -> io::Result<()> {
        #[cfg(unix)]
        {
            ratatui::restore();
            signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
            self.terminal = ratatui::try_init()?;
        }
        Ok(())
    }
}
