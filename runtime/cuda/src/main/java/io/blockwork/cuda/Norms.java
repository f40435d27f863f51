package io.blockwork.cuda;

import io.blockwork.cuda.Elementwise.ScaleShift;
import io.blockwork.cuda.KernelModules.Source;
import io.blockwork.engine.LocalResponseNorm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Batch norm in training, and the norms over channels. */
final class Norms {
  private Norms() {}

  /**
   * Arrays of a batch norm, of one float a channel.
   *
   * @param gamma the learned scale
   * @param beta the learned shift
   * @param runningMean the running mean
   * @param runningVariance the running variance
   * @param mean the batch's mean
   * @param inverse one over the batch's deviation
   * @param affine what normalises
   */
  record Arrays(
      Place gamma,
      Place beta,
      Place runningMean,
      Place runningVariance,
      Place mean,
      Place inverse,
      ScaleShift affine) {
    /** Takes memory for the batch's arrays. */
    static Arrays of(
        Arena arena,
        int channels,
        Place gamma,
        Place beta,
        Place runningMean,
        Place runningVariance) {
      long bytes = (long) channels * Float.BYTES;
      return new Arrays(
          gamma,
          beta,
          runningMean,
          runningVariance,
          arena.reserve("mean", bytes),
          arena.reserve("inverse", bytes),
          new ScaleShift(arena.reserve("scale", bytes), arena.reserve("shift", bytes)));
    }
  }

  /** Statistics of the batch; moves the running ones. */
  static void statistics(Emitter to, Arrays arrays, CudaTensor src, double eps, double momentum) {
    to.sums(
        Source.NORMS,
        "norm_statistics",
        src.channels(),
        src.pixels(),
        2,
        List.of(src),
        src,
        src.pitch(),
        arrays.gamma(),
        arrays.beta(),
        arrays.mean(),
        arrays.inverse(),
        arrays.affine().scale(),
        arrays.affine().shift(),
        arrays.runningMean(),
        arrays.runningVariance(),
        src.pixels(),
        src.channels(),
        (float) eps,
        (float) momentum);
  }

  /** Scale and shift from the running statistics. */
  static void fold(Emitter to, Arrays arrays, int channels, double eps) {
    to.each(
        Source.NORMS,
        "norm_fold",
        channels,
        arrays.gamma(),
        arrays.beta(),
        arrays.runningMean(),
        arrays.runningVariance(),
        arrays.affine().scale(),
        arrays.affine().shift(),
        channels,
        (float) eps);
  }

  /** What the gradient goes through before the norm. */
  enum Relu {
    NONE,
    OWN,
    OF_OUTPUT,
    /** Which kernels take for {@link #OF_OUTPUT} where they can. */
    OF_SIGNS
  }

  /**
   * The gradient as it comes.
   *
   * @param dDst the gradient
   * @param added what is added to it first, at most one
   * @param relu how it is masked
   * @param output whose zeros mask it, if {@code relu} says so
   * @param signs of that, if they have been written
   * @param masked where the masked sum goes, if it is needed
   */
  record Incoming(
      CudaTensor dDst,
      Optional<CudaTensor> added,
      Relu relu,
      Optional<CudaTensor> output,
      Optional<Signs> signs,
      Optional<CudaTensor> masked) {
    static Incoming of(CudaTensor dDst, Relu relu) {
      return new Incoming(
          dDst, Optional.empty(), relu, Optional.empty(), Optional.empty(), Optional.empty());
    }
  }

  /** The gradients of scale and shift. */
  static void sums(
      Emitter to, Arrays arrays, Incoming incoming, CudaTensor src, Place dGamma, Place dBeta) {
    List<CudaTensor> all = new ArrayList<>(List.of(incoming.dDst(), src));
    incoming.added().ifPresent(all::add);
    incoming.masked().ifPresent(all::add);
    Optional<Signs> signs = incoming.signs().filter(s -> s.suit(to.width(all)));
    Optional<CudaTensor> output = signs.isPresent() ? Optional.empty() : incoming.output();
    output.ifPresent(all::add);
    to.sums(
        Source.NORMS,
        "norm_sums",
        src.channels(),
        src.pixels(),
        2,
        all,
        incoming.dDst(),
        incoming.dDst().pitch(),
        place(incoming.added()),
        pitch(incoming.added()),
        src,
        src.pitch(),
        place(output),
        pitch(output),
        signs.<Place>map(s -> s).orElse(Place.NONE),
        (signs.isPresent() ? Relu.OF_SIGNS : incoming.relu()).ordinal(),
        place(incoming.masked()),
        pitch(incoming.masked()),
        arrays.mean(),
        arrays.inverse(),
        arrays.affine().scale(),
        arrays.affine().shift(),
        dGamma,
        dBeta,
        src.pixels(),
        src.channels());
  }

  private static Place place(Optional<CudaTensor> tensor) {
    return tensor.<Place>map(t -> t).orElse(Place.NONE);
  }

  private static int pitch(Optional<CudaTensor> tensor) {
    return tensor.map(CudaTensor::pitch).orElse(0);
  }

  /** The gradient of the input. */
  static void backward(
      Emitter to,
      Arrays arrays,
      CudaTensor dDst,
      boolean ownRelu,
      CudaTensor src,
      Place dGamma,
      Place dBeta,
      CudaTensor dSrc,
      boolean accumulate) {
    to.pixelsAtOnce(
        Source.NORMS,
        "norm_backward",
        src.channels(),
        src.pixels(),
        List.of(dDst, src, dSrc),
        dDst,
        dDst.pitch(),
        src,
        src.pitch(),
        ownRelu,
        dSrc,
        dSrc.pitch(),
        arrays.mean(),
        arrays.inverse(),
        arrays.affine().scale(),
        arrays.affine().shift(),
        dGamma,
        dBeta,
        src.pixels(),
        src.channels(),
        accumulate);
  }

  /** The gradient of the input of {@code src * scale + shift}, with or without a ReLU. */
  static void affineBackward(
      Emitter to,
      ScaleShift by,
      CudaTensor dDst,
      boolean relu,
      CudaTensor src,
      CudaTensor dSrc,
      boolean accumulate) {
    to.pixels(
        Source.NORMS,
        "frozen_norm_backward",
        src.channels(),
        src.pixels(),
        List.of(dDst, src, dSrc),
        dDst,
        dDst.pitch(),
        src,
        src.pitch(),
        relu,
        dSrc,
        dSrc.pitch(),
        by.scale(),
        by.shift(),
        src.pixels(),
        src.channels(),
        accumulate);
  }

  /**
   * Sets of values that are normalised together.
   *
   * @param sets how many
   * @param plane pixels of a set
   * @param groups sets at the same pixels
   * @param eps added to the variance
   * @param affine the learned scale and shift, or none
   * @param mean receives the sets' means, or {@link Place#NONE}
   * @param inverse receives one over their deviations, likewise
   */
  record Sets(
      int sets, int plane, int groups, double eps, ScaleShift affine, Place mean, Place inverse) {
    static Sets ofPixels(CudaTensor src, double eps, ScaleShift affine) {
      return new Sets(src.pixels(), 1, 1, eps, affine, Place.NONE, Place.NONE);
    }

    static Sets ofGroups(CudaTensor src, int groups, double eps, ScaleShift affine) {
      int sets = Math.multiplyExact(src.form().batch(), groups);
      return new Sets(sets, src.plane(), groups, eps, affine, Place.NONE, Place.NONE);
    }

    /** The same sets, whose statistics are kept for the gradient. */
    Sets keeping(Arena arena) {
      long bytes = (long) sets * Float.BYTES;
      return new Sets(
          sets,
          plane,
          groups,
          eps,
          affine,
          arena.reserve("means", bytes),
          arena.reserve("inverses", bytes));
    }

    /** A power of two that suits the size of a set. */
    private int threads(int channels) {
      long size = (long) channels / groups * plane;
      return size >= 256 ? 256 : size >= 64 ? 64 : 32;
    }
  }

  static void group(Emitter to, Sets sets, CudaTensor src, CudaTensor dst) {
    to.blocks(
        Source.NORMS,
        "group_norm",
        sets.sets(),
        sets.threads(src.channels()),
        src,
        src.pitch(),
        sets.affine().scale(),
        sets.affine().shift(),
        dst,
        dst.pitch(),
        sets.mean(),
        sets.inverse(),
        sets.plane(),
        src.channels(),
        sets.groups(),
        (float) sets.eps());
  }

  static void groupBackward(
      Emitter to, Sets sets, CudaTensor src, CudaTensor dDst, CudaTensor dSrc, boolean accumulate) {
    to.blocks(
        Source.NORMS,
        "group_norm_backward",
        sets.sets(),
        sets.threads(src.channels()),
        dDst,
        dDst.pitch(),
        src,
        src.pitch(),
        sets.affine().scale(),
        dSrc,
        dSrc.pitch(),
        sets.mean(),
        sets.inverse(),
        sets.plane(),
        src.channels(),
        sets.groups(),
        accumulate);
  }

  static void groupSums(
      Emitter to, Sets sets, CudaTensor src, CudaTensor dDst, Place dGamma, Place dBeta) {
    to.sums(
        Source.NORMS,
        "group_norm_sums",
        src.channels(),
        src.pixels(),
        2,
        List.of(src, dDst),
        dDst,
        dDst.pitch(),
        src,
        src.pitch(),
        sets.mean(),
        sets.inverse(),
        dGamma,
        dBeta,
        sets.plane(),
        src.pixels(),
        src.channels(),
        sets.groups());
  }

  static void response(Emitter to, LocalResponseNorm norm, CudaTensor src, CudaTensor dst) {
    to.each(
        Source.NORMS,
        "response_norm",
        (long) src.pixels() * src.channels(),
        src,
        src.pitch(),
        dst,
        dst.pitch(),
        src.pixels(),
        src.channels(),
        norm.size(),
        (float) norm.alpha(),
        (float) norm.beta(),
        (float) norm.k());
  }

  static void responseBackward(
      Emitter to,
      LocalResponseNorm norm,
      CudaTensor src,
      CudaTensor dDst,
      CudaTensor dSrc,
      boolean accumulate) {
    to.each(
        Source.NORMS,
        "response_norm_backward",
        (long) src.pixels() * src.channels(),
        dDst,
        dDst.pitch(),
        src,
        src.pitch(),
        dSrc,
        dSrc.pitch(),
        src.pixels(),
        src.channels(),
        norm.size(),
        (float) norm.alpha(),
        (float) norm.beta(),
        (float) norm.k(),
        accumulate);
  }

  private static int threads(CudaTensor tensor) {
    return tensor.channels() >= 256 ? 256 : tensor.channels() >= 64 ? 64 : 32;
  }

  /**
   * A function of all channels of a pixel, by a block for each.
   *
   * @param kernel its name
   */
  static void ofChannels(Emitter to, String kernel, CudaTensor src, CudaTensor dst) {
    to.blocks(
        Source.NORMS,
        kernel,
        src.pixels(),
        threads(src),
        src,
        src.pitch(),
        dst,
        dst.pitch(),
        src.channels());
  }

  /** The gradient of such a function, from what it made and the gradient of that. */
  static void ofChannelsBackward(
      Emitter to,
      String kernel,
      CudaTensor dst,
      CudaTensor dDst,
      CudaTensor dSrc,
      boolean accumulate) {
    to.blocks(
        Source.NORMS,
        kernel,
        dst.pixels(),
        threads(dst),
        dDst,
        dDst.pitch(),
        dst,
        dst.pitch(),
        dSrc,
        dSrc.pitch(),
        dst.channels(),
        accumulate);
  }
}
