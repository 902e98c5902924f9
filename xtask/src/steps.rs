//! Named steps, one after the other, with the time of each: what ran, what failed and what was not reached.

use std::time::{Duration, Instant};

use crate::Result;
use crate::output::say;

/// One step of a chore.
pub(crate) struct Step<'a> {
    /// What the summary calls it.
    pub(crate) name: &'static str,
    /// `None`: the command line did not ask for this step, which the summary says.
    pub(crate) work: Option<Box<dyn FnOnce() -> Result<()> + 'a>>,
}

enum Outcome {
    Passed(Duration),
    Failed(Duration),
    NotReached,
    NotAskedFor,
}

/// Runs the steps up to the first that fails, says how each one went and answers that one's error.
pub(crate) fn run(steps: Vec<Step<'_>>) -> Result<()> {
    let (summary, result) = walk(steps, |name| say(&format!("\n=== {name}")));
    say(&format!("\n{}", summary.join("\n")));
    result
}

/// A line of summary for each step, and the first failure; `announce` hears each step's name before it runs.
fn walk(steps: Vec<Step<'_>>, announce: impl Fn(&str)) -> (Vec<String>, Result<()>) {
    let mut result = Ok(());
    let mut summary = Vec::with_capacity(steps.len());
    for Step { name, work } in steps {
        let outcome = match work {
            None => Outcome::NotAskedFor,
            Some(_) if result.is_err() => Outcome::NotReached,
            Some(work) => {
                announce(name);
                let began = Instant::now();
                match work() {
                    Ok(()) => Outcome::Passed(began.elapsed()),
                    Err(error) => {
                        result = Err(format!("{name}: {error}").into());
                        Outcome::Failed(began.elapsed())
                    }
                }
            }
        };
        summary.push(line(name, &outcome));
    }
    (summary, result)
}

fn line(name: &str, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Passed(time) => format!("  passed         {:>7.1} s  {name}", time.as_secs_f64()),
        Outcome::Failed(time) => format!("  FAILED         {:>7.1} s  {name}", time.as_secs_f64()),
        Outcome::NotReached => format!("  not reached              {name}"),
        Outcome::NotAskedFor => format!("  not asked for            {name}"),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn the_first_failure_ends_the_run_and_names_its_step() {
        let ran = RefCell::new(Vec::new());
        let step = |name: &'static str, result: Result<()>| {
            let ran = &ran;
            let work = move || {
                ran.borrow_mut().push(name);
                result
            };
            Step {
                name,
                work: Some(Box::new(work)),
            }
        };
        let steps = vec![
            step("one", Ok(())),
            Step {
                name: "unwanted",
                work: None,
            },
            step("two", Err("broken".into())),
            step("three", Ok(())),
        ];
        let (summary, result) = walk(steps, |_| ());
        assert_eq!(result.unwrap_err().to_string(), "two: broken");
        assert_eq!(*ran.borrow(), ["one", "two"]);
        let told: Vec<&str> = summary.iter().map(|line| line[..15].trim()).collect();
        assert_eq!(told, ["passed", "not asked for", "FAILED", "not reached"]);
    }
}
