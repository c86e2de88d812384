package io.baton.http;

import java.util.Optional;

/** The head of a request that has been found valid. */
public interface RequestHead {

    /** As it came: methods are case-sensitive, RFC 9110 section 9.1. */
    String method();

    /** The host asked for, in lower case and without port; empty for an HTTP/1.0 request that named none. */
    String host();

    /**
     * The path, without query and not normalised: {@code %2e} and {@code ..} are as they came. {@code *} for {@code OPTIONS *}.
     */
    String path();

    /** The value of the first header of that name, in any case, without the space around it; bytes above 127 as ISO-8859-1. */
    Optional<String> header(String name);
}
