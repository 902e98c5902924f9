//! A wire between the database threads and a PostgreSQL server that a test can cut.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// What the wire does with what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Carries everything.
    Carry,
    /// Closes new connections at once.
    Refuse,
    /// Takes everything and carries nothing.
    Silence,
    /// Cuts the connection that sends this text, before the server has it; then carries again.
    CutBefore(&'static str),
    /// Cuts the connection that sends this text after the server has answered it, but not the answer's reader.
    CutAfter(&'static str),
}

/// The wire. Its thread ends with the test's process.
pub struct Proxy {
    port: u16,
    state: Arc<State>,
}

struct State {
    mode: Mutex<Mode>,
    sockets: Mutex<Vec<TcpStream>>,
}

impl Proxy {
    /// A wire to the server of a `postgres://user@host:port/name` URL.
    pub fn to(url: &str) -> Self {
        let server = address(url).to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State {
            mode: Mutex::new(Mode::Carry),
            sockets: Mutex::default(),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if shared.mode() != Mode::Refuse {
                    carry(&shared, &client, &TcpStream::connect(&server).unwrap());
                }
            }
        });
        Self { port, state }
    }

    /// The URL with this wire in place of its server.
    pub fn url(&self, url: &str) -> String {
        url.replace(address(url), &format!("127.0.0.1:{}", self.port))
    }

    /// From now on, what the wire does.
    pub fn set(&self, mode: Mode) {
        *self.state.mode.lock().unwrap() = mode;
    }

    /// Cuts every connection that stands.
    pub fn cut(&self) {
        for socket in self.state.sockets.lock().unwrap().drain(..) {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}

impl State {
    fn mode(&self) -> Mode {
        *self.mode.lock().unwrap()
    }
}

/// `host:port` of a URL.
fn address(url: &str) -> &str {
    let after = url.rsplit_once('@').unwrap().1;
    after.split_once('/').unwrap().0
}

fn carry(state: &Arc<State>, client: &TcpStream, server: &TcpStream) {
    let cut_at_answer = Arc::new(AtomicBool::new(false));
    state
        .sockets
        .lock()
        .unwrap()
        .extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
    for (from, to, up) in [(client, server, true), (server, client, false)] {
        let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
        let (state, cut_at_answer) = (Arc::clone(state), Arc::clone(&cut_at_answer));
        thread::spawn(move || {
            let mut buffer = vec![0; 65536];
            while let Ok(count @ 1..) = from.read(&mut buffer) {
                let chunk = &buffer[..count];
                let holds = |text: &str| up && chunk.windows(text.len()).any(|part| part == text.as_bytes());
                match state.mode() {
                    Mode::Silence => continue,
                    Mode::CutBefore(text) if holds(text) => {
                        *state.mode.lock().unwrap() = Mode::Carry;
                        break;
                    }
                    Mode::CutAfter(text) if holds(text) => {
                        *state.mode.lock().unwrap() = Mode::Carry;
                        cut_at_answer.store(true, Ordering::SeqCst);
                    }
                    _ => {}
                }
                if (!up && cut_at_answer.load(Ordering::SeqCst)) || to.write_all(chunk).is_err() {
                    break;
                }
            }
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
        });
    }
}
