package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.parameters.ParameterInfo;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A run of neighbouring values in the flat array of parameters that a step treats alike.
 *
 * @param from first value
 * @param to after the last value
 * @param frozen whether they stay as they are
 * @param decays whether weight decay is for them
 */
record Segment(long from, long to, boolean frozen, boolean decays) {
  /** The values in the flat array, or in another one that goes with it. */
  INDArray of(INDArray flat) {
    return flat.get(NDArrayIndex.interval(from, to));
  }

  /**
   * All learnable parameters.
   *
   * @param decayAll false: only weights of convolutions and linear layers decay
   */
  static List<Segment> of(Network network, boolean decayAll) {
    var settings = new TrainingSettings(false, network.frozen(), 0);
    List<Segment> segments = new ArrayList<>();
    long at = 0;
    for (ParameterInfo info : network.parameters().entries()) {
      if (info.kind().learnable()) {
        boolean frozen = settings.isFrozen(path(info));
        boolean decays = !frozen && (decayAll || isWeight(info));
        append(segments, new Segment(at, at + info.length(), frozen, decays));
        at += info.length();
      }
    }
    return List.copyOf(segments);
  }

  private static void append(List<Segment> segments, Segment next) {
    int last = segments.size() - 1;
    if (last >= 0
        && segments.get(last).frozen == next.frozen
        && segments.get(last).decays == next.decays) {
      Segment before = segments.get(last);
      segments.set(last, new Segment(before.from, next.to, next.frozen, next.decays));
    } else {
      segments.add(next);
    }
  }

  private static boolean isWeight(ParameterInfo info) {
    return info.kind() == ParameterInfo.Kind.CONV_WEIGHT
        || info.kind() == ParameterInfo.Kind.LINEAR_WEIGHT;
  }

  private static String path(ParameterInfo info) {
    return info.name().substring(0, info.name().lastIndexOf('.'));
  }
}
