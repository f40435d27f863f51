package io.blockwork.engine.onednn;

import java.util.Set;

/** Decides on the layout of a plan's activations. */
final class LayoutChoice {
  /** Input channels up to which kernels read plain images into blocks. */
  private static final int FEW_CHANNELS = 3;

  private LayoutChoice() {}

  /**
   * Whether every tensor is made of whole blocks of channels.
   *
   * @param tensors what the layers read and write, but for vectors of linear layers
   * @param input the images, which may have few channels instead
   */
  static boolean blocksFit(Set<PlanTensor> tensors, PlanTensor input) {
    return tensors.stream()
        .allMatch(
            t -> t.equals(input) && t.channels() <= FEW_CHANNELS && t.isWhole() || isBlocks(t));
  }

  private static boolean isBlocks(PlanTensor tensor) {
    return tensor.parent() % Layout.BLOCK == 0
        && tensor.from() % Layout.BLOCK == 0
        && tensor.channels() % Layout.BLOCK == 0;
  }
}
