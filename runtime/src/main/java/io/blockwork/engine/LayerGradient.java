package io.blockwork.engine;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a layer inside a network gives, and how a score depends on it.
 *
 * @param layer path of the layer
 * @param output its output in inference, {@code [N, C, H, W]}
 * @param gradient of the score with respect to that output, of the same shape
 * @param inputGradient of the score with respect to the images, {@code [N, C, H, W]}
 */
public record LayerGradient(
    String layer, INDArray output, INDArray gradient, INDArray inputGradient) {}
