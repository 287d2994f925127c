//! Named word lists of rule files. `{{channels}}` in an expression matches any word of the list `channels`; in the value of a field
//! it stands for one value per word.

use std::collections::BTreeMap;

use super::did_you_mean::did_you_mean;
use super::problem::{Problem, ProblemCode};
use super::raw_file::{OneOrMany, RawFile, RawSignature, Scalar};
use super::rule_file::RuleFile;

/// The words of each list, by its name.
pub(super) type Lists = BTreeMap<String, Vec<String>>;

/// A name between double braces that no list has, and the nearest name of a list.
#[derive(Debug, PartialEq, Eq)]
struct UnknownList {
    name: String,
    nearest: Option<String>,
}

/// Replaces the names of lists in all signatures of a file. Returns a problem per signature that names an unknown list.
pub(super) fn expand(file: &mut RawFile, source: &RuleFile, lists: &Lists) -> Vec<Problem> {
    let mut problems = Vec::new();
    for signature in file.signatures_mut() {
        if let Err(unknown) = expand_signature(&mut signature.value, lists) {
            let expected = match unknown.nearest {
                Some(nearest) => format!("a list under `lists:`; the nearest name is `{nearest}`"),
                None => "a list under `lists:`".to_owned(),
            };
            let message = format!("there is no list `{}`", unknown.name);
            problems.push(source.problem(
                ProblemCode::UnknownGroup,
                &source.location(signature),
                message,
                expected,
            ));
        }
    }
    problems
}

fn expand_signature(signature: &mut RawSignature, lists: &Lists) -> Result<(), UnknownList> {
    if let Some(regex) = &mut signature.regex {
        *regex = in_regex(regex, lists)?;
    }
    for values in signature.field.iter_mut().flat_map(BTreeMap::values_mut) {
        expand_values(values, lists)?;
    }
    Ok(())
}

/// Replaces each name in an expression with an alternation of the list's words.
fn in_regex(regex: &str, lists: &Lists) -> Result<String, UnknownList> {
    let mut expanded = regex.to_owned();
    while let Some((before, name, after)) = split(&expanded) {
        let words: Vec<String> = find(name, lists)?.iter().map(|word| regex_syntax::escape(word)).collect();
        expanded = format!("{before}(?:{}){after}", words.join("|"));
    }
    Ok(expanded)
}

/// Replaces each value that names a list with one value per word.
fn expand_values(values: &mut OneOrMany<Scalar>, lists: &Lists) -> Result<(), UnknownList> {
    let written = std::mem::replace(values, OneOrMany::Many(Vec::new())).into_vec();
    let mut expanded = Vec::new();
    for value in written {
        match value {
            Scalar::Text(text) => match split(&text) {
                Some((before, name, after)) => {
                    let words = find(name, lists)?.iter();
                    expanded.extend(words.map(|word| Scalar::Text(format!("{before}{word}{after}"))));
                }
                None => expanded.push(Scalar::Text(text)),
            },
            other => expanded.push(other),
        }
    }
    *values = OneOrMany::Many(expanded);
    Ok(())
}

/// Splits a text at the first name between double braces.
fn split(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (name, after) = rest.split_once("}}")?;
    Some((before, name, after))
}

fn find<'l>(name: &str, lists: &'l Lists) -> Result<&'l [String], UnknownList> {
    lists.get(name).map(Vec::as_slice).ok_or_else(|| UnknownList {
        name: name.to_owned(),
        nearest: did_you_mean(lists.keys().map(String::as_str), name).map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists() -> Lists {
        BTreeMap::from([("pets".to_owned(), vec!["cat".to_owned(), "c++".to_owned()])])
    }

    #[test]
    fn a_list_in_an_expression_matches_any_of_its_words() {
        assert_eq!(
            in_regex(r"^{{pets}}: {{pets}}\d{2}", &lists()).as_deref(),
            Ok(r"^(?:cat|c\+\+): (?:cat|c\+\+)\d{2}")
        );
        assert_eq!(in_regex(r"a{2}", &lists()).as_deref(), Ok(r"a{2}"));
    }

    #[test]
    fn a_list_in_a_value_is_a_value_per_word() {
        let text = |text: &str| Scalar::Text(text.to_owned());
        let mut values = OneOrMany::Many(vec![text("dog"), text("*/{{pets}}*"), Scalar::Number(4)]);
        expand_values(&mut values, &lists()).expect("a known list");
        let words: Vec<String> = values.into_vec().into_iter().map(|value| value.text()).collect();
        assert_eq!(words, ["dog", "*/cat*", "*/c++*", "4"]);
    }

    #[test]
    fn an_unknown_list_is_reported_with_the_nearest() {
        let fault = in_regex("{{pats}}", &lists()).expect_err("an unknown list");
        assert_eq!((fault.name.as_str(), fault.nearest.as_deref()), ("pats", Some("pets")));
    }
}
