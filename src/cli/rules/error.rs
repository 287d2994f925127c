//! Why a command for rule authors could not do its work.

/// Why a command for rule authors could not do its work.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum RulesError {
    #[error("{0}")]
    NoSuchRule(#[from] crate::kit::NoSuchRule),
    #[error("{0}")]
    Draft(#[from] crate::kit::DraftError),
    #[error(
        "nothing to draft a rule for; give a line of a log, or the number of a shape that no rule explains:\n  \
         clawsift rules new --from-line 'Error: disk 3 is full'\n  \
         clawsift rules new --from-unknown 3 gateway.log\n\
         On a terminal, `clawsift rules new` asks for them."
    )]
    NothingToDraft,
    #[error("ended before all was asked; no rule was written")]
    NoAnswer,
    #[error(
        "the terminal passes on no more than {0} characters of a line; pipe it in:\n  \
         tail -1 gateway.log | clawsift rules new --from-line -"
    )]
    CutByTerminal(usize),
    #[error(
        "there is no shape {number} among what no rule explains: there are {shapes}, as the report lists them"
    )]
    NoSuchShape { number: usize, shapes: usize },
    #[error("{0}: {1}; name a file that is not there yet")]
    NewFile(String, std::io::Error),
}
