/** The expressions of {@code @With}, {@code @If}, {@code @Repeat} and {@code @Path}. */
@NullMarked
package io.blockwork.processor.expression;

import org.jspecify.annotations.NullMarked;
