/** The examples, run as their users run them. */
@NullMarked
package io.blockwork.examples;

import org.jspecify.annotations.NullMarked;
