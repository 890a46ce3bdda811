//! In the place of the crate with Mozilla's roots: the roots of the file that
//! SSL_CERT_FILE names, as apns-sim exec sets it.
use pki_types::{pem::PemObject, CertificateDer, TrustAnchor};
use std::sync::LazyLock;

pub static TLS_SERVER_ROOTS: LazyLock<Vec<TrustAnchor<'static>>> = LazyLock::new(|| {
    let file = std::env::var("SSL_CERT_FILE").expect("SSL_CERT_FILE names the roots to trust");
    CertificateDer::pem_file_iter(file)
        .expect("SSL_CERT_FILE can be read")
        .filter_map(|certificate| Some(webpki::anchor_from_trusted_cert(&certificate.ok()?).ok()?.to_owned()))
        .collect()
});
