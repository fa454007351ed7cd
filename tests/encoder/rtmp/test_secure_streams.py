"""A stream over TLS, to a server whose certificate a local authority has signed."""

import datetime
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from encoder.preflight import check
from encoder.rtmp.address import StreamKey, read_address
from encoder.rtmp.errors import PublishFault, PublishStep
from tests.encoder.rtmp.streams import CONFIGURATIONS, LOCAL, QUICK, running, second_of
from tests.fakes.rtmp_server import KEY, FakeRtmpServer

Key = ec.EllipticCurvePrivateKey


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(of: str, key: Key, *, signer: Key, is_authority: bool) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(of))
        .issuer_name(name("Local authority"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if not is_authority:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(of)]), critical=False)
    return builder.sign(signer, hashes.SHA256())


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def authority(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """Return what the server shows, for `localhost`, and the authority that a client must trust."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca, chain = tmp_path / "ca.pem", tmp_path / "server.pem"
    ca.write_bytes(pem(certificate("Local authority", ca_key, signer=ca_key, is_authority=True)))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.write_bytes(private + pem(certificate("localhost", key, signer=ca_key, is_authority=False)))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain)
    return server, ca


async def test_a_stream_is_sent_over_tls_to_a_server_that_is_trusted(
    authority: tuple[ssl.SSLContext, Path],
) -> None:
    tls, ca = authority
    dial = replace(LOCAL, tls=ssl.create_default_context(cafile=str(ca)))
    stream = [*CONFIGURATIONS, *second_of(0)]
    async with FakeRtmpServer(tls=tls) as server, running(server, replace(QUICK, dial=dial)) as run:
        assert server.url.startswith("rtmps://")
        run.send(*stream)
        recording = await server.arrived(len(stream))
        assert [tag.payload for tag in recording.tags] == [tag.payload for tag in stream]
        server.cut()
        await run.reached("publishing", times=2)
        result = await check(read_address(server.url), StreamKey(KEY), dial)
    assert (result.step, result.fault) == (PublishStep.PUBLISH, None)


async def test_a_server_whose_authority_is_unknown_gets_no_key(
    authority: tuple[ssl.SSLContext, Path],
) -> None:
    tls, _ca = authority
    async with FakeRtmpServer(tls=tls) as server:
        result = await check(read_address(server.url), StreamKey(KEY), LOCAL)
        assert server.recordings == []
    assert (result.step, result.fault) == (PublishStep.TLS, PublishFault.CERTIFICATE)
