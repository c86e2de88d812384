package io.baton.http;

/** What is spoken with a cluster's endpoints. */
public enum UpstreamProtocol {
    HTTP_1_1,
    /** Without TLS by prior knowledge, RFC 9113 section 3.3. */
    HTTP_2
}
