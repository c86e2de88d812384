package io.baton.http;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** All of it over TLS. */
class Tls13MidMessageMoveTest extends MidMessageMoveTest {
    @BeforeAll
    static void secure() {
        Wire.tls("TLSv1.3");
    }

    @AfterAll
    static void plain() {
        Wire.plain();
    }
}
