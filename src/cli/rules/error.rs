//! Why a command for rule authors could not do its work.

/// Why a command for rule authors could not do its work.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum RulesError {
    #[error("{0}")]
    NoSuchRule(#[from] crate::tooling::NoSuchRule),
    #[error("{0}")]
    Draft(#[from] crate::tooling::DraftError),
    #[error(
        "nothing to draft a rule for; give a line of a log, or the number of an unexplained pattern:\n  \
         clawsift rules new --from-line 'Error: disk 3 is full'\n  \
         clawsift rules new --from-unknown 3 gateway.log\n\
         On a terminal, `clawsift rules new` asks for them."
    )]
    NothingToDraft,
    #[error("input ended before all questions were answered; no rule was written")]
    NoAnswer,
    #[error(
        "the terminal truncates lines after {0} characters; pipe the line in:\n  \
         tail -1 gateway.log | clawsift rules new --from-line -"
    )]
    CutByTerminal(usize),
    #[error("no unexplained pattern {number}: the report lists {shapes}")]
    NoSuchShape { number: usize, shapes: usize },
    #[error("cannot create {0}: {1}; name a file that does not exist yet")]
    NewFile(String, std::io::Error),
}
