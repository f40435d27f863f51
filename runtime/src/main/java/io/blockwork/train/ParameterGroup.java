package io.blockwork.train;

import io.blockwork.io.NearestName;
import io.blockwork.io.SafeText;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.ParameterInfo.Kind;
import java.io.Serializable;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Parameters that step otherwise than the rest: with a learning rate or a weight decay of their
 * own, as torch's parameter groups have them.
 *
 * <pre>{@code
 * ParameterGroup.named("conv1", "layer1").rate(0.1)          // a tenth of the learning rate
 * ParameterGroup.ofKinds(Kind.LINEAR_WEIGHT).weightDecay(0)
 * }</pre>
 *
 * <p>Unlike torch's, groups may overlap: of those that a parameter is in, the last one that says
 * something about a setting decides it, and what none decides is the optimizer's.
 *
 * @param prefixes paths of layers, or names of parameters, that are in the group: {@code layer1} is
 *     what lies below it, but not {@code layer10}; empty: all
 * @param kinds of the parameters in the group; empty: all
 * @param rate factor of the learning rate
 * @param weightDecay instead of {@link Optimizer#weightDecay}
 * @param decoupledWeightDecay instead of {@link Optimizer#decoupledWeightDecay}
 */
public record ParameterGroup(
    List<String> prefixes,
    Set<Kind> kinds,
    OptionalDouble rate,
    OptionalDouble weightDecay,
    OptionalDouble decoupledWeightDecay)
    implements Serializable {
  /** How a group travels: an OptionalDouble cannot be serialised. NaN stands for none. */
  private record Serial(
      List<String> prefixes, Set<Kind> kinds, double rate, double decay, double decoupled)
      implements Serializable {
    private Object readResolve() {
      return new ParameterGroup(
          prefixes, kinds, optional(rate), optional(decay), optional(decoupled));
    }

    private static OptionalDouble optional(double value) {
      return Double.isNaN(value) ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
  }

  private Object writeReplace() {
    return new Serial(
        prefixes,
        kinds,
        rate.orElse(Double.NaN),
        weightDecay.orElse(Double.NaN),
        decoupledWeightDecay.orElse(Double.NaN));
  }

  /**
   * Copies the collections and checks the numbers.
   *
   * @throws IllegalArgumentException if a number is negative, infinite or NaN
   */
  public ParameterGroup {
    Objects.requireNonNull(prefixes, "prefixes");
    Objects.requireNonNull(rate, "rate");
    Objects.requireNonNull(weightDecay, "weightDecay");
    Objects.requireNonNull(decoupledWeightDecay, "decoupledWeightDecay");
    prefixes = List.copyOf(prefixes);
    kinds =
        kinds.isEmpty() ? Set.of() : java.util.Collections.unmodifiableSet(EnumSet.copyOf(kinds));
    check("factor of the learning rate", rate);
    check("weight decay", weightDecay);
    check("decoupled weight decay", decoupledWeightDecay);
  }

  private static void check(String what, OptionalDouble value) {
    value.ifPresent(
        number -> {
          if (!(number >= 0) || Double.isInfinite(number)) {
            throw new IllegalArgumentException(
                what + " of a group of parameters: expected 0 or more, got " + number);
          }
        });
  }

  private static ParameterGroup of(List<String> prefixes, Set<Kind> kinds) {
    OptionalDouble none = OptionalDouble.empty();
    return new ParameterGroup(prefixes, kinds, none, none, none);
  }

  /** The parameters below these paths, or of these names. */
  public static ParameterGroup named(String... prefixes) {
    Objects.requireNonNull(prefixes, "prefixes");
    return of(List.of(prefixes), Set.of());
  }

  /** The parameters of these kinds. */
  public static ParameterGroup ofKinds(Kind... kinds) {
    Objects.requireNonNull(kinds, "kinds");
    return of(List.of(), Set.copyOf(Arrays.asList(kinds)));
  }

  /** Every parameter but the weights of convolutions and linear layers. */
  public static ParameterGroup normsAndBiases() {
    Set<Kind> kinds = EnumSet.allOf(Kind.class);
    kinds.removeIf(kind -> !kind.learnable() || isWeight(kind));
    return of(List.of(), kinds);
  }

  static boolean isWeight(Kind kind) {
    return kind == Kind.CONV_WEIGHT || kind == Kind.LINEAR_WEIGHT;
  }

  /** The same group with this factor of the learning rate, 0 or more. */
  public ParameterGroup rate(double factor) {
    return new ParameterGroup(
        prefixes, kinds, OptionalDouble.of(factor), weightDecay, decoupledWeightDecay);
  }

  /** The same group with this weight decay, 0 or more. */
  public ParameterGroup weightDecay(double decay) {
    return new ParameterGroup(
        prefixes, kinds, rate, OptionalDouble.of(decay), decoupledWeightDecay);
  }

  /** The same group with this decoupled weight decay, 0 or more. */
  public ParameterGroup decoupledWeightDecay(double decay) {
    return new ParameterGroup(prefixes, kinds, rate, weightDecay, OptionalDouble.of(decay));
  }

  /** Whether the parameter is in the group. */
  boolean contains(ParameterInfo parameter) {
    return (kinds.isEmpty() || kinds.contains(parameter.kind()))
        && (prefixes.isEmpty() || prefixes.stream().anyMatch(p -> isBelow(p, parameter.name())));
  }

  private static boolean isBelow(String prefix, String name) {
    return name.equals(prefix) || name.startsWith(prefix + ".");
  }

  /**
   * Checks that every prefix names something.
   *
   * @throws IllegalArgumentException if one does not
   */
  void requireIn(List<ParameterInfo> parameters) {
    for (String prefix : prefixes) {
      if (parameters.stream().noneMatch(p -> isBelow(prefix, p.name()))) {
        List<String> names =
            parameters.stream()
                .map(p -> p.name().substring(0, Math.max(0, p.name().lastIndexOf('.'))))
                .distinct()
                .toList();
        throw new IllegalArgumentException(
            SafeText.format("group of parameters: nothing is below %s", prefix)
                + NearestName.suggestion(prefix, names));
      }
    }
  }

  /** For people, and for telling settings apart. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("[");
    text.append(prefixes.isEmpty() ? "all" : String.join(" ", prefixes));
    if (!kinds.isEmpty()) {
      text.append(" of ").append(kinds);
    }
    rate.ifPresent(factor -> text.append(": rate x ").append(factor));
    weightDecay.ifPresent(decay -> text.append(": weight decay ").append(decay));
    decoupledWeightDecay.ifPresent(decay -> text.append(": decoupled ").append(decay));
    return text.append(']').toString();
  }
}
