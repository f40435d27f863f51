package io.blockwork.cuda;

import io.blockwork.cuda.Elementwise.ScaleShift;
import io.blockwork.cuda.KernelModules.Source;
import io.blockwork.engine.Padding;
import io.blockwork.engine.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Pools over windows.
 *
 * @param window the windows; of adaptive ones nothing but the sizes of input and output count
 * @param adaptive whether the windows divide the input among the outputs
 */
record PoolKernels(Window window, boolean adaptive) {
  private static final int MOST_IN_A_BYTE = 255;

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

  /** Whether a byte says where in its window the largest value was. */
  private boolean isSmall() {
    return !adaptive && window.kernelHeight() * window.kernelWidth() <= MOST_IN_A_BYTE;
  }

  private String named(String kernel) {
    return isSmall() ? "small_" + kernel : kernel;
  }

  /** Bytes that say where the largest values were. */
  long bytesOfPlaces(CudaTensor dst) {
    return (long) dst.pixels() * dst.paddedChannels() * (isSmall() ? 1 : Integer.BYTES);
  }

  /** The largest values. */
  void max(Emitter to, CudaTensor src, CudaTensor dst) {
    max(to, src, ScaleShift.NONE, false, dst, Place.NONE);
  }

  /**
   * The largest values of a tensor, or of {@code src * scale + shift}.
   *
   * @param relu whether a ReLU follows that
   * @param places receives where they were; {@link Place#NONE} if nobody asks
   */
  void max(Emitter to, CudaTensor src, ScaleShift by, boolean relu, CudaTensor dst, Place places) {
    List<Object> all = new ArrayList<>(described(src));
    all.addAll(List.of(by.scale(), by.shift(), relu));
    all.addAll(described(dst));
    all.addAll(List.of(places, dst.form().batch(), dst.channels()));
    all.addAll(geometry());
    to.pixels(
        Source.POOLS,
        named("max_pool"),
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
        named("max_pool_backward"),
        dSrc.channels(),
        dSrc.pixels(),
        List.of(dDst, dSrc),
        arguments(all, List.of(adaptive, accumulate)));
  }

  /** Whether {@link #maxNormSums} serves. */
  boolean joinsNorms() {
    return isSmall();
  }

  /** The gradient of a norm's output behind which the pool stands, and those of the norm. */
  void maxNormSums(
      Emitter to,
      Joinable.MaxPoolBackward pool,
      Optional<CudaTensor> added,
      Joinable.NormSums sums) {
    CudaTensor src = sums.src();
    CudaTensor dDst = pool.dDst();
    CudaTensor dSrc = pool.dSrc();
    List<CudaTensor> tensors = new ArrayList<>(List.of(dDst, src, dSrc));
    added.ifPresent(tensors::add);
    List<Object> all = new ArrayList<>(List.of(dDst, dDst.pitch()));
    all.add(added.<Place>map(t -> t).orElse(Place.NONE));
    all.add(added.map(CudaTensor::pitch).orElse(0));
    all.addAll(List.of(dDst.height(), dDst.width(), pool.places()));
    all.addAll(described(src));
    all.addAll(List.of(sums.incoming().relu() == Norms.Relu.OWN, dSrc, dSrc.pitch()));
    Norms.Arrays arrays = sums.arrays();
    all.addAll(List.of(arrays.mean(), arrays.inverse()));
    all.addAll(List.of(arrays.affine().scale(), arrays.affine().shift()));
    all.addAll(List.of(sums.dGamma(), sums.dBeta(), src.form().batch(), src.channels()));
    all.addAll(geometry());
    to.sums(
        Source.POOLS,
        "max_pool_norm_sums",
        src.channels(),
        src.pixels(),
        2,
        tensors,
        all.toArray());
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
