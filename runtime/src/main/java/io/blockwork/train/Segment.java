package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.engine.OptimizerStep;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A run of neighbouring values in the flat array of parameters that a step treats alike.
 *
 * @param from first value
 * @param to after the last value
 * @param settings how they are treated
 */
record Segment(long from, long to, Settings settings) {
  /**
   * How parameters are treated.
   *
   * @param frozen whether they stay as they are
   * @param rate factor of the learning rate
   * @param decays whether weight decay is for them, should there be any
   * @param weightDecay factor of the parameter in the gradient
   * @param decoupled the part of a parameter, times the learning rate, that a step takes off
   */
  record Settings(
      boolean frozen, double rate, boolean decays, double weightDecay, double decoupled) {
    static final Settings FROZEN = new Settings(true, 1, false, 0, 0);
  }

  /** The same for engines that step. */
  OptimizerStep.Segment forEngines() {
    return new OptimizerStep.Segment(
        from, to, settings.frozen(), settings.rate(), settings.weightDecay(), settings.decoupled());
  }

  /** The values in the flat array, or in another one that goes with it. */
  INDArray of(INDArray flat) {
    return flat.get(NDArrayIndex.interval(from, to));
  }

  /**
   * All learnable parameters.
   *
   * @param plan for those that are not frozen
   * @param joined whether neighbours that are treated alike make one segment; else each parameter
   *     is one
   */
  static List<Segment> of(Network network, DecayPlan plan, boolean joined) {
    List<String> frozen = network.frozen();
    List<Segment> segments = new ArrayList<>();
    long at = 0;
    for (ParameterInfo info : network.parameters().entries()) {
      if (info.kind().learnable()) {
        Settings settings = isFrozen(info, frozen) ? Settings.FROZEN : plan.settingsOf(info);
        append(segments, new Segment(at, at + info.length(), settings), joined);
        at += info.length();
      }
    }
    return List.copyOf(segments);
  }

  /** The parameters and running statistics that are not frozen. */
  static Parameters.Part trained(Network network) {
    List<String> frozen = network.frozen();
    return network
        .parameters()
        .part(
            network.parameters().entries().stream()
                .filter(info -> !isFrozen(info, frozen))
                .map(ParameterInfo::name)
                .collect(Collectors.toUnmodifiableSet()));
  }

  /**
   * What an optimizer and its groups want.
   *
   * @param weightDecay of those that no group decides
   * @param decoupled likewise
   * @param decayAll false: of those that no group decides, only weights of convolutions and linear
   *     layers decay
   * @param groups later ones win
   */
  record DecayPlan(
      double weightDecay, double decoupled, boolean decayAll, List<ParameterGroup> groups) {
    Settings settingsOf(ParameterInfo info) {
      boolean byDefault = decayAll || ParameterGroup.isWeight(info.kind());
      OptionalDouble l2 = last(info, ParameterGroup::weightDecay);
      OptionalDouble off = last(info, ParameterGroup::decoupledWeightDecay);
      double decay = l2.orElse(byDefault ? weightDecay : 0);
      double decoupledDecay = off.orElse(byDefault ? decoupled : 0);
      boolean decided = l2.isPresent() || off.isPresent();
      return new Settings(
          false,
          last(info, ParameterGroup::rate).orElse(1),
          decided ? decay > 0 || decoupledDecay > 0 : byDefault,
          decay,
          decoupledDecay);
    }

    private OptionalDouble last(
        ParameterInfo info, Function<ParameterGroup, OptionalDouble> setting) {
      OptionalDouble value = OptionalDouble.empty();
      for (ParameterGroup group : groups) {
        if (group.contains(info) && setting.apply(group).isPresent()) {
          value = setting.apply(group);
        }
      }
      return value;
    }
  }

  private static void append(List<Segment> segments, Segment next, boolean joined) {
    int last = segments.size() - 1;
    if (joined && last >= 0 && segments.get(last).settings.equals(next.settings)) {
      segments.set(last, new Segment(segments.get(last).from, next.to, next.settings));
    } else {
      segments.add(next);
    }
  }

  /** Whether a parameter belongs to a layer at or below one of the prefixes. */
  static boolean isFrozen(ParameterInfo info, List<String> prefixes) {
    String layer = info.name().substring(0, info.name().lastIndexOf('.'));
    return new TrainingSettings(false, prefixes, 0).isFrozen(layer);
  }
}
