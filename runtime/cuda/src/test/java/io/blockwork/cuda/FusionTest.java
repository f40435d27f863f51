package io.blockwork.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

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
import io.blockwork.cuda.dnn.Numerics;
import io.blockwork.engine.Window;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which operations are joined, and which must not be. */
class FusionTest {
  private static final PoolKernels POOLS = PoolKernels.of(Window.window(3).stride(2).padding(1));

  private final Arena arena = new Arena();
  private final CudaTensor x = tensor();
  private final CudaTensor y = tensor();
  private final CudaTensor a = tensor();
  private final CudaTensor b = tensor();
  private final CudaTensor out = tensor();
  private final CudaTensor gradient = tensor();
  private final CudaTensor summand = tensor();

  private CudaTensor tensor() {
    CudaTensor.Form form = new CudaTensor.Form(2, Numerics.FLOAT);
    return CudaTensor.whole(arena.reserve("tensor"), form, 8, 4, 4);
  }

  private static NormApply norm(CudaTensor src, CudaTensor dst) {
    return new NormApply(
        "norm",
        ScaleShift.NONE,
        src,
        Optional.empty(),
        ScaleShift.NONE,
        Function.NONE,
        Optional.empty(),
        dst);
  }

  private static Sum sum(CudaTensor a, CudaTensor b, CudaTensor dst) {
    return new Sum(
        "sum", Function.RELU, Optional.empty(), dst, List.of(new Term(a, 1), new Term(b, 1)));
  }

  private static Operation plain(List<CudaTensor> reads, List<CudaTensor> writes) {
    return new Operation.Plain("plain", reads, writes, to -> {});
  }

  private static List<Operation> join(List<Operation> operations) {
    return Fusion.join(operations, List.of());
  }

  private Mask mask() {
    return new Mask("sum", gradient, out, new Signs(arena.reserve("signs")));
  }

  private MaxPool pool(CudaTensor src, CudaTensor dst) {
    return new MaxPool("pool", POOLS, src, ScaleShift.NONE, false, dst, Place.NONE);
  }

  private MaxPoolBackward poolBackward(CudaTensor dDst, boolean accumulate) {
    return new MaxPoolBackward("pool", POOLS, dDst, Place.NONE, gradient, accumulate);
  }

  private NormSums sums() {
    Norms.Arrays arrays = Norms.Arrays.of(arena, 8, Place.NONE, Place.NONE, Place.NONE, Place.NONE);
    return new NormSums(
        "norm", arrays, Norms.Incoming.of(gradient, Norms.Relu.NONE), x, Place.NONE, Place.NONE);
  }

  @Test
  void aNormGoesIntoTheSumThatReadsIt() {
    List<Operation> joined = join(List.of(norm(x, a), sum(a, b, out)));
    NormApply only = assertInstanceOf(NormApply.class, joined.get(0));
    assertEquals(1, joined.size());
    assertEquals(List.of(x, b), only.reads());
    assertEquals(List.of(out), only.writes());
    assertEquals(Function.RELU, only.function());
  }

  @Test
  void bothNormsGoIntoTheSumAlsoInPlace() {
    List<Operation> joined = join(List.of(norm(x, a), norm(y, b), sum(a, b, a)));
    assertEquals(1, joined.size());
    assertEquals(List.of(x, y), joined.get(0).reads());
  }

  @Test
  void aNormGoesIntoTheSumWhoseMemoryLaterHasAnotherShape() {
    CudaTensor later = CudaTensor.whole(a.storage(), a.form(), 32, 2, 2);
    Operation writes = plain(List.of(out), List.of(later));
    Operation reads = plain(List.of(later), List.of(y));
    assertEquals(3, join(List.of(norm(x, a), sum(a, b, out), writes, reads)).size());
  }

  @Test
  void aNormStaysThatOthersReadToo() {
    Operation before = plain(List.of(a), List.of(y));
    assertEquals(3, join(List.of(norm(x, a), before, sum(a, b, out))).size());
    Operation behind = plain(List.of(a), List.of(y));
    assertEquals(3, join(List.of(norm(x, a), sum(a, b, out), behind)).size());
  }

  @Test
  void aNormStaysWhoseInputIsOverwrittenMeanwhile() {
    Operation over = plain(List.of(), List.of(x));
    assertEquals(3, join(List.of(norm(x, a), over, sum(a, b, out))).size());
    // The sum itself would overwrite channels that the norm has yet to read.
    CudaTensor wide = CudaTensor.whole(arena.reserve("wide"), x.form(), 16, 4, 4);
    CudaTensor narrow = CudaTensor.whole(wide.storage(), x.form(), 8, 4, 4);
    assertEquals(2, join(List.of(norm(wide.slice(8, 16), a), sum(a, b, narrow))).size());
  }

  @Test
  void aMaskGoesIntoTheNormThatReadsTheGradientFirst() {
    List<Operation> joined = join(List.of(mask(), sums()));
    NormSums only = assertInstanceOf(NormSums.class, joined.get(0));
    assertEquals(1, joined.size());
    assertEquals(Optional.of(out), only.incoming().output());
    assertEquals(List.of(gradient), only.writes());
  }

  @Test
  void aMaskStaysWhereAnotherReadsTheGradientFirst() {
    Operation first = plain(List.of(gradient), List.of(y));
    assertEquals(3, join(List.of(mask(), first, sums())).size());
  }

  @Test
  void anAdditionGoesAlongWithTheMask() {
    Operation add = new AddTo("conv", summand, gradient);
    List<Operation> joined = join(List.of(add, mask(), sums()));
    assertEquals(1, joined.size());
    assertEquals(List.of(gradient, x, summand, out), joined.get(0).reads());
  }

  @Test
  void anAdditionStaysWhoseSummandIsOverwrittenMeanwhile() {
    Operation add = new AddTo("conv", summand, gradient);
    Operation over = plain(List.of(), List.of(summand));
    List<Operation> joined = join(List.of(add, over, mask(), sums()));
    assertEquals(3, joined.size());
  }

  @Test
  void aNormStaysThatIsAResult() {
    assertEquals(2, Fusion.join(List.of(norm(x, a), sum(a, b, out)), List.of(a)).size());
    assertEquals(2, Fusion.join(List.of(norm(x, a), pool(a, out)), List.of(a)).size());
  }

  @Test
  void aNormGoesIntoThePoolThatReadsIt() {
    List<Operation> joined = join(List.of(norm(x, a), pool(a, out)));
    MaxPool only = assertInstanceOf(MaxPool.class, joined.get(0));
    assertEquals(1, joined.size());
    assertEquals(x, only.src());
    assertFalse(only.relu());
  }

  @Test
  void aNormStaysThatIsNotOnlyPooled() {
    assertEquals(3, join(List.of(norm(x, a), pool(a, out), plain(List.of(a), List.of(y)))).size());
    // The pool would overwrite what later windows have yet to read.
    assertEquals(2, join(List.of(norm(x, a), pool(a, x))).size());
  }

  @Test
  void theGradientOfAPoolGoesIntoTheNormThatReadsIt() {
    Operation add = new AddTo("conv", summand, y);
    List<Operation> joined = join(List.of(add, poolBackward(y, false), sums()));
    MaxPoolNormSums only = assertInstanceOf(MaxPoolNormSums.class, joined.get(0));
    assertEquals(1, joined.size());
    assertEquals(List.of(y, x, summand), only.reads());
    assertEquals(List.of(gradient), only.writes());
  }

  @Test
  void theGradientOfAPoolStaysThatIsAddedOrThatOthersRead() {
    assertEquals(2, join(List.of(poolBackward(y, true), sums())).size());
    Operation first = plain(List.of(gradient), List.of(b));
    assertEquals(3, join(List.of(poolBackward(y, false), first, sums())).size());
  }

  @Test
  void anAdditionStaysThatIsReadAgain() {
    Operation add = new AddTo("conv", summand, y);
    Operation again = plain(List.of(y), List.of(b));
    assertEquals(3, join(List.of(add, poolBackward(y, false), sums(), again)).size());
  }
}
