package io.baton.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A certificate chain and the key that belongs to it: the engine itself would notice a wrong one only in each handshake. */
record ServerIdentity(List<X509Certificate> chain, PrivateKey key) {
    private static final Pattern PKCS8 =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final byte[] PROBE = "baton".getBytes(StandardCharsets.US_ASCII);

    static ServerIdentity read(CertificateFiles files) throws TlsConfigException {
        List<X509Certificate> chain = chain(files);
        X509Certificate own = chain.getFirst();
        byte[] pem = ServerContext.read(files.key());
        try {
            Matcher matcher = PKCS8.matcher(new String(pem, StandardCharsets.US_ASCII));
            if (!matcher.find()) {
                throw new TlsConfigException(
                        "key %s: expected PKCS#8 in PEM (BEGIN PRIVATE KEY) without a password".formatted(files.key()));
            }
            byte[] der = Base64.getMimeDecoder().decode(matcher.group(1));
            PrivateKey key = KeyFactory.getInstance(own.getPublicKey().getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(der));
            Arrays.fill(der, (byte) 0);
            if (!belongTogether(own, key)) {
                throw new TlsConfigException(
                        "certificate %s and key %s do not belong together".formatted(files.certificate(), files.key()));
            }
            return new ServerIdentity(chain, key);
        } catch (GeneralSecurityException e) {
            throw new TlsConfigException(
                    "key %s: expected one of kind %s, as certificate %s has it"
                            .formatted(files.key(), own.getPublicKey().getAlgorithm(), files.certificate()),
                    e);
        } finally {
            Arrays.fill(pem, (byte) 0);
        }
    }

    private static List<X509Certificate> chain(CertificateFiles files) throws TlsConfigException {
        byte[] pem = ServerContext.read(files.certificate());
        try {
            List<X509Certificate> chain =
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem)).stream()
                            .map((Certificate certificate) -> (X509Certificate) certificate)
                            .toList();
            if (!chain.isEmpty()) {
                return chain;
            }
        } catch (CertificateException e) {
            throw new TlsConfigException(
                    "certificate %s: expected a chain in PEM; %s".formatted(files.certificate(), e.getMessage()), e);
        }
        throw new TlsConfigException("certificate %s: expected a chain in PEM".formatted(files.certificate()));
    }

    private static boolean belongTogether(X509Certificate certificate, PrivateKey key) throws GeneralSecurityException {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm(); // EdDSA
        };
        Signature signer = Signature.getInstance(algorithm);
        signer.initSign(key);
        signer.update(PROBE);
        byte[] signature = signer.sign();
        Signature verifier = Signature.getInstance(algorithm);
        verifier.initVerify(certificate.getPublicKey());
        verifier.update(PROBE);
        return verifier.verify(signature);
    }

    @Override
    public String toString() {
        return "ServerIdentity[%s]".formatted(chain.getFirst().getSubjectX500Principal());
    }
}
