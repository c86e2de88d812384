package io.baton.tls;

/** The versions there are; older ones are not spoken. */
public enum TlsVersion {
    TLS_1_2("TLSv1.2"),
    TLS_1_3("TLSv1.3");

    private final String label;

    TlsVersion(String label) {
        this.label = label;
    }

    /** As JSSE and OpenSSL write it, such as {@code TLSv1.3}. */
    public String label() {
        return label;
    }
}
