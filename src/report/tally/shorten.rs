//! Fits the branches of a prefix tree into a limit on the number of leaves, and shortens only those that take more than
//! their share.
//!
//! A node with more leaves than its limit shares the limit out among its children: each gets as many leaves as it has, up to
//! the highest number with which all fit. A node with more children than its limit becomes one leaf, which stands for all
//! below it.
//!
//! A subset of the leaves leaves each node a limit that is no lower. So what is shortened for a part is shortened for the
//! whole, and shortening parts before they are joined changes nothing in the result: it depends on the set of leaves alone,
//! and not on their order or grouping.

/// A leaf: the names on the way to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Leaf<'t, T> {
    pub path: Vec<&'t str>,
    /// It stands for all leaves below it, which were more than fitted.
    pub is_shortened: bool,
    pub value: T,
}

/// Leaves that become one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Branch<'l, 't, T> {
    pub leaves: &'l [Leaf<'t, T>],
    /// The number of names that remain of their paths, if they are shortened.
    pub depth: Option<usize>,
}

/// The branches that remain of sorted leaves: at most `limit`, unless the root has more children.
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

/// The number of leaves of a branch; without a limit where some of it was shortened, as there were more than the limit then.
fn count<T>(leaves: &[Leaf<'_, T>]) -> usize {
    if leaves.iter().any(|leaf| leaf.is_shortened) { usize::MAX } else { leaves.len() }
}

/// The highest number of which each child can have as many, or as many as it needs, with no more than `limit` in all; at
/// least 1.
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
