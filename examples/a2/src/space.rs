//! A team with a key, a certificate, an app and a device of its own, in the simulator
//! that `apns-sim exec` started.
use base64::{engine::general_purpose::STANDARD, Engine};
use serde_json::{json, Value};

pub struct Space {
    made: Value,
}

impl Space {
    pub fn open() -> Space {
        Space { made: call("POST", "/v1/spaces", Some(json!({}))) }
    }

    pub fn text(&self, name: &str) -> &str {
        self.made[name].as_str().unwrap()
    }

    pub fn topic(&self) -> &str {
        self.made["topics"][0].as_str().unwrap()
    }

    pub fn token(&self) -> &str {
        self.made["devices"][0]["apps"][0]["token"].as_str().unwrap()
    }

    fn device(&self) -> &str {
        self.made["devices"][0]["id"].as_str().unwrap()
    }

    /// Waits until the device has received so many notifications; the payloads of all.
    pub fn received(&self, count: usize) -> Vec<String> {
        let inbox = call("GET", &format!("/v1/devices/{}/inbox?timeout=10s&count={count}", self.device()), None);
        let payload = |n: &Value| String::from_utf8(STANDARD.decode(n["payloadBase64"].as_str().unwrap()).unwrap()).unwrap();
        inbox["notifications"].as_array().unwrap().iter().map(payload).collect()
    }

    /// What a push was sent with: kind, fingerprint.
    pub fn credential(&self, id: &str) -> Value {
        call("GET", &format!("/v1/notifications/{id}"), None)["request"]["credential"].clone()
    }

    /// Waits until a push has arrived at its device.
    pub fn delivered(&self, id: &str) {
        call("GET", &format!("/v1/notifications/wait?state=delivered&space={}&apns-id={id}", self.text("team")), None);
    }

    /// The number of hits of the faults of this space.
    pub fn hits(&self) -> i64 {
        let faults = call("GET", "/v1/faults", None);
        let mine = faults["faults"].as_array().unwrap().iter().filter(|f| f["space"] == self.text("team"));
        mine.map(|f| f["hits"].as_i64().unwrap()).sum()
    }

    pub fn inject(&self, after: usize, what: Value) {
        call("POST", "/v1/faults", Some(json!({"space": self.text("team"), "when": {"after": after, "times": 1}, "what": what})));
    }

    pub fn advance(&self, by: &str) {
        call("POST", &format!("/v1/spaces/{}/clock/advance", self.text("team")), Some(json!({"by": by})));
    }

    pub fn uninstall(&self) {
        call("POST", &format!("/v1/devices/{}/uninstall", self.device()), Some(json!({"topic": self.topic()})));
    }
}

fn call(method: &str, path: &str, body: Option<Value>) -> Value {
    let mut request = ureq::request(method, &(std::env::var("APNS_SIM_CONTROL").unwrap() + path));
    if let Ok(token) = std::env::var("APNS_SIM_CONTROL_TOKEN") {
        request = request.set("Authorization", &format!("Bearer {token}"));
    }
    let result = match body {
        Some(body) => request.send_json(body),
        None => request.call(),
    };
    match result {
        Ok(response) => response.into_json().unwrap_or(Value::Null),
        Err(ureq::Error::Status(status, response)) => panic!("{method} {path}: {status} {}", response.into_string().unwrap()),
        Err(error) => panic!("{method} {path}: {error}"),
    }
}
