/** TLS whose established connections can move to another process: handshakes by BoringSSL, records by a layer of our own. */
@NullMarked
package io.baton.tls;

import org.jspecify.annotations.NullMarked;
