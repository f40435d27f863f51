/**
 * The well-known networks, each one line of annotation.
 *
 * <p>The processor generates {@code ResNet50Network} for {@link
 * io.blockwork.examples.networks.ResNet50}, and so on. Those named after ImageNet's sizes take
 * 3x224x224 images and tell 1000 classes apart, those for CIFAR-10 take 3x32x32 and have 10.
 */
@NullMarked
package io.blockwork.examples.networks;

import org.jspecify.annotations.NullMarked;
