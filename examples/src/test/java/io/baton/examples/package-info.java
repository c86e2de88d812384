/** Netty servers that hot-restart: what docs/library-netty.md quotes, each run by a test. */
@NullMarked
package io.baton.examples;

import org.jspecify.annotations.NullMarked;
