//! Prints the rules that explain a log: `cargo run --no-default-features --example classify -- LOG`.

use clawsift::catalogue;
use clawsift::engine::Engine;
use clawsift::scan::{Options, scan_bytes};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("name a log")?;
    let engine = Engine::new(catalogue::embedded()?);
    let report = scan_bytes(&engine, &path, &std::fs::read(&path)?, &Options::default());
    for finding in &report.findings {
        println!("{}: {}", finding.rule, finding.title);
    }
    Ok(())
}
