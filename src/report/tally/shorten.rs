//! Fits a prefix tree into a maximum number of leaves by shortening only the branches with more than their share.
//!
//! A node with more leaves than its limit divides the limit among its children: each child may keep its leaves up to
//! the highest number for which all fit. A node with more children than its limit becomes one leaf for all leaves below
//! it.
//!
//! For a subset of the leaves, the limit of each node is the same or higher. A branch that is shortened in a part is
//! therefore also shortened in the whole, and shortening parts before joining them does not change the result: it
//! depends on the set of leaves alone, and not on their order or grouping.

/// A leaf with the names on its path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Leaf<'t, T> {
    pub path: Vec<&'t str>,
    /// `true` if the leaf replaces all leaves below it, of which there were too many.
    pub is_shortened: bool,
    pub value: T,
}

/// Consecutive leaves that become one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Branch<'l, 't, T> {
    pub leaves: &'l [Leaf<'t, T>],
    /// Number of names that remain of their paths; `None` if they are not shortened.
    pub depth: Option<usize>,
}

/// Returns the branches that remain of sorted leaves: at most `limit`, unless the root has more children.
pub(crate) fn fit<'l, 't, T>(leaves: &'l [Leaf<'t, T>], limit: usize) -> Vec<Branch<'l, 't, T>> {
    let mut branches = Vec::new();
    share(leaves, 0, limit, &mut branches);
    branches
}

fn share<'l, 't, T>(leaves: &'l [Leaf<'t, T>], depth: usize, limit: usize, out: &mut Vec<Branch<'l, 't, T>>) {
    if count(leaves) <= limit {
        out.extend(leaves.chunks(1).map(|leaves| Branch { leaves, depth: None }));
        return;
    }
    let is_shortened = leaves.iter().any(|leaf| leaf.is_shortened && leaf.path.len() == depth);
    let children: Vec<&[Leaf<'t, T>]> =
        leaves.chunk_by(|a, b| a.path.get(depth) == b.path.get(depth)).collect();
    if is_shortened || (depth > 0 && children.len() > limit) {
        out.push(Branch { leaves, depth: Some(depth) });
        return;
    }
    let limit = highest_share(children.iter().map(|child| count(child)).collect(), limit);
    for child in children {
        match child[0].path.len() > depth {
            true => share(child, depth + 1, limit, out),
            false => out.extend(child.chunks(1).map(|leaves| Branch { leaves, depth: None })),
        }
    }
}

/// Returns the number of leaves of a branch; `usize::MAX` if a part was shortened, because it had more leaves than the
/// limit.
fn count<T>(leaves: &[Leaf<'_, T>]) -> usize {
    if leaves.iter().any(|leaf| leaf.is_shortened) { usize::MAX } else { leaves.len() }
}

/// Returns the highest limit per child, at least 1, such that the children's leaves, each up to that limit, sum to at
/// most `limit`.
fn highest_share(mut needs: Vec<usize>, limit: usize) -> usize {
    needs.sort_unstable();
    let (mut rest, mut children) = (limit, needs.len());
    for need in needs {
        let share = rest / children;
        if need > share {
            return share.max(1);
        }
        rest -= need;
        children -= 1;
    }
    limit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_shared_out_and_what_needs_less_leaves_the_rest() {
        for (needs, limit, share) in [
            (vec![3, 1, 2], 6, 6),
            (vec![9, 1, 2], 6, 3),
            (vec![usize::MAX, usize::MAX, 1], 11, 5),
            (vec![usize::MAX], 7, 7),
            (vec![5, 5, 5], 3, 1),
        ] {
            assert_eq!(highest_share(needs.clone(), limit), share, "{needs:?}");
        }
    }
}
