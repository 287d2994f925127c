//! Full-screen view of a watch: the source, the findings, the details of one finding, and the keys.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Cell, Clear, Paragraph, Row, Table, TableState};

use crate::catalogue::Severity;
use crate::redact::Redactor;
use crate::report::Finding;
use crate::watch::Stage;

use super::super::sparkline::sparkline;
use super::super::words::{count, length, number, shortened, source_name, status};
use super::pane::page;
use super::view::{LiveView, Pane};

/// Minimum height at which the page of a finding leaves room for the table above it.
const TALL: u16 = 32;
/// Minimum width for the trend column.
const WIDE: u16 = 100;
const TREND: usize = 16;

const KEYS: [(&str, &str); 11] = [
    ("Up, Down, k, j", "select a finding"),
    ("Enter, e", "open or close the page of the finding"),
    ("PgUp, PgDn, Space", "scroll the page"),
    ("c", "copy the first fix command"),
    ("1 to 9", "copy the command of that fix"),
    ("f", "change the lowest severity shown"),
    ("Home, End, g, G", "select the first or last finding"),
    ("Ctrl-L", "redraw the screen"),
    ("Ctrl-Z", "suspend clawsift; fg resumes it"),
    ("q, Ctrl-C", "quit and print the report"),
    ("?", "show or hide this help"),
];

/// Draws the screen. Returns the maximum scroll position of the finding's page.
pub fn draw(view: &LiveView<'_>, frame: &mut Frame<'_>) -> usize {
    let [head, body, foot] =
        Layout::vertical([Constraint::Length(2), Constraint::Min(1), Constraint::Length(1)])
            .areas(frame.area());
    frame.render_widget(Paragraph::new(heading(view, usize::from(head.width))), head);
    frame.render_widget(Paragraph::new(footer(view)), foot);
    match (view.pane, view.chosen()) {
        (Pane::Help, _) => {
            help(frame, body);
            0
        }
        (Pane::Finding(scroll), Some(finding)) => {
            let [above, below] = if body.height >= TALL {
                let rows = u16::try_from(view.findings().count()).unwrap_or(u16::MAX).saturating_add(1);
                Layout::vertical([Constraint::Length(rows.min(body.height / 3)), Constraint::Min(1)])
                    .areas(body)
            } else {
                [Rect { height: 0, ..body }, body]
            };
            findings(view, frame, above);
            explain(view, finding, scroll, frame, below)
        }
        _ => {
            findings(view, frame, body);
            0
        }
    }
}

/// Returns the header lines: the source, the state and the totals.
fn heading(view: &LiveView<'_>, width: usize) -> Vec<Line<'static>> {
    let totals = &view.report.totals;
    let stage = match view.stage {
        Stage::Waiting => "waiting for the file",
        Stage::CatchingUp => "reading existing records",
        Stage::Following => "following",
        Stage::Ended => "ended",
    };
    // The end of a path is more informative than its beginning.
    let name = Redactor::OPEN.clean(source_name(view.name)).into_owned();
    let room = width.saturating_sub("clawsift watch   ".len() + stage.len()).max(10);
    let over = name.chars().count().saturating_sub(room);
    let name = match over {
        0 => name,
        over => format!("…{}", name.chars().skip(over + 1).collect::<String>()),
    };
    let mut facts =
        vec![count(totals.incidents, "incident"), count(totals.records, "record"), rate(view.rate)];
    if let Some(last) = view.report.last_time() {
        let day = last.to_zoned(view.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
        facts.push(format!("last {day}"));
    }
    if let Some(silent) = view.silent.filter(|silent| silent.as_secs() >= 2) {
        facts
            .push(format!("{} ago", length(jiff::SignedDuration::from_secs(silent.as_secs().cast_signed()))));
    }
    vec![
        Line::from(vec![
            Span::styled("clawsift watch", Modifier::BOLD),
            Span::raw(format!(" {name} ")),
            Span::styled(stage, Modifier::DIM),
        ]),
        Line::from(facts.join(", ")),
    ]
}

fn rate(per_second: f64) -> String {
    match per_second {
        rate if rate >= 10.0 => format!("{}/s", number(rate.round() as u64)),
        rate => format!("{rate:.1}/s"),
    }
}

fn findings(view: &LiveView<'_>, frame: &mut Frame<'_>, area: Rect) {
    if area.height == 0 {
        return;
    }
    if view.findings().next().is_none() {
        let hidden = view.report.findings.len();
        let text = match (view.report.totals.records, hidden) {
            (0, _) => "no records yet".to_owned(),
            (_, 0) => "no problems found so far".to_owned(),
            (_, hidden) => {
                format!("{} below {}; press f to show more", count(hidden as u64, "finding"), view.least)
            }
        };
        return frame.render_widget(Paragraph::new(text).style(Modifier::DIM), area);
    }
    let is_wide = area.width >= WIDE;
    let mut widths = vec![
        Constraint::Length(1),
        Constraint::Length(8),
        Constraint::Min(20),
        Constraint::Length(9),
        Constraint::Length(8),
    ];
    let mut header = vec!["", "Severity", "Finding", "Incidents", "Last"];
    if is_wide {
        widths.push(Constraint::Length(TREND as u16));
        header.push("Trend");
    }
    widths.push(Constraint::Length(17));
    header.push("Status");
    // Width left for the title: the other columns are one column apart.
    let taken: u16 =
        widths.iter().map(|width| if let Constraint::Length(width) = width { width + 1 } else { 0 }).sum();
    let room = usize::from(area.width.saturating_sub(taken));
    let rows = view.findings().map(|finding| row(view, finding, is_wide, room));
    let table = Table::new(rows, widths)
        .header(Row::new(header).style(Modifier::DIM))
        .row_highlight_style(Modifier::REVERSED);
    let selected = view.findings().position(|finding| Some(finding.rule.as_str()) == view.selected);
    let mut state = TableState::default().with_selected(selected);
    frame.render_stateful_widget(table, area, &mut state);
}

fn row(view: &LiveView<'_>, finding: &Finding, is_wide: bool, room: usize) -> Row<'static> {
    let is_fresh = view.fresh.contains(&finding.rule);
    let mark = match (is_fresh, view.unicode) {
        (false, _) => " ",
        (true, true) => "●",
        (true, false) => "*",
    };
    let last = finding.last_seen.map_or("-".to_owned(), |time| view.time(time));
    let mut cells = vec![
        Cell::from(mark).style(view.paint(Color::Green)),
        Cell::from(finding.severity.to_string()).style(view.severity_paint(finding.severity)),
        Cell::from(shortened(&finding.title, room.saturating_sub(1))),
        Cell::from(format!("{:>9}", number(finding.incidents))),
        Cell::from(last),
    ];
    if is_wide {
        let span = view.report.span();
        let trend =
            span.map_or(String::new(), |span| sparkline(&finding.histogram, span, TREND, view.unicode));
        cells.push(Cell::from(trend));
    }
    let status = status(finding, view.report.last_time());
    cells.push(Cell::from(status).style(view.status_paint(finding.status)));
    let style = if is_fresh { Style::new().add_modifier(Modifier::BOLD) } else { Style::new() };
    Row::new(cells).style(style)
}

fn explain(
    view: &LiveView<'_>,
    finding: &Finding,
    scroll: usize,
    frame: &mut Frame<'_>,
    area: Rect,
) -> usize {
    let lines = page(view, finding, usize::from(area.width));
    let room = usize::from(area.height.saturating_sub(1));
    let furthest = lines.len().saturating_sub(room);
    let scroll = scroll.min(furthest);
    let more = match furthest - scroll {
        0 => String::new(),
        lines => format!(" {} below ", count(lines as u64, "more line")),
    };
    let mut block = Block::new().borders(Borders::TOP).title(more);
    if !view.unicode {
        block = block.border_set(ASCII);
    }
    let text = Paragraph::new(lines).scroll((u16::try_from(scroll).unwrap_or(u16::MAX), 0)).block(block);
    frame.render_widget(Clear, area);
    frame.render_widget(text, area);
    furthest
}

/// Horizontal line in ASCII.
const ASCII: ratatui::symbols::border::Set<'static> =
    ratatui::symbols::border::Set { horizontal_top: "-", ..ratatui::symbols::border::PLAIN };

fn help(frame: &mut Frame<'_>, area: Rect) {
    let lines = KEYS.iter().map(|(keys, what)| {
        Line::from(vec![Span::styled(format!("  {keys:<20}"), Modifier::BOLD), Span::raw(*what)])
    });
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), area);
}

fn footer(view: &LiveView<'_>) -> Line<'static> {
    if let Some(message) = view.message {
        return Line::from(Redactor::OPEN.clean(message).into_owned()).style(Modifier::BOLD);
    }
    let keys = match view.pane {
        Pane::None => "up/down select   enter details   c copy fix   f severity   ? keys   q quit",
        Pane::Finding(_) => "enter close   pgup/pgdn scroll   c, 1-9 copy command   ? keys   q quit",
        Pane::Help => "? close   q quit",
    };
    let least = match view.least {
        Severity::Info => String::new(),
        least => format!("   [{least} and above]"),
    };
    Line::from(format!("{keys}{least}")).style(Modifier::DIM)
}
