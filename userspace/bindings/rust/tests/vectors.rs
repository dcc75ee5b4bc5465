// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
//! The conformance vectors of VLP v0.2.

use varta::frame::{crc32c, Frame};

const VECTORS: &str = include_str!("../../../../tests/vectors/vlp.tsv");

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

fn lines(kind: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    VECTORS
        .lines()
        .map(|line| line.split('\t').collect())
        .filter(move |words: &Vec<_>| words[0] == kind)
}

fn frame(words: &[&str]) -> Option<Frame> {
    (words.len() == 9).then(|| Frame {
        status: words[4].parse().unwrap(),
        pid: words[5].parse().unwrap(),
        timestamp: words[6].parse().unwrap(),
        nonce: words[7].parse().unwrap(),
        payload: words[8].parse().unwrap(),
    })
}

#[test]
fn checksums() {
    assert!(lines("crc").count() > 0);
    for words in lines("crc") {
        assert_eq!(
            crc32c(&bytes(words[2])),
            words[3].parse().unwrap(),
            "{}",
            words[1]
        );
    }
}

#[test]
fn decode() {
    assert!(lines("frame").count() > 0);
    for words in lines("frame") {
        match Frame::decode(&bytes(words[2])) {
            Ok(decoded) => {
                assert_eq!(words[3], "none", "{}", words[1]);
                assert_eq!(Some(decoded), frame(&words), "{}", words[1]);
            }
            Err(error) => assert_eq!(error.reason(), words[3], "{}", words[1]),
        }
    }
}

#[test]
fn encode() {
    assert!(lines("frame").filter_map(|words| frame(&words)).count() > 0);
    for words in lines("frame") {
        if let Some(frame) = frame(&words) {
            assert_eq!(frame.encode()[..], bytes(words[2]), "{}", words[1]);
        }
    }
}
