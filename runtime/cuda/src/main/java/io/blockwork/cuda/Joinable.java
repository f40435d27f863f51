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
   */
  record NormApply(
      String path,
      ScaleShift by,
      CudaTensor src,
      Optional<CudaTensor> other,
      ScaleShift byOther,
      Function function,
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
      Elementwise.affine(to, by, src, other.stream().toList(), byOther, function, dst);
    }
  }

  /** {@code dst = function(sum of the terms)}. */
  record Sum(String path, Function function, CudaTensor dst, List<Term> terms) implements Joinable {
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

  /** Makes a gradient zero where an output was not positive. */
  record Mask(String path, CudaTensor gradient, CudaTensor output) implements Joinable {
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
}
