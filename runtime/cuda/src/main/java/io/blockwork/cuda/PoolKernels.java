package io.blockwork.cuda;

import io.blockwork.cuda.KernelModules.Source;
import io.blockwork.engine.Padding;
import io.blockwork.engine.Window;
import java.util.ArrayList;
import java.util.List;

/**
 * Pools over windows.
 *
 * @param window the windows; of adaptive ones nothing but the sizes of input and output count
 * @param adaptive whether the windows divide the input among the outputs
 */
record PoolKernels(Window window, boolean adaptive) {
  static PoolKernels of(Window window) {
    return new PoolKernels(window, false);
  }

  static PoolKernels ofAll() {
    return new PoolKernels(Window.window(1), true);
  }

  private List<Object> geometry() {
    Padding padding = window.padding();
    return List.of(
        window.kernelHeight(),
        window.kernelWidth(),
        window.strideHeight(),
        window.strideWidth(),
        padding.top(),
        padding.left());
  }

  private List<Object> averageGeometry() {
    List<Object> all = new ArrayList<>(geometry());
    all.add(window.padding().bottom());
    all.add(window.padding().right());
    all.add(adaptive);
    all.add(window.countPadding());
    return all;
  }

  private static Object[] arguments(List<Object> first, List<Object> more) {
    List<Object> all = new ArrayList<>(first);
    all.addAll(more);
    return all.toArray();
  }

  private static List<Object> described(CudaTensor tensor) {
    return List.of(tensor, tensor.pitch(), tensor.height(), tensor.width());
  }

  /**
   * The largest values.
   *
   * @param places receives where they were, as an int for each; {@link Place#NONE} if nobody asks
   */
  void max(Emitter to, CudaTensor src, CudaTensor dst, Place places) {
    List<Object> all = new ArrayList<>(described(src));
    all.addAll(described(dst));
    all.addAll(List.of(places, dst.form().batch(), dst.channels()));
    all.addAll(geometry());
    to.pixels(
        Source.POOLS,
        "max_pool",
        dst.channels(),
        dst.pixels(),
        List.of(src, dst),
        arguments(all, List.of(adaptive)));
  }

  void maxBackward(Emitter to, CudaTensor dDst, Place places, CudaTensor dSrc, boolean accumulate) {
    List<Object> all = new ArrayList<>(described(dDst));
    all.add(places);
    all.addAll(described(dSrc));
    all.addAll(List.of(dSrc.form().batch(), dSrc.channels()));
    all.addAll(geometry());
    to.pixels(
        Source.POOLS,
        "max_pool_backward",
        dSrc.channels(),
        dSrc.pixels(),
        List.of(dDst, dSrc),
        arguments(all, List.of(adaptive, accumulate)));
  }

  /** The means. */
  void average(Emitter to, CudaTensor src, CudaTensor dst) {
    if (adaptive && dst.plane() == 1) {
      Elementwise.imageSums(to, src, List.of(), 1f / src.plane(), dst, false);
      return;
    }
    List<Object> all = new ArrayList<>(described(src));
    all.addAll(described(dst));
    all.addAll(List.of(dst.form().batch(), dst.channels()));
    to.pixels(
        Source.POOLS,
        "average_pool",
        dst.channels(),
        dst.pixels(),
        List.of(src, dst),
        arguments(all, averageGeometry()));
  }

  void averageBackward(Emitter to, CudaTensor dDst, CudaTensor dSrc, boolean accumulate) {
    List<Object> all = new ArrayList<>(described(dDst));
    all.addAll(described(dSrc));
    all.addAll(List.of(dSrc.form().batch(), dSrc.channels()));
    all.addAll(averageGeometry());
    to.pixels(
        Source.POOLS,
        "average_pool_backward",
        dSrc.channels(),
        dSrc.pixels(),
        List.of(dDst, dSrc),
        arguments(all, List.of(accumulate)));
  }
}
