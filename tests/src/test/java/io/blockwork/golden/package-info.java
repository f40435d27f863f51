/**
 * Holds the networks to reference figures that PyTorch computed: structure, outputs, gradients,
 * running statistics and the losses of training steps.
 *
 * <p>The figures and the formula that fills the weights are described in {@code golden/README.md}
 * among the test resources.
 */
@NullMarked
package io.blockwork.golden;

import org.jspecify.annotations.NullMarked;
