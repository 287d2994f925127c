//! Tokenizes Rust source into names and punctuation, enough to find its paths.

/// A name, `::`, or another punctuation character.
pub type Token = String;

pub fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

pub fn find(tokens: &[Token], from: usize, token: &str) -> usize {
    (from..tokens.len()).find(|&at| tokens[at] == token).unwrap_or(tokens.len() - 1)
}

/// Returns the index of the brace or bracket that closes the one at `open`.
pub fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.as_str() {
            "{" | "[" | "(" => depth += 1,
            "}" | "]" | ")" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    tokens.len() - 1
}

/// Returns the tokens without attributes and without test-only items.
pub fn without_tests(tokens: Vec<Token>) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let open = if tokens.get(at + 1).is_some_and(|t| t == "!") { at + 2 } else { at + 1 };
        if tokens[at] != "#" || tokens.get(open).is_none_or(|t| t != "[") {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        }
        let end = closing(&tokens, open);
        let is_test = tokens[open + 1..end].join("") == "cfg(test)";
        at = end + 1;
        while is_test && at < tokens.len() {
            let last = closing(&tokens, at);
            let is_end = tokens[at] == ";" || tokens[at] == "{";
            at = last + 1;
            if is_end {
                break;
            }
        }
    }
    kept
}

/// Returns the names and punctuation of a source, without comments and literals.
pub fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    let get = |at: usize| chars.get(at).copied().unwrap_or('\0');
    while at < chars.len() {
        let c = chars[at];
        if c == '/' && get(at + 1) == '/' {
            at = (at..chars.len()).find(|&at| chars[at] == '\n').unwrap_or(chars.len());
        } else if c == '/' && get(at + 1) == '*' {
            let mut depth = 0;
            while at < chars.len() {
                match (get(at), get(at + 1)) {
                    ('/', '*') => (depth, at) = (depth + 1, at + 2),
                    ('*', '/') => (depth, at) = (depth - 1, at + 2),
                    _ => at += 1,
                }
                if depth == 0 {
                    break;
                }
            }
        } else if c == '"' {
            at = after_string(&chars, at);
        } else if c == '\'' {
            // A lifetime has no closing quotation mark.
            let is_char = get(at + 1) == '\\' || get(at + 2) == '\'';
            at += 1;
            if is_char {
                at += if get(at) == '\\' { 2 } else { 1 };
                at = (at..chars.len()).find(|&at| chars[at] == '\'').unwrap_or(chars.len()) + 1;
            } else {
                at = (at..chars.len()).find(|&at| !is_word(chars[at])).unwrap_or(chars.len());
            }
        } else if is_word(c) {
            let end = (at..chars.len()).find(|&at| !is_word(chars[at])).unwrap_or(chars.len());
            let word: String = chars[at..end].iter().collect();
            let hashes = chars[end..].iter().take_while(|c| **c == '#').count();
            if matches!(word.as_str(), "r" | "br" | "cr") && get(end + hashes) == '"' {
                at = after_raw(&chars, end + hashes, hashes);
            } else if matches!(word.as_str(), "b" | "c") && matches!(get(end), '"' | '\'') {
                at = end;
            } else if word == "r" && hashes == 1 {
                at = end + 1;
            } else {
                tokens.push(word);
                at = end;
            }
        } else if c == ':' && get(at + 1) == ':' {
            tokens.push("::".to_owned());
            at += 2;
        } else {
            if !c.is_whitespace() {
                tokens.push(c.to_string());
            }
            at += 1;
        }
    }
    tokens
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn after_string(chars: &[char], open: usize) -> usize {
    let mut at = open + 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

fn after_raw(chars: &[char], open: usize, hashes: usize) -> usize {
    let is_end = |at: usize| {
        chars[at] == '"' && chars[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes
    };
    (open + 1..chars.len()).find(|&at| is_end(at)).map_or(chars.len(), |at| at + 1 + hashes)
}
