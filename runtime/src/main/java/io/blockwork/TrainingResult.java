package io.blockwork;

import io.blockwork.loss.AuxiliaryLoss;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a training pass gives beside the parameters' gradients. As with the gradients, the network's
 * next pass writes over the outputs: use {@code dup()} to keep them for longer.
 *
 * @param loss the main output's loss, before any step
 * @param output the network's output in training mode, {@code [N, classes]} or {@code [N, C, H, W]}
 * @param auxiliary the losses of auxiliary outputs, of those that have one
 * @param auxiliaryOutputs every auxiliary output in training mode, in the order of {@link
 *     Architecture#auxiliary}
 * @param inputGradient gradient of {@link #total} with respect to the images, {@code [N, C, H, W]},
 *     if it was asked for; a new array
 */
public record TrainingResult(
    double loss,
    INDArray output,
    List<AuxiliaryLoss> auxiliary,
    List<INDArray> auxiliaryOutputs,
    Optional<INDArray> inputGradient) {
  /** Copies the lists. */
  public TrainingResult {
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(auxiliary, "auxiliary");
    Objects.requireNonNull(auxiliaryOutputs, "auxiliaryOutputs");
    Objects.requireNonNull(inputGradient, "inputGradient");
    auxiliary = List.copyOf(auxiliary);
    auxiliaryOutputs = List.copyOf(auxiliaryOutputs);
  }

  /** What was minimised: {@link #loss}, plus the weighted losses of auxiliary outputs. */
  public double total() {
    return AuxiliaryLoss.total(loss, auxiliary);
  }
}
