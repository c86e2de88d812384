/** The HTTP/1.1 data path, on Netty. */
@NullMarked
package io.baton.http;

import org.jspecify.annotations.NullMarked;
