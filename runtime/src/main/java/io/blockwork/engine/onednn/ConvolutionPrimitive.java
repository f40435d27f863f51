package io.blockwork.engine.onednn;

import io.blockwork.engine.Conv;
import java.util.Arrays;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.javacpp.LongPointer;

/**
 * A convolution as oneDNN describes it.
 *
 * @param conv the convolution
 * @param in input channels, of which those above {@code conv.in()} are zeros
 */
record ConvolutionPrimitive(Conv conv, int in) {
  private static final int DIRECT = algorithm.convolution_direct.value;

  /** The weight's dimensions: {@code [out, in, kH, kW]}, or with the groups before. */
  long[] weightDims() {
    long h = conv.kernelHeight();
    long w = conv.kernelWidth();
    return conv.groups() == 1
        ? new long[] {conv.out(), in, h, w}
        : new long[] {conv.groups(), conv.out() / conv.groups(), conv.in() / conv.groups(), h, w};
  }

  /** Whether there are channels that were added. */
  boolean isPadded() {
    return in != conv.in();
  }

  /** Bits of those of {@link #weightDims} that count output channels. */
  int outputDims() {
    return conv.groups() == 1 ? 0b1 : 0b11;
  }

  /** The weight as torch keeps it, without the channels that were added. */
  memory.desc plainWeight() {
    return plainWeight(memory.data_type.f32);
  }

  /** The same of other numbers. */
  memory.desc plainWeight(memory.data_type type) {
    ConvolutionPrimitive plain = new ConvolutionPrimitive(conv, conv.in());
    return new memory.desc(plain.weightDims(), type, weightTag());
  }

  /** Torch's order, with the channels that were added. */
  memory.desc paddedWeight(memory.data_type type) {
    return new memory.desc(weightDims(), type, weightTag());
  }

  /** Of such a padded weight, what is not padding. */
  memory.desc withoutPadding(memory.desc padded) {
    long[] dims = {conv.out(), conv.in(), conv.kernelHeight(), conv.kernelWidth()};
    return padded.submemory_desc(dims, new long[dims.length]);
  }

  private memory.format_tag weightTag() {
    return conv.groups() == 1 ? memory.format_tag.oihw : memory.format_tag.goihw;
  }

  /** A weight in whatever layout the kernel likes best. */
  memory.desc anyWeight(memory.data_type type) {
    return new memory.desc(weightDims(), type, memory.format_tag.any);
  }

  /** Bytes are multiplied by signed ones, floats by floats. */
  private static memory.data_type weightType(memory.data_type source) {
    return source == memory.data_type.u8 ? memory.data_type.s8 : source;
  }

  /** The same activation in whatever layout the kernel likes best. */
  static memory.desc anyActivation(memory.desc desc) {
    LongPointer dims = desc.get_dims();
    return new memory.desc(dims, desc.get_data_type().intern(), memory.format_tag.any);
  }

  /** The bias, or an empty descriptor if there is none. */
  private memory.desc bias() {
    return conv.bias() ? PackedWeights.vector(conv.out()) : new memory.desc();
  }

  /** The same activation with the channels of a place side by side. */
  static memory.desc channelsLast(memory.desc desc) {
    return new memory.desc(desc.get_dims(), desc.get_data_type().intern(), memory.format_tag.nhwc);
  }

  private long[] strides() {
    return new long[] {conv.strideHeight(), conv.strideWidth()};
  }

  private long[] paddingBefore() {
    return new long[] {conv.padding().top(), conv.padding().left()};
  }

  private long[] paddingBehind() {
    return new long[] {conv.padding().bottom(), conv.padding().right()};
  }

  /** oneDNN counts the pixels left out between taps: one less than torch. */
  private long[] dilation() {
    return new long[] {conv.dilationHeight() - 1, conv.dilationWidth() - 1};
  }

  convolution_forward.primitive_desc inference(
      memory.desc src, memory.desc bias, memory.desc dst, primitive_attr attributes) {
    return sound(
        new convolution_forward.primitive_desc(
            BoundPlan.cpu(),
            prop_kind.forward_inference.value,
            DIRECT,
            src,
            anyWeight(weightType(src.get_data_type().intern())),
            bias,
            dst,
            strides(),
            dilation(),
            paddingBefore(),
            paddingBehind(),
            attributes,
            false),
        src,
        dst);
  }

  convolution_forward.primitive_desc training(
      memory.desc src, memory.desc dst, primitive_attr attributes) {
    return sound(
        new convolution_forward.primitive_desc(
            BoundPlan.cpu(),
            prop_kind.forward_training.value,
            DIRECT,
            src,
            anyWeight(src.get_data_type().intern()),
            bias(),
            dst,
            strides(),
            dilation(),
            paddingBefore(),
            paddingBehind(),
            attributes,
            false),
        src,
        dst);
  }

  /** The description with the first kernel that is right. */
  private convolution_forward.primitive_desc sound(
      convolution_forward.primitive_desc description, memory.desc src, memory.desc dst) {
    try (LongPointer input = src.get_dims();
        LongPointer output = dst.get_dims()) {
      boolean onePixel = conv.strideWidth() > 1 && output.get(3) == 1;
      boolean blind = seesOnlyPadding(input, output);
      boolean more = true;
      while (more && isWrong(description.impl_info_str().getString(), onePixel, blind)) {
        more = description.next_impl();
      }
    }
    return description;
  }

  /**
   * Whether a kernel computes wrong values: {@code brg_conv} of oneDNN 3.11 goes wrong where the
   * output is one pixel wide and the stride is larger than 1, on one input channel and with AMX on
   * any number, and reads memory that is not there where windows see nothing but padding.
   *
   * @param onePixel whether the output is one pixel wide and the stride is larger
   * @param blind whether some windows see nothing but padding
   */
  private boolean isWrong(String kernel, boolean onePixel, boolean blind) {
    boolean strided = onePixel && (in == 1 || kernel.endsWith("amx"));
    return kernel.startsWith("brg") && (strided || blind);
  }

  private boolean seesOnlyPadding(LongPointer input, LongPointer output) {
    return rows(input, output).hasBlindWindow() || columns(input, output).hasBlindWindow();
  }

  /**
   * The taps that meet no pixel at any place of the output, whose weights have no gradient: their
   * places within a filter, row by row.
   */
  int[] blindTaps(memory.desc src, memory.desc dst) {
    try (LongPointer input = src.get_dims();
        LongPointer output = dst.get_dims()) {
      Axis rows = rows(input, output);
      Axis columns = columns(input, output);
      int[] blind = new int[conv.kernelHeight() * conv.kernelWidth()];
      int count = 0;
      for (int h = 0; h < conv.kernelHeight(); h++) {
        for (int w = 0; w < conv.kernelWidth(); w++) {
          if (rows.isBlind(h) || columns.isBlind(w)) {
            blind[count++] = h * conv.kernelWidth() + w;
          }
        }
      }
      return Arrays.copyOf(blind, count);
    }
  }

  private Axis rows(LongPointer input, LongPointer output) {
    return new Axis(
        input.get(2),
        output.get(2),
        conv.kernelHeight(),
        conv.strideHeight(),
        conv.dilationHeight(),
        conv.padding().top());
  }

  private Axis columns(LongPointer input, LongPointer output) {
    return new Axis(
        input.get(3),
        output.get(3),
        conv.kernelWidth(),
        conv.strideWidth(),
        conv.dilationWidth(),
        conv.padding().left());
  }

  /** What windows see along one axis. */
  private record Axis(long input, long output, int kernel, int stride, int dilation, int before) {
    private boolean meets(int tap, long place) {
      long pixel = place * stride - before + (long) tap * dilation;
      return pixel >= 0 && pixel < input;
    }

    /** Whether a tap meets no pixel at any place. */
    boolean isBlind(int tap) {
      for (long place = 0; place < output; place++) {
        if (meets(tap, place)) {
          return false;
        }
      }
      return true;
    }

    /**
     * Whether there is a window of which no tap meets a pixel: it lies in the padding, or its taps,
     * apart by a dilation, stand on both sides of a small map.
     */
    boolean hasBlindWindow() {
      for (long place = 0; place < output; place++) {
        int tap = 0;
        while (tap < kernel && !meets(tap, place)) {
          tap++;
        }
        if (tap == kernel) {
          return true;
        }
      }
      return false;
    }
  }

  convolution_backward_data.primitive_desc backwardData(
      memory.desc dSrc,
      memory.desc dDst,
      convolution_forward.primitive_desc forward,
      primitive_attr attributes) {
    return new convolution_backward_data.primitive_desc(
        BoundPlan.cpu(),
        DIRECT,
        dSrc,
        anyWeight(dDst.get_data_type().intern()),
        dDst,
        strides(),
        dilation(),
        paddingBefore(),
        paddingBehind(),
        forward,
        attributes,
        false);
  }

  convolution_backward_weights.primitive_desc backwardWeights(
      memory.desc src,
      memory.desc dDst,
      convolution_forward.primitive_desc forward,
      primitive_attr attributes) {
    return new convolution_backward_weights.primitive_desc(
        BoundPlan.cpu(),
        DIRECT,
        src,
        anyWeight(memory.data_type.f32),
        bias(),
        dDst,
        strides(),
        dilation(),
        paddingBefore(),
        paddingBehind(),
        forward,
        attributes,
        false);
  }

  /** Floating-point operations for {@code n} images with outputs of so many pixels. */
  long flops(long n, long pixels) {
    return 2
        * n
        * pixels
        * conv.out()
        * (conv.in() / conv.groups())
        * conv.kernelHeight()
        * conv.kernelWidth();
  }
}
