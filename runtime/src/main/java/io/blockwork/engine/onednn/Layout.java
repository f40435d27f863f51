package io.blockwork.engine.onednn;

import io.blockwork.engine.Precision;
import org.bytedeco.dnnl.memory;

/** How a plan's activations lie in memory. */
public enum Layout {
  /** All channels of a pixel side by side ({@code nhwc}). */
  CHANNELS_LAST,
  /** Sixteen channels of a pixel side by side ({@code nChw16c}). */
  BLOCKED;

  static final int BLOCK = 16;

  /**
   * The dense descriptor of a whole tensor. In the blocked layout, tensors whose channels fill no
   * blocks (the images, and vectors such as logits) are plain {@code nchw}.
   */
  memory.desc desc(Precision precision, long n, long c, long h, long w) {
    return new memory.desc(new long[] {n, c, h, w}, BoundPlan.type(precision), tag(c));
  }

  /** Whether the tensor is made of whole blocks of a tensor of whole blocks. */
  static boolean isBlocks(PlanTensor tensor) {
    return tensor.parent() % BLOCK == 0
        && tensor.from() % BLOCK == 0
        && tensor.channels() % BLOCK == 0;
  }

  private memory.format_tag tag(long channels) {
    if (this == CHANNELS_LAST) {
      return memory.format_tag.nhwc;
    }
    return channels % BLOCK == 0 ? memory.format_tag.nChw16c : memory.format_tag.nchw;
  }
}
