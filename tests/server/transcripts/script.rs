//! A transcript as steps, one for each line; a line that is indented belongs to the one before it.

/// A step, and the line on which it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub line: usize,
    pub act: Act,
}

/// What happens. Texts still have names in them.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// These children come.
    People(Vec<String>),
    /// The two become friends.
    Friends(String, String),
    /// The first makes a session, named `S`, with the join code `code`; the others join it by that, and all sit in it with
    /// open sockets, of which everything has been read.
    Room(Vec<String>),
    /// A socket is asked for, and this is the answer's status.
    Open {
        socket: String,
        path: String,
        status: u16,
    },
    /// Somebody says something.
    Say {
        socket: String,
        text: String,
    },
    /// The next message to somebody is this; with `anywhere` one of the next.
    Hear {
        socket: String,
        pattern: String,
        anywhere: bool,
    },
    /// Nothing comes to these for so many milliseconds.
    Silence {
        sockets: Vec<String>,
        milliseconds: u64,
    },
    /// Messages of these types are passed over from now on; whose, or everybody's.
    Ignore {
        socket: Option<String>,
        types: Vec<String>,
    },
    /// Somebody closes with 1000.
    Close(String),
    /// Somebody's connection breaks.
    Drop(String),
    /// The server closes somebody's socket with this code, and says nothing before.
    Closed {
        socket: String,
        code: u16,
    },
    Call(Call),
    /// All of these at once; their statuses in any order.
    Together {
        calls: Vec<Call>,
        statuses: Vec<u16>,
    },
    /// The server stops in order and starts again. Sockets end with 1012.
    Restart,
    /// The server's clock goes forward, in seconds.
    Advance(i64),
}

/// A call of the API.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub who: String,
    pub method: String,
    pub path: String,
    pub body: Option<String>,
    /// Not looked at among calls that are made together.
    pub status: u16,
    pub pattern: Option<String>,
}

/// How long is listened before it is silence, in milliseconds.
const MOMENT: u64 = 400;
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// The steps of a transcript; an error begins with its line.
pub fn parse(text: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    let mut together: Option<(usize, Vec<Call>)> = None;
    for (line, text) in lines(text) {
        let fail = |what: &str| format!("{line}: {what}: {text}");
        if let Some((began, mut calls)) = together.take() {
            if let Some(statuses) = text.strip_prefix("end = ") {
                let statuses: Result<Vec<u16>, _> =
                    statuses.split(',').map(|word| word.trim().parse()).collect();
                let mut statuses = statuses.map_err(|_| fail("statuses are numbers"))?;
                if statuses.len() != calls.len() {
                    return Err(fail("as many statuses as calls"));
                }
                statuses.sort_unstable();
                steps.push(Step {
                    line: began,
                    act: Act::Together { calls, statuses },
                });
            } else {
                calls.push(call(&text, false).ok_or_else(|| fail("no call"))?);
                together = Some((began, calls));
            }
        } else if text == "together" {
            together = Some((line, Vec::new()));
        } else {
            let act = act(&text).ok_or_else(|| fail("not understood"))?;
            steps.push(Step { line, act });
        }
    }
    match together {
        Some((line, _)) => Err(format!("{line}: together has no end")),
        None => Ok(steps),
    }
}

/// Lines with their numbers, without comments, each with those that continue it.
fn lines(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        match lines.last_mut() {
            Some((_, before)) if line.starts_with([' ', '\t']) => {
                before.push(' ');
                before.push_str(line.trim());
            }
            _ => lines.push((number + 1, line.trim().to_owned())),
        }
    }
    lines
}

fn act(text: &str) -> Option<Act> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let words = || rest.split_whitespace().map(str::to_owned);
    let said = || {
        rest.split_once(": ")
            .map(|(socket, text)| (socket.to_owned(), text.to_owned()))
    };
    Some(match word {
        "people" => Act::People(words().collect()),
        "room" => Act::Room(words().collect()),
        "friends" => Act::Friends(words().next()?, words().nth(1)?),
        "open" => open(rest)?,
        "→" => {
            let (socket, text) = said()?;
            Act::Say { socket, text }
        }
        "←" | "←~" => {
            let (socket, pattern) = said()?;
            Act::Hear {
                socket,
                pattern,
                anywhere: word == "←~",
            }
        }
        "∅" => silence(words().collect())?,
        "ignore" => Act::Ignore {
            socket: words().next().filter(|socket| socket != "all"),
            types: words().skip(1).collect(),
        },
        "close" => Act::Close(rest.to_owned()),
        "drop" => Act::Drop(rest.to_owned()),
        "closed" => Act::Closed {
            socket: words().next()?,
            code: words().nth(1)?.parse().ok()?,
        },
        "restart" => Act::Restart,
        "advance" => Act::Advance(rest.strip_suffix('s')?.parse().ok()?),
        _ => Act::Call(call(text, true)?),
    })
}

/// `∅ mira ben`, and `∅ mira ben 6s` where a moment is too short.
fn silence(mut sockets: Vec<String>) -> Option<Act> {
    let last = sockets
        .last()?
        .strip_suffix('s')
        .and_then(|seconds| seconds.parse::<u64>().ok());
    if last.is_some() {
        sockets.pop();
    }
    Some(Act::Silence {
        sockets,
        milliseconds: last.map_or(MOMENT, |seconds| seconds * 1_000),
    })
}

fn open(rest: &str) -> Option<Act> {
    let (what, status) = rest.split_once(" = ").unwrap_or((rest, "101"));
    let (socket, path) = what.split_once(' ')?;
    Some(Act::Open {
        socket: socket.to_owned(),
        path: path.trim().to_owned(),
        status: status.trim().parse().ok()?,
    })
}

/// `POST mira /api/… {…} = 200 {…}`; both bodies may be missing, and the answer where it is not asked for.
fn call(text: &str, has_answer: bool) -> Option<Call> {
    let mut words = text.splitn(4, ' ');
    let method = words.next().filter(|method| METHODS.contains(method))?;
    let (who, path) = (words.next()?, words.next()?);
    let rest = words.next().unwrap_or_default().trim();
    let (body, rest) = if rest.starts_with(['{', '[', '"']) {
        let end = end_of_json(rest)?;
        (Some(rest[..end].to_owned()), rest[end..].trim())
    } else {
        (None, rest)
    };
    let (status, pattern) = match rest.strip_prefix('=') {
        Some(answer) if has_answer => {
            let answer = answer.trim();
            let (status, pattern) = answer.split_once(' ').unwrap_or((answer, ""));
            let pattern = (!pattern.is_empty()).then(|| pattern.trim().to_owned());
            (status.parse().ok()?, pattern)
        }
        None if !has_answer && rest.is_empty() => (0, None),
        _ => return None,
    };
    Some(Call {
        who: who.to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        body,
        status,
        pattern,
    })
}

/// Where the JSON at the beginning of a text ends.
fn end_of_json(text: &str) -> Option<usize> {
    let (mut depth, mut is_in_string, mut is_escaped) = (0_i32, false, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' if !is_escaped => is_in_string = !is_in_string,
            '{' | '[' if !is_in_string => depth += 1,
            '}' | ']' if !is_in_string => depth -= 1,
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped;
        if depth == 0 && !is_in_string {
            return Some(at + c.len_utf8());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acts(text: &str) -> Vec<Act> {
        parse(text).unwrap().into_iter().map(|step| step.act).collect()
    }

    #[test]
    fn a_conversation_is_read_line_by_line() {
        let text = "# A comment\npeople mira ben\n\nopen mira /ws/x/{S}/\nopen ben:2 /ws/x/ = 403\n\
                    → mira: {\"type\":\"draw\",\n    \"data\":{}}\n← ben: {\"type\":*}\n←~ ben: {}\n∅ mira ben\n\
                    ignore all cursor\nclosed ben 1000\nadvance 90s\nrestart\n";
        let steps = parse(text).unwrap();
        assert_eq!(steps[3].line, 6);
        let acts: Vec<Act> = steps.into_iter().map(|step| step.act).collect();
        let own = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        assert_eq!(acts[0], Act::People(own(&["mira", "ben"])));
        assert_eq!(
            acts[2],
            Act::Open {
                socket: "ben:2".to_owned(),
                path: "/ws/x/".to_owned(),
                status: 403
            }
        );
        assert_eq!(
            acts[3],
            Act::Say {
                socket: "mira".to_owned(),
                text: "{\"type\":\"draw\", \"data\":{}}".to_owned()
            }
        );
        assert!(matches!(&acts[5], Act::Hear { anywhere: true, .. }));
        let silence = |milliseconds| Act::Silence {
            sockets: own(&["mira", "ben"]),
            milliseconds,
        };
        assert_eq!(acts[6], silence(MOMENT));
        assert_eq!(silence_of("∅ mira ben 6s"), silence(6_000));
        assert_eq!(
            acts[7],
            Act::Ignore {
                socket: None,
                types: own(&["cursor"])
            }
        );
        assert_eq!(acts[9], Act::Advance(90));
        assert_eq!(acts.len(), 11);
    }

    fn silence_of(text: &str) -> Act {
        acts(text).remove(0)
    }

    #[test]
    fn calls_have_bodies_and_answers_or_not() {
        let text = "POST mira /api/a/ {\"a\":\"} = 1\"} = 201 {\"b\":*}\nGET ben /api/c/ = 404\n\
                    together\nPOST mira /api/v/\nPOST ben /api/v/ {\"x\":{id:ben}}\nend = 409, 200\n";
        let acts = acts(text);
        let Act::Call(first) = &acts[0] else {
            panic!("{:?}", acts[0]);
        };
        assert_eq!(
            (first.body.as_deref(), first.status),
            (Some("{\"a\":\"} = 1\"}"), 201)
        );
        assert_eq!(first.pattern.as_deref(), Some("{\"b\":*}"));
        let Act::Together { calls, statuses } = &acts[2] else {
            panic!("{:?}", acts[2]);
        };
        assert_eq!(
            (calls[1].body.as_deref(), &statuses[..]),
            (Some("{\"x\":{id:ben}}"), &[200, 409][..])
        );
    }

    #[test]
    fn what_is_not_understood_is_named_with_its_line() {
        for wrong in [
            "people mira\ndance",
            "\nGET mira /api/",
            "\n→ mira {}",
            "\nclosed ben soon",
            "\ntogether\nGET a /b/",
            "\ntogether\nGET a /b/\nend = 200, 200",
            "\nPOST mira /a/ {\"a\":1 = 200",
        ] {
            let error = parse(wrong).unwrap_err();
            assert!(error.starts_with(['2', '3', '4']), "{error}");
        }
    }
}
