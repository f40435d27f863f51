/**
 * Training: the step that follows {@link io.blockwork.Network#train}.
 *
 * <p>{@link io.blockwork.train.Optimizer} applies any updater of ND4J to all learnable parameters
 * of a network at once; {@link io.blockwork.train.Momentum} is the updater that torch calls SGD
 * with momentum, which ND4J has only in Nesterov's variant.
 */
@NullMarked
package io.blockwork.train;

import org.jspecify.annotations.NullMarked;
