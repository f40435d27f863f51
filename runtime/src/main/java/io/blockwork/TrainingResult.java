package io.blockwork;

import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a training pass gives beside the parameters' gradients. The arrays are new in each pass: as
 * with all arrays of ND4J, their memory is freed when they are closed, or else some time after they
 * were collected as garbage.
 *
 * @param loss the loss, before any step
 * @param output the network's output in training mode, {@code [N, classes]} or {@code [N, C, H, W]}
 * @param inputGradient gradient of the loss with respect to the images, {@code [N, C, H, W]}, if it
 *     was asked for
 */
public record TrainingResult(double loss, INDArray output, Optional<INDArray> inputGradient) {}
