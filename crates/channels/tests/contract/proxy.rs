//! A wire between an instance and its server that a test can cut.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::layers::Server;

/// What the wire does with what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Carry,
    /// Closes new connections at once.
    Refuse,
    /// Takes everything and carries nothing.
    Silence,
    /// The same, on connections that subscribed to something.
    SilenceToListeners,
    /// Carries what is said to the server and keeps the answers.
    KeepAnswers,
}

/// The wire. Its threads end with the test's process.
pub(crate) struct Proxy {
    port: u16,
    server: String,
    state: Arc<State>,
}

struct State {
    mode: Mutex<Mode>,
    sockets: Mutex<Vec<TcpStream>>,
}

impl Proxy {
    pub(crate) fn to(server: &Server) -> Self {
        let server = address(&server.url).to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State {
            mode: Mutex::new(Mode::Carry),
            sockets: Mutex::default(),
        });
        let (shared, target) = (Arc::clone(&state), server.clone());
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // A server that is gone is a connection that closes.
                let server = TcpStream::connect(&target).ok();
                if let Some(server) = server.filter(|_| shared.mode() != Mode::Refuse) {
                    carry(&shared, &client, &server);
                }
            }
        });
        Self { port, server, state }
    }

    /// The server's URL with this wire in place of the server.
    pub(crate) fn url(&self, url: &str) -> String {
        url.replace(&self.server, &format!("127.0.0.1:{}", self.port))
    }

    /// From now on, what the wire does.
    pub(crate) fn set(&self, mode: Mode) {
        *self.state.mode.lock().unwrap() = mode;
    }

    /// Cuts every connection that stands.
    pub(crate) fn cut(&self) {
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
    let after = url.split_once("://").unwrap().1;
    let after = after.rsplit_once('@').map_or(after, |(_, after)| after);
    after.split_once('/').map_or(after, |(address, _)| address)
}

fn carry(state: &Arc<State>, client: &TcpStream, server: &TcpStream) {
    let both = [client.try_clone().unwrap(), server.try_clone().unwrap()];
    state.sockets.lock().unwrap().extend(both);
    let listens = Arc::new(AtomicBool::new(false));
    for (from, to, is_answer) in [(client, server, false), (server, client, true)] {
        let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
        let (state, listens) = (Arc::clone(state), Arc::clone(&listens));
        thread::spawn(move || {
            let mut buffer = vec![0; 65536];
            while let Ok(count @ 1..) = from.read(&mut buffer) {
                let word = b"SUBSCRIBE";
                if !is_answer && buffer[..count].windows(word.len()).any(|part| part == word) {
                    listens.store(true, Ordering::Relaxed);
                }
                let is_carried = match state.mode() {
                    Mode::Carry | Mode::Refuse => true,
                    Mode::Silence => false,
                    Mode::SilenceToListeners => !listens.load(Ordering::Relaxed),
                    Mode::KeepAnswers => !is_answer,
                };
                if is_carried && to.write_all(&buffer[..count]).is_err() {
                    break;
                }
            }
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
        });
    }
}
