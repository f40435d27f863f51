/**
 * Weights that are published for networks: facts, and where the files are fetched from.
 *
 * <p>The annotation processor reads the facts, so that nothing here needs more than the JDK and
 * {@link io.blockwork.io}. Reading the files is the business of {@code io.blockwork.weights}.
 */
@NullMarked
package io.blockwork.published;

import org.jspecify.annotations.NullMarked;
