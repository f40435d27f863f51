package io.blockwork;

import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a training pass gives beside the parameters' gradients.
 *
 * @param loss the loss, before any step
 * @param output the network's output in training mode, {@code [N, classes]} or {@code [N, C, H,
 *     W]}. As with the gradients, the network's next pass writes over it: use {@code dup()} to keep
 *     it for longer
 * @param inputGradient gradient of the loss with respect to the images, {@code [N, C, H, W]}, if it
 *     was asked for; a new array
 */
public record TrainingResult(double loss, INDArray output, Optional<INDArray> inputGradient) {}
