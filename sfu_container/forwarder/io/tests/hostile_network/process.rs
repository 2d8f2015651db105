//! What the kernel tells of this process and of its sockets (proc(5)).

use std::fs;
use std::time::Duration;

/// What a UDP socket's queue holds and lost.
pub struct Queue {
    /// Of memory, in bytes, with all that the kernel adds to each packet.
    pub waiting: usize,
    pub dropped: u64,
}

/// The queue of the socket that is bound to a port.
pub fn queue_of(port: u16) -> Queue {
    let table = fs::read_to_string("/proc/net/udp").unwrap();
    let address = format!(":{port:04X}");
    let is_its = |line: &&str| line.split_whitespace().nth(1).is_some_and(|local| local.ends_with(&address));
    let line = table.lines().find(is_its).unwrap();
    let fields: Vec<&str> = line.split_whitespace().collect();
    let (_, waiting) = fields[4].split_once(':').unwrap();
    Queue { waiting: usize::from_str_radix(waiting, 16).unwrap(), dropped: fields.last().unwrap().parse().unwrap() }
}

/// Memory in use, in bytes.
pub fn resident() -> usize {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    statm.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 4_096
}

/// How long the threads of a name have been working.
pub fn time_of_threads(name: &str) -> Duration {
    let mut total = 0;
    for task in fs::read_dir("/proc/self/task").unwrap() {
        let path = task.unwrap().path();
        // One that ends meanwhile has no files.
        let (Ok(comm), Ok(stat)) = (fs::read_to_string(path.join("comm")), fs::read_to_string(path.join("schedstat")))
        else {
            continue;
        };
        if comm.trim() == name {
            total += stat.split_whitespace().next().unwrap().parse::<u64>().unwrap();
        }
    }
    Duration::from_nanos(total)
}
