package io.blockwork.engine.depthwise;

import io.blockwork.engine.x86.Ending;
import io.blockwork.engine.x86.VectorSet;
import java.util.EnumSet;
import java.util.Set;

/**
 * Which convolutions our code is faster for, by measurement with cold memory on an AMD EPYC. The
 * choice follows from the layer and the instructions alone.
 */
public final class DepthwiseChoice {
  private static final int LARGEST_SIDE = 7;
  private static final int LARGEST_STRIDE = 2;

  /** Filters with more taps than these take longer than the reading of their inputs. */
  private static final int FEW_TAPS = 9;

  /** What takes hardly any time. */
  private static final Set<Ending> CHEAP = EnumSet.of(Ending.NOTHING, Ending.RELU, Ending.RELU6);

  private DepthwiseChoice() {}

  /**
   * Whether our code is the faster one. With 512-bit vectors, a filter of 3x3 with a stride of 2
   * has so little to compute that all depends on how fast its inputs are read, and there oneDNN's
   * kernels are as good, with one thread better.
   *
   * @param channels of the layer
   */
  public static boolean gains(VectorSet vectors, Filter filter, int channels, Ending ending) {
    boolean onlyReads =
        vectors == VectorSet.AVX512
            && filter.stride() > 1
            && filter.taps() <= FEW_TAPS
            && CHEAP.contains(ending);
    return channels >= vectors.lanes()
        && filter.side() > 1
        && filter.side() <= LARGEST_SIDE
        && filter.stride() <= LARGEST_STRIDE
        && !onlyReads;
  }
}
