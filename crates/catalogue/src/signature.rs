//! Converts signatures from their YAML form, and checks each one.

use super::expressions::{Expression, Expressions, Fault};
use super::raw_file::RawSignature;
use super::{Evidence, Location, Prefilter, ProblemCode, Signature, SignatureKind, atoms};

pub(super) fn read(
    raw: RawSignature,
    location: Location,
    expressions: &Expressions,
) -> Result<Signature, Fault> {
    let mut kinds = Vec::new();
    if let Some(text) = raw.literal {
        kinds.push((SignatureKind::Literal(text), Evidence::Body));
    }
    let mut expression = None;
    if let Some(pattern) = raw.regex {
        expression = Some(expressions.of_pattern(&pattern)?);
        kinds.push((SignatureKind::Regex(pattern), Evidence::Body));
    }
    if let Some(statuses) = raw.http_status {
        kinds.push((SignatureKind::HttpStatus(statuses.into_vec()), Evidence::Status));
    }
    if let Some(codes) = raw.error_code {
        kinds.push((SignatureKind::ErrorCode(codes.into_vec()), Evidence::Transport));
    }
    if let Some(fields) = raw.field {
        let fields = fields
            .into_iter()
            .map(|(name, values)| (name, values.into_vec().into_iter().map(|value| value.text()).collect()))
            .collect();
        kinds.push((SignatureKind::Field(fields), Evidence::Reason));
    }
    if let Some(name) = raw.shared {
        // A group has the evidence of its members.
        if raw.evidence.is_some() {
            return Err((
                ProblemCode::BadSignature,
                format!(
                    "`evidence:` is not allowed on the shared group `{name}`: its members have their own"
                ),
                "`evidence:` on the members of the group, or none".to_owned(),
            ));
        }
        kinds.push((SignatureKind::Shared(name), Evidence::Reason));
    }
    let count = kinds.len();
    let (Some((kind, usual)), 1) = (kinds.pop(), count) else {
        return Err((
            ProblemCode::BadSignature,
            format!("the signature has {count} kinds"),
            "exactly one of literal, regex, http_status, error_code, field, shared".to_owned(),
        ));
    };
    let empty = match &kind {
        SignatureKind::Literal(text) => text.trim().is_empty(),
        SignatureKind::Regex(_) => false,
        SignatureKind::Shared(name) => name.is_empty(),
        SignatureKind::HttpStatus(statuses) => statuses.is_empty(),
        SignatureKind::ErrorCode(codes) => codes.is_empty() || codes.iter().any(|code| code.is_empty()),
        SignatureKind::Field(fields) => fields.is_empty() || fields.values().any(Vec::is_empty),
    };
    if empty {
        return Err((
            ProblemCode::BadSignature,
            "the signature is empty".to_owned(),
            "a value to search for".to_owned(),
        ));
    }
    if let SignatureKind::HttpStatus(statuses) = &kind
        && let Some(bad) = statuses.iter().find(|s| !(400..600).contains(*s))
    {
        return Err((
            ProblemCode::BadSignature,
            format!("{bad} is not an HTTP error status"),
            "a number from 400 to 599".to_owned(),
        ));
    }
    if raw.evidence == Some(Evidence::Likely) {
        return Err((
            ProblemCode::BadSignature,
            "a signature knows a wording, so its evidence is not `likely`".to_owned(),
            "transport, body, status, sentence or reason".to_owned(),
        ));
    }
    let Expression { atoms, prefilter } = expression
        .unwrap_or_else(|| Expression { atoms: atoms::of_signature(&kind), prefilter: Prefilter::default() });
    Ok(Signature { kind, evidence: raw.evidence.unwrap_or(usual), atoms, prefilter, location })
}
