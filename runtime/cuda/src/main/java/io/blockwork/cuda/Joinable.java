package io.blockwork.cuda;

import io.blockwork.cuda.Elementwise.ScaleShift;
import io.blockwork.cuda.Elementwise.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Operations that {@link Fusion} may join with others, so that they read and write less. */
sealed interface Joinable extends Operation {
  /**
   * {@code dst = function(src * scale + shift [+ other * its scale + its shift])}.
   *
   * @param other the second input, if there is one
   * @param signs receives where {@code dst} is positive, if somebody asks
   */
  record NormApply(
      String path,
      ScaleShift by,
      CudaTensor src,
      Optional<CudaTensor> other,
      ScaleShift byOther,
      Function function,
      Optional<Signs> signs,
      CudaTensor dst)
      implements Joinable {
    @Override
    public List<CudaTensor> reads() {
      List<CudaTensor> all = new ArrayList<>(List.of(src));
      other.ifPresent(all::add);
      return all;
    }

    @Override
    public List<CudaTensor> writes() {
      return List.of(dst);
    }

    @Override
    public void emit(Emitter to) {
      Elementwise.affine(to, by, src, other.stream().toList(), byOther, function, signs, dst);
    }
  }

  /**
   * {@code dst = function(sum of the terms)}.
   *
   * @param signs may receive where {@code dst} is positive, if somebody asks
   */
  record Sum(
      String path, Function function, Optional<Signs> signs, CudaTensor dst, List<Term> terms)
      implements Joinable {
    @Override
    public List<CudaTensor> reads() {
      return terms.stream().map(Term::tensor).toList();
    }

    @Override
    public List<CudaTensor> writes() {
      return List.of(dst);
    }

    @Override
    public void emit(Emitter to) {
      Elementwise.sum(to, function, dst, terms);
    }
  }

  /** {@code dst += src}. */
  record AddTo(String path, CudaTensor src, CudaTensor dst) implements Joinable {
    @Override
    public List<CudaTensor> reads() {
      return List.of(src, dst);
    }

    @Override
    public List<CudaTensor> writes() {
      return List.of(dst);
    }

    @Override
    public void emit(Emitter to) {
      Elementwise.add(to, src, 1, dst, true);
    }
  }

  /**
   * Makes a gradient zero where an output was not positive.
   *
   * @param signs of the output, if they have been written
   */
  record Mask(String path, CudaTensor gradient, CudaTensor output, Signs signs)
      implements Joinable {
    @Override
    public List<CudaTensor> reads() {
      return List.of(gradient, output);
    }

    @Override
    public List<CudaTensor> writes() {
      return List.of(gradient);
    }

    @Override
    public void emit(Emitter to) {
      Elementwise.activationBackward(to, Function.RELU, true, output, gradient, gradient, false);
    }
  }

  /** The gradients of a batch norm's scale and shift. */
  record NormSums(
      String path,
      Norms.Arrays arrays,
      Norms.Incoming incoming,
      CudaTensor src,
      Place dGamma,
      Place dBeta)
      implements Joinable {
    @Override
    public List<CudaTensor> reads() {
      List<CudaTensor> all = new ArrayList<>(List.of(incoming.dDst(), src));
      incoming.added().ifPresent(all::add);
      incoming.output().ifPresent(all::add);
      return all;
    }

    @Override
    public List<CudaTensor> writes() {
      return incoming.masked().stream().toList();
    }

    @Override
    public void emit(Emitter to) {
      Norms.sums(to, arrays, incoming, src, dGamma, dBeta);
    }
  }

  /**
   * The largest values of {@code src}, or of a norm of it.
   *
   * @param by the norm, or {@link ScaleShift#NONE}
   * @param relu whether a ReLU follows the norm
   * @param places receives where they were
   */
  record MaxPool(
      String path,
      PoolKernels pools,
      CudaTensor src,
      ScaleShift by,
      boolean relu,
      CudaTensor dst,
      Place places)
      implements Joinable {
    @Override
    public List<CudaTensor> reads() {
      return List.of(src);
    }

    @Override
    public List<CudaTensor> writes() {
      return List.of(dst);
    }

    @Override
    public void emit(Emitter to) {
      pools.max(to, src, by, relu, dst, places);
    }
  }

  /** The gradient of its input. */
  record MaxPoolBackward(
      String path,
      PoolKernels pools,
      CudaTensor dDst,
      Place places,
      CudaTensor dSrc,
      boolean accumulate)
      implements Joinable {
    @Override
    public List<CudaTensor> reads() {
      return accumulate ? List.of(dDst, dSrc) : List.of(dDst);
    }

    @Override
    public List<CudaTensor> writes() {
      return List.of(dSrc);
    }

    @Override
    public void emit(Emitter to) {
      pools.maxBackward(to, dDst, places, dSrc, accumulate);
    }
  }

  /**
   * The gradient of a norm's output behind which a ReLU and a pool stand, and those of its scale
   * and shift.
   *
   * @param added what is added to the gradient of the pool's output first, if anything is
   */
  record MaxPoolNormSums(MaxPoolBackward pool, Optional<CudaTensor> added, NormSums sums)
      implements Joinable {
    @Override
    public String path() {
      return sums.path();
    }

    @Override
    public List<CudaTensor> reads() {
      List<CudaTensor> all = new ArrayList<>(List.of(pool.dDst(), sums.src()));
      added.ifPresent(all::add);
      return all;
    }

    @Override
    public List<CudaTensor> writes() {
      return List.of(pool.dSrc());
    }

    @Override
    public void emit(Emitter to) {
      pool.pools().maxNormSums(to, pool, added, sums);
    }
  }
}
