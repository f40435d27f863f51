package io.blockwork.cuda;

import io.blockwork.cuda.KernelModules.Source;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Sums, products, activations, and what moves pixels and channels. */
final class Elementwise {
  private static final int TOTAL_THREADS = 256;

  private Elementwise() {}

  /** {@code factor * tensor}. */
  record Term(CudaTensor tensor, float factor) {}

  /** {@code dst = function(sum of the terms)}; {@code dst} may be one of them. */
  static void sum(Emitter to, Function function, CudaTensor dst, List<Term> terms) {
    Map<CudaTensor, Float> factors = new LinkedHashMap<>();
    // What stands where the result goes is read first, before it is overwritten.
    terms.stream().filter(t -> t.tensor().equals(dst)).forEach(t -> merge(factors, t));
    terms.forEach(
        t -> {
          if (!t.tensor().equals(dst)) {
            merge(factors, t);
          }
        });
    List<Map.Entry<CudaTensor, Float>> all = new ArrayList<>(factors.entrySet());
    for (int i = 0; i < all.size(); ) {
      boolean first = i == 0;
      Map.Entry<CudaTensor, Float> a = all.get(i++);
      boolean pair = i < all.size();
      Map.Entry<CudaTensor, Float> b = pair ? all.get(i++) : a;
      Function now = i == all.size() ? function : Function.NONE;
      to.pixels(
          Source.ELEMENTWISE,
          "sum",
          dst.channels(),
          dst.pixels(),
          pair ? List.of(a.getKey(), b.getKey(), dst) : List.of(a.getKey(), dst),
          a.getKey(),
          a.getKey().pitch(),
          a.getValue(),
          pair ? b.getKey() : Place.NONE,
          b.getKey().pitch(),
          b.getValue(),
          dst,
          dst.pitch(),
          dst.pixels(),
          dst.channels(),
          now.number(),
          now.alpha(),
          now.beta(),
          !first);
    }
  }

  private static void merge(Map<CudaTensor, Float> factors, Term term) {
    factors.merge(term.tensor(), term.factor(), Float::sum);
  }

  /** {@code dst = src}, or {@code dst += factor * src}. */
  static void add(Emitter to, CudaTensor src, float factor, CudaTensor dst, boolean accumulate) {
    List<Term> terms = new ArrayList<>();
    if (accumulate) {
      terms.add(new Term(dst, 1));
    }
    terms.add(new Term(src, factor));
    sum(to, Function.NONE, dst, terms);
  }

  /** {@code dst = src}. */
  static void copy(Emitter to, CudaTensor src, CudaTensor dst) {
    add(to, src, 1, dst, false);
  }

  /** {@code dst = value}. */
  static void fill(Emitter to, CudaTensor dst, float value) {
    to.pixels(
        Source.ELEMENTWISE,
        "fill",
        dst.channels(),
        dst.pixels(),
        List.of(dst),
        dst,
        dst.pitch(),
        dst.pixels(),
        dst.channels(),
        value);
  }

  /** The gradient of an activation; the reference is its output or its input. */
  static void activationBackward(
      Emitter to,
      Function function,
      boolean fromOutput,
      CudaTensor reference,
      CudaTensor dDst,
      CudaTensor dSrc,
      boolean accumulate) {
    to.pixels(
        Source.ELEMENTWISE,
        "activation_backward",
        dDst.channels(),
        dDst.pixels(),
        List.of(dDst, reference, dSrc),
        dDst,
        dDst.pitch(),
        reference,
        reference.pitch(),
        dSrc,
        dSrc.pitch(),
        dDst.pixels(),
        dDst.channels(),
        function.number(),
        function.alpha(),
        function.beta(),
        fromOutput,
        accumulate);
  }

  /** A factor and a summand for each channel; either may be {@link Place#NONE}. */
  record ScaleShift(Place scale, Place shift) {
    static final ScaleShift NONE = new ScaleShift(Place.NONE, Place.NONE);
  }

  /** {@code dst = function(src * scale + shift)}. */
  static void affine(Emitter to, ScaleShift by, Function function, CudaTensor src, CudaTensor dst) {
    affine(to, by, src, List.of(), ScaleShift.NONE, function, Optional.empty(), dst);
  }

  /**
   * {@code dst = function(src * scale + shift [+ other * its scale + its shift])}.
   *
   * @param signs receives where {@code dst} is positive, if somebody asks
   */
  static void affine(
      Emitter to,
      ScaleShift by,
      CudaTensor src,
      List<CudaTensor> other,
      ScaleShift byOther,
      Function function,
      Optional<Signs> signs,
      CudaTensor dst) {
    List<CudaTensor> all = new ArrayList<>(List.of(src, dst));
    all.addAll(other);
    CudaTensor second = other.isEmpty() ? src : other.get(0);
    signs.ifPresent(s -> s.written(dst, to.width(all)));
    to.pixelsAtOnce(
        Source.ELEMENTWISE,
        "affine",
        dst.channels(),
        dst.pixels(),
        all,
        src,
        src.pitch(),
        by.scale(),
        by.shift(),
        other.isEmpty() ? Place.NONE : second,
        second.pitch(),
        byOther.scale(),
        byOther.shift(),
        dst,
        dst.pitch(),
        signs.<Place>map(s -> s).orElse(Place.NONE),
        dst.pixels(),
        dst.channels(),
        function.number(),
        function.alpha(),
        function.beta(),
        false);
  }

  /** {@code dst (+)= a * b}; {@code b} may have one pixel for each image. */
  static void multiply(Emitter to, CudaTensor a, CudaTensor b, CudaTensor dst, boolean accumulate) {
    to.pixels(
        Source.ELEMENTWISE,
        "multiply",
        dst.channels(),
        dst.pixels(),
        List.of(a, b, dst),
        a,
        a.pitch(),
        b,
        b.pitch(),
        a.plane() / b.plane(),
        dst,
        dst.pitch(),
        dst.pixels(),
        dst.channels(),
        accumulate);
  }

  /** {@code dst} (one pixel) {@code (+)= factor *} the sum of {@code a [* b]} over the pixels. */
  static void imageSums(
      Emitter to,
      CudaTensor a,
      List<CudaTensor> b,
      float factor,
      CudaTensor dst,
      boolean accumulate) {
    List<CudaTensor> all = new ArrayList<>(List.of(a, dst));
    all.addAll(b);
    CudaTensor second = b.isEmpty() ? a : b.get(0);
    to.images(
        Source.ELEMENTWISE,
        "image_sums",
        a.channels(),
        all,
        a,
        a.pitch(),
        b.isEmpty() ? Place.NONE : second,
        second.pitch(),
        a.plane(),
        factor,
        dst,
        dst.pitch(),
        dst.channels(),
        accumulate);
  }

  /** What the sums over all pixels are of. */
  enum SumsOf {
    VALUES,
    PRODUCTS,
    PRODUCTS_WHERE_NEGATIVE
  }

  /** One sum for each channel into an array of floats. */
  static void channelSums(Emitter to, SumsOf of, CudaTensor a, CudaTensor x, Place sums) {
    to.sums(
        Source.ELEMENTWISE,
        "channel_sums",
        a.channels(),
        a.pixels(),
        1,
        List.of(a, x),
        a,
        a.pitch(),
        x,
        x.pitch(),
        of.ordinal(),
        sums,
        a.pixels(),
        a.channels());
  }

  /** {@code result} = the sum of an array of floats. */
  static void total(Emitter to, Place sums, Place result, int count) {
    to.blocks(Source.ELEMENTWISE, "total", 1, TOTAL_THREADS, sums, result, count);
  }

  /**
   * Which value goes where: the one at {@code (h * stride - top, w * stride - left)}, of channel
   * {@code shuffled(c) - before}, or zero outside.
   */
  record Move(int stride, int top, int left, int before, int groups) {
    static Move shortcut(int stride, int before) {
      return new Move(stride, 0, 0, before, 1);
    }

    static Move padding(int top, int left) {
      return new Move(1, top, left, 0, 1);
    }

    static Move shuffle(int groups) {
      return new Move(1, 0, 0, 0, groups);
    }
  }

  static void place(Emitter to, Move move, CudaTensor src, CudaTensor dst) {
    to.each(
        Source.ELEMENTWISE,
        "place",
        (long) dst.pixels() * dst.channels(),
        src,
        src.pitch(),
        src.height(),
        src.width(),
        src.channels(),
        dst,
        dst.pitch(),
        dst.form().batch(),
        dst.height(),
        dst.width(),
        dst.channels(),
        move.stride(),
        move.top(),
        move.left(),
        move.before(),
        move.groups());
  }

  static void placeBackward(
      Emitter to, Move move, CudaTensor dDst, CudaTensor dSrc, boolean accumulate) {
    to.each(
        Source.ELEMENTWISE,
        "place_backward",
        (long) dSrc.pixels() * dSrc.channels(),
        dDst,
        dDst.pitch(),
        dDst.height(),
        dDst.width(),
        dDst.channels(),
        dSrc,
        dSrc.pitch(),
        dSrc.form().batch(),
        dSrc.height(),
        dSrc.width(),
        dSrc.channels(),
        move.stride(),
        move.top(),
        move.left(),
        move.before(),
        move.groups() == 1 ? 1 : dDst.channels() / move.groups(),
        accumulate);
  }

  /** A map becomes a vector in the order channel, row, column; or a vector a map. */
  static void flatten(Emitter to, CudaTensor src, CudaTensor dst, boolean accumulate) {
    boolean back = dst.plane() > 1;
    CudaTensor map = back ? dst : src;
    to.each(
        Source.ELEMENTWISE,
        "flatten",
        map.form().batch() * map.elements(),
        src,
        src.pitch(),
        dst,
        dst.pitch(),
        map.form().batch(),
        map.plane(),
        map.channels(),
        back,
        accumulate);
  }

  /**
   * What is dropped: values, or whole images.
   *
   * @param stream of random numbers
   * @param pass where the number of the training pass stands
   */
  record Mask(double rate, long stream, Place pass, boolean images) {}

  static void dropout(Emitter to, Mask mask, CudaTensor src, CudaTensor dst, boolean accumulate) {
    to.each(
        Source.ELEMENTWISE,
        "dropout",
        (long) src.pixels() * src.channels(),
        src,
        src.pitch(),
        dst,
        dst.pitch(),
        src.form().batch(),
        src.plane(),
        src.channels(),
        mask.stream(),
        mask.pass(),
        mask.rate(),
        mask.images(),
        accumulate);
  }

  /** Slopes for negative values, one for each channel or one for all. */
  static void prelu(Emitter to, Place slopes, boolean shared, CudaTensor src, CudaTensor dst) {
    to.pixels(
        Source.ELEMENTWISE,
        "prelu",
        src.channels(),
        src.pixels(),
        List.of(src, dst),
        src,
        src.pitch(),
        slopes,
        shared,
        dst,
        dst.pitch(),
        src.pixels(),
        src.channels());
  }

  static void preluBackward(
      Emitter to,
      Place slopes,
      boolean shared,
      CudaTensor src,
      CudaTensor dDst,
      CudaTensor dSrc,
      boolean accumulate) {
    to.pixels(
        Source.ELEMENTWISE,
        "prelu_backward",
        src.channels(),
        src.pixels(),
        List.of(src, dDst, dSrc),
        dDst,
        dDst.pitch(),
        src,
        src.pitch(),
        slopes,
        shared,
        dSrc,
        dSrc.pitch(),
        src.pixels(),
        src.channels(),
        accumulate);
  }
}
