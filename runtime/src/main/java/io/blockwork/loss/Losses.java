package io.blockwork.loss;

import io.blockwork.io.SafeText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What training minimises of a network with several outputs: the loss of the main one, plus the
 * weighted losses of auxiliary ones.
 *
 * <pre>{@code
 * Losses.of(loss).plus(0.3, "aux1", loss).plus(0.3, "aux2", loss)
 * }</pre>
 *
 * @param main loss of the main output
 * @param auxiliary losses of other outputs, each at most once; outputs that are not named are left
 *     alone
 */
public record Losses(Loss main, List<Auxiliary> auxiliary) {
  /**
   * The loss of one auxiliary output.
   *
   * @param weight factor of the loss in the sum, finite and at least 0
   * @param output the output's name
   * @param loss its loss
   */
  public record Auxiliary(double weight, String output, Loss loss) {
    /**
     * Checks the weight.
     *
     * @throws IllegalArgumentException if it is negative, infinite or NaN
     */
    public Auxiliary {
      Objects.requireNonNull(output, "output");
      Objects.requireNonNull(loss, "loss");
      if (!(weight >= 0 && Double.isFinite(weight))) {
        throw new IllegalArgumentException(
            SafeText.format(
                "weight of the loss of %s: expected a number of at least 0, got %s",
                output, weight));
      }
    }
  }

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if an output is named twice
   */
  public Losses {
    Objects.requireNonNull(main, "main");
    Objects.requireNonNull(auxiliary, "auxiliary");
    auxiliary = List.copyOf(auxiliary);
    Set<String> names = new HashSet<>();
    for (Auxiliary each : auxiliary) {
      if (!names.add(each.output())) {
        throw new IllegalArgumentException(
            SafeText.format(
                "the auxiliary output %s has two losses: combine them into one", each.output()));
      }
    }
  }

  /** The loss of the main output alone. */
  public static Losses of(Loss main) {
    Objects.requireNonNull(main, "main");
    return new Losses(main, List.of());
  }

  /**
   * The same, and another term of the sum.
   *
   * @param weight factor of the loss, finite and at least 0
   * @param output name of an auxiliary output
   * @param loss its loss
   * @throws IllegalArgumentException if the weight is out of range, or the output has a loss
   */
  public Losses plus(double weight, String output, Loss loss) {
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(loss, "loss");
    List<Auxiliary> more = new ArrayList<>(auxiliary);
    more.add(new Auxiliary(weight, output, loss));
    return new Losses(main, more);
  }
}
