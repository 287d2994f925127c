//! Prints the literals of the embedded rules, one per line, as input for other search tools.

use clawsift::catalogue::{self, Problems, Signature, SignatureKind};

fn main() -> Result<(), Problems> {
    let catalogue = catalogue::embedded()?;
    let rules = catalogue.rules().iter().flat_map(|rule| rule.any.iter().chain(&rule.all));
    let mut literals: Vec<String> = rules.flat_map(texts).filter(|text| text.is_ascii()).collect();
    literals.sort();
    literals.dedup();
    println!("{}", literals.join("\n"));
    Ok(())
}

fn texts(signature: &Signature) -> Vec<String> {
    match &signature.kind {
        SignatureKind::Literal(text) => vec![text.clone()],
        SignatureKind::ErrorCode(codes) => codes.clone(),
        _ => Vec::new(),
    }
}
