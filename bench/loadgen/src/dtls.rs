//! DTLS-SRTP by OpenSSL (RFC 5764): the handshake, and the SRTP keys that come of it.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::{self, Read, Write};

use openssl::asn1::Asn1Time;
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::ssl::{ErrorCode, Ssl, SslContext, SslMethod, SslOptions, SslStream, SslVerifyMode};
use openssl::x509::{X509, X509Name};
use parley_forwarder_core::srtp::{Profile, ReceiveContext, SendContext};

/// Of a datagram of the handshake, in bytes.
const MTU: u32 = 1_200;
const PROFILES: &str = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80";
const EXPORTER_LABEL: &str = "EXTRACTOR-dtls_srtp";

/// The certificate that all endpoints share.
pub struct Identity {
    context: SslContext,
    pub fingerprint: String,
}

impl Identity {
    pub fn new() -> Result<Self, ErrorStack> {
        let key = PKey::from_ec_key(EcKey::generate(&*EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?)?)?;
        let mut name = X509Name::builder()?;
        name.append_entry_by_nid(Nid::COMMONNAME, "loadgen")?;
        let name = name.build();
        let mut certificate = X509::builder()?;
        certificate.set_version(2)?;
        certificate.set_subject_name(&name)?;
        certificate.set_issuer_name(&name)?;
        certificate.set_pubkey(&key)?;
        certificate.set_not_before(&*Asn1Time::days_from_now(0)?)?;
        certificate.set_not_after(&*Asn1Time::days_from_now(7)?)?;
        certificate.sign(&key, MessageDigest::sha256())?;
        let certificate = certificate.build();

        let mut context = SslContext::builder(SslMethod::dtls())?;
        context.set_certificate(&certificate)?;
        context.set_private_key(&key)?;
        context.set_tlsext_use_srtp(PROFILES)?;
        context.set_options(SslOptions::NO_QUERY_MTU);
        // Certificates are checked by the fingerprint from signalling, after the handshake.
        context.set_verify_callback(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT, |_, _| true);
        Ok(Self { context: context.build(), fingerprint: fingerprint(&certificate)? })
    }
}

/// SHA-256 of a certificate as SDP writes it (RFC 8122, section 5).
fn fingerprint(certificate: &X509) -> Result<String, ErrorStack> {
    let mut text = String::new();
    for byte in &*certificate.digest(MessageDigest::sha256())? {
        let colon = if text.is_empty() { "" } else { ":" };
        // Writing to a String cannot fail.
        let _ = write!(text, "{colon}{byte:02X}");
    }
    Ok(text)
}

/// The keys of a finished handshake.
pub struct Keys {
    pub profile: String,
    pub send: SendContext,
    pub receive: ReceiveContext,
}

/// One endpoint's side of DTLS.
pub struct Link {
    stream: SslStream<Datagrams>,
    is_client: bool,
    remote_fingerprint: String,
}

impl Link {
    pub fn new(identity: &Identity, is_client: bool, remote_fingerprint: String) -> Result<Self, ErrorStack> {
        let mut ssl = Ssl::new(&identity.context)?;
        ssl.set_mtu(MTU)?;
        if is_client {
            ssl.set_connect_state();
        } else {
            ssl.set_accept_state();
        }
        Ok(Self { stream: SslStream::new(ssl, Datagrams::default())?, is_client, remote_fingerprint })
    }

    /// Takes a datagram, to be followed by `advance`.
    pub fn receive(&mut self, datagram: &[u8]) {
        self.stream.get_mut().incoming.push_back(datagram.to_vec());
    }

    /// Goes on with the handshake, also when a timer of it may have run out; the keys once it is finished.
    ///
    /// # Errors
    /// What is wrong, for a reader.
    pub fn advance(&mut self) -> Result<Option<Keys>, String> {
        match self.stream.do_handshake() {
            Ok(()) => self.keys().map(Some),
            Err(error) if error.code() == ErrorCode::WANT_READ => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Answers what comes after the handshake, which can only be repetitions of it.
    pub fn drain(&mut self) {
        let mut ignored = [0; 2_048];
        while self.stream.ssl_read(&mut ignored).is_ok() {}
    }

    /// The next datagram to be sent.
    pub fn next_datagram(&mut self) -> Option<Vec<u8>> {
        self.stream.get_mut().outgoing.pop_front()
    }

    fn keys(&self) -> Result<Keys, String> {
        let ssl = self.stream.ssl();
        let certificate = ssl.peer_certificate().ok_or("the SFU sent no certificate")?;
        let found = fingerprint(&certificate).map_err(|error| error.to_string())?;
        if !found.eq_ignore_ascii_case(&self.remote_fingerprint) {
            return Err("the SFU's certificate has another fingerprint".to_owned());
        }
        let name = ssl.selected_srtp_profile().ok_or("no SRTP profile was agreed on")?.name();
        let (profile, key_len, salt_len) = match name {
            "SRTP_AEAD_AES_128_GCM" => (Profile::AeadAes128Gcm, 16, 12),
            _ => (Profile::Aes128CmHmacSha1_80, 16, 14),
        };
        let mut material = vec![0; 2 * (key_len + salt_len)];
        ssl.export_keying_material(&mut material, EXPORTER_LABEL, None).map_err(|error| error.to_string())?;
        // RFC 5764, section 4.2: the client's key, the server's key, the client's salt, the server's salt.
        let (keys, salts) = material.split_at(2 * key_len);
        let client = [&keys[..key_len], &salts[..salt_len]].concat();
        let server = [&keys[key_len..], &salts[salt_len..]].concat();
        let (own, other) = if self.is_client { (client, server) } else { (server, client) };
        Ok(Keys {
            profile: name.to_owned(),
            send: SendContext::new(profile, &own).map_err(|error| error.to_string())?,
            receive: ReceiveContext::new(profile, &other).map_err(|error| error.to_string())?,
        })
    }
}

/// Datagrams in both directions, as the stream that OpenSSL wants: each read and each write is one datagram.
#[derive(Default)]
struct Datagrams {
    incoming: VecDeque<Vec<u8>>,
    outgoing: VecDeque<Vec<u8>>,
}

impl Read for Datagrams {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let datagram = self.incoming.pop_front().ok_or(io::ErrorKind::WouldBlock)?;
        let len = datagram.len().min(buffer.len());
        buffer[..len].copy_from_slice(&datagram[..len]);
        Ok(len)
    }
}

impl Write for Datagrams {
    fn write(&mut self, datagram: &[u8]) -> io::Result<usize> {
        self.outgoing.push_back(datagram.to_vec());
        Ok(datagram.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
