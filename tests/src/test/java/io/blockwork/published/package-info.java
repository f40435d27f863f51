/** Weights that are published for a network: a user's own, from file to prediction. */
@NullMarked
package io.blockwork.published;

import org.jspecify.annotations.NullMarked;
