package io.blockwork.engine.onednn;

import io.blockwork.engine.Conv;
import io.blockwork.engine.depthwise.DepthwiseWeights;
import io.blockwork.engine.onednn.PackedWeights.Entry;
import io.blockwork.engine.onednn.PackedWeights.Packed;
import io.blockwork.engine.winograd.WinogradWeights;
import io.blockwork.engine.x86.CheckMemory;
import io.blockwork.parameters.Parameters;
import io.blockwork.parameters.SharedWork;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.dnnl.memory;

/**
 * Those of a network's packed weights that the plans of one batch size use. A thread that has such
 * plans makes these and no others, so that it never waits for the weights of another batch size.
 */
final class PlanWeights {
  private final PackedWeights shared;
  private final Set<Entry> used = new LinkedHashSet<>();

  /** Version of the parameters that all were made of. */
  private long version = PackedWeights.NEVER;

  PlanWeights(PackedWeights shared) {
    this.shared = shared;
  }

  /**
   * The weight of the convolution in the given layout. Its values are there after the next {@link
   * #refresh}.
   */
  Packed convolution(FoldedWeight folded, ConvolutionPrimitive convolution, memory.desc layout) {
    return use(shared.convolution(folded, convolution, layout));
  }

  /**
   * The weight of a 3x3 convolution for Winograd's filtering, likewise.
   *
   * @param checked what the layer's code was checked in
   */
  Packed winograd(
      FoldedWeight folded, Conv conv, WinogradWeights.Layout layout, CheckMemory checked) {
    return use(shared.winograd(folded, conv, layout, checked));
  }

  /** The weight and bias of a depthwise convolution for our own code, likewise. */
  memory depthwise(FoldedWeight folded, Conv conv, DepthwiseWeights layout) {
    return use(shared.depthwise(folded, conv, layout)).weight();
  }

  /**
   * What a batch norm multiplies by and adds, in single precision: sixteen factors and sixteen
   * addends for each block of channels. Likewise.
   */
  memory norm(String path, double eps, int channels) {
    return use(shared.norm(path, eps, channels)).weight();
  }

  /** The weight of the linear layer in the given layout, and its bias or zeros, likewise. */
  Packed linear(String path, boolean hasBias, int out, int in, memory.desc layout) {
    return use(shared.linear(path, hasBias, out, in, layout));
  }

  /** The weight of the convolution in bytes, likewise. */
  Packed bytes(
      FoldedWeight folded,
      ConvolutionPrimitive convolution,
      ByteScaling scaling,
      memory.desc layout) {
    return use(shared.bytes(folded, convolution, scaling, layout));
  }

  /** Factors and addends of a batch norm that reads bytes and writes bytes or floats, likewise. */
  Packed byteNorm(String path, double eps, ByteGrid from, Optional<ByteGrid> to) {
    return use(shared.byteNorm(path, eps, from, to));
  }

  /** Plans that run side by side are made side by side. */
  private synchronized Packed use(Entry entry) {
    used.add(entry);
    version = PackedWeights.NEVER;
    return entry.packed();
  }

  /** Makes what is not made yet, or of parameters that have changed since. */
  void refresh(Parameters parameters) {
    long current = parameters.version();
    if (version == current) {
      return;
    }
    SharedWork.start(stale(parameters)).finish();
    version = current;
  }

  /** What {@link #refresh} would do now, one task for each layer. */
  List<Runnable> stale(Parameters parameters) {
    return used.stream()
        .filter(entry -> !entry.isCurrent(parameters))
        .<Runnable>map(entry -> () -> entry.fill(parameters))
        .toList();
  }
}
