package io.blockwork;

import io.blockwork.io.SafeText;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * An output of training only, beside the main one: a second classifier in the middle of the
 * network, whose gradient reaches the first layers on a shorter path (Szegedy et al. 2014).
 * Inference never computes it.
 *
 * @param name the module that computes it, as the {@code state_dict} spells it: {@code aux1}
 * @param shape of its result for one image, {@code [classes]} or {@code [C, H, W]}
 * @param weight factor of its loss in the sum that training minimises, unless told otherwise: 0.3
 *     in GoogLeNet, 0.4 in Inception v3
 */
public record AuxiliaryOutput(String name, List<Integer> shape, double weight) {
  private static final Pattern NAME = Pattern.compile("[\\w.-]+");

  /**
   * Copies the shape.
   *
   * @throws IllegalArgumentException if the name is not made of letters, digits, {@code _}, {@code
   *     -} and dots, or the weight is negative, infinite or NaN
   */
  public AuxiliaryOutput {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(shape, "shape");
    shape = List.copyOf(shape);
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "auxiliary output: expected a name of letters, digits, _, - and dots");
    }
    if (!(weight >= 0 && Double.isFinite(weight))) {
      throw new IllegalArgumentException(
          SafeText.format(
              "auxiliary output %s: expected a weight of at least 0, got %s", name, weight));
    }
  }
}
