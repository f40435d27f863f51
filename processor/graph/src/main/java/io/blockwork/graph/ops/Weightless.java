package io.blockwork.graph.ops;

import java.util.List;
import java.util.Optional;

/** An operation without parameters, and without multiply-adds that are counted. */
public sealed interface Weightless extends Op
    permits AdaptiveAvgPool2d,
        AdaptiveMaxPool2d,
        AvgPool2d,
        ChannelRange,
        ChannelShuffle,
        Concat,
        ConstantAffine,
        Flatten,
        GlobalAvgPool,
        GlobalMaxPool,
        Input,
        MaxPool2d,
        Multiply,
        PadShortcut,
        SameShape,
        Scale,
        Sum,
        ZeroPad2d {
  @Override
  default List<Parameter> parameters() {
    return List.of();
  }

  @Override
  default long macs(List<Shape> inputs, Shape output) {
    return 0;
  }

  @Override
  default Activation activation() {
    return Activation.NONE;
  }

  @Override
  default int weightGroups() {
    return 1;
  }

  @Override
  default boolean batchStatistics() {
    return false;
  }

  @Override
  default boolean foldsNorm() {
    return false;
  }

  @Override
  default Optional<ConstantAffine> constantAffine() {
    return Optional.empty();
  }
}
