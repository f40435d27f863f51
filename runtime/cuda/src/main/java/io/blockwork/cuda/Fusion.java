package io.blockwork.cuda;

import io.blockwork.cuda.Elementwise.ScaleShift;
import io.blockwork.cuda.Elementwise.Term;
import io.blockwork.cuda.Joinable.AddTo;
import io.blockwork.cuda.Joinable.Mask;
import io.blockwork.cuda.Joinable.MaxPool;
import io.blockwork.cuda.Joinable.MaxPoolBackward;
import io.blockwork.cuda.Joinable.MaxPoolNormSums;
import io.blockwork.cuda.Joinable.NormApply;
import io.blockwork.cuda.Joinable.NormSums;
import io.blockwork.cuda.Joinable.Sum;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Joins operations of a training pass that would read and write the same memory one after the
 * other: most of a pass's time on a GPU goes to reading and writing activations.
 */
final class Fusion {
  private final List<Operation> operations;
  private final List<CudaTensor> results;

  private Fusion(List<Operation> operations, List<CudaTensor> results) {
    this.operations = new ArrayList<>(operations);
    this.results = results;
  }

  /**
   * The same work in fewer operations.
   *
   * @param operations of one direction of a pass, in order
   * @param results tensors that are read when all is done
   */
  static List<Operation> join(List<Operation> operations, List<CudaTensor> results) {
    Fusion fusion = new Fusion(operations, results);
    fusion.normsIntoSums();
    fusion.normsIntoPools();
    fusion.masksIntoNorms();
    fusion.poolsIntoNorms();
    fusion.additionsIntoNorms();
    fusion.additionsIntoPools();
    return List.copyOf(fusion.operations);
  }

  /** {@code relu(norm(x) + y)}, where nobody else reads the norm: both addends may be norms. */
  private void normsIntoSums() {
    for (int i = 0; i < operations.size(); i++) {
      if (operations.get(i) instanceof Sum sum && isPlainPair(sum)) {
        CudaTensor a = sum.terms().get(0).tensor();
        CudaTensor b = sum.terms().get(1).tensor();
        int first = normForSum(a, i);
        int second = normForSum(b, i);
        if (first >= 0) {
          i = replace(i, sum, first, second, b);
        } else if (second >= 0) {
          i = replace(i, sum, second, first, a);
        }
      }
    }
  }

  private static boolean isPlainPair(Sum sum) {
    List<Term> terms = sum.terms();
    return terms.size() == 2
        && terms.stream().allMatch(t -> t.factor() == 1)
        && !terms.get(0).tensor().overlaps(terms.get(1).tensor());
  }

  /**
   * Puts one operation in the place of a sum and the norms that make its inputs.
   *
   * @param at index of the sum
   * @param norm index of a norm
   * @param other index of the other input's norm, or negative
   * @param otherTensor the other input
   * @return index of the new operation
   */
  private int replace(int at, Sum sum, int norm, int other, CudaTensor otherTensor) {
    NormApply one = (NormApply) operations.get(norm);
    Optional<NormApply> two =
        other >= 0 ? Optional.of((NormApply) operations.get(other)) : Optional.empty();
    operations.set(
        at,
        new NormApply(
            sum.path(),
            one.by(),
            one.src(),
            Optional.of(two.map(NormApply::src).orElse(otherTensor)),
            two.map(NormApply::by).orElse(ScaleShift.NONE),
            sum.function(),
            sum.signs(),
            sum.dst()));
    operations.remove(Math.max(norm, other));
    if (other >= 0) {
      operations.remove(Math.min(norm, other));
      return at - 2;
    }
    return at - 1;
  }

  /** The index of a norm without activation that a sum may take in; negative if there is none. */
  private int normForSum(CudaTensor tensor, int reader) {
    CudaTensor dst = ((Sum) operations.get(reader)).dst();
    return normFor(
        tensor,
        reader,
        norm -> norm.function().isNone() && (norm.src().equals(dst) || !norm.src().overlaps(dst)));
  }

  /**
   * The index of the norm that makes the tensor for the operation at the index alone; negative if
   * there is none.
   *
   * @param suits what else is asked of the norm
   */
  private int normFor(CudaTensor tensor, int reader, Predicate<NormApply> suits) {
    for (int i = reader - 1; i >= 0; i--) {
      Operation each = operations.get(i);
      if (each.writes(tensor)) {
        boolean fits =
            each instanceof NormApply norm
                && norm.dst().equals(tensor)
                && norm.other().isEmpty()
                && suits.test(norm)
                && !writtenBetween(norm.src(), i, reader)
                && !readAfter(tensor, reader);
        return fits ? i : -1;
      }
      if (each.reads(tensor)) {
        return -1;
      }
    }
    return -1;
  }

  /** The largest values of a norm, with or without ReLU, that nobody else reads. */
  private void normsIntoPools() {
    for (int i = 0; i < operations.size(); i++) {
      if (operations.get(i) instanceof MaxPool pool && pool.by().equals(ScaleShift.NONE)) {
        int at = normFor(pool.src(), i, norm -> joins(norm, pool));
        if (at >= 0) {
          NormApply norm = (NormApply) operations.get(at);
          boolean relu = !norm.function().isNone();
          operations.set(
              i,
              new MaxPool(
                  pool.path(),
                  pool.pools(),
                  norm.src(),
                  norm.by(),
                  relu,
                  pool.dst(),
                  pool.places()));
          operations.remove(at);
          i--;
        }
      }
    }
  }

  private static boolean joins(NormApply norm, MaxPool pool) {
    return (norm.function().isNone() || norm.function().equals(Function.RELU))
        && !norm.src().overlaps(pool.dst());
  }

  private boolean writtenBetween(CudaTensor tensor, int from, int to) {
    return operations.subList(from + 1, to).stream().anyMatch(o -> o.writes(tensor));
  }

  /** Whether the values that the tensor has at an operation are read by a later one. */
  private boolean readAfter(CudaTensor tensor, int reader) {
    Operation last = operations.get(reader);
    if (last.writes().stream().anyMatch(tensor::equals)) {
      return false;
    }
    for (Operation each : operations.subList(reader + 1, operations.size())) {
      if (each.reads(tensor)) {
        return true;
      }
      if (each.writes().stream().anyMatch(tensor::endsWith)) {
        return false;
      }
    }
    return results.stream().anyMatch(tensor::overlaps);
  }

  /** The mask of a ReLU behind a sum, done by the norm that reads the gradient first. */
  private void masksIntoNorms() {
    for (int i = 0; i < operations.size(); i++) {
      if (operations.get(i) instanceof Mask mask) {
        int next = nextThatTouches(mask.gradient(), i);
        if (next >= 0
            && operations.get(next) instanceof NormSums sums
            && isPlain(sums)
            && sums.incoming().dDst().equals(mask.gradient())
            && !writtenBetween(mask.output(), i, next)) {
          operations.set(next, masked(sums, mask));
          operations.remove(i);
          i--;
        }
      }
    }
  }

  private static boolean isPlain(NormSums sums) {
    return sums.incoming().relu() == Norms.Relu.NONE
        && sums.incoming().added().isEmpty()
        && sums.incoming().masked().isEmpty();
  }

  private static NormSums masked(NormSums sums, Mask mask) {
    return with(
        sums,
        new Norms.Incoming(
            mask.gradient(),
            Optional.empty(),
            Norms.Relu.OF_OUTPUT,
            Optional.of(mask.output()),
            Optional.of(mask.signs()),
            Optional.of(mask.gradient())));
  }

  private static NormSums with(NormSums sums, Norms.Incoming incoming) {
    return new NormSums(
        sums.path(), sums.arrays(), incoming, sums.src(), sums.dGamma(), sums.dBeta());
  }

  private int nextThatTouches(CudaTensor tensor, int from) {
    for (int i = from + 1; i < operations.size(); i++) {
      if (operations.get(i).touches(tensor)) {
        return i;
      }
    }
    return -1;
  }

  /** What is added to a gradient, added by the norm that masks and reads it next. */
  private void additionsIntoNorms() {
    for (int i = 0; i < operations.size(); i++) {
      if (operations.get(i) instanceof AddTo add) {
        int next = nextThatTouches(add.dst(), i);
        if (next >= 0
            && operations.get(next) instanceof NormSums sums
            && sums.incoming().relu() == Norms.Relu.OF_OUTPUT
            && sums.incoming().added().isEmpty()
            && sums.incoming().dDst().equals(add.dst())
            && !writtenBetween(add.src(), i, next)) {
          Norms.Incoming old = sums.incoming();
          operations.set(
              next,
              with(
                  sums,
                  new Norms.Incoming(
                      old.dDst(),
                      Optional.of(add.src()),
                      old.relu(),
                      old.output(),
                      old.signs(),
                      old.masked())));
          operations.remove(i);
          i--;
        }
      }
    }
  }

  /** The gradient of a pool, made by the norm that reads it first. */
  private void poolsIntoNorms() {
    for (int i = 0; i < operations.size(); i++) {
      if (operations.get(i) instanceof MaxPoolBackward pool
          && pool.pools().joinsNorms()
          && !pool.accumulate()) {
        int next = nextThatTouches(pool.dSrc(), i);
        if (next >= 0
            && operations.get(next) instanceof NormSums sums
            && sums.incoming().relu() != Norms.Relu.OF_OUTPUT
            && sums.incoming().dDst().equals(pool.dSrc())
            && !writtenBetween(pool.dDst(), i, next)) {
          operations.set(next, new MaxPoolNormSums(pool, Optional.empty(), sums));
          operations.remove(i);
          i--;
        }
      }
    }
  }

  /** What is added to the gradient of a pool's output that nobody else reads. */
  private void additionsIntoPools() {
    for (int i = 0; i < operations.size(); i++) {
      if (operations.get(i) instanceof AddTo add) {
        int next = nextThatTouches(add.dst(), i);
        if (next >= 0
            && operations.get(next) instanceof MaxPoolNormSums sums
            && sums.added().isEmpty()
            && sums.pool().dDst().equals(add.dst())
            && !sums.pool().dSrc().overlaps(add.src())
            && !writtenBetween(add.src(), i, next)
            && !readAfter(add.dst(), next)) {
          operations.set(
              next, new MaxPoolNormSums(sums.pool(), Optional.of(add.src()), sums.sums()));
          operations.remove(i);
          i--;
        }
      }
    }
  }
}
