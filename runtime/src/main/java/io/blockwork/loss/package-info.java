/**
 * What training minimises: {@link io.blockwork.loss.Loss}, those that classifiers need, and the
 * interface for others.
 */
@NullMarked
package io.blockwork.loss;

import org.jspecify.annotations.NullMarked;
