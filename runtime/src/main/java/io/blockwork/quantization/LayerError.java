package io.blockwork.quantization;

import java.util.Objects;

/**
 * What computing one layer alone in 8-bit integers does to a network's output.
 *
 * @param layer the layer's module name
 * @param error root mean square of the change, divided by that of the output
 */
public record LayerError(String layer, double error) {
  /** Checks that nothing is missing. */
  public LayerError {
    Objects.requireNonNull(layer, "layer");
  }
}
