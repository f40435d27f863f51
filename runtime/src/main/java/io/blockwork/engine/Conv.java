package io.blockwork.engine;

/**
 * A two-dimensional convolution without bias, as torch's {@code Conv2d}; its weight is {@code [out,
 * in / groups, kernel, kernel]}.
 *
 * @param in input channels
 * @param out output channels
 * @param kernel side of the square kernel
 * @param stride step in both directions
 * @param padding zeros added on every side
 * @param dilation distance between the kernel's taps
 * @param groups groups of channels that do not see each other; divides {@code in} and {@code out}
 */
public record Conv(int in, int out, int kernel, int stride, int padding, int dilation, int groups) {
  /** A convolution of stride 1, without padding, dilation or groups. */
  public static Conv conv(int in, int out, int kernel) {
    return new Conv(in, out, kernel, 1, 0, 1, 1);
  }

  /** The same convolution with another stride. */
  public Conv stride(int stride) {
    return new Conv(in, out, kernel, stride, padding, dilation, groups);
  }

  /** The same convolution with another padding. */
  public Conv padding(int padding) {
    return new Conv(in, out, kernel, stride, padding, dilation, groups);
  }

  /** The same convolution with another dilation. */
  public Conv dilation(int dilation) {
    return new Conv(in, out, kernel, stride, padding, dilation, groups);
  }

  /** The same convolution with another number of groups. */
  public Conv groups(int groups) {
    return new Conv(in, out, kernel, stride, padding, dilation, groups);
  }

  /** Pixels of the output along a side of {@code size} pixels. */
  public int outputSize(int size) {
    return (size + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
  }

  /** The shape of the weight: {@code [out, in / groups, kernel, kernel]}. */
  public long[] weightShape() {
    return new long[] {out, in / groups, kernel, kernel};
  }
}
