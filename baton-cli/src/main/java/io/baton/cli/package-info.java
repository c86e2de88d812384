/** The command line: wires the rest. */
@NullMarked
package io.baton.cli;

import org.jspecify.annotations.NullMarked;
