//! Load: a number of connections, each of which sends its next request as soon as the answer to the last one is read.

use std::borrow::Cow;
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;
use crate::http::{Client, Request};

/// How much load, and how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    pub(super) connections: usize,
    pub(super) duration: Duration,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Measured {
    /// Microseconds from the request's first byte to the answer's last, one per answered request, sorted.
    latencies: Vec<u32>,
    /// Answers of 400 and above, and connections that broke.
    pub(super) failures: usize,
    /// Bytes of the answers' bodies.
    pub(super) bytes: u64,
    elapsed: Duration,
}

impl Load {
    /// Sends `request(connection, n)` as the n-th request of each connection until the time is up.
    pub(super) fn run<'a>(
        self,
        port: u16,
        request: &(dyn Fn(usize, usize) -> Cow<'a, Request> + Sync),
    ) -> Result<Measured> {
        let began = Instant::now();
        let deadline = began + self.duration;
        let parts = thread::scope(|scope| {
            let start = |connection| scope.spawn(move || until(deadline, port, |n| request(connection, n)));
            let threads: Vec<_> = (0..self.connections).map(start).collect();
            let join = |thread: thread::ScopedJoinHandle<'_, _>| {
                thread.join().expect("a connection's thread never panics")
            };
            threads
                .into_iter()
                .map(join)
                .collect::<std::io::Result<Vec<Measured>>>()
        })?;
        Ok(Measured::sum(parts, began.elapsed()))
    }
}

/// One connection's work. A connection that breaks is a failure and is opened again; one that cannot be is an error.
fn until<'a>(
    deadline: Instant,
    port: u16,
    request: impl Fn(usize) -> Cow<'a, Request>,
) -> std::io::Result<Measured> {
    let mut measured = Measured::default();
    let mut client = Client::connect(port)?;
    let mut sent = 0;
    while Instant::now() < deadline {
        let request = request(sent);
        sent += 1;
        let began = Instant::now();
        if let Ok(answer) = client.send(&request) {
            let latency = u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX);
            measured.latencies.push(latency);
            measured.failures += usize::from(answer.status >= 400);
            measured.bytes += answer.body.len() as u64;
        } else {
            measured.failures += 1;
            client = Client::connect(port)?;
        }
    }
    Ok(measured)
}

impl Measured {
    fn sum(parts: Vec<Self>, elapsed: Duration) -> Self {
        let mut whole = Self {
            elapsed,
            ..Self::default()
        };
        for part in parts {
            whole.latencies.extend(part.latencies);
            whole.failures += part.failures;
            whole.bytes += part.bytes;
        }
        whole.latencies.sort_unstable();
        whole
    }

    /// The one of the two with more answers per second.
    pub(super) fn better(self, other: Self) -> Self {
        if other.rate() > self.rate() { other } else { self }
    }

    /// Requests that got an answer, whatever it was.
    pub(super) fn answered(&self) -> usize {
        self.latencies.len()
    }

    /// Answers per second.
    pub(super) fn rate(&self) -> f64 {
        self.answered() as f64 / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }

    /// The latency that this percentage of the requests did not exceed (nearest rank); zero when nothing was answered.
    pub(super) fn percentile(&self, percent: usize) -> Duration {
        let rank = (self.latencies.len() * percent).div_ceil(100);
        let latency = self.latencies.get(rank.saturating_sub(1));
        Duration::from_micros(latency.copied().unwrap_or_default().into())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::{Ipv4Addr, TcpListener, TcpStream};

    use super::*;

    fn measured(latencies: &[u32]) -> Measured {
        let part = |latencies: &[u32]| Measured {
            latencies: latencies.to_vec(),
            ..Measured::default()
        };
        let (left, right) = latencies.split_at(latencies.len() / 2);
        Measured::sum(vec![part(left), part(right)], Duration::from_secs(2))
    }

    #[test]
    fn percentiles_are_the_nearest_rank() {
        let latencies: Vec<u32> = (1..=100).rev().collect();
        let whole = measured(&latencies);
        assert_eq!(whole.percentile(50), Duration::from_micros(50));
        assert_eq!(whole.percentile(99), Duration::from_micros(99));
        assert_eq!(measured(&[7]).percentile(95), Duration::from_micros(7));
        assert_eq!(measured(&[]).percentile(95), Duration::ZERO);
        assert!((whole.rate() - 50.0).abs() < 1e-9);
    }

    /// Answers two requests of a connection, the second with 500, and closes it.
    fn answer_twice(stream: TcpStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        for status in ["200 OK", "500 Oops"] {
            let mut line = String::new();
            while line != "\r\n" {
                line.clear();
                stream.read_line(&mut line)?;
            }
            write!(
                stream.get_mut(),
                "HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\nok"
            )?;
        }
        Ok(())
    }

    #[test]
    fn bad_answers_and_broken_connections_are_failures() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        // A connection that the client gives up ends in an error, which is the client's business.
        thread::spawn(move || {
            listener
                .incoming()
                .flatten()
                .for_each(|stream| drop(answer_twice(stream)));
        });
        let get = Request::get("/");
        let load = Load {
            connections: 1,
            duration: Duration::from_millis(200),
        };
        let measured = load.run(port, &|_, _| Cow::Borrowed(&get)).unwrap();
        assert!(measured.answered() > 4, "{measured:?}");
        assert_eq!(measured.bytes, 2 * measured.answered() as u64);
        // Of each connection the second answer and the break; only the last connection may have had neither yet.
        assert!(measured.failures + 1 >= measured.answered(), "{measured:?}");
    }
}
