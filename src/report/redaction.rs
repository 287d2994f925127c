//! What in a report is foreign text, so that it can be redacted: names as they come in, and all of a report that may have
//! been made with `--no-redact`.

use crate::classify::{MarkKind, RunKeys};
use crate::redact::{Redactor, Secrets};

use super::incident::Incident;
use super::mark::Mark;
use super::shape::template;
use super::status::Scope;
use super::summary::{SourceSummary, Summary};
use super::{Finding, MatchRow, Report, Sample, SourceInfo, Unclassified, Value};

/// Redacts texts in their place.
pub(super) struct Cleaner {
    redactor: Redactor,
    /// What of secrets may be in pieces that were cut out of these texts.
    secrets: Secrets,
}

impl Cleaner {
    pub fn new(redactor: Redactor) -> Self {
        Self { redactor, secrets: Secrets::default() }
    }

    /// A cleaner that knows the secrets of these texts as well.
    pub fn knowing<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> Self {
        Self { redactor: self.redactor, secrets: self.redactor.secrets(texts) }
    }

    pub fn cleaned(&self, text: &str) -> String {
        self.redactor.clean(&self.secrets.mask(text)).into_owned()
    }

    pub fn text(&self, text: &mut String) {
        // Nearly all are clean already.
        let clean = self.cleaned(text);
        if clean != *text {
            *text = clean;
        }
    }

    /// Advice may have lines, which stay.
    pub fn lines(&self, text: &mut String) {
        *text = self.redactor.clean_lines(&self.secrets.mask(text));
    }

    /// A command stays only as it is: with a mask in it, it would do something else.
    pub fn command(&self, run: &mut Option<String>) {
        run.take_if(|run| self.redactor.clean_lines(&self.secrets.mask(run)) != *run);
    }

    pub fn each<'t>(&self, texts: impl IntoIterator<Item = &'t mut String>) {
        texts.into_iter().for_each(|text| self.text(text));
    }

    /// A map by names that may have to be cleaned, too.
    pub fn keys<V, M>(&self, map: &mut M)
    where
        M: Default + IntoIterator<Item = (String, V)> + FromIterator<(String, V)>,
    {
        *map = std::mem::take(map).into_iter().map(|(name, value)| (self.cleaned(&name), value)).collect();
    }

    pub fn sample(&self, sample: &mut Sample) {
        self.each([&mut sample.source, &mut sample.text]);
        self.each(sample.subsystem.iter_mut().chain(&mut sample.matched));
    }

    /// The shape of a record that nobody explains. Words of it may be parts of a secret that only the record tells.
    pub fn unexplained(&self, shape: &mut String, sample: &mut Sample) {
        let before = sample.text.clone();
        self.sample(sample);
        if sample.text != before {
            *shape = template(&sample.text);
        }
        self.text(shape);
    }

    pub fn scope(&self, scope: &mut Scope) {
        self.text(&mut scope.gateway);
        self.each([&mut scope.provider, &mut scope.model, &mut scope.channel].into_iter().flatten());
    }

    pub fn run_keys(&self, keys: &mut RunKeys) {
        self.each([&mut keys.run, &mut keys.trace, &mut keys.session].into_iter().flatten());
    }

    fn info(&self, info: &mut SourceInfo) {
        self.text(&mut info.name);
        self.each(info.runtimes.iter_mut().chain(&mut info.hosts).chain(&mut info.problems));
        self.each(&mut info.notes);
    }

    fn mark(&self, mark: &mut Mark) {
        self.text(&mut mark.gateway);
        if let MarkKind::Version(version) = &mut mark.what {
            self.text(version);
        }
    }

    /// The ids by which an incident is known.
    fn ids(&self, incident: &mut Incident) {
        self.each(incident.runs.iter_mut().chain(&mut incident.traces).chain(&mut incident.session));
        self.run_keys(&mut incident.first.keys);
        incident.rest.iter_mut().for_each(|rest| self.ids(rest));
    }

    /// What was cleaned when its records were read, unless that was not asked for then.
    fn incident(&self, incident: &mut Incident) {
        let text = incident.sample.as_ref().map(|(_, _, sample)| sample.text.as_str());
        let own = self.knowing(text);
        let leads = incident.leads.iter_mut().filter_map(|lead| lead.provider.as_mut());
        own.each(leads.chain(&mut incident.asked));
        let captures = incident.captures.iter_mut().chain(incident.first.captures.iter_mut());
        own.each(captures.map(|(_, value)| value));
        own.keys(&mut incident.claims);
        if let Some((_, _, sample)) = &mut incident.sample {
            own.sample(sample);
        }
        incident.rest.iter_mut().for_each(|rest| self.incident(rest));
    }
}

impl SourceSummary {
    /// Cleans what was taken out of the records as it stands there: the names of runs, providers and machines.
    pub(super) fn redact_names(&mut self, redactor: Redactor) {
        let cleaner = Cleaner::new(redactor);
        cleaner.info(&mut self.info);
        cleaner.text(&mut self.gateway);
        cleaner.each(self.unread_older.iter_mut().chain(&mut self.default_provider));
        self.edges.iter_mut().for_each(|incident| cleaner.ids(incident));
        self.standing.redact(&cleaner);
        self.journal.redact_names(&cleaner);
        self.loose_ends.iter_mut().for_each(|end| cleaner.run_keys(&mut end.keys));
        self.successes.iter_mut().for_each(|success| cleaner.scope(&mut success.scope));
        self.marks.iter_mut().for_each(|mark| cleaner.mark(mark));
    }
}

impl Summary {
    pub(super) fn redact(&mut self, redactor: Redactor) {
        let cleaner = Cleaner::new(redactor);
        for source in &mut self.sources {
            source.redact_names(redactor);
            source.edges.iter_mut().for_each(|incident| cleaner.incident(incident));
            source.journal.redact(&cleaner);
        }
        self.settled.values_mut().chain(self.quoted.values_mut()).for_each(|tally| tally.redact(&cleaner));
        self.shapes.redact(&cleaner);
    }
}

impl Report {
    /// Redacts a report that was made elsewhere, perhaps with `--no-redact`, or was edited. What is clean stays as it is; the
    /// texts of the rules are not touched but where facts were filled in.
    pub fn redact(&mut self, redactor: Redactor) {
        let cleaner = Cleaner::new(redactor);
        self.sources.iter_mut().for_each(|source| cleaner.info(source));
        self.findings.iter_mut().for_each(|finding| redact_finding(finding, &cleaner));
        for Unclassified { template, subsystem, sample, .. } in &mut self.unclassified {
            cleaner.unexplained(template, sample);
            cleaner.each(subsystem);
        }
        for step in &mut self.next_steps {
            cleaner.lines(&mut step.say);
            cleaner.command(&mut step.run);
        }
        cleaner.each(&mut self.notes);
        self.marks.iter_mut().for_each(|mark| cleaner.mark(mark));
        self.matches.redact(redactor);
        if let Some(summary) = &mut self.mergeable {
            summary.redact(redactor);
        }
    }
}

impl MatchRow {
    pub(super) fn redact(&mut self, redactor: Redactor) {
        let own = Cleaner::new(redactor).knowing([self.text.as_str()]);
        own.each([&mut self.source, &mut self.text].into_iter().chain(&mut self.subsystem));
        own.each(self.captures.values_mut());
    }
}

fn redact_finding(finding: &mut Finding, cleaner: &Cleaner) {
    let own = cleaner.knowing(finding.samples.iter().map(|sample| sample.text.as_str()));
    let values = finding.captures.values_mut().flatten().chain(&mut finding.contradicted);
    values.for_each(|Value { value, .. }| own.text(value));
    finding.samples.iter_mut().for_each(|sample| own.sample(sample));
    finding.causes.iter_mut().for_each(|cause| own.lines(cause));
    for fix in &mut finding.fixes {
        own.lines(&mut fix.say);
        own.command(&mut fix.run);
        fix.config.iter_mut().for_each(|config| own.lines(config));
    }
}
