package io.blockwork.engine.onednn;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Addend;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Epilogue;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Kernel;
import io.blockwork.engine.Norm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A layer of a training pass that computes what it does in inference: nothing in it is trained, and
 * it uses running statistics.
 */
sealed interface FrozenLayer {
  /** What it reads. */
  List<PlanTensor> reads();

  /** What it writes. */
  PlanTensor write();

  /**
   * Binds it as a layer of an inference pass.
   *
   * @param place where each of its tensors lies there
   */
  Kernel bind(InferenceBinder binder, UnaryOperator<PlanTensor> place);

  /**
   * A convolution, and what its kernel does besides.
   *
   * @param epilogue what that is, apart from the sum
   * @param residual what is added to its output
   */
  record Convolution(
      String path,
      Conv conv,
      Epilogue epilogue,
      PlanTensor src,
      Optional<PlanTensor> residual,
      PlanTensor write)
      implements FrozenLayer {

    @Override
    public List<PlanTensor> reads() {
      return Stream.concat(Stream.of(src), residual.stream()).toList();
    }

    @Override
    public Kernel bind(InferenceBinder binder, UnaryOperator<PlanTensor> place) {
      Epilogue whole = residual.map(r -> epilogue.add(place.apply(r))).orElse(epilogue);
      return binder.conv2d(path, conv, place.apply(src), place.apply(write), whole);
    }

    /** Whether what it reads is elsewhere; what is added may be the tensor itself. */
    private boolean mayWrite(PlanTensor tensor) {
      return tensor.storage() != src.storage()
          && residual.filter(r -> r.storage() == tensor.storage() && !r.equals(tensor)).isEmpty();
    }

    /** Whether nothing comes after the product yet. */
    private boolean isBare() {
      return epilogue.isNone() && residual.isEmpty();
    }

    /** This and the layer that reads its output as one, if a kernel does both. */
    Optional<Convolution> followedBy(FrozenLayer next) {
      if (!epilogue.activation().isNone() || !mayWrite(next.write())) {
        return Optional.empty();
      }
      if (next instanceof Normalization n && isBare()) {
        Epilogue normed = Epilogue.norm(n.path(), n.norm().eps()).then(n.activation());
        return Optional.of(new Convolution(path, conv, normed, src, Optional.empty(), n.write()));
      }
      if (next instanceof Activated a) {
        return Optional.of(
            new Convolution(path, conv, epilogue.then(a.activation()), src, residual, a.write()));
      }
      if (next instanceof Sum s && residual.isEmpty()) {
        return s.other(write)
            .filter(o -> o.storage() != s.write().storage() || o.equals(s.write()))
            .map(
                other ->
                    new Convolution(
                        path,
                        conv,
                        epilogue.then(s.activation()),
                        src,
                        Optional.of(other),
                        s.write()));
      }
      return Optional.empty();
    }
  }

  /** A batch norm with its running statistics. */
  record Normalization(
      String path, Norm norm, Activation activation, PlanTensor src, PlanTensor write)
      implements FrozenLayer {
    @Override
    public List<PlanTensor> reads() {
      return List.of(src);
    }

    @Override
    public Kernel bind(InferenceBinder binder, UnaryOperator<PlanTensor> place) {
      return binder.batchNorm(path, norm, activation, place.apply(src), place.apply(write));
    }
  }

  /** An activation. */
  record Activated(String path, Activation activation, PlanTensor src, PlanTensor write)
      implements FrozenLayer {
    @Override
    public List<PlanTensor> reads() {
      return List.of(src);
    }

    @Override
    public Kernel bind(InferenceBinder binder, UnaryOperator<PlanTensor> place) {
      return binder.activation(path, activation, place.apply(src), place.apply(write));
    }
  }

  /** A sum, then an activation. */
  record Sum(String path, Activation activation, List<Sums.Term> terms, PlanTensor write)
      implements FrozenLayer {
    @Override
    public List<PlanTensor> reads() {
      return terms.stream().map(Sums.Term::tensor).toList();
    }

    @Override
    public Kernel bind(InferenceBinder binder, UnaryOperator<PlanTensor> place) {
      List<Addend> addends = new ArrayList<>();
      terms.forEach(t -> addends.add(new Addend(place.apply(t.tensor()), t.factor())));
      return binder.sum(path, activation, place.apply(write), addends.toArray(Addend[]::new));
    }

    /** What is added to the tensor, if it is that tensor and one other as they are. */
    private Optional<PlanTensor> other(PlanTensor tensor) {
      boolean plain = terms.size() == 2 && terms.stream().allMatch(t -> t.factor() == 1);
      List<PlanTensor> others = reads().stream().filter(t -> !t.equals(tensor)).toList();
      return plain && others.size() == 1 ? Optional.of(others.get(0)) : Optional.empty();
    }
  }

  /**
   * Any other layer.
   *
   * @param step binds it
   */
  record Other(List<PlanTensor> reads, PlanTensor write, Step.Floats step) implements FrozenLayer {
    @Override
    public Kernel bind(InferenceBinder binder, UnaryOperator<PlanTensor> place) {
      return step.bind(binder, reads.stream().map(place).toList(), place.apply(write));
    }
  }
}
