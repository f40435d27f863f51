package io.blockwork.engine;

/**
 * A two-dimensional convolution, as torch's {@code Conv2d}; its weight is {@code [out, in / groups,
 * kernelHeight, kernelWidth]}, its bias {@code [out]}.
 *
 * @param in input channels
 * @param out output channels
 * @param kernelHeight rows of the kernel
 * @param kernelWidth columns of the kernel
 * @param strideHeight step from row to row
 * @param strideWidth step from column to column
 * @param padding zeros added around the input
 * @param dilationHeight distance between the kernel's rows
 * @param dilationWidth distance between the kernel's columns
 * @param groups groups of channels that do not see each other; divides {@code in} and {@code out}
 * @param bias whether a bias is added to each output channel
 */
public record Conv(
    int in,
    int out,
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    Padding padding,
    int dilationHeight,
    int dilationWidth,
    int groups,
    boolean bias) {

  /** A convolution of stride 1, without padding, dilation, groups or bias. */
  public static Conv conv(int in, int out, int kernel) {
    return conv(in, out, kernel, kernel);
  }

  /** The same with a kernel that is not square. */
  public static Conv conv(int in, int out, int kernelHeight, int kernelWidth) {
    return new Conv(in, out, kernelHeight, kernelWidth, 1, 1, Padding.NONE, 1, 1, 1, false);
  }

  /** The same convolution with another stride. */
  public Conv stride(int stride) {
    return stride(stride, stride);
  }

  /** The same convolution with another stride for each direction. */
  public Conv stride(int height, int width) {
    return new Conv(
        in,
        out,
        kernelHeight,
        kernelWidth,
        height,
        width,
        padding,
        dilationHeight,
        dilationWidth,
        groups,
        bias);
  }

  /** The same convolution with another padding. */
  public Conv padding(Padding padding) {
    return new Conv(
        in,
        out,
        kernelHeight,
        kernelWidth,
        strideHeight,
        strideWidth,
        padding,
        dilationHeight,
        dilationWidth,
        groups,
        bias);
  }

  /** The same convolution with another padding, equal on every side. */
  public Conv padding(int all) {
    return padding(Padding.padding(all));
  }

  /** The same convolution with another padding for each direction. */
  public Conv padding(int vertical, int horizontal) {
    return padding(Padding.padding(vertical, horizontal));
  }

  /** The same convolution with another padding for each side. */
  public Conv padding(int top, int left, int bottom, int right) {
    return padding(new Padding(top, left, bottom, right));
  }

  /** The same convolution with another dilation. */
  public Conv dilation(int dilation) {
    return dilation(dilation, dilation);
  }

  /** The same convolution with another dilation for each direction. */
  public Conv dilation(int height, int width) {
    return new Conv(
        in,
        out,
        kernelHeight,
        kernelWidth,
        strideHeight,
        strideWidth,
        padding,
        height,
        width,
        groups,
        bias);
  }

  /** The same convolution with another number of groups. */
  public Conv groups(int groups) {
    return new Conv(
        in,
        out,
        kernelHeight,
        kernelWidth,
        strideHeight,
        strideWidth,
        padding,
        dilationHeight,
        dilationWidth,
        groups,
        bias);
  }

  /** The same convolution with a bias. */
  public Conv withBias() {
    return new Conv(
        in,
        out,
        kernelHeight,
        kernelWidth,
        strideHeight,
        strideWidth,
        padding,
        dilationHeight,
        dilationWidth,
        groups,
        true);
  }

  /** Rows of the output of an input of so many rows. */
  public int outputHeight(int height) {
    return (height + padding.vertical() - dilationHeight * (kernelHeight - 1) - 1) / strideHeight
        + 1;
  }

  /** Columns of the output of an input of so many columns. */
  public int outputWidth(int width) {
    return (width + padding.horizontal() - dilationWidth * (kernelWidth - 1) - 1) / strideWidth + 1;
  }

  /** The shape of the weight: {@code [out, in / groups, kernelHeight, kernelWidth]}. */
  public long[] weightShape() {
    return new long[] {out, in / groups, kernelHeight, kernelWidth};
  }
}
