/** What a data path implements so that its live connections move to the next process, of whatever protocol they are. */
@NullMarked
package io.baton.spi;

import org.jspecify.annotations.NullMarked;
