package io.blockwork.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.blockwork.cuda.Elementwise.ScaleShift;
import io.blockwork.cuda.Elementwise.Term;
import io.blockwork.cuda.Joinable.AddTo;
import io.blockwork.cuda.Joinable.Mask;
import io.blockwork.cuda.Joinable.NormApply;
import io.blockwork.cuda.Joinable.NormSums;
import io.blockwork.cuda.Joinable.Sum;
import io.blockwork.cuda.dnn.Numerics;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which operations are joined, and which must not be. */
class FusionTest {
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
        "norm", ScaleShift.NONE, src, Optional.empty(), ScaleShift.NONE, Function.NONE, dst);
  }

  private static Sum sum(CudaTensor a, CudaTensor b, CudaTensor dst) {
    return new Sum("sum", Function.RELU, dst, List.of(new Term(a, 1), new Term(b, 1)));
  }

  private static Operation plain(List<CudaTensor> reads, List<CudaTensor> writes) {
    return new Operation.Plain("plain", reads, writes, to -> {});
  }

  private NormSums sums() {
    Norms.Arrays arrays = Norms.Arrays.of(arena, 8, Place.NONE, Place.NONE, Place.NONE, Place.NONE);
    return new NormSums(
        "norm", arrays, Norms.Incoming.of(gradient, Norms.Relu.NONE), x, Place.NONE, Place.NONE);
  }

  @Test
  void aNormGoesIntoTheSumThatReadsIt() {
    List<Operation> joined = Fusion.join(List.of(norm(x, a), sum(a, b, out)));
    NormApply only = assertInstanceOf(NormApply.class, joined.get(0));
    assertEquals(1, joined.size());
    assertEquals(List.of(x, b), only.reads());
    assertEquals(List.of(out), only.writes());
    assertEquals(Function.RELU, only.function());
  }

  @Test
  void bothNormsGoIntoTheSumAlsoInPlace() {
    List<Operation> joined = Fusion.join(List.of(norm(x, a), norm(y, b), sum(a, b, a)));
    assertEquals(1, joined.size());
    assertEquals(List.of(x, y), joined.get(0).reads());
  }

  @Test
  void aNormStaysThatOthersReadToo() {
    Operation before = plain(List.of(a), List.of(y));
    assertEquals(3, Fusion.join(List.of(norm(x, a), before, sum(a, b, out))).size());
    Operation behind = plain(List.of(a), List.of(y));
    assertEquals(3, Fusion.join(List.of(norm(x, a), sum(a, b, out), behind)).size());
  }

  @Test
  void aNormStaysWhoseInputIsOverwrittenMeanwhile() {
    Operation over = plain(List.of(), List.of(x));
    assertEquals(3, Fusion.join(List.of(norm(x, a), over, sum(a, b, out))).size());
    // The sum itself would overwrite channels that the norm has yet to read.
    CudaTensor wide = CudaTensor.whole(arena.reserve("wide"), x.form(), 16, 4, 4);
    CudaTensor narrow = CudaTensor.whole(wide.storage(), x.form(), 8, 4, 4);
    assertEquals(2, Fusion.join(List.of(norm(wide.slice(8, 16), a), sum(a, b, narrow))).size());
  }

  @Test
  void aMaskGoesIntoTheNormThatReadsTheGradientFirst() {
    List<Operation> joined = Fusion.join(List.of(new Mask("sum", gradient, out), sums()));
    NormSums only = assertInstanceOf(NormSums.class, joined.get(0));
    assertEquals(1, joined.size());
    assertEquals(Optional.of(out), only.incoming().output());
    assertEquals(List.of(gradient), only.writes());
  }

  @Test
  void aMaskStaysWhereAnotherReadsTheGradientFirst() {
    Operation first = plain(List.of(gradient), List.of(y));
    assertEquals(3, Fusion.join(List.of(new Mask("sum", gradient, out), first, sums())).size());
  }

  @Test
  void anAdditionGoesAlongWithTheMask() {
    Operation add = new AddTo("conv", summand, gradient);
    List<Operation> joined = Fusion.join(List.of(add, new Mask("sum", gradient, out), sums()));
    assertEquals(1, joined.size());
    assertEquals(List.of(gradient, x, summand, out), joined.get(0).reads());
  }

  @Test
  void anAdditionStaysWhoseSummandIsOverwrittenMeanwhile() {
    Operation add = new AddTo("conv", summand, gradient);
    Operation over = plain(List.of(), List.of(summand));
    List<Operation> joined =
        Fusion.join(List.of(add, over, new Mask("sum", gradient, out), sums()));
    assertEquals(3, joined.size());
  }
}
