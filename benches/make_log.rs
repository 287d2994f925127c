//! Generates a large log from the real ones in `fixtures`: `make_log OUT MEGABYTES FAILING_SHARE FORM [SEED]`.
//!
//! Records of healthy logs are drawn at random, and sequences of records from failing ones, so that the latter make up the given
//! share. Each record gets a later time; ids are new for each healthy record and each failing run; durations vary. So templates
//! and lengths are those of real logs, and only the parts that differ in real logs differ.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

/// Maximum number of records of one failing run.
const RUN: usize = 40;
/// Average number of milliseconds between two records.
const STEP: u64 = 400;

/// A form of log: its name, the folder of its samples, their file, and the wrapper of each line.
const FORMS: [(&str, &str, &str, Wrapper); 7] = [
    ("file", "logs", "file.log", Wrapper::None),
    ("plain", "logs", "logs-plain.txt", Wrapper::None),
    ("console", "logs", "console.txt", Wrapper::None),
    ("journald", "logs", "console.txt", Wrapper::Journal),
    ("docker", "logs", "console.txt", Wrapper::DockerJson),
    // Releases up to 2026.7 write objects into the line, and the position in the source code into each record.
    ("file-2026.7", "versions/2026.7.1", "file.log", Wrapper::None),
    ("plain-2026.7", "versions/2026.7.1", "logs-plain.txt", Wrapper::None),
];

/// The cases of one release that are samples. The generated logs must not change when cases are added, or figures could not be
/// compared.
const OF_A_VERSION: [&str; 10] =
    ["dns", "midrst", "o401", "o429", "o500", "ok-1", "ok-2", "refused", "stall", "tls-self"];

#[derive(Clone, Copy)]
enum Wrapper {
    None,
    /// `Nov 22 10:05:00 clawbox openclaw[1234]: LINE`, as `journalctl` prints it.
    Journal,
    /// `{"log":"LINE\n","stream":"stderr","time":"..."}`, as Docker's json-file driver stores it.
    DockerJson,
}

/// A line, split at its variable parts.
struct Template(Vec<Piece>);

enum Piece {
    Text(Vec<u8>),
    /// `2026-11-22T10:05:00.748`, without the offset.
    Time,
    /// Eight hexadecimal digits at the start of an id.
    Id(u32),
    /// The number after a name that ends with `Ms`.
    Duration,
}

/// Xorshift, which is small and gives the same sequence everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn chance(&mut self, share: f64) -> bool {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64 <= share
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [out, megabytes, share, form, seed @ ..] = arguments.as_slice() else {
        return Err("usage: make_log OUT MEGABYTES FAILING_SHARE FORM [SEED]".into());
    };
    let Some(&(_, samples, file, wrapper)) = FORMS.iter().find(|(name, ..)| name == form) else {
        let names = FORMS.map(|(name, ..)| name).join(", ");
        return Err(format!("{form}: no form; the forms are {names}").into());
    };
    let share: f64 = share.parse()?;
    let size = megabytes.parse::<u64>()? << 20;
    let mut random = Random(seed.first().map_or(Ok(0x5eed_1e55), |seed| seed.parse())?);

    let Samples { healthy, failing } =
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(samples), file)?;
    let mean = failing.iter().map(Vec::len).sum::<usize>() as f64 / failing.len() as f64;
    let chance = share / (mean * (1.0 - share) + share);

    let mut log = BufWriter::with_capacity(1 << 20, File::create(out)?);
    let (mut written, mut records, mut failures, mut runs) = (0, 0_u64, 0_u64, 0_u64);
    let mut time = 1_767_225_600_000; // 2026-01-01
    let (mut line, mut wrapped) = (Vec::new(), Vec::new());
    while written < size {
        runs += 1;
        let run: &[Template] = match random.chance(chance) {
            true => &failing[random.below(failing.len())],
            false => std::slice::from_ref(&healthy[random.below(healthy.len())]),
        };
        failures += if run.len() > 1 { run.len() as u64 } else { 0 };
        for template in run {
            time += random.next() % (2 * STEP);
            records += 1;
            line.clear();
            template.write(&mut line, time, runs, &mut random)?;
            wrapped.clear();
            wrapper.write(&mut wrapped, &line, time)?;
            log.write_all(&wrapped)?;
            // Wrappers do not count, so a seed generates the same records with and without them.
            written += line.len() as u64;
        }
    }
    log.flush()?;
    eprintln!(
        "{out}: {written} bytes, {records} records, {:.3} of them of failing runs",
        failures as f64 / records as f64
    );
    Ok(())
}

/// Building blocks of a log.
struct Samples {
    healthy: Vec<Template>,
    /// Sequences of consecutive lines.
    failing: Vec<Vec<Template>>,
}

/// Reads the lines of healthy logs, and sequences of lines of failing ones.
fn read(folder: &Path, file: &str) -> Result<Samples, Box<dyn Error>> {
    let mut cases: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    cases.sort_by_key(|case| case.file_name());
    let (mut healthy, mut failing) = (Vec::new(), Vec::new());
    for case in cases {
        let Ok(text) = fs::read(case.path().join(file)) else { continue };
        let lines = || text.split(|&b| b == b'\n').filter(|line| !line.is_empty());
        let name = case.file_name().to_string_lossy().into_owned();
        let is_of_version = folder.parent().is_some_and(|parent| parent.ends_with("versions"));
        if is_of_version && !OF_A_VERSION.contains(&name.as_str()) {
            continue;
        }
        if name.starts_with("ok-") || name == "quiet" {
            healthy.extend(lines().map(Template::new));
            continue;
        }
        let alarming: Vec<Template> = lines().filter(|line| is_alarming(line)).map(Template::new).collect();
        let mut alarming = alarming.into_iter().peekable();
        while alarming.peek().is_some() {
            let run: Vec<Template> = alarming.by_ref().take(RUN).collect();
            failing.push(run);
        }
    }
    failing.retain(|run: &Vec<Template>| run.len() > 1);
    match healthy.is_empty() || failing.is_empty() {
        true => Err(format!("{}: no logs named {file}", folder.display()).into()),
        false => Ok(Samples { healthy, failing }),
    }
}

/// Returns true if a record of a failing log reports the failure.
fn is_alarming(line: &[u8]) -> bool {
    const SIGNS: [&[u8]; 8] = [
        b"\"logLevelName\":\"WARN\"",
        b"\"logLevelName\":\"ERROR\"",
        b"[model-fetch] ",
        b"lane task error",
        b"failover",
        b"model fallback",
        b"Error: ",
        "✗".as_bytes(),
    ];
    SIGNS.iter().any(|sign| memchr::memmem::find(line, sign).is_some())
}

impl Template {
    fn new(line: &[u8]) -> Self {
        let (mut pieces, mut text, mut at) = (Vec::new(), Vec::new(), 0);
        while at < line.len() {
            let found = match &line[at..] {
                rest if is_shape(rest, b"0000-00-00T00:00:00.000") => Some((Piece::Time, 23)),
                rest if is_shape(rest, b"xxxxxxxx-xxxx-xxxx-") || is_trace(line, at) => {
                    let digits = std::str::from_utf8(&rest[..8]).unwrap_or_default();
                    Some((Piece::Id(u32::from_str_radix(digits, 16).unwrap_or_default()), 8))
                }
                rest if text.ends_with(b"Ms=") || text.ends_with(b"Ms\":") => {
                    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
                    (digits > 0).then_some((Piece::Duration, digits))
                }
                _ => None,
            };
            match found {
                Some((piece, length)) => {
                    pieces.push(Piece::Text(std::mem::take(&mut text)));
                    pieces.push(piece);
                    at += length;
                }
                None => {
                    text.push(line[at]);
                    at += 1;
                }
            }
        }
        text.push(b'\n');
        pieces.push(Piece::Text(text));
        Self(pieces)
    }

    fn write(
        &self,
        out: &mut Vec<u8>,
        time: u64,
        run: u64,
        random: &mut Random,
    ) -> Result<(), Box<dyn Error>> {
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.extend_from_slice(text),
                Piece::Time => write_time(out, time)?,
                Piece::Id(id) => write!(out, "{:08x}", id ^ (run as u32).wrapping_mul(0x9e37_79b1))?,
                Piece::Duration => write!(out, "{}", 1 + random.below(5000))?,
            }
        }
        Ok(())
    }
}

impl Wrapper {
    fn write(self, out: &mut Vec<u8>, line: &[u8], time: u64) -> Result<(), Box<dyn Error>> {
        match self {
            Self::None => out.extend_from_slice(line),
            Self::Journal => {
                let time = jiff::Timestamp::from_millisecond(i64::try_from(time)?)?;
                write!(out, "{} clawbox openclaw[1234]: ", time.strftime("%b %d %H:%M:%S"))?;
                out.extend_from_slice(line);
            }
            Self::DockerJson => {
                let text = serde_json::to_string(&String::from_utf8_lossy(line))?;
                write!(out, "{{\"log\":{text},\"stream\":\"stderr\",\"time\":\"")?;
                write_time(out, time)?;
                out.extend_from_slice(b"482913Z\"}\n");
            }
        }
        Ok(())
    }
}

/// Returns true if 32 hexadecimal digits in quotation marks begin at `at`.
fn is_trace(line: &[u8], at: usize) -> bool {
    at > 0 && line[at - 1] == b'"' && is_shape(&line[at..], &[b'x'; 32]) && line.get(at + 32) == Some(&b'"')
}

/// Returns true if a text begins with a shape, in which 0 stands for a digit and x for a hexadecimal digit.
fn is_shape(text: &[u8], shape: &[u8]) -> bool {
    text.len() >= shape.len()
        && shape.iter().zip(text).all(|(shape, byte)| match shape {
            b'0' => byte.is_ascii_digit(),
            b'x' => byte.is_ascii_hexdigit(),
            other => other == byte,
        })
}

fn write_time(out: &mut Vec<u8>, millis: u64) -> Result<(), Box<dyn Error>> {
    let time = jiff::Timestamp::from_millisecond(i64::try_from(millis)?)?;
    write!(out, "{}", time.strftime("%Y-%m-%dT%H:%M:%S%.3f"))?;
    Ok(())
}
