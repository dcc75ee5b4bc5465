// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
//! Events of all agents, and the agents themselves.

use crate::netlink::{
    attributes, messages, put, Connection, Error, Family, ACK, CTRL, CTRL_DELFAMILY,
    CTRL_NEWFAMILY, DUMP,
};
use crate::sys;
use crate::uapi::{self, event_of, AgentInfo, EventKind};
use std::collections::VecDeque;
use std::io;
use std::os::unix::io::{AsRawFd, RawFd};

/// What a subscription reads.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Something happened to an agent.
    Agent(EventKind, Box<AgentInfo>),
    /// Events were lost: [`agents`] tells what is stalled now.
    Overrun,
    /// The module was unloaded.
    Unloaded,
    /// The module was loaded again; its tracker is empty.
    Loaded,
}

fn agents_in(content: &[u8]) -> impl Iterator<Item = AgentInfo> + '_ {
    attributes(content.get(4..).unwrap_or(&[]))
        .filter(|&(kind, _)| kind == uapi::A_AGENTS_AGENT)
        .map(|(_, value)| {
            let mut info = AgentInfo::default();
            attributes(value).for_each(|(kind, field)| info.set(kind, field));
            info
        })
}

/// The agents that this process may see, or only those that are stalled.
pub fn agents(only_stalled: bool) -> Result<Vec<AgentInfo>, Error> {
    let mut connection = Connection::default();
    let mut content = Vec::new();
    if only_stalled {
        put(&mut content, uapi::A_AGENTS_STALLED, &[]);
    }
    for _ in 0..10 {
        let mut found = Vec::new();
        match connection.query(DUMP, uapi::CMD_AGENT_GET, &content, |answer| {
            found.extend(agents_in(answer));
        }) {
            // The tracker changed during the dump.
            Err(Error::Io(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other.map(|()| found),
        }
    }
    Err(io::Error::from(io::ErrorKind::WouldBlock).into())
}

/// One agent; refused with the reason `unknown-agent` if there is none.
pub fn agent(pid: u32) -> Result<AgentInfo, Error> {
    let mut content = Vec::new();
    put(&mut content, uapi::A_AGENTS_PID, &pid.to_ne_bytes());
    let mut found = None;
    Connection::default().query(ACK, uapi::CMD_AGENT_GET, &content, |answer| {
        found = agents_in(answer).next();
    })?;
    found.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData).into())
}

/// A subscription, which needs CAP_NET_ADMIN. As an iterator it waits for events, without an end.
pub struct Events {
    connection: Connection,
    pending: VecDeque<Event>,
}

impl Events {
    /// Subscribes; [`Error::NotLoaded`] without the module.
    pub fn open() -> Result<Self, Error> {
        let mut connection = Connection::default();
        let socket = connection.connect()?;
        socket.bind(1 << 20)?;
        // First the controller's group, so that no load of the module is missed.
        socket.set_netlink(sys::NETLINK_ADD_MEMBERSHIP, CTRL.into())?;
        // Before Linux 6.8, only the lost events of these sockets are counted.
        socket.set_netlink(sys::NETLINK_BROADCAST_ERROR, 1)?;
        connection.find(true)?;
        let mut made = Self {
            connection,
            pending: VecDeque::new(),
        };
        made.join()?;
        Ok(made)
    }

    fn join(&mut self) -> io::Result<()> {
        let group = self.connection.family.group;
        self.connection
            .connect()?
            .set_netlink(sys::NETLINK_ADD_MEMBERSHIP, group)
    }

    /// The next event that has arrived, without waiting.
    pub fn read(&mut self) -> Result<Option<Event>, Error> {
        while self.pending.is_empty() {
            match self.connection.receive() {
                Ok(None) => break,
                Ok(Some(length)) => {
                    let datagram = self.connection.datagram(length).to_vec();
                    self.read_datagram(&datagram)?;
                }
                Err(error) if error.raw_os_error() == Some(sys::ENOBUFS) => {
                    // What was lost may have been a reload.
                    let mut other = Connection::default();
                    match other.find(false) {
                        Ok(()) | Err(Error::NotLoaded) => self.set_family(other.family)?,
                        Err(error) => return Err(error),
                    }
                    self.pending.push_back(Event::Overrun);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(self.pending.pop_front())
    }

    fn read_datagram(&mut self, datagram: &[u8]) -> Result<(), Error> {
        for message in messages(datagram) {
            let command = match message.content.first() {
                Some(&command) => command,
                None => continue,
            };
            if message.kind == CTRL {
                let current = self.connection.family;
                match (command, Family::read(message.content)) {
                    (CTRL_DELFAMILY, Some(family)) if family.id == current.id => {
                        self.set_family(Family::default())?
                    }
                    (CTRL_NEWFAMILY, Some(family)) => self.set_family(family)?,
                    _ => {}
                }
            } else if message.kind == self.connection.family.id {
                if command == uapi::CMD_LOSS_NTF {
                    self.pending.push_back(Event::Overrun);
                } else if let Some(kind) = event_of(command) {
                    let agents = agents_in(message.content);
                    self.pending
                        .extend(agents.map(|info| Event::Agent(kind, Box::new(info))));
                }
            }
        }
        Ok(())
    }

    fn set_family(&mut self, family: Family) -> Result<(), Error> {
        let before = self.connection.family;
        if before.id == family.id {
            return Ok(());
        }
        self.connection.family = family;
        if before.id != 0 {
            self.pending.push_back(Event::Unloaded);
        }
        if family.id != 0 {
            self.pending.push_back(Event::Loaded);
            self.join()?;
        }
        Ok(())
    }
}

impl AsRawFd for Events {
    /// For poll() and the like: readable when [`Events::read`] has something to do.
    fn as_raw_fd(&self) -> RawFd {
        self.connection
            .socket
            .as_ref()
            .map_or(-1, AsRawFd::as_raw_fd)
    }
}

impl Iterator for Events {
    type Item = Result<Event, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.read() {
                Ok(None) => match self.connection.connect().and_then(|socket| socket.wait()) {
                    Ok(()) => {}
                    Err(error) => return Some(Err(error.into())),
                },
                Ok(Some(event)) => return Some(Ok(event)),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
