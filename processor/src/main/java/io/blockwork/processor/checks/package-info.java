/**
 * Tells why a network cannot run, where, and how to mend it; and what is legal, but probably
 * unwanted.
 */
@NullMarked
package io.blockwork.processor.checks;

import org.jspecify.annotations.NullMarked;
