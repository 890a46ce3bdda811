//! a2, its code unchanged, in tests: see README.md for how it finds the simulator.
mod space;

use a2::request::payload::{Payload, PayloadLike};
use a2::{Client, ClientConfig, DefaultNotificationBuilder, Endpoint, Error, ErrorReason, NotificationBuilder, NotificationOptions, Response};
use futures_util::future::join_all;
use futures_util::FutureExt;
use serde_json::json;
use space::Space;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::{SystemTime, UNIX_EPOCH};

fn with_token(space: &Space) -> Client {
    let mut key = space.text("key").as_bytes();
    Client::token(&mut key, space.text("keyId"), space.text("team"), ClientConfig::new(Endpoint::Production)).unwrap()
}

fn hello<'a>(space: &'a Space, token: &'a str) -> Payload<'a> {
    let options = NotificationOptions { apns_topic: Some(space.topic()), ..Default::default() };
    DefaultNotificationBuilder::new().set_body("hello ä ☃ </").build(token, options)
}

async fn push(client: &Client, space: &Space) -> Result<Response, Error> {
    client.send(hello(space, space.token())).await
}

/// The id of a push that was accepted.
fn accepted(response: Result<Response, Error>) -> String {
    response.expect("a response of 200").apns_id.expect("an apns-id")
}

fn refused(response: Result<Response, Error>) -> (u16, ErrorReason, Option<u64>) {
    match response {
        Err(Error::ResponseError(Response { code, error: Some(body), .. })) => (code, body.reason, body.timestamp),
        other => panic!("{other:?} is no refusal"),
    }
}

/// Sends so many pushes at once and waits until those that were accepted have arrived;
/// returns how many that are.
async fn batch(client: &Client, space: &Space, count: usize) -> usize {
    let responses = join_all((0..count).map(|_| push(client, space))).await;
    let ids: Vec<String> = responses.into_iter().flatten().filter_map(|response| response.apns_id).collect();
    ids.iter().for_each(|id| space.delivered(id));
    ids.len()
}

async fn provider_token(space: Space) -> String {
    let id = accepted(push(&with_token(&space), &space).await);
    space.received(1);
    assert_eq!("provider token", space.credential(&id)["kind"]);
    String::new()
}

async fn provider_certificate(space: Space) -> String {
    let pem = space.text("certificate").as_bytes();
    let client = Client::certificate_parts(pem, pem, ClientConfig::new(Endpoint::Production)).unwrap();
    let id = accepted(push(&client, &space).await);
    space.received(1);
    assert_eq!("certificate", space.credential(&id)["kind"]);
    String::new()
}

async fn reason(space: Space) -> String {
    let (code, reason, _) = refused(with_token(&space).send(hello(&space, "00ff")).await);
    assert_eq!((400, ErrorReason::BadDeviceToken), (code, reason));
    String::new()
}

async fn removed(space: Space) -> String {
    space.uninstall();
    let (code, reason, timestamp) = refused(push(&with_token(&space), &space).await);
    assert_eq!((410, ErrorReason::Unregistered), (code, reason));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    assert!(now.abs_diff(timestamp.unwrap()) < 60_000);
    String::new()
}

async fn payload(space: Space) -> String {
    accepted(push(&with_token(&space), &space).await);
    assert_eq!(vec![hello(&space, space.token()).to_json_string().unwrap()], space.received(1));
    String::new()
}

async fn injected(space: Space, status: u16, reason: ErrorReason) -> String {
    let client = with_token(&space);
    space.inject(0, json!({"do": "respond", "reason": format!("{reason:?}")}));
    let (code, got, _) = refused(push(&client, &space).await);
    assert_eq!((status, reason), (code, got));
    accepted(push(&client, &space).await);
    "reported to the caller, not retried".into()
}

async fn goaway(space: Space) -> String {
    let client = with_token(&space);
    accepted(push(&client, &space).await);
    space.inject(50, json!({"do": "goaway", "lastStream": "before"}));
    let arrived = batch(&client, &space, 200).await;
    assert!(arrived > 0);
    assert_eq!(1, space.hits());
    accepted(push(&client, &space).await);
    let rest = if arrived < 200 { "end in an error" } else { "are sent again" };
    format!("pushes that the GOAWAY excludes {rest}")
}

async fn renewed(space: Space) -> String {
    let client = with_token(&space);
    let first = accepted(push(&client, &space).await);
    space.advance("61m");
    assert_eq!(ErrorReason::ExpiredProviderToken, refused(push(&client, &space).await).1);
    space.advance("-61m"); // the library goes by its own clock, which cannot be moved
    tokio::time::sleep(std::time::Duration::from_secs(1)).await; // a new token has another second
    let second = accepted(push(&with_token(&space), &space).await);
    let fingerprint = |id: &str| space.credential(id)["fingerprint"].clone();
    assert_ne!(fingerprint(&first), fingerprint(&second));
    "signs a new one after 55 minutes by the clock of the machine, and for a new client; ExpiredProviderToken is reported to the caller".into()
}

async fn thousand(space: Space) -> String {
    assert_eq!(1000, batch(&with_token(&space), &space, 1000).await);
    "all at once on one connection".into()
}

type Test = fn(Space) -> Pin<Box<dyn Future<Output = String>>>;

const TESTS: [(&str, Test); 10] = [
    ("a provider token is accepted", |s| Box::pin(provider_token(s))),
    ("a provider certificate is accepted", |s| Box::pin(provider_certificate(s))),
    ("a refusal names its reason", |s| Box::pin(reason(s))),
    ("a removed app is gone since a time", |s| Box::pin(removed(s))),
    ("the device receives the exact payload", |s| Box::pin(payload(s))),
    ("too many requests", |s| Box::pin(injected(s, 429, ErrorReason::TooManyRequests))),
    ("service unavailable", |s| Box::pin(injected(s, 503, ErrorReason::ServiceUnavailable))),
    ("no answered push is lost in a goaway", |s| Box::pin(goaway(s))),
    ("the provider token is renewed", |s| Box::pin(renewed(s))),
    ("a thousand pushes arrive", |s| Box::pin(thousand(s))),
];

#[tokio::main]
async fn main() {
    println!("TAP version 13\n1..{}", TESTS.len());
    let mut failures = 0;
    for (i, (name, test)) in TESTS.iter().enumerate() {
        match AssertUnwindSafe(async { test(Space::open()).await }).catch_unwind().await {
            Ok(note) => {
                println!("ok {} - {name}", i + 1);
                if !note.is_empty() {
                    println!("# note: {note}");
                }
            }
            Err(_) => {
                failures += 1; // what has failed is on standard error
                println!("not ok {} - {name}", i + 1);
            }
        }
    }
    std::process::exit(if failures > 0 { 1 } else { 0 });
}
